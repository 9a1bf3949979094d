import { setTimeout as sleep } from "node:timers/promises";
import { CellStopped, POLL, runClaimed } from "./cell.js";
import { type Cell, cellName } from "./file.js";
import type { SweepFolder } from "./folder.js";
import type { SweepView } from "./view.js";
import type { Claim } from "./work.js";

export interface LocalOptions {
  /** How many cells run at once. */
  readonly jobs: number;
  /** Aborting it stops the cells that are running, which save themselves. */
  readonly signal: AbortSignal;
  readonly view: SweepView;
}

/**
 * Runs cells on this machine, in order. Cells that another process works on wait until the others are done.
 * @returns The sentences of those that failed.
 */
export async function runLocally(
  cells: readonly Cell[],
  folder: SweepFolder,
  { jobs, signal, view }: LocalOptions,
): Promise<ReadonlyMap<Cell, string>> {
  const waiting = [...cells];
  const failures = new Map<Cell, string>();

  const next = (): [cell: Cell, claim: Claim] | undefined => {
    for (const [index, cell] of waiting.entries()) {
      const claim = folder.workplace.claim(cellName(cell));
      if (claim === undefined) continue;
      waiting.splice(index, 1);
      return [cell, claim];
    }
    return undefined;
  };

  const run = async (cell: Cell, claim: Claim): Promise<void> => {
    try {
      // another process may have finished it meanwhile
      const files =
        folder.read(cell) ??
        (await runClaimed(cell, claim, { onProgress: (progress) => view.progress(cell, progress), signal }));
      folder.store(cell, files);
      claim.remove();
      view.finished(cell, files);
    } catch (error) {
      const { lost } = claim;
      claim.release();
      if (lost) waiting.push(cell);
      else if (!(error instanceof CellStopped && signal.aborted)) failures.set(cell, (error as Error).message);
      view.ended(cell);
    }
  };

  const work = async (): Promise<void> => {
    while (waiting.length > 0 && !signal.aborted) {
      const found = next();
      if (found !== undefined) await run(...found);
      else await sleep(POLL, undefined, { signal }).catch(() => {});
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs, cells.length) }, work));
  return failures;
}
