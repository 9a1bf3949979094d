import * as v from "valibot";
import type { Algorithm } from "./algorithms/algorithm.js";
import { type AlgorithmName, algorithms } from "./algorithms/algorithms.js";
import { type Task, tasks } from "./env/task.js";
import { didYouMean, show } from "./wording.js";

/** A user's mistake: the message names the field, the value and what would be right. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** One setting: its default, what it may be, what it means, and how it is written on a command line. */
export interface Setting<T> {
  readonly kind: "integer" | "real" | "choice" | "layers";
  readonly default: T;
  readonly accepts: (value: unknown) => value is T;
  /** What it may be, in words: "an integer from 1 to 100". */
  readonly expected: string;
  readonly meaning: string;
  /** The words that it may be, where it is one of a few. */
  readonly choices?: readonly string[];
  /** The value that a command-line text stands for; a text that stands for none gives NaN or itself, which `accepts` refuses. */
  readonly parse: (text: string) => unknown;
}

/** Whether values fit a schema. The published types know no schemas: whoever installs this package has no valibot. */
const fitting =
  <T>(schema: v.GenericSchema<unknown, T>) =>
  (value: unknown): value is T =>
    v.is(schema, value);

const asNumber = (text: string): unknown => (text.trim() === "" ? Number.NaN : Number(text));

function integer(value: number, low: number, high: number, meaning: string): Setting<number> {
  return {
    kind: "integer",
    default: value,
    accepts: fitting(v.pipe(v.number(), v.integer(), v.minValue(low), v.maxValue(high))),
    expected: `an integer from ${low} to ${high}`,
    meaning,
    parse: asNumber,
  };
}

function real(value: number, low: number, high: number, meaning: string): Setting<number> {
  return {
    kind: "real",
    default: value,
    accepts: fitting(v.pipe(v.number(), v.finite(), v.minValue(low), v.maxValue(high))),
    expected: `a number from ${low} to ${high}`,
    meaning,
    parse: asNumber,
  };
}

/** A setting that is one of a few words. */
export interface Choice<T extends string> extends Setting<T> {
  readonly choices: readonly T[];
}

function choice<const T extends string>(value: T, choices: readonly T[], meaning: string): Choice<T> {
  return {
    kind: "choice",
    default: value,
    accepts: fitting<T>(v.picklist(choices)),
    expected: `one of ${choices.join(", ")}`,
    meaning,
    choices,
    parse: (text) => text,
  };
}

function layers(value: readonly number[], meaning: string): Setting<readonly number[]> {
  return {
    kind: "layers",
    default: value,
    accepts: fitting(
      v.pipe(v.array(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(4096))), v.minLength(1), v.maxLength(8)),
    ),
    expected: "one to eight layer widths from 1 to 4096, such as 100,100",
    meaning,
    parse: (text) => text.split(",").map(asNumber),
  };
}

const taskNames = Object.keys(tasks) as [string, ...string[]];

