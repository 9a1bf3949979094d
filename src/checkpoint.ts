import * as v from "valibot";
import type { BestEvaluation } from "./best.js";
import { type Config, resolveConfig, settings } from "./config.js";
import type { Environment } from "./env/environment.js";
import type { Task } from "./env/task.js";
import { conform, count, finite, object, record } from "./fields.js";
import { columnWidths, consecutive, type Replay, type TransitionColumns } from "./replay.js";
import { decodeTensors, encodeTensors, type StoredTensor, type TensorArray, type TensorFile } from "./safetensors.js";
import { capacityOf, Trainer } from "./train.js";
import type { Core } from "./wasm.js";
import { shorten } from "./wording.js";

const FORMAT = "valuegrad-checkpoint";
const VERSION = "4";

/** The training environment's snapshot. */
const ENVIRONMENT = "environment";

/** What of a trainer is not an array. */
export interface Counters {
  readonly steps: number;
  readonly episodes: number;
  readonly updates: number;
  /** Rewards of the unfinished episode, and its steps. */
  readonly episodeReturn: number;
  readonly episodeSteps: number;
  readonly valueUpdates: number;
  readonly best: BestEvaluation;
  /** Transitions ever added to the replay, and the first of those in the file. */
  readonly replayAdded: number;
  readonly replayFrom: number;
  /** By network. */
  readonly optimiserSteps: Readonly<Record<string, number>>;
  /** Of training since the last evaluation: a sum and a count each. */
  readonly statistics: Readonly<Record<string, readonly [sum: number, count: number]>>;
}

const counters: v.GenericSchema<unknown, Counters> = object({
  steps: count,
  episodes: count,
  updates: count,
  episodeReturn: finite,
  episodeSteps: count,
  valueUpdates: count,
  best: object({ step: count, successes: finite, evaluationReturn: finite }),
  replayAdded: count,
  replayFrom: count,
  optimiserSteps: record(count),
  statistics: record(v.tuple([finite, count], "a sum and a count")),
});

/** What contradicts itself in counters; undefined where nothing does. */
function contradiction({ steps, replayAdded, replayFrom }: Counters, config: Config): string | undefined {
  if (steps > 0 && !settings.steps.accepts(steps)) return `${steps} steps are more than there can be`;
  if (replayAdded !== steps) return `${replayAdded} transitions came of ${steps} steps`;
  const capacity = capacityOf(config);
  if (replayFrom > replayAdded || replayFrom < replayAdded - capacity) {
    return `its transitions begin at ${replayFrom} of ${replayAdded}, of which ${capacity} are held`;
  }
  return undefined;
}

/** The transitions with these numbers as the tensors of a file. */
export function transitionTensors(replay: Replay, numbers: Int32Array): [name: string, tensor: StoredTensor][] {
  const columns = replay.read(numbers);
  const widths = Object.entries(columnWidths(replay.states, replay.actions)) as [keyof TransitionColumns, number][];
  return widths.map(([name, width]) => [
    `replay.${name}`,
    { shape: width === 1 ? [numbers.length] : [numbers.length, width], data: columns[name] },
  ]);
}

/**
 * Puts the transitions of a file, which have these numbers, into a replay.
 * @throws Error when a column is missing or has another shape.
 */
export function restoreTransitions({ tensors }: TensorFile, replay: Replay, numbers: Int32Array): void {
  const columns = Object.entries(columnWidths(replay.states, replay.actions)).map(([name, width]) => {
    const shape = width === 1 ? [numbers.length] : [numbers.length, width];
    return [name, find(tensors, `replay.${name}`, shape, replay[name as keyof TransitionColumns].constructor)];
  });
  replay.write(numbers, Object.fromEntries(columns) as TransitionColumns);
}

/** The stored numbers, which the constructor `type` makes. */
function find(tensors: TensorFile["tensors"], name: string, shape: readonly number[], type: unknown): TensorArray {
  const tensor = tensors.get(name);
  if (tensor === undefined) throw new Error(`a damaged checkpoint: it has no ${name}`);
  if (tensor.shape.join() !== shape.join()) {
    throw new Error(`a damaged checkpoint: ${name} is ${tensor.shape.join(" x ")}, not ${shape.join(" x ")}`);
  }
  if (tensor.data.constructor !== type) throw new Error(`a damaged checkpoint: ${name} holds numbers of another type`);
  return tensor.data;
}

