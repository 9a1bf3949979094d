import { createHash } from "node:crypto";
import { type Checkpoint, readCheckpoint, restoreTrainer } from "../checkpoint.js";
import { type Config, UsageError } from "../config.js";
import { init } from "../node.js";
import type { Trainer } from "../train.js";
import type { Core } from "../wasm.js";
import { checkpointPath, readBytes } from "./files.js";
import { v8Hint } from "./host.js";

const coreFiles = { release: "core.wasm", scalar: "core.scalar.wasm", fma: "core.fma.wasm" } as const;

/**
 * An instance of the build that a configuration names.
 * @throws UsageError when this host can't run it.
 */
export async function createCore(build: Config["core"]): Promise<Core> {
  try {
    return await init(new URL(`../build/${coreFiles[build]}`, import.meta.url));
  } catch (error) {
    if (build === "release") throw error;
    throw new UsageError(`core is ${build}: ${(error as Error).message}${build === "fma" ? v8Hint() : ""}`);
  }
}

/**
 * A trainer as a run left it.
 * @param run A run folder or a checkpoint file.
 * @param changes Settings to be taken in place of the run's, of those that shape no array.
 * @throws UsageError when there is none, or when it is damaged.
 */
export async function loadTrainer(run: string, changes: { readonly disturbance?: number } = {}): Promise<Trainer> {
  const path = checkpointPath(run);
  const bytes = readBytes(path);
  let checkpoint: Checkpoint;
  try {
    checkpoint = readCheckpoint(bytes);
  } catch (error) {
    throw new UsageError(`cannot use ${path}: ${(error as Error).message}`);
  }
  const core = await createCore(checkpoint.config.core);
  try {
    return restoreTrainer(core, { ...checkpoint, config: { ...checkpoint.config, ...changes } });
  } catch (error) {
    throw new UsageError(`cannot use ${path}: ${(error as Error).message}`);
  }
}

/** SHA-256 of a configuration: equal for equal settings. */
export function configHash(config: Config): string {
  const entries = Object.entries(config).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256").update(JSON.stringify(entries)).digest("hex");
}