/** Every setting of a training run: defaults, ranges and meanings in one place. */
export const settings = {
  task: choice<string>("cartpole", taskNames, "what to learn"),
  algorithm: choice("svg1-er", Object.keys(algorithms) as AlgorithmName[], "how to learn it"),
  seed: integer(1, 0, Number.MAX_SAFE_INTEGER, "seed of every random stream"),
  core: choice(
    "release",
    ["release", "scalar", "fma"],
    "build of the core: release (SIMD), scalar (the same results on hosts without SIMD), fma (faster, results depend on the host)",
  ),
  steps: integer(10_000, 1, 1_000_000_000, "environment steps to train for"),
  evaluationInterval: integer(1_000, 1, 1_000_000_000, "environment steps between two evaluations"),
  evaluationEpisodes: integer(10, 1, 1_000, "episodes of an evaluation, with the deterministic policy"),
  learningStarts: integer(500, 1, 1_000_000, "transitions that the untrained policy gathers before the first update"),
  replayCapacity: integer(100_000, 1, 10_000_000, "transitions that the replay buffer holds, oldest forgotten first"),
  batch: integer(64, 1, 4_096, "transitions in a minibatch"),
  modelUpdates: integer(1, 1, 100, "model minibatches per environment step"),
  valueUpdates: integer(2, 1, 100, "critic minibatches per environment step (M of algorithm 4)"),
  policyUpdates: integer(1, 1, 100, "policy minibatches per environment step"),
  modelLearningRate: real(3e-3, 1e-8, 1, "Adam's step size for the model"),
  valueLearningRate: real(1e-3, 1e-8, 1, "Adam's step size for the critic"),
  policyLearningRate: real(3e-4, 1e-8, 1, "Adam's step size for the policy"),
  gamma: real(0.98, 0, 1, "discount of a control step"),
  rewardScale: real(0.1, 1e-6, 1e6, "what rewards are multiplied by before they are learned from"),
  targetPeriod: integer(50, 1, 1_000_000, "critic updates between two copies of the target (C of algorithm 4)"),
  valueLearning: choice(
    "fitted",
    ["fitted", "td", "returns", "residual"],
    "how the critic learns: towards r + gamma times a target's value (fitted, algorithm 4) or its own (td), towards observed returns of finished episodes, with its own value at a time limit (returns), or down its Bellman residual through the model (residual; not for algorithms without a model)",
  ),
  bootstrap: choice(
    "critic",
    ["critic", "none"],
    "what comes after the end of a trajectory that is learned from: what the critic says, or nothing (svg-inf, planner, reinforce)",
  ),
  horizon: integer(5, 2, 10_000, "steps of the trajectory pieces that svg-k learns from (k)"),
  policyData: choice(
    "replay",
    ["replay", "fresh"],
    "what the policy of svg-k and ac learns from: the replay, with importance weights, or the newest steps, once each",
  ),
  policyInterval: integer(10, 1, 1_000_000, "environment steps between two policy updates on fresh data"),
  modelActions: choice(
    "chosen",
    ["chosen", "clipped"],
    "what the learned model sees of an action: all of it, or what is left when the actuator has clipped it; derivatives pass through the clipping",
  ),
  weights: choice(
    "full",
    ["full", "geometric", "none"],
    "importance weight of an action: the ratio of its densities, the geometric mean of its dimensions' ratios, or 1",
  ),
  weightLimit: real(5, 0, 1e6, "largest importance weight, also of a piece of several steps as a whole"),
  klWeight: real(
    0,
    0,
    1e3,
    "what a unit of KL(behaviour || current) costs a policy that learns from replay, in scaled reward; 0 for nothing",
  ),
  klTarget: real(0, 0, 1e3, "KL(behaviour || current) that klWeight, where it starts, adapts to; 0 leaves it fixed"),
  etaLimit: real(3, 0, 1e6, "largest inferred policy noise that moves sigma, in standard deviations"),
  gradientLimit: real(10, 1e-6, 1e9, "largest norm of a gradient, beyond it is scaled down"),
  squash: choice("tanh", ["tanh", "none"], "what keeps the policy's mean within the actuator's range"),
  deviation: choice("fixed", ["fixed", "learned", "state"], "what the policy's sigma depends on"),
  sigma: real(0.5, 1e-4, 10, "the policy's sigma at the start, in units of the actuator's range"),
  sigmaMin: real(0.05, 1e-5, 10, "lower bound of sigma, and so of the policy's entropy"),
  sigmaMax: real(1, 1e-5, 100, "upper bound of sigma"),
  policyHidden: layers([100, 100], "the policy's hidden layers"),
  valueHidden: layers([200, 100], "the critic's hidden layers"),
  model: choice(
    "learned",
    ["learned", "exact"],
    "whose derivatives carry the value gradient: the learned model's, or the simulator's exact ones",
  ),
  disturbance: real(
    0,
    0,
    10,
    "random disturbance of every step, standard deviation: of the actions, in units of the actuators' range (hand: of the force on its ball, N)",
  ),
  earlyTermination: choice("off", ["off", "on"], "whether a failure, such as a fall, ends a training episode"),
  modelHidden: layers(
    [20, 20],
    "hidden layers of each of the model's sub-networks, or of its single network, which wants more units, such as 100,100",
  ),
  modelNetwork: choice(
    "separate",
    ["separate", "single"],
    "what predicts the state's change: a sub-network for every dimension, or a single network for all of them",
  ),
  reward: choice(
    "given",
    ["given", "learned"],
    "whose derivatives by state and action are used: the task's own reward's, or those of a reward learned from what was seen",
  ),
  rewardHidden: layers([100, 100], "the learned reward's hidden layers"),
  modelNoise: choice("additive", ["additive", "learned"], "the model's noise: additive, or sigma(s, a) by likelihood"),
} as const satisfies Record<string, Setting<unknown>>;