/** What a checkpoint leaves out or takes along. */
export interface SaveOptions {
  /** Transitions numbered below this are kept elsewhere. */
  readonly replayFrom?: number;
  /** The caller's own entries of the metadata. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** The live arrays that training goes on from, besides networks, environment and replay. */
const arraysOf = ({ agent, best }: Trainer): typeof agent.arrays => [...agent.arrays, ["policy.best", best.values]];

/** Everything that a trainer goes on from: weights, optimisers, target, generators, environment, replay, counters. A safetensors file. */
export function saveTrainer(trainer: Trainer, { replayFrom = 0, metadata = {} }: SaveOptions = {}): Uint8Array {
  const { replay } = trainer;
  const tensors = new Map<string, StoredTensor>();
  const optimiserSteps: Record<string, number> = {};
  for (const [network, target] of trainer.agent.networks) {
    for (const { name, shape, data } of network.state(target)) tensors.set(name, { shape, data });
    optimiserSteps[network.name] = network.steps;
  }
  for (const [name, data] of arraysOf(trainer)) tensors.set(name, { shape: [data.length], data });
  const environment = trainer.environment.snapshot();
  tensors.set(ENVIRONMENT, { shape: [environment.length], data: environment });
  const first = Math.max(replayFrom, replay.added - replay.size);
  for (const [name, tensor] of transitionTensors(replay, consecutive(first, replay.added))) tensors.set(name, tensor);
  const counted: Counters = {
    steps: trainer.steps,
    episodes: trainer.episodes,
    updates: trainer.updates,
    episodeReturn: trainer.episodeReturn,
    episodeSteps: trainer.learning.episodeSteps,
    valueUpdates: trainer.agent.valueUpdates,
    best: trainer.best.evaluation,
    replayAdded: replay.added,
    replayFrom: first,
    optimiserSteps,
    statistics: Object.fromEntries(trainer.learning.statistics.means.map(([name, mean]) => [name, mean.state])),
  };
  return encodeTensors({
    tensors,
    metadata: {
      ...metadata,
      format: FORMAT,
      version: VERSION,
      config: JSON.stringify(trainer.config),
      counters: JSON.stringify(counted),
    },
  });
}

/** The file of a checkpoint, the configuration and the counters in it. */
export interface Checkpoint {
  readonly file: TensorFile;
  readonly config: Config;
  readonly counters: Counters;
}

/**
 * What an entry of a checkpoint's metadata holds.
 * @throws Error when it is missing or no JSON.
 */
export function parseEntry(what: string, text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    throw new Error(`a damaged checkpoint: its ${what} are no JSON`);
  }
}

/**
 * @param own A user's own task, where the checkpoint is of one.
 * @throws Error when the bytes are no checkpoint of this version, damaged, or contradict themselves.
 */
export function readCheckpoint(bytes: Uint8Array, own?: Task): Checkpoint {
  const file = decodeTensors(bytes);
  const { format, version, config, counters: counted } = file.metadata;
  if (format !== FORMAT) throw new Error("not a checkpoint of valuegrad: its metadata do not say so");
  if (version !== VERSION) {
    throw new Error(`a checkpoint of version ${shorten(version ?? "")}: this release reads version ${VERSION}`);
  }
  const resolved = resolveConfig(parseEntry("config", config) as Record<string, unknown>, own);
  const wrong = (what: string): Error => new Error(`a damaged checkpoint: ${what}`);
  let read: Counters;
  try {
    read = conform("counters", parseEntry("counters", counted), counters);
  } catch (error) {
    throw wrong((error as Error).message);
  }
  const problem = contradiction(read, resolved);
  if (problem !== undefined) throw wrong(problem);
  return { file, config: resolved, counters: read };
}

/** What restoring needs besides the checkpoint. */
export interface RestoreOptions {
  /** Makes the user's own environment that was trained on, if it was one. */
  readonly make?: () => Environment;
  /** Writes the held transitions numbered `from` to `to` - 1, which are kept elsewhere, into the replay. */
  readonly earlier?: (replay: Replay, from: number, to: number) => void;
}

/**
 * A trainer that goes on exactly where the saved one was.
 * @param core An unused core of the build that `config.core` names.
 * @throws Error when an array is missing or has another shape than the configuration asks for.
 */
export function restoreTrainer(
  core: Core,
  { file, config, counters }: Checkpoint,
  { make, earlier }: RestoreOptions = {},
): Trainer {
  const { tensors } = file;
  const trainer = new Trainer(core, config, make);
  const { replay } = trainer;
  const environment = tensors.get(ENVIRONMENT)?.data;
  if (!(environment instanceof Uint8Array)) throw new Error(`a damaged checkpoint: it has no ${ENVIRONMENT}`);
  try {
    trainer.environment.restore(environment);
  } catch (error) {
    throw new Error(`a damaged checkpoint: ${(error as Error).message}`);
  }
  for (const [network, target] of trainer.agent.networks) {
    const steps = counters.optimiserSteps[network.name];
    if (steps === undefined) throw new Error(`a damaged checkpoint: it does not count the ${network.name}'s updates`);
    network.restore((name, shape) => find(tensors, name, shape, Float32Array) as Float32Array, steps, target);
  }
  for (const [name, data] of arraysOf(trainer)) {
    data.set(find(tensors, name, [data.length], data.constructor) as Float32Array);
  }
  const { replayAdded, replayFrom } = counters;
  replay.resume(replayAdded);
  const oldest = replayAdded - replay.size;
  if (replayFrom > oldest) {
    if (earlier === undefined) {
      throw new Error(`the checkpoint's transitions ${oldest} to ${replayFrom - 1} are kept elsewhere: give earlier`);
    }
    earlier(replay, oldest, replayFrom);
  }
  if (replayFrom < replayAdded) restoreTransitions(file, replay, consecutive(replayFrom, replayAdded));
  trainer.agent.valueUpdates = counters.valueUpdates;
  trainer.best.evaluation = counters.best;
  trainer.steps = counters.steps;
  trainer.episodes = counters.episodes;
  trainer.updates = counters.updates;
  trainer.episodeReturn = counters.episodeReturn;
  trainer.learning.episodeSteps = counters.episodeSteps;
  for (const [name, mean] of trainer.learning.statistics.means) {
    const state = counters.statistics[name];
    if (state === undefined) throw new Error(`a damaged checkpoint: it has no statistics of ${name}`);
    mean.state = state;
  }
  return trainer;
}
