import * as v from "valibot";
import {
  type Checkpoint,
  parseEntry,
  readCheckpoint,
  restoreTransitions,
  saveTrainer,
  transitionTensors,
} from "../checkpoint.js";
import { conform, record } from "../fields.js";
import type { MetricsRecord } from "../metrics.js";
import { consecutive, type Replay } from "../replay.js";
import { decodeTensors, digestOf, encodeTensors } from "../safetensors.js";
import type { Trainer } from "../train.js";
import { parseRecords } from "./results.js";

/** What a run's checkpoints and replay chunks hold, as bytes. Every byte is a function of the run's configuration and the step. */

/**
 * Transitions in a file of the replay. A full chunk never changes, so a checkpoint writes at most one chunk's transitions itself. A
 * buffer that holds less than a chunk has no such files.
 */
export const CHUNK = 4096;

const FORMAT = "valuegrad-replay";
const VERSION = "1";

/** The first transition that a checkpoint keeps itself, after `added` transitions. */
export const chunkedUntil = (capacity: number, added: number): number =>
  capacity < CHUNK ? 0 : added - (added % CHUNK);

/** The chunks that hold what a buffer still needs, of those before `chunkedUntil`: first, and the one after the last. */
export function neededChunks(capacity: number, added: number): [first: number, end: number] {
  const end = chunkedUntil(capacity, added) / CHUNK;
  return [Math.min(end, Math.floor(Math.max(0, added - capacity) / CHUNK)), end];
}

/** The chunk that the buffer's last transition has made full, if one. */
export const completedChunk = ({ capacity, added }: Replay): number | undefined =>
  capacity >= CHUNK && added % CHUNK === 0 ? added / CHUNK - 1 : undefined;

/** The file of chunk `index`, whose transitions the buffer must hold. */
export function encodeChunk(replay: Replay, index: number): Uint8Array {
  const from = index * CHUNK;
  const tensors = new Map(transitionTensors(replay, consecutive(from, from + CHUNK)));
  return encodeTensors({ tensors, metadata: { format: FORMAT, version: VERSION, from: String(from) } });
}

/**
 * Puts those of a chunk's transitions that are still held into the buffer.
 * @throws Error when the bytes are damaged, or not those with this digest.
 */
export function decodeChunk(bytes: Uint8Array, digest: string, replay: Replay, index: number): void {
  const file = decodeTensors(bytes);
  if (file.metadata.format !== FORMAT || digestOf(bytes) !== digest) throw new Error("it is not this run's file");
  const from = index * CHUNK;
  restoreTransitions(file, replay, consecutive(from, from + CHUNK));
}

/** The digests of a run's chunk files, by their index. */
export type Digests = Map<number, string>;

/** What is kept in a checkpoint's metadata besides a trainer's own. */
const METRICS = "metrics";
const CHUNKS = "chunks";

/** The text of metrics.jsonl or timing.jsonl. */
export const jsonLines = (records: readonly unknown[]): string =>
  records.map((record) => `${JSON.stringify(record)}\n`).join("");

/** The file of a checkpoint, which needs the chunks with these digests beside it. */
export function encodeCheckpoint(trainer: Trainer, metrics: readonly MetricsRecord[], digests: Digests): Uint8Array {
  const { capacity, added } = trainer.replay;
  const [first, end] = neededChunks(capacity, added);
  const needed: Record<number, string> = {};
  for (let index = first; index < end; ++index) needed[index] = digests.get(index)!;
  return saveTrainer(trainer, {
    replayFrom: chunkedUntil(capacity, added),
    metadata: { [METRICS]: jsonLines(metrics), [CHUNKS]: JSON.stringify(needed) },
  });
}

/** A run's checkpoint: what a trainer needs, and what the run needs. */
export interface RunCheckpoint extends Checkpoint {
  readonly metrics: readonly MetricsRecord[];
  readonly digests: Digests;
}

/** Digests by the index of what they are of. */
const named = record(v.string("a digest"));

/** @throws Error when the bytes are damaged or no checkpoint of a run. */
export function decodeCheckpoint(bytes: Uint8Array): RunCheckpoint {
  const checkpoint = readCheckpoint(bytes);
  const { [METRICS]: metrics, [CHUNKS]: chunks } = checkpoint.file.metadata;
  if (metrics === undefined || chunks === undefined) throw new Error("a checkpoint of a trainer, but not of a run");
  const digests = conform(CHUNKS, parseEntry(CHUNKS, chunks), named);
  return {
    ...checkpoint,
    metrics: parseRecords(metrics, METRICS, checkpoint.config),
    digests: new Map(Object.entries(digests).map(([index, digest]) => [Number(index), digest])),
  };
}

/** The file of a checkpoint in a run that is to make so many steps: what a checkpoint holds depends on them in no other way. */
export function withSteps({ file: { tensors, metadata }, config }: Checkpoint, steps: number): Uint8Array {
  return encodeTensors({ tensors, metadata: { ...metadata, config: JSON.stringify({ ...config, steps }) } });
}
