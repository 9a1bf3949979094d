import { statfsSync } from "node:fs";
import type { Algorithm } from "../algorithms/algorithm.js";
import { algorithms } from "../algorithms/algorithms.js";
import { saveTrainer } from "../checkpoint.js";
import { POINTS } from "../metrics.js";
import { Replay } from "../replay.js";
import type { Trainer } from "../train.js";
import { CHUNK, chunkedUntil, neededChunks } from "./run-files.js";

/** Bytes of a file's header beyond its arrays, at most. */
const HEADER = 1_000;
/** Bytes of an evaluation's line in a checkpoint, where its quotes are escaped, at most: without its lists, and of a number in them. */
const LINE = 800;
const ITEM = 10;
/** Bytes that name a chunk in a checkpoint, at most. */
const DIGEST = 85;

/** What a run's files take at the end, in bytes: at most so much, and little less. */
export interface Sizes {
  /** Both checkpoints. */
  readonly checkpoints: number;
  /** All chunks of the replay. */
  readonly replay: number;
  readonly total: number;
}

/** What the files of a trainer's run will take. Policy and report, which are small, are left out. */
export function predictSizes(trainer: Trainer): Sizes {
  const { replay } = trainer;
  const { steps, evaluationInterval } = trainer.config;
  const { capacity, states, actions } = replay;
  const transition = Replay.bytesPerTransition(states, actions);
  const { pieces }: Algorithm = algorithms[trainer.config.algorithm];
  const horizon = pieces?.(trainer.task, trainer.config)?.steps ?? 1;
  const line = LINE + ITEM * (trainer.task.predicted.length + Math.min(horizon, POINTS));
  const metrics = (Math.ceil(steps / evaluationInterval) + 1) * line;
  const networks = saveTrainer(trainer, { replayFrom: replay.added }).length;
  const before = Math.floor((steps - 1) / evaluationInterval) * evaluationInterval;
  const [first] = neededChunks(capacity, before);
  const [, end] = neededChunks(capacity, steps);
  const checkpoint = (step: number): number => {
    const tail = Math.min(capacity, step - chunkedUntil(capacity, step));
    return networks + tail * transition + metrics + (end - first) * DIGEST;
  };
  const checkpoints = checkpoint(before) + checkpoint(steps);
  const stored = (end - first) * (CHUNK * transition + HEADER);
  return { checkpoints, replay: stored, total: checkpoints + stored + metrics };
}

/** Bytes that are free where a folder stands. */
export function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

/** "1.3 MB". */
export function inMegabytes(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
