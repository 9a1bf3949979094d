import { existsSync } from "node:fs";
import { availableParallelism, hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Job } from "bullmq";
import type { Command } from "commander";
import { resolveConfig, UsageError } from "../config.js";
import { makeFolder } from "./files.js";
import { configHash } from "./load.js";
import { parseInteger } from "./model-file.js";
import { watchSignals } from "./signals.js";
import { CellFailed, type CellFiles, type CellProgress, CellStopped, claimCell, runClaimed } from "./sweep/cell.js";
import { type Cell, cellName } from "./sweep/file.js";
import { digest, type Parcel, pack } from "./sweep/parcel.js";
import type { CellJob } from "./sweep/queue.js";
import { connect, prefix, reason, releaseOf, type Server, waitingQueues } from "./sweep/redis.js";
import { Workplace } from "./sweep/work.js";
import { warn } from "./terminal.js";

interface Options {
  readonly queue: string;
  readonly jobs?: string;
  readonly work: string;
  readonly lock: string;
}

/** Milliseconds that a server has, at the end, to take cells back. */
const FAREWELL = 5_000;
/** Milliseconds between two looks at the queues of other releases. */
const LOOK = 10_000;

const titleOf = ({ hash, config }: Cell): string => `cell ${cellName({ hash })} (${config.task}, seed ${config.seed})`;
const note = (sentence: string): void => void process.stdout.write(`${sentence}\n`);

/** Computes a queue's cells, each in a child process. */
class CellWorker {
  readonly #server: Server;
  readonly #workplace: Workplace;
  readonly #stop = new AbortController();
  /** Cells that are being computed. */
  readonly #running = new Set<Promise<CellFiles>>();
  readonly #reported = new Set<string>();
  /** What keeps this machine from computing cells. */
  #trouble: Error | undefined;

  constructor(server: Server, work: string) {
    this.#server = server;
    this.#workplace = new Workplace(work);
  }

  stop(): void {
    this.#stop.abort();
  }