export type SettingName = keyof typeof settings;

/** A complete configuration. */
export type Config = { readonly [Name in SettingName]: (typeof settings)[Name] extends Setting<infer T> ? T : never };

/** The default of a setting: the algorithm's for the task, the task's own, or the general one. */
export function defaultOf(name: SettingName, task?: Task, algorithm: AlgorithmName = settings.algorithm.default) {
  const { defaults }: Algorithm = algorithms[algorithm];
  return (task && defaults?.(task)[name]) ?? task?.defaults?.[name] ?? settings[name].default;
}

/**
 * Completes and checks settings.
 * @param partial What differs from the defaults. undefined stands for the default, which may be the task's own.
 * @param own A user's own task, which `task` then names.
 * @throws UsageError that names the first wrong field, its value and what it may be.
 */
export function resolveConfig(partial: { readonly [name: string]: unknown }, own?: Task): Config {
  if (typeof partial !== "object" || partial === null || Array.isArray(partial)) {
    throw new UsageError(`the settings are ${show(partial)}: they must be an object`);
  }
  for (const name of Object.keys(partial)) {
    if (Object.hasOwn(settings, name)) continue;
    const names = Object.keys(settings);
    throw new UsageError(
      `unknown setting ${show(name)}: ${didYouMean(name, names)}the settings are ${names.join(", ")}`,
    );
  }
  const chosen = partial.task === undefined ? (own?.name ?? settings.task.default) : partial.task;
  const known = typeof chosen === "string" && Object.hasOwn(tasks, chosen) ? tasks[chosen] : undefined;
  const task = own?.name === chosen ? own : known;
  const { algorithm: named } = partial;
  // a wrong name is refused below
  const algorithm = settings.algorithm.accepts(named) ? named : undefined;
  const config: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries(settings) as [SettingName, Setting<unknown>][]) {
    const value =
      name === "task" ? chosen : partial[name] === undefined ? defaultOf(name, task, algorithm) : partial[name];
    const accepted = name === "task" ? task !== undefined : setting.accepts(value);
    if (!accepted) {
      const guess = typeof value === "string" ? didYouMean(value, setting.choices ?? []) : "";
      throw new UsageError(`${name} is ${show(value)}: ${guess}it must be ${setting.expected}`);
    }
    config[name] = value;
  }
  const complete = config as Config;
  if (!(complete.sigmaMin < complete.sigma && complete.sigma < complete.sigmaMax)) {
    throw new UsageError(
      `sigma is ${complete.sigma}: it must lie between sigmaMin (${complete.sigmaMin}) and sigmaMax (${complete.sigmaMax})`,
    );
  }
  const { deterministic, policyGradient }: Algorithm = algorithms[complete.algorithm];
  if (complete.valueLearning === "residual" && policyGradient !== "value") {
    throw new UsageError(
      `valueLearning is "residual": ${complete.algorithm} learns no model to go through; it must be one of fitted, td, returns`,
    );
  }
  if (complete.deviation !== "fixed" && deterministic) {
    throw new UsageError(
      `deviation is "${complete.deviation}": ${complete.algorithm} explores with a noise that it does not learn; it must be fixed`,
    );
  }
  if (complete.klTarget > 0 && complete.klWeight === 0) {
    throw new UsageError(`klWeight is 0: klTarget (${complete.klTarget}) needs a weight above 0 to start from`);
  }
  return complete;
}
