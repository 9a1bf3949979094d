import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { restoreTrainer } from "../checkpoint.js";
import { type Config, resolveConfig, UsageError } from "../config.js";
import { conform, count, finite, object } from "../fields.js";
import type { MetricsRecord, TimingRecord } from "../metrics.js";
import type { Replay } from "../replay.js";
import { digestOf } from "../safetensors.js";
import { Trainer } from "../train.js";
import { version } from "../version.js";
import { shorten } from "../wording.js";
import { writeSums } from "./checksums.js";
import {
  createRunFolder,
  ensureFolder,
  LARGEST_STRING,
  readBytes,
  readText,
  removeFile,
  removeLeftovers,
  writeAtomically,
} from "./files.js";
import { configHash, createCore } from "./load.js";
import {
  completedChunk,
  type Digests,
  decodeCheckpoint,
  decodeChunk,
  encodeCheckpoint,
  encodeChunk,
  jsonLines,
  neededChunks,
  type RunCheckpoint,
  withSteps,
} from "./run-files.js";

/** The checkpoint files of a run by their steps. */
export function checkpointsOf(run: string): Map<number, string> {
  const steps = numbered(join(run, CHECKPOINTS));
  return new Map(steps.map((step) => [step, join(run, CHECKPOINTS, checkpointName(step))]));
}

/** The policy of a finished run. */
export const POLICY = "policy.onnx";
/** The policy of its best evaluation. */
export const BEST = "best.onnx";
/** Its curves. */
export const REPORT = "report.html";

/** The files of a run, for people. */
export const runFiles = [
  "config.json: every setting of this run",
  "metrics.jsonl: one line per evaluation",
  "timing.jsonl: wall-clock times of the same evaluations",
  "checkpoints: weights, optimisers and everything else that training goes on from, at the last two evaluations",
  "replay: the transitions that checkpoints need besides",
  `${POLICY}: the policy, ready to deploy`,
  `${BEST}: the policy as it was at its best evaluation`,
  "SHA256SUMS: checksums of all files but timing.jsonl",
];

const CONFIG = "config.json";
const METRICS = "metrics.jsonl";
const TIMING = "timing.jsonl";
const CHECKPOINTS = "checkpoints";
const REPLAY = "replay";

const checkpointName = (step: number): string => `${String(step).padStart(10, "0")}.safetensors`;
const chunkName = (index: number): string => `${String(index).padStart(6, "0")}.safetensors`;

/** The numbers of the files of a folder that are named by a number, ascending. */
function numbered(folder: string): number[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => /^\d+\.safetensors$/.test(name));
  return names.map((name) => Number.parseInt(name, 10)).sort((a, b) => a - b);
}

const duration = v.pipe(finite, v.minValue(0, "a number from 0"));

/** A line of timing.jsonl. */
const timed = object({ step: count, seconds: duration, updatesPerSecond: duration });

/** What training goes on from. */
export interface Loaded {
  readonly trainer: Trainer;
  readonly metrics: MetricsRecord[];
  readonly timing: TimingRecord[];
}

/**
 * A run on disk. Checkpoints are written at every evaluation, and the last two of those are kept; a checkpoint of another moment (a
 * stop, or a minute without one) stands until the next evaluation. So at every moment something good is there to go on from, and what
 * a finished run leaves is a function of its configuration, however often it was stopped.
 */
export class RunFolder {
  readonly path: string;
  config: Config;
  #digests: Digests = new Map();
  #report: (problem: string) => void;

  private constructor(path: string, config: Config, report: (problem: string) => void) {
    this.path = path;
    this.config = config;
    this.#report = report;
  }

  /**
   * Makes the folder of a new run.
   * @throws UsageError when it is in use or can't be written.
   */
  static create(path: string, config: Config): RunFolder {
    createRunFolder(path);
    const run = new RunFolder(path, config, () => {});
    run.#writeConfig();
    return run;
  }

