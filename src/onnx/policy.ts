import type { Feature } from "../env/features.js";
import { isPrintable } from "../wording.js";

const LONGEST_LABEL = 100;

/** Whether a text can be the name or the unit of something: short, and nothing in it steers a terminal. */
export const isLabel = (text: string): boolean => text !== "" && text.length <= LONGEST_LABEL && isPrintable(text);

/** A quantity of the state or the action as the deployed policy's users know it. */
export interface Dimension {
  readonly name: string;
  /** SI unit such as "m", "rad/s"; "1" where there is none. */
  readonly unit: string;
  /** Bounds; infinite where there are none. */
  readonly low: number;
  readonly high: number;
}

/** One dense layer, unpadded. */
export interface DenseLayer {
  readonly inputs: number;
  readonly outputs: number;
  /** Row-major (inputs, outputs): y = x W + b. */
  readonly weight: Float32Array;
  /** (outputs). */
  readonly bias: Float32Array;
}

/**
 * A trained policy as plain arrays, all that a deployed policy needs. Hidden layers are tanh. The last layer has 2 A outputs
 * z: the mean is mu = squash(z[0..A)) (squash: tanh or none), the standard deviation is
 * sigma = exp(logSigma.middle + logSigma.halfRange * tanh(z[A..2A))). The action for the actuator is mu (or mu + sigma * noise)
 * clipped to the action bounds.
 */
export interface PolicyDescription {
  readonly task: string;
  readonly state: readonly Dimension[];
  readonly action: readonly Dimension[];
  readonly features: readonly Feature[];
  readonly layers: readonly DenseLayer[];
  readonly squash: "tanh" | "none";
  readonly logSigma: { readonly middle: number; readonly halfRange: number };
}
