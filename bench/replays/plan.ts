/** Which moments of a task are shown, and what is measured. */

import type { StripOptions } from "../../src/cli/replay/strip.js";
import { gripper, movingTarget, standingTarget } from "./arms.js";
import { cheetah, monoped, walker } from "./legs.js";
import { type Measure, standard } from "./measure.js";
import { balance, hand, swingUp } from "./poles.js";
import { swimmer } from "./swimmers.js";

export interface Plan {
  /** Of the start that the picture shows. */
  readonly seed: number;
  readonly picture: Omit<StripOptions, "path" | "springs">;
  /** Whether the picture leaves contact forces out: between fingers and a ball they hide what they act on. */
  readonly bare?: boolean;
  /** A point of a body, in its frame, m, whose way the picture shows. */
  readonly path?: { readonly body: string; readonly x?: number; readonly y?: number };
  readonly measures: readonly Measure[];
  /** Control steps of a measured episode, the task's own number unless given. */
  readonly steps?: number;
  /** Standard deviations of the disturbance under which it is measured, the task's own unless given. */
  readonly disturbances?: readonly number[];
}

const every = (from: number, step: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => from + i * step);

/** Two rows of panels. */
const panels = (times: readonly number[], height = 300): Plan["picture"] => ({
  layout: "panels",
  rows: 2,
  width: 840,
  height,
  times,
});

const runner = (times: readonly number[], measures: readonly Measure[]): Plan => ({
  seed: 1,
  picture: panels(times, 220),
  path: { body: "torso" },
  measures: [...standard, ...measures],
});
/** From this seed the goal is far away, at right angles to the body. */
const swim = (middle: string, times: readonly number[]): Plan => ({
  seed: 3,
  picture: panels(times, 420),
  path: { body: middle },
  measures: [...standard, ...swimmer],
});
const tip = { body: "hand", x: 0.1 };

export const plans: Readonly<Record<string, Plan>> = {
  hand: {
    seed: 1,
    picture: panels([0, 1, 2, 3, 4, 6, 8, 10], 420),
    path: { body: "ball" },
    measures: [...standard, ...hand],
  },
  cartpole: {
    seed: 1,
    picture: panels([0, 0.4, 0.8, 1.2, 1.6, 2, 2.8, 4.6, 5.6, 6.6], 260),
    path: { body: "pole", y: 1 },
    measures: [...standard, ...swingUp],
  },
  "cartpole-balance": {
    seed: 1,
    picture: panels(every(0, 1, 8)),
    path: { body: "pole", y: 1 },
    measures: [...standard, ...balance],
  },
  swimmer3: swim("link2", every(0, 2, 8)),
  swimmer5: swim("link3", every(0, 2, 8)),
  swimmer7: swim("link4", every(0, 2, 8)),
  "reacher-4target": {
    seed: 1,
    picture: panels([0, 0.1, 0.2, 0.3, 0.4, 0.6, 1, 5]),
    path: tip,
    measures: [...standard, ...standingTarget],
  },
  "reacher-moving": {
    seed: 1,
    picture: panels([0, 0.2, 0.4, 0.8, 1.6, 2.6, 3.6, 5]),
    path: tip,
    measures: [...standard, ...movingTarget],
  },
  gripper: {
    seed: 1,
    picture: panels([0, 0.4, 0.8, 1.1, 1.25, 1.4, 1.55, 1.7, 2, 7.5], 340),
    bare: true,
    path: { body: "ball" },
    measures: [...standard, ...gripper],
  },
  monoped: {
    seed: 1,
    picture: panels([0, 0.08, 0.16, 0.24, 0.4, 0.6, 1, 2, 4, 8]),
    measures: [...standard, ...monoped],
    // 10 s
    steps: 250,
    disturbances: [0, 0.05, 0.1, 0.15, 0.2, 0.25],
  },
  cheetah: runner(every(5, 0.05, 10), cheetah),
  "cheetah-springs": runner(every(5, 0.05, 10), cheetah),
  walker: runner(every(4, 0.1, 10), walker),
};
