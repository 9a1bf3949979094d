import { existsSync, statSync } from "node:fs";
import { type Checkpoint, readCheckpoint, restoreTrainer } from "../checkpoint.js";
import { UsageError } from "../config.js";
import type { Trainer } from "../train.js";
import { readBytes } from "./files.js";
import { createCore } from "./load.js";
import { RunFolder } from "./run-folder.js";
import { warn } from "./terminal.js";

/** The newest good checkpoint of a run folder, or a checkpoint file. */
function openCheckpoint(run: string): Checkpoint {
  if (existsSync(run) && statSync(run).isDirectory()) return RunFolder.open(run, warn).readCheckpoint();
  return readCheckpoint(readBytes(run));
}

/**
 * A trainer as a run left it, to act with; its replay may be missing.
 * @param run A run folder or a checkpoint file.
 * @param changes Settings to be taken in place of the run's, of those that shape no array.
 * @throws UsageError when there is none, or when it is damaged.
 */
export async function loadTrainer(run: string, changes: { readonly disturbance?: number } = {}): Promise<Trainer> {
  try {
    const checkpoint = openCheckpoint(run);
    const core = await createCore(checkpoint.config.core);
    const config = { ...checkpoint.config, ...changes };
    return restoreTrainer(core, { ...checkpoint, config }, { earlier: () => {} });
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`cannot use ${run}: ${(error as Error).message}`);
  }
}
