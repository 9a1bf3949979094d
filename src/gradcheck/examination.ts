import type { Algorithm } from "../algorithms/algorithm.js";
import { algorithms } from "../algorithms/algorithms.js";
import { type Config, UsageError } from "../config.js";
import type { CoreTask } from "../env/task.js";
import type { Source } from "./estimate.js";
import { rolloutSteps } from "./meter.js";

/** How the gradient of an algorithm is examined. */
export interface Examination {
  /** What a sample is: a piece of a trajectory that begins in a state of the replay, or an episode. */
  readonly samples: "states" | "episodes";
  /** How many unless asked otherwise, and how many at a time. */
  readonly count: number;
  readonly copies: number;
  /** Steps of a sample, at most. */
  readonly steps: number;
  /** Samples of a gradient that the algorithm goes along. */
  readonly perGradient: number;
  /** What the reference is made of: returns of rollouts from actions at both sides, or the exact model's derivatives along episodes. */
  readonly reference: "returns" | "derivatives";
  /** What is compared, and which of them the algorithm goes along. */
  readonly sources: readonly Source[];
  readonly own: Source;
}

/** Values of states, by derivatives through a model, along pieces. */
const throughModels: readonly Source[] = [
  { data: "fresh", model: "exact", value: "exact" },
  { data: "fresh", model: "learned", value: "exact" },
  { data: "fresh", model: "exact", value: "critic" },
  { data: "fresh", model: "learned", value: "critic" },
  { data: "replayed", model: "exact", value: "critic" },
  { data: "replayed", model: "learned", value: "critic" },
];

/** What else takes pieces: a critic of actions, whose place the exact model and value take, and likelihood ratios. */
const withoutModel = (model: "exact" | "none"): readonly Source[] => [
  { data: "fresh", model, value: "exact" },
  { data: "fresh", model: "none", value: "critic" },
  { data: "replayed", model: "none", value: "critic" },
];

const pieceSources = {
  value: throughModels,
  "action value": withoutModel("exact"),
  "likelihood ratio": withoutModel("none"),
};

/** What whole episodes are compared by: every model, and everything that may come after the episode. */
function episodeSources(
  { policyGradient, simulates = false }: Algorithm,
  values: readonly Source["value"][],
): readonly Source[] {
  const models = policyGradient === "value" ? (["exact", "learned"] as const) : (["none"] as const);
  const data = simulates ? (["fresh", "simulated"] as const) : (["fresh"] as const);
  return data.flatMap((data) => models.flatMap((model) => values.map((value): Source => ({ data, model, value }))));
}

/**
 * How the gradient of a configured algorithm is examined.
 * @throws UsageError when of its gradient more than the mean's part cannot be told apart.
 */
export function examinationOf(task: CoreTask, config: Config): Examination {
  const algorithm: Algorithm = algorithms[config.algorithm];
  const { policyGradient, afterEpisode, simulates = false } = algorithm;
  if (policyGradient === "likelihood ratio" && config.deviation === "state") {
    throw new UsageError(
      `deviation is state: the gradient of the mean, which gradcheck examines, shares its layers; take fixed or learned for ${config.algorithm}`,
    );
  }
  const single = { count: config.batch, steps: 1, replayed: true };
  const { count: perGradient, steps, replayed = false } = algorithm.pieces?.(task, config) ?? single;
  const model = policyGradient === "value" ? config.model : "none";
  const data = simulates ? "simulated" : replayed ? "replayed" : "fresh";
  if (afterEpisode === undefined) {
    const sources = pieceSources[policyGradient];
    const own: Source = { data, model, value: "critic" };
    return { samples: "states", count: 4096, copies: 64, steps, perGradient, reference: "returns", sources, own };
  }
  const sources = episodeSources(algorithm, task.finite ? ["nothing"] : ["exact", "critic", "nothing"]);
  const own: Source = { data, model, value: task.finite || config.bootstrap === "none" ? "nothing" : "critic" };
  const [reference, count] = policyGradient === "value" ? (["derivatives", 64] as const) : (["returns", 1024] as const);
  return { samples: "episodes", count, copies: 4, steps, perGradient, reference, sources, own };
}

/**
 * Steps of the exact rollouts: those asked for, or until the discount leaves a twentieth.
 * @throws UsageError when so many cannot be asked for.
 */
export function rolloutOf(
  task: CoreTask,
  config: Config,
  { samples, reference }: Pick<Examination, "samples" | "reference">,
  asked: number | undefined,
): number {
  const { algorithm } = config;
  if (reference === "derivatives" && task.finite) {
    if (asked === undefined) return 0;
    throw new UsageError(
      `rollout is ${asked}: nothing comes after an episode of ${task.name}; leave it out for ${algorithm}`,
    );
  }
  if (samples === "episodes" && asked === 0) {
    throw new UsageError(
      `rollout is 0: what comes after the episodes that ${algorithm} goes along takes rollouts; give 1 or more, or leave it out`,
    );
  }
  return asked ?? rolloutSteps(config, task);
}
