import type { Dimension } from "../onnx/policy.js";
import { cartpole } from "./cartpole.js";
import type { Feature } from "./features.js";

/** A task as data: what the learner must know of it, and what people read about it. Its physics and reward are in the core. */
export interface Task {
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** Number of the task in the core (assembly/env/environment.ts). */
  readonly id: number;
  readonly state: readonly Dimension[];
  /** Actions are in units of the actuator, between -1 and 1; the environment clips them. */
  readonly action: readonly Dimension[];
  /** Seconds between two actions. */
  readonly controlStep: number;
  /** Control steps of an episode, which then is truncated. */
  readonly episodeSteps: number;
  /** What the networks see of a state. */
  readonly features: readonly Feature[];
  /** State dimensions that the model predicts; the others are copied. */
  readonly predicted: readonly number[];
  /** The reward as a formula, for people. */
  readonly reward: string;
  /** What is measured of a state, and the mean over the last half of an episode from which the task counts as solved. */
  readonly score: { readonly name: string; readonly solved: number };
}

/** Every task by its name. */
export const tasks: Readonly<Record<string, Task>> = { cartpole };
