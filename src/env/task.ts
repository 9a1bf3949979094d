import type { Config } from "../config.js";
import type { Dimension } from "../onnx/policy.js";
import { cartpole, cartpoleBalance } from "./cartpole.js";
import { cheetah, cheetahSprings } from "./cheetah.js";
import type { Feature } from "./features.js";
import type { Frame } from "./frames.js";
import { gripper } from "./gripper.js";
import { hand } from "./hand.js";
import { monoped } from "./monoped.js";
import { reacher4Target, reacherMoving } from "./reacher.js";
import { swimmers } from "./swimmer.js";
import { walker } from "./walker.js";

/** One term of a reward, which is their sum. */
export interface RewardTerm {
  readonly name: string;
  /** For people. */
  readonly formula: string;
}

/** What success is judged by: a number of every transition, averaged over an episode's last steps. */
export interface Score {
  readonly name: string;
  readonly unit: string;
  /** Control steps at the end of an episode over which it is averaged. */
  readonly window: number;
  /** An episode succeeds when the average is at least (or at most) this, and no failure was met. */
  readonly threshold: number;
  readonly better: "higher" | "lower";
  /** The share of episodes that must succeed for the task to count as solved. */
  readonly share: number;
}

/** A place that matters to a task and is no body, such as a target: for whoever draws it. */
export interface Marker {
  readonly name: string;
  /** Its place in the plane of motion and its radius, m. */
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

/** A task as data: what the learner must know of it, and what people read about it. */
export interface Task {
  readonly name: string;
  /** One line. */
  readonly summary: string;
  readonly state: readonly Dimension[];
  /** Actions are in units of the actuator, between -1 and 1; the environment clips them. */
  readonly action: readonly Dimension[];
  /** Seconds between two actions. */
  readonly controlStep: number;
  /** Control steps of an episode. */
  readonly episodeSteps: number;
  /** Whether the state holds the time, so that the last step ends the process; otherwise it is truncated there. */
  readonly finite?: boolean;
  /** How an episode starts, for people. */
  readonly start: string;
  /** What a failure is, for people; none where nothing is one. It ends the process where `earlyTermination` is on. */
  readonly failure?: string;
  /** What the networks see of a state. */
  readonly features: readonly Feature[];
  /** State dimensions that the model predicts; the others are copied. */
  readonly predicted: readonly number[];
  /** Planar vectors among the predicted dimensions whose change is predicted in a turned frame; none unless given. */
  readonly frames?: readonly Frame[];
  /** State dimensions that never change within an episode. */
  readonly constant?: readonly number[];
  /** The state dimension that holds the time, which every control step advances by itself. */
  readonly clock?: number;
  readonly reward: readonly RewardTerm[];
  readonly score: Score;
  /** Settings whose default differs for this task. */
  readonly defaults?: Partial<Config>;
}

/** A task whose physics and reward are in the core. */
export interface CoreTask extends Task {
  /** Number of the task in the core (assembly/env/tasks.ts). */
  readonly id: number;
  /** The file of its body in models/, without its ending. */
  readonly model: string;
  /** The body's coordinates at a state, where a state does not begin with them. */
  readonly pose?: (state: ArrayLike<number>) => ArrayLike<number>;
  /** Whether the task moves by equations of its own (assembly/env), and the file is for drawing only. */
  readonly closedForm?: boolean;
  /** Pairs of bodies that a spring joins which the file does not hold, for drawing. */
  readonly springs?: readonly (readonly [string, string])[];
  /** The state where a copy in a state should be, and stays without an action: where a linear-quadratic regulator leads it. */
  readonly goal?: (state: ArrayLike<number>) => ArrayLike<number>;
  /** What else is to be seen at a state, the same markers in the same order at every state. */
  readonly markers?: (state: ArrayLike<number>) => readonly Marker[];
}

/** Every built-in task by its name. */
export const tasks: Readonly<Record<string, CoreTask>> = {
  hand,
  cartpole,
  "cartpole-balance": cartpoleBalance,
  ...swimmers,
  "reacher-4target": reacher4Target,
  "reacher-moving": reacherMoving,
  gripper,
  monoped,
  cheetah,
  "cheetah-springs": cheetahSprings,
  walker,
};

/** Whether an episode's averaged score is good enough. */
export function succeeds({ threshold, better }: Score, average: number): boolean {
  return better === "higher" ? average >= threshold : average <= threshold;
}

/** What an episode must show to succeed: "cos(angle), averaged over the last 5.0 s, is at least 0.95". */
export function successInWords({ score, controlStep, failure }: Task): string {
  const { name, unit, window, threshold, better } = score;
  const period = window === 1 ? " at the end" : `, averaged over the last ${(window * controlStep).toFixed(1)} s,`;
  const bound = `is at ${better === "higher" ? "least" : "most"} ${threshold}${unit === "1" ? "" : ` ${unit}`}`;
  return `${name}${period} ${bound}${failure === undefined ? "" : `, without a failure (${failure})`}`;
}
