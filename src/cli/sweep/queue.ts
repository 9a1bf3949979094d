import { setTimeout as sleep } from "node:timers/promises";
import type { Job, Queue } from "bullmq";
import type { Config } from "../../config.js";
import { warn } from "../terminal.js";
import type { CellFiles, CellProgress } from "./cell.js";
import { flawOf, refuseOtherVersions } from "./cell-files.js";
import type { Cell } from "./file.js";
import type { SweepFolder } from "./folder.js";
import { digest, type Parcel, unpack } from "./parcel.js";
import { announceQueue, prefix, reason, releaseOf, type Server } from "./redis.js";
import type { SweepView } from "./view.js";

/** What a job tells a worker. Its id is the cell's hash. */
export interface CellJob {
  readonly config: Config;
}

/** Milliseconds between two looks at the queue. */
const POLL = 500;
/** Jobs that are added in one transaction. */
const BATCH = 1000;
/** How often a cell is tried whose process or worker did not live to its end, and milliseconds between two attempts. */
const retries = { attempts: 3, backoff: 10_000 };

export interface QueueOptions {
  /** Aborting it ends the watching. What is in the queue stays there. */
  readonly signal: AbortSignal;
  readonly view: SweepView;
}

/**
 * Has cells run by the workers of a queue. What the queue already knows of them counts, so that one coordinator can go on where another
 * ended.
 * @returns The sentences of those that failed.
 */
export async function runQueued(
  cells: readonly Cell[],
  folder: SweepFolder,
  server: Server,
  options: QueueOptions,
): Promise<ReadonlyMap<Cell, string>> {
  const queue: Queue<CellJob, Parcel> = new server.bullmq.Queue(server.queue, {
    connection: server.redis,
    prefix,
    skipVersionCheck: true,
    // nobody reads the stream of events, in which every result would stand once more
    streams: { events: { maxLen: 0 } },
  });
  // `connect` tells of a lost connection
  queue.on("error", () => {});
  const coordinator = new Coordinator(queue, cells, folder, options.view);
  try {
    await watch(coordinator, server, options.signal);
  } catch (error) {
    if ((error as Error).name !== "ReplyError") throw error;
    throw new Error(`queue is ${server.name}: ${reason(error as Error)}`);
  }
  return coordinator.failures;
}

async function watch(coordinator: Coordinator, server: Server, signal: AbortSignal): Promise<void> {
  const aborted = new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  await announceQueue(server);
  if (!coordinator.done && !(await coordinator.hasWorkers())) {
    warn(`no worker of ${releaseOf(server.queue)} is there yet: valuegrad worker --queue ${server.name} starts one`);
  }
  while (!coordinator.done && !signal.aborted) {
    const look = coordinator.look();
    // a server that is away keeps it waiting
    await Promise.race([look, aborted]);
    look.catch(() => {});
    if (!coordinator.done) await sleep(POLL, undefined, { signal }).catch(() => {});
  }
}

/** Keeps a sweep's cells in a queue until their results are in the sweep's folder. */
class Coordinator {
  readonly failures = new Map<Cell, string>();
  readonly #queue: Queue<CellJob, Parcel>;
  readonly #folder: SweepFolder;
  readonly #view: SweepView;
  readonly #pending: Map<string, Cell>;
  /** Those of them that workers are computing. */
  #active: readonly Cell[] = [];

  constructor(queue: Queue<CellJob, Parcel>, cells: readonly Cell[], folder: SweepFolder, view: SweepView) {
    this.#queue = queue;
    this.#folder = folder;
    this.#view = view;
    this.#pending = new Map(cells.map((cell) => [cell.hash, cell]));
  }

  get done(): boolean {
    return this.#pending.size === 0;
  }

  async hasWorkers(): Promise<boolean> {
    return (await this.#queue.getWorkersCount()) > 0;
  }

  /** Does what there is to be done in any state of the queue. */
  async look(): Promise<void> {
    const completed = await this.#cellsIn("completed");
    const failed = await this.#cellsIn("failed");
    const active = await this.#cellsIn("active");
    const waiting = new Set([...(await this.#cellsIn("wait")), ...(await this.#cellsIn("delayed"))]);
    // a job that changed its state between these questions may seem to be missing: it is not added twice
    await this.#add(new Set([...completed, ...failed, ...active, ...waiting]));
    for (const cell of this.#active) if (waiting.has(cell)) this.#view.ended(cell);
    this.#active = active;
    await Promise.all(active.map((cell) => this.#show(cell)));
    for (const cell of completed) await this.#collect(cell, true);
    for (const cell of failed) await this.#collect(cell, false);
  }

  async #cellsIn(state: "wait" | "delayed" | "active" | "completed" | "failed"): Promise<Cell[]> {
    return (await this.#queue.getRanges([state], 0, -1, true)).flatMap((id) => this.#pending.get(id) ?? []);
  }

  async #add(known: ReadonlySet<Cell>): Promise<void> {
    const missing = [...this.#pending.values()].filter((cell) => !known.has(cell));
    for (let at = 0; at < missing.length; at += BATCH) {
      const batch = missing.slice(at, at + BATCH);
      await this.#queue.addBulk(
        batch.map(({ hash, config }) => ({ name: "cell", data: { config }, opts: { jobId: hash, ...retries } })),
      );
    }
  }

  async #show(cell: Cell): Promise<void> {
    const job = await this.#queue.getJob(cell.hash);
    // a number before the first message
    if (typeof job?.progress === "object") this.#view.progress(cell, job.progress as CellProgress);
  }

  /** Takes what became of a cell out of the queue. */
  async #collect(cell: Cell, completed: boolean): Promise<void> {
    const job = await this.#queue.getJob(cell.hash);
    // another coordinator may have taken it, and begun anew
    if (job?.finishedOn === undefined) return;
    const outcome = completed ? await this.#accept(cell, job) : `${job.failedReason} (on ${workerOf(job)})`;
    if (typeof outcome === "string") {
      this.failures.set(cell, outcome);
      this.#view.ended(cell);
    } else {
      this.#folder.store(cell, outcome);
      this.#view.finished(cell, outcome);
    }
    this.#pending.delete(cell.hash);
    await this.#queue.remove(cell.hash);
  }

  /** The files that a worker sent, or the sentence why they are not taken. */
  async #accept(cell: Cell, job: Job<CellJob, Parcel>): Promise<CellFiles | string> {
    try {
      const files = unpack(job.returnvalue);
      refuseOtherVersions("it", files);
      const flaw = flawOf(cell, files);
      if (flaw !== undefined) throw new Error(flaw);
      // whoever computed this cell has left a digest here, or the files themselves in the folder
      const digests = new Set([digest(files), ...(await this.#queue.getJobLogs(cell.hash)).logs]);
      const kept = this.#folder.read(cell);
      if (kept !== undefined) digests.add(digest(kept));
      if (digests.size > 1) {
        throw new Error(`it was computed more than once, to different bytes: ${[...digests].join(", ")}`);
      }
      return files;
    } catch (error) {
      return `the result from ${workerOf(job)} is refused: ${(error as Error).message}`;
    }
  }
}

const workerOf = ({ processedBy }: Job): string => processedBy ?? "an unknown host";
