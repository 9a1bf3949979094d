import { fork } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { UsageError } from "../../config.js";
import { UNFINISHED, USAGE } from "../exit.js";
import { readBytes, writeAtomically } from "../files.js";
import { configHash } from "../load.js";
import { RunFolder } from "../run-folder.js";
import { type Cell, cellName } from "./file.js";
import { type Claim, Workplace } from "./work.js";

/** Where a running cell is. */
export interface CellProgress {
  readonly step: number;
  readonly steps: number;
  /** Return of the last evaluation, null before the first. */
  readonly lastReturn: number | null;
}

/** What a finished cell leaves, by the names in `cellFiles`. The bytes are a function of the cell's configuration alone. */
export type CellFiles = ReadonlyMap<string, Uint8Array>;

export const cellFiles = ["best.onnx", "config.json", "metrics.jsonl", "policy.onnx", "report.html"] as const;

/** Training failed and would fail again: the message is its own sentence. */
export class CellFailed extends Error {
  override readonly name = "CellFailed";
}

/** A cell was stopped before its end: the work folder goes on from there. */
export class CellStopped extends Error {
  override readonly name = "CellStopped";
}

export interface CellOptions {
  readonly onProgress?: (progress: CellProgress) => void;
  /** Aborting it stops the cell, which saves itself first. */
  readonly signal?: AbortSignal;
}

/** Milliseconds between two looks at a folder that another process works in. */
export const POLL = 1000;

/** What a child process of this command line ended with. */
interface Ending {
  readonly code: number | null;
  readonly killer: NodeJS.Signals | null;
  /** The last line of its standard error. */
  readonly sentence: string;
}

/** Runs a command of this very command line in a process of its own. */
function runChild(args: readonly string[], { onProgress, signal }: CellOptions): Promise<Ending> {
  return new Promise((resolve, reject) => {
    const child = fork(process.argv[1]!, args, {
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      // a terminal's Ctrl-C reaches the parent only, which stops its children
      detached: process.platform !== "win32",
      env: { ...process.env, NO_COLOR: "1" },
    });
    let stderr = "";
    child.stderr!.on("data", (data) => {
      stderr = `${stderr}${data}`.slice(-10_000);
    });
    const stop = (): void => void child.kill("SIGTERM");
    signal?.addEventListener("abort", stop, { once: true });
    child.on("message", (message) => onProgress?.(message as CellProgress));
    child.once("error", reject);
    child.once("close", (code, killer) => {
      signal?.removeEventListener("abort", stop);
      resolve({
        code,
        killer,
        sentence: stderr
          .trim()
          .split("\n")
          .at(-1)!
          .replace(/^error: /, ""),
      });
    });
    if (signal?.aborted) stop();
  });
}

/** Whether a folder has a run of this cell that can be gone on with; one that is damaged can't. */
function canResume(run: string, cell: Cell): boolean {
  if (!existsSync(run)) return false;
  try {
    const folder = RunFolder.open(run, () => {});
    folder.readCheckpoint();
    return configHash(folder.config) === cell.hash;
  } catch {
    return false;
  }
}

/**
 * Runs a cell to its end in a claimed folder, from where the folder's run stands.
 * @throws CellFailed, CellStopped, UsageError when something is to be put right on this machine, such as a full disk.
 */
export async function runClaimed(cell: Cell, claim: Claim, options: CellOptions): Promise<CellFiles> {
  const run = join(claim.folder, "run");
  let args = ["resume", run];
  if (!canResume(run, cell)) {
    rmSync(run, { recursive: true, force: true });
    const settings = join(claim.folder, "settings.json");
    writeAtomically(settings, JSON.stringify(cell.config));
    args = ["train", "--config", settings, "--out", run];
  }
  const { code, killer, sentence } = await runChild(args, options);
  if (claim.lost) throw new CellStopped("another process has taken this cell over");
  if (code === UNFINISHED) throw new CellStopped("it was stopped");
  if (code === null) throw new CellStopped(`its process was ended by ${killer}`);
  // the folder is about to be released
  const told = sentence.replaceAll(basename(claim.folder), cellName(cell));
  // not in its settings, which are checked
  if (code === USAGE) throw new UsageError(told);
  if (code !== 0) throw new CellFailed(told);
  return new Map(cellFiles.map((name) => [name, readBytes(join(run, name))]));
}

/**
 * This cell's folder of work in progress, once no other process works in it.
 * @throws CellStopped when `signal` is aborted before.
 */
export async function claimCell(workplace: Workplace, cell: Cell, signal?: AbortSignal): Promise<Claim> {
  while (signal?.aborted !== true) {
    const claim = workplace.claim(cellName(cell));
    if (claim !== undefined) return claim;
    await sleep(POLL, undefined, signal && { signal }).catch(() => {});
  }
  throw new CellStopped("it was stopped");
}

/**
 * Runs a cell to its end in a child process of this command line.
 * @param work A folder for work in progress, which other processes may use at the same time: while one of them works on this cell, this
 * waits. What an earlier call left there, stopped or killed, is gone on from. Nothing of the cell stays there once it is finished.
 * @throws CellFailed, CellStopped
 */
export async function runCell(cell: Cell, work: string, options: CellOptions = {}): Promise<CellFiles> {
  const claim = await claimCell(new Workplace(work), cell, options.signal);
  let files: CellFiles;
  try {
    files = await runClaimed(cell, claim, options);
  } catch (error) {
    claim.release();
    throw error;
  }
  claim.remove();
  return files;
}
