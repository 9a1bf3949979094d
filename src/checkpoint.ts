import { type Config, resolveConfig } from "./config.js";
import type { Environment } from "./env/environment.js";
import type { Task } from "./env/task.js";
import type { Network } from "./network.js";
import { decodeTensors, encodeTensors, type StoredTensor, type TensorArray, type TensorFile } from "./safetensors.js";
import { Trainer } from "./train.js";
import type { Core } from "./wasm.js";

const FORMAT = "valuegrad-checkpoint";
const VERSION = "2";

/** The training environment's snapshot. */
const ENVIRONMENT = "environment";

/** What of a trainer is not an array. */
interface Counters {
  readonly steps: number;
  readonly episodes: number;
  readonly updates: number;
  readonly episodeReturn: number;
  readonly valueUpdates: number;
  readonly replaySize: number;
  readonly replayNext: number;
  readonly optimiserSteps: Readonly<Record<string, number>>;
  readonly statistics: Readonly<Record<string, readonly [sum: number, count: number]>>;
}

const networks = (trainer: Trainer): [network: Network, target: number | undefined][] => [
  [trainer.agent.policy, undefined],
  [trainer.agent.value, trainer.agent.valueTarget],
  [trainer.agent.model, undefined],
];

/** The live arrays, besides the networks', that training goes on from. Only the first `size` rows of the replay are in use. */
function arrays(trainer: Trainer, size: number): [name: string, shape: readonly number[], data: TensorArray][] {
  const { agent, replay } = trainer;
  const { noise, sampling } = agent.generators;
  const S = replay.states;
  const A = replay.actions;
  return [
    ["model.scale", [agent.modelScale.length], agent.modelScale],
    ["random.policy_noise", [noise.length], noise],
    ["random.replay_sampling", [sampling.length], sampling],
    ["replay.s", [size, S], replay.s.subarray(0, size * S)],
    ["replay.a", [size, A], replay.a.subarray(0, size * A)],
    ["replay.s_next", [size, S], replay.sNext.subarray(0, size * S)],
    ["replay.reward", [size], replay.reward.subarray(0, size)],
    ["replay.behaviour_log_prob", [size], replay.behaviourLogProb.subarray(0, size)],
    ["replay.terminated", [size], replay.terminated.subarray(0, size)],
    ["replay.truncated", [size], replay.truncated.subarray(0, size)],
  ];
}

/** Everything that a trainer goes on from: weights, optimisers, target, generators, environment, replay, counters. A safetensors file. */
export function saveTrainer(trainer: Trainer): Uint8Array {
  const tensors = new Map<string, StoredTensor>();
  const optimiserSteps: Record<string, number> = {};
  for (const [network, target] of networks(trainer)) {
    for (const { name, shape, data } of network.state(target)) tensors.set(name, { shape, data });
    optimiserSteps[network.name] = network.steps;
  }
  for (const [name, shape, data] of arrays(trainer, trainer.replay.size)) tensors.set(name, { shape, data });
  const environment = trainer.environment.snapshot();
  tensors.set(ENVIRONMENT, { shape: [environment.length], data: environment });
  const counters: Counters = {
    steps: trainer.steps,
    episodes: trainer.episodes,
    updates: trainer.updates,
    episodeReturn: trainer.episodeReturn,
    valueUpdates: trainer.agent.valueUpdates,
    replaySize: trainer.replay.size,
    replayNext: trainer.replay.next,
    optimiserSteps,
    statistics: Object.fromEntries(Object.entries(trainer.statistics).map(([name, mean]) => [name, mean.state])),
  };
  const metadata = {
    format: FORMAT,
    version: VERSION,
    config: JSON.stringify(trainer.config),
    counters: JSON.stringify(counters),
  };
  return encodeTensors({ tensors, metadata });
}

/** The file of a checkpoint and the configuration in it. */
export interface Checkpoint {
  readonly file: TensorFile;
  readonly config: Config;
}

/**
 * @param own A user's own task, where the checkpoint is of one.
 * @throws Error when the bytes are no checkpoint of this version, or damaged.
 */
export function readCheckpoint(bytes: Uint8Array, own?: Task): Checkpoint {
  const file = decodeTensors(bytes);
  const { format, version, config } = file.metadata;
  if (format !== FORMAT || config === undefined)
    throw new Error("not a checkpoint of valuegrad: its metadata do not say so");
  if (version !== VERSION) throw new Error(`a checkpoint of version ${version}: this release reads version ${VERSION}`);
  return { file, config: resolveConfig(JSON.parse(config) as Record<string, unknown>, own) };
}

/**
 * A trainer that goes on exactly where the saved one was.
 * @param core An unused core of the build that `config.core` names.
 * @param make Makes the user's own environment that was trained on, if it was one.
 * @throws Error when an array is missing or has another shape than the configuration asks for.
 */
export function restoreTrainer(core: Core, { file, config }: Checkpoint, make?: () => Environment): Trainer {
  const find = (name: string, shape: readonly number[]): TensorArray => {
    const tensor = file.tensors.get(name);
    if (tensor === undefined) throw new Error(`a damaged checkpoint: it has no ${name}`);
    if (tensor.shape.join() !== shape.join()) {
      throw new Error(`a damaged checkpoint: ${name} is ${tensor.shape.join(" x ")}, not ${shape.join(" x ")}`);
    }
    return tensor.data;
  };
  const counters = JSON.parse(file.metadata.counters ?? "null") as Counters | null;
  if (counters === null) throw new Error("a damaged checkpoint: it has no counters");
  const trainer = new Trainer(core, config, make);
  const environment = file.tensors.get(ENVIRONMENT);
  if (environment === undefined) throw new Error(`a damaged checkpoint: it has no ${ENVIRONMENT}`);
  trainer.environment.restore(environment.data as Uint8Array);
  for (const [network, target] of networks(trainer)) {
    network.restore((name, shape) => find(name, shape) as Float32Array, counters.optimiserSteps[network.name]!, target);
  }
  for (const [name, shape, data] of arrays(trainer, counters.replaySize)) (data as Float32Array).set(find(name, shape));
  trainer.replay.resume(counters.replaySize, counters.replayNext);
  trainer.agent.valueUpdates = counters.valueUpdates;
  trainer.steps = counters.steps;
  trainer.episodes = counters.episodes;
  trainer.updates = counters.updates;
  trainer.episodeReturn = counters.episodeReturn;
  for (const [name, mean] of Object.entries(trainer.statistics)) mean.state = counters.statistics[name]!;
  return trainer;
}
