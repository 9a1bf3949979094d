// Policies, critics and models with random parameters as test data.

import { fill, mlpSlots, predictorSlots, type Slot, widthsOf } from "./blocks.js";
import { createEncoder, FEATURES, type Form, STATES } from "./encoders.js";
import type { Core } from "./instantiate.js";
import type { Source } from "./numbers.js";

export const ACTIONS = 3;

/** What a policy's deviation depends on, and how the core numbers it. */
export const DEVIATIONS = { fixed: 0, learned: 1, "state-dependent": 2 } as const;
export type Deviation = keyof typeof DEVIATIONS;

/** The state dimensions that a model predicts, in no order; 3 is copied, being dropped by the encoder, and 1 as well. */
export const PREDICTED = [4, 0, 2];
export const SCALES = [0.5, 2, 1.25];

export interface TestFrame {
  /** Positions of x and y in PREDICTED. */
  readonly pair: readonly [x: number, y: number];
  readonly angle: Form;
}

/** A pair in the order of neither states nor predictions, turned by copied dimensions and by one of its own. */
export const FRAMES: readonly TestFrame[] = [
  {
    pair: [2, 0],
    angle: [
      [1, 1.5],
      [3, -0.5],
      [2, 1],
    ],
  },
];

export function createFrames(core: Core, states: number, dimensions: number, frames: readonly TestFrame[]): number {
  const starts = [0];
  for (const { angle } of frames) starts.push(starts.at(-1)! + angle.length);
  const terms = frames.flatMap(({ angle }) => angle);
  return core.run(
    "framesCreate",
    states,
    dimensions,
    frames.length,
    core.putIntegers(frames.flatMap(({ pair }) => pair)),
    core.putIntegers(starts),
    core.putIntegers(terms.map(([index]) => index)),
    core.putDoubles(terms.map(([, coefficient]) => coefficient)),
  );
}

const FEATURE_COUNT = FEATURES.length;

export function stateEncoder(core: Core): number {
  return createEncoder(core, STATES, FEATURES);
}

export interface Trainable {
  readonly address: number;
  readonly slots: readonly Slot[];
  /** Address of the parameters' structure, and of two of its blocks. */
  readonly parameters: number;
  readonly values: number;
  readonly gradient: number;
}

function trainable(core: Core, address: number, parameters: number, slots: readonly Slot[]): Trainable {
  const values = core.plain("parametersValues", parameters);
  return { address, slots, parameters, values, gradient: core.plain("parametersGradient", parameters) };
}

export const gradientOf = (core: Core, { gradient, slots }: Trainable): number[] => core.get(gradient, slots.length);
export const valuesOf = (core: Core, { values, slots }: Trainable): number[] => core.get(values, slots.length);

export function createPolicy(
  core: Core,
  source: Source,
  rows: number,
  { squash = 1, deviation = "state-dependent" as Deviation, hidden = [7, 5], etaLimit = 10 } = {},
): Trainable {
  const sizes = [FEATURE_COUNT, ...hidden, 2 * ACTIONS];
  const policy = core.run(
    "policyCreate",
    stateEncoder(core),
    widthsOf(core, sizes),
    sizes.length - 1,
    rows,
    squash,
    DEVIATIONS[deviation],
    0.05,
    2,
    etaLimit,
  );
  const made = trainable(core, policy, core.plain("policyParameters", policy), mlpSlots(sizes));
  const numbers = fill(made.slots, source).map((x, at) =>
    deviation !== "state-dependent" && actsOnDeviation(made, at) === "weight" ? 0 : x,
  );
  core.set(made.values, numbers);
  return made;
}

/** Whether a parameter leads to the deviation's network output and to nothing else. */
export function actsOnDeviation(policy: Trainable, at: number): "weight" | "bias" | undefined {
  const slot = policy.slots[at]!;
  const last = policy.slots[policy.slots.length - 1]!.layer;
  if (slot.layer !== last || slot.padding || slot.output < ACTIONS) return undefined;
  return slot.input === "bias" ? "bias" : "weight";
}

/** A critic of states, or of as many actions in them. */
export function createValue(core: Core, source: Source, rows: number, hidden = [6, 5], actions = 0): Trainable {
  const sizes = [FEATURE_COUNT + actions, ...hidden, 1];
  const value = core.run("valueCreate", stateEncoder(core), actions, widthsOf(core, sizes), sizes.length - 1, rows);
  const made = trainable(core, value, core.plain("valueParameters", value), mlpSlots(sizes));
  core.set(made.values, fill(made.slots, source));
  core.set(core.plain("valueTarget", value), fill(made.slots, source));
  return made;
}

export function createModel(
  core: Core,
  source: Source,
  rows: number,
  { learnedNoise = true, hidden = [6], frames = [] as readonly TestFrame[], single = false } = {},
): Trainable {
  const sizes = [FEATURE_COUNT + ACTIONS, ...hidden, learnedNoise ? 2 : 1];
  const model = core.run(
    "modelCreate",
    stateEncoder(core),
    ACTIONS,
    widthsOf(core, sizes),
    sizes.length - 1,
    core.putIntegers(PREDICTED),
    PREDICTED.length,
    createFrames(core, STATES, PREDICTED.length, frames),
    single ? 1 : 0,
    rows,
  );
  const slots = predictorSlots(sizes, PREDICTED.length, single);
  const made = trainable(core, model, core.plain("modelParameters", model), slots);
  core.set(made.values, fill(made.slots, source));
  core.set(core.plain("modelScale", model), SCALES);
  return made;
}
