import { createHash } from "node:crypto";
import { type Config, UsageError } from "../config.js";
import { coreFile, init } from "../node.js";
import type { Core } from "../wasm.js";
import { v8Hint } from "./host.js";

const coreFiles = { release: "core.wasm", scalar: "core.scalar.wasm", fma: "core.fma.wasm" } as const;

/**
 * An instance of the build that a configuration names.
 * @throws UsageError when this host can't run it.
 */
export async function createCore(build: Config["core"]): Promise<Core> {
  try {
    return await init(coreFile(coreFiles[build]));
  } catch (error) {
    if (build === "release") throw error;
    throw new UsageError(`core is ${build}: ${(error as Error).message}${build === "fma" ? v8Hint() : ""}`);
  }
}

/** SHA-256 of a configuration: equal for equal settings. */
export function configHash(config: Config): string {
  const entries = Object.entries(config).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256").update(JSON.stringify(entries)).digest("hex");
}