  /**
   * Opens the folder of a run that was begun.
   * @param report Is told, a sentence each, what is damaged but can be done without.
   * @throws UsageError when there is no run, or its settings were altered.
   */
  static open(path: string, report: (problem: string) => void): RunFolder {
    const file = join(path, CONFIG);
    if (!existsSync(file)) throw new UsageError(`run is ${path}: this folder holds no run, it has no ${CONFIG}`);
    let read: { readonly version?: unknown; readonly hash?: unknown; readonly config?: unknown };
    try {
      read = JSON.parse(readText(file));
    } catch (error) {
      if (error instanceof UsageError) throw error;
      throw new UsageError(`cannot use ${file}: it holds no JSON`);
    }
    if (typeof read?.config !== "object" || read.config === null)
      throw new UsageError(`cannot use ${file}: it has no config`);
    const config = resolveConfig(read.config as Record<string, unknown>);
    if (configHash(config) !== read.hash) {
      throw new UsageError(
        `cannot use ${file}: its settings were altered, their hash is another; valuegrad train --config ${file} begins a new run with them`,
      );
    }
    if (read.version !== version) {
      throw new UsageError(
        `run is ${path}: version ${typeof read.version === "string" ? shorten(read.version) : "unknown"} of valuegrad began it, this is ${version}, which may compute other bytes; valuegrad train --config ${file} begins anew`,
      );
    }
    return new RunFolder(path, config, report);
  }

