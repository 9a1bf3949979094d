import type { Dimension } from "../onnx/policy.js";
import { angle, type BasicFeature, type Feature, identity, type LinearForm } from "./features.js";

/** A joint of a legged body: its range (rad), and what its rate is divided by as a feature (rad/s). */
export interface Joint {
  readonly name: string;
  readonly low: number;
  readonly high: number;
  readonly rate: number;
}

/** The state of a legged body: coordinates, then velocities, each the root's x, height and pitch, then the joints. */
export function leggedState(joints: readonly Joint[]): Dimension[] {
  const free = (name: string, unit: string): Dimension => ({ name, unit, low: -Infinity, high: Infinity });
  return [
    free("root_x", "m"),
    free("root_height", "m"),
    free("pitch", "rad"),
    ...joints.map(({ name, low, high }) => ({ name, unit: "rad", low, high })),
    free("root_x_velocity", "m/s"),
    free("root_height_velocity", "m/s"),
    free("pitch_rate", "rad/s"),
    ...joints.map(({ name }) => free(`${name}_rate`, "rad/s")),
  ];
}

/** The root's usual height (m), and what else its features are divided by: height (m), velocity (m/s), pitch rate (rad/s). */
export interface RootScales {
  readonly usualHeight: number;
  readonly height: number;
  readonly velocity: number;
  readonly pitchRate: number;
}

/** The constant `value`, as a summand. */
const constant = (value: number): BasicFeature => ({ kind: "cos", of: [], scale: 1 / value });

/** What networks see of a legged body: everything but the root's x, on which nothing depends. */
export function leggedFeatures(joints: readonly Joint[], root: RootScales): Feature[] {
  const { usualHeight, height, velocity, pitchRate } = root;
  const n = 3 + joints.length;
  return [
    { kind: "sum", of: [...identity(1, 1), constant(-usualHeight)], scale: height },
    ...angle(2, 0.7),
    ...joints.flatMap((_, k) => identity(3 + k, 0.5)),
    ...identity(n, velocity),
    ...identity(n + 1, velocity),
    ...identity(n + 2, pitchRate),
    ...joints.flatMap(({ rate }, k) => identity(n + 3 + k, rate)),
  ];
}

/** A step of the way from the root to a foot: a vector (x, height) in m, in the frame of the body that the pitch and `joints` turn. */
export interface Link {
  /** State dimensions. */
  readonly joints: readonly number[];
  readonly x: number;
  readonly height: number;
}

/**
 * Where a point of a foot is: ahead of the root, over 0.3 m, and above the height at which it touches the floor, over 0.1 m.
 * @param turn 1 where positive angles turn x upward (about -y), -1 where they turn it downward (about +y).
 */
export function footFeatures(links: readonly Link[], turn: 1 | -1, radius: number): Feature[] {
  const ahead: BasicFeature[] = [];
  const above: BasicFeature[] = [...identity(1, 1), constant(-radius)];
  for (const { joints, x, height } of links) {
    const angle: LinearForm = [2, ...joints].map((index) => [index, 1] as const);
    if (x !== 0) {
      ahead.push({ kind: "cos", of: angle, scale: 1 / x });
      above.push({ kind: "sin", of: angle, scale: turn / x });
    }
    if (height !== 0) {
      ahead.push({ kind: "sin", of: angle, scale: -turn / height });
      above.push({ kind: "cos", of: angle, scale: 1 / height });
    }
  }
  return [
    { kind: "sum", of: ahead, scale: 0.3 },
    { kind: "sum", of: above, scale: 0.1 },
  ];
}