  /** Takes cells until it is stopped. */
  async run(jobs: number, lock: number): Promise<void> {
    const { bullmq, redis, name, queue } = this.#server;
    const worker = new bullmq.Worker<CellJob, Parcel>(queue, (job, token) => this.#process(job, token), {
      connection: redis,
      prefix,
      skipVersionCheck: true,
      name: hostname(),
      autorun: false,
      concurrency: jobs,
      lockDuration: lock,
      stalledInterval: lock,
      // a cell is never given up because workers died
      maxStalledCount: Number.MAX_SAFE_INTEGER,
    });
    worker.on("error", (error) => this.#report(error));
    // until the queue has a cell's end, its folder stays, so that nothing has to be computed again
    worker.on("completed", ({ id = "" }) => this.#workplace.claim(cellName({ hash: id }))?.remove());
    // a connection that is lost before it was ever made is never made anew
    await worker.waitUntilReady().catch((error: Error) => {
      throw new Error(`queue is ${name}: ${reason(error)}`);
    });
    worker.run().catch((error) => this.#report(error));
    note(`${releaseOf(queue)} takes cells from ${name}, ${jobs} at a time`);
    const look = this.#lookElsewhere();
    await new Promise((resolve) => this.#stop.signal.addEventListener("abort", resolve, { once: true }));
    clearInterval(look);
    const closed = worker.close();
    await Promise.allSettled(this.#running);
    await Promise.race([closed, sleep(FAREWELL)]);
    redis.disconnect();
    if (this.#trouble !== undefined) throw this.#trouble;
  }

  /** Says, once for every cell, what the queue has against this worker. */
  #report({ message, code }: NodeJS.ErrnoException): void {
    // `connect` tells of a lost connection
    if (typeof code === "string" || message === "Connection is closed.") return;
    const hash = /\b[0-9a-f]{64}\b/.exec(message)?.[0];
    const sentence =
      hash === undefined
        ? message
        : `the queue heard nothing of cell ${cellName({ hash })} for longer than --lock and gives it to whoever is free`;
    if (!this.#reported.has(sentence)) warn(sentence);
    this.#reported.add(sentence);
  }

  /** Says which cells this worker leaves to others. */
  #lookElsewhere(): NodeJS.Timeout {
    const { queue: own, name } = this.#server;
    const known = new Set([own]);
    const look = async (): Promise<void> => {
      if (this.#running.size > 0) return;
      // a server that is away is asked again
      for (const other of await waitingQueues(this.#server).catch(() => [])) {
        if (known.has(other)) continue;
        known.add(other);
        warn(
          `cells for ${releaseOf(other)} wait at ${name}: this is ${releaseOf(own)}, which leaves them alone; install that release`,
        );
      }
    };
    void look();
    return setInterval(look, LOOK);
  }

  async #process(job: Job<CellJob, Parcel>, token = ""): Promise<Parcel> {
    const { UnrecoverableError, WaitingError } = this.#server.bullmq;
    try {
      const cell = cellOf(job);
      const files = await this.#compute(cell, job);
      const parcel = pack(files);
      // whoever computes the same cell to other bytes will be noticed
      await job.log(digest(files)).catch(() => {});
      return parcel;
    } catch (error) {
      if (error instanceof CellFailed) throw new UnrecoverableError(error.message);
      if (error instanceof CellStopped && this.#stop.signal.aborted) {
        // what can't be handed back goes back when its lock has run out
        if (this.#server.redis.status === "ready") await job.moveToWait(token).catch(() => {});
        throw new WaitingError();
      }
      if (!(error instanceof CellStopped)) {
        this.#trouble ??= error as Error;
        this.stop();
      }
      // the cell is tried again, but not for ever: what ends one worker may end the next
      throw error;
    }
  }

  async #compute(cell: Cell, job: Job<CellJob, Parcel>): Promise<CellFiles> {
    const { signal } = this.#stop;
    let step = 0;
    let sending = false;
    const onProgress = (progress: CellProgress): void => {
      step = progress.step;
      if (sending) return;
      sending = true;
      const sent = (): void => {
        sending = false;
      };
      job.updateProgress({ ...progress }).then(sent, sent);
    };
    const claim = await claimCell(this.#workplace, cell, signal);
    note(`${titleOf(cell)} ${existsSync(join(claim.folder, "run")) ? "goes on" : "starts"}`);
    const computing = runClaimed(cell, claim, { onProgress, signal });
    this.#running.add(computing);
    try {
      const files = await computing;
      note(`${titleOf(cell)} is done`);
      return files;
    } catch (error) {
      note(`${titleOf(cell)} ends at step ${step}: ${(error as Error).message}`);
      throw error;
    } finally {
      this.#running.delete(computing);
      claim.release();
    }
  }
}

/** The cell that a job asks for. */
function cellOf({ id, data }: Job<CellJob>): Cell {
  try {
    const config = resolveConfig({ ...data.config });
    const hash = configHash(config);
    if (hash !== id) throw new UsageError(`the hash of its settings is ${hash}`);
    return { hash, config, labels: [] };
  } catch (error) {
    throw new CellFailed(`job ${id} is no cell: ${(error as Error).message}`);
  }
}

/** `valuegrad worker`. */
export function addWorker(program: Command): void {
  program
    .command("worker")
    .description(
      "compute cells that sweeps on any machine put into a queue; Ctrl-C or SIGTERM hands back what is not done",
    )
    .requiredOption("--queue <url>", "the Redis server of the queue, such as redis://host:6379")
    .option("--jobs <n>", "how many cells at once (default: the number of processors)")
    .option("--work <folder>", "where unfinished cells are kept, to be gone on with", "runs/work")
    .option("--lock <seconds>", "without a sign of life for so long, a worker loses its cells to others", "60")
    .action(async (options: Options) => {
      const jobs = options.jobs === undefined ? availableParallelism() : parseInteger("jobs", options.jobs, 1, 1024);
      const lock = 1000 * parseInteger("lock", options.lock, 1, 86_400);
      makeFolder("work", options.work);
      const worker = new CellWorker(await connect(options.queue, warn), options.work);
      watchSignals().signal.addEventListener("abort", () => worker.stop());
      try {
        await worker.run(jobs, lock);
      } finally {
        // whatever still waits for a lost server must not keep this process
        setImmediate(() => process.exit());
      }
    });
}