  #writeConfig(): void {
    const identity = { version, hash: configHash(this.config), config: this.config };
    writeAtomically(join(this.path, CONFIG), `${JSON.stringify(identity, null, 2)}\n`);
  }

  /**
   * Lets the run go on for longer: what it writes then is what a run with that many steps from the beginning writes.
   * @throws UsageError when it has passed them.
   */
  extend(steps: number): void {
    const reached = numbered(join(this.path, CHECKPOINTS)).at(-1) ?? 0;
    if (steps < reached) throw new UsageError(`steps is ${steps}: the run has already made ${reached}`);
    this.config = resolveConfig({ ...this.config, steps });
    this.#writeConfig();
  }

  #checkpoint(step: number): string {
    return join(this.path, CHECKPOINTS, checkpointName(step));
  }

  #chunk(index: number): string {
    return join(this.path, REPLAY, chunkName(index));
  }

  /** Whether a checkpoint of this step is one of those that an uninterrupted run keeps. */
  #isScheduled(step: number): boolean {
    return step % this.config.evaluationInterval === 0 || step === this.config.steps;
  }

  /**
   * The checkpoints that are whole and this run's, newest first.
   * @param report Is told of the others, a sentence each.
   */
  *#checkpoints(report = this.#report): Generator<RunCheckpoint, void, void> {
    for (const step of numbered(join(this.path, CHECKPOINTS)).reverse()) {
      const path = this.#checkpoint(step);
      let checkpoint: RunCheckpoint;
      try {
        checkpoint = decodeCheckpoint(readBytes(path));
        const settings = { ...checkpoint.config, steps: this.config.steps };
        if (configHash(settings) !== configHash(this.config)) throw new Error("it is another run's");
      } catch (error) {
        report(`cannot use ${path}: ${(error as Error).message}`);
        continue;
      }
      // the end of a run that was to be shorter: an evaluation that the longer one does not make
      if (step === checkpoint.config.steps && !this.#isScheduled(step)) continue;
      yield checkpoint;
    }
  }

  #hopeless(): UsageError {
    const remedy = `valuegrad train --config ${join(this.path, CONFIG)} --out FOLDER computes the run anew, to the same bytes`;
    return new UsageError(`cannot go on with ${this.path}: none of its checkpoints is good; ${remedy}`);
  }

  /**
   * The newest good checkpoint, for whoever does not need the replay.
   * @throws UsageError when there is none.
   */
  readCheckpoint(): RunCheckpoint {
    for (const checkpoint of this.#checkpoints()) return checkpoint;
    if (existsSync(join(this.path, CHECKPOINTS))) throw this.#hopeless();
    this.#refuseResults();
    throw new UsageError(
      `run is ${this.path}: it was stopped before its first checkpoint; valuegrad resume ${this.path} begins it`,
    );
  }

  /** A sweep keeps of a finished cell what it was run for. */
  #refuseResults(): void {
    if (!existsSync(join(this.path, POLICY))) return;
    const config = join(this.path, CONFIG);
    throw new UsageError(
      `run is ${this.path}: it is finished and keeps no checkpoints; valuegrad render ${this.config.task} --policy ${join(this.path, POLICY)} acts with its policy, valuegrad train --config ${config} --out FOLDER computes it anew, to the same bytes`,
    );
  }

  /**
   * A trainer that goes on from the newest good checkpoint, or a new one where there was none yet.
   * @throws UsageError when none is good.
   */
  async load(): Promise<Loaded> {
    removeLeftovers(this.path);
    for (const checkpoint of this.#checkpoints()) {
      const core = await createCore(this.config.core);
      let trainer: Trainer;
      try {
        trainer = restoreTrainer(
          core,
          { ...checkpoint, config: this.config },
          {
            earlier: (replay) => this.#loadChunks(replay, checkpoint.digests),
          },
        );
      } catch (error) {
        const path = this.#checkpoint(checkpoint.counters.steps);
        this.#report(`cannot use ${path}: ${(error as Error).message}`);
        continue;
      }
      this.#digests = checkpoint.digests;
      return { trainer, metrics: [...checkpoint.metrics], timing: this.#readTiming(trainer.steps) };
    }
    if (numbered(join(this.path, CHECKPOINTS)).length > 0) throw this.#hopeless();
    this.#refuseResults();
    return { trainer: new Trainer(await createCore(this.config.core), this.config), metrics: [], timing: [] };
  }

  #loadChunks(replay: Replay, digests: Digests): void {
    const [first, end] = neededChunks(replay.capacity, replay.added);
    for (let index = first; index < end; ++index) {
      const path = this.#chunk(index);
      try {
        decodeChunk(readBytes(path), digests.get(index) ?? "", replay, index);
      } catch (error) {
        throw new Error(`it needs ${path}: ${(error as Error).message}`);
      }
    }
  }

  /** The clock's records up to a step. They are no part of the result: what can't be read is left out. */
  #readTiming(step: number): TimingRecord[] {
    const path = join(this.path, TIMING);
    if (!existsSync(path)) return [];
    const records: TimingRecord[] = [];
    for (const line of new TextDecoder().decode(readBytes(path, LARGEST_STRING)).split("\n")) {
      try {
        const record = conform("timing", JSON.parse(line), timed);
        if (record.step <= step) records.push(record);
      } catch {}
    }
    return records;
  }

  /** To be called after every step: keeps the transitions that have become a full chunk. */
  saveChunk({ replay }: Trainer): void {
    const index = completedChunk(replay);
    if (index === undefined) return;
    const bytes = encodeChunk(replay, index);
    ensureFolder(join(this.path, REPLAY));
    writeAtomically(this.#chunk(index), bytes);
    this.#digests.set(index, digestOf(bytes));
  }

  /** Writes a checkpoint, and the metrics that it includes; removes what is older than the two of the last evaluations. */
  saveCheckpoint(loaded: Loaded): void {
    const { trainer, metrics } = loaded;
    ensureFolder(join(this.path, CHECKPOINTS));
    writeAtomically(this.#checkpoint(trainer.steps), encodeCheckpoint(trainer, metrics, this.#digests));
    this.follow(loaded);
  }

  /** Gives the checkpoints of a run that was to be shorter the bytes that they have in this one. */
  adopt(): void {
    const { steps } = this.config;
    for (const checkpoint of this.#checkpoints(() => {})) {
      if (checkpoint.config.steps === steps) continue;
      writeAtomically(this.#checkpoint(checkpoint.counters.steps), withSteps(checkpoint, steps));
    }
  }

  /** Brings the other files to where the newest checkpoint is: who was killed after writing it did not get there. */
  follow({ trainer, metrics, timing }: Loaded): void {
    writeAtomically(join(this.path, METRICS), jsonLines(metrics));
    writeAtomically(join(this.path, TIMING), jsonLines(timing));
    if (this.#isScheduled(trainer.steps)) this.#prune(trainer);
  }

  #prune({ steps, replay }: Trainer): void {
    const older = numbered(join(this.path, CHECKPOINTS)).filter((step) => step < steps);
    const kept = older.filter((step) => this.#isScheduled(step)).at(-1);
    for (const step of older) if (step !== kept) removeFile(this.#checkpoint(step));
    // a transition is added at every step
    const [first] = neededChunks(replay.capacity, kept ?? 0);
    for (const index of numbered(join(this.path, REPLAY))) if (index < first) removeFile(this.#chunk(index));
  }

  /** Writes a result of the run. */
  write(name: string, content: string | Uint8Array): void {
    writeAtomically(join(this.path, name), content);
  }

  /** Writes the checksums of what the configuration determines: not of the clock's file, nor of what others put here. */
  writeSums(): void {
    const folders = [CHECKPOINTS, REPLAY].filter((name) => existsSync(join(this.path, name)));
    writeSums(this.path, [CONFIG, METRICS, POLICY, BEST, REPORT, ...folders]);
  }
}
