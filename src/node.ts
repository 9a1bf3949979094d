/** valuegrad in Node: everything of the browser-safe entry, with a core that is read from disk. */

import { readFile } from "node:fs/promises";
import { type Core, type CoreSource, instantiateCore } from "./wasm.js";

export * from "./index.js";

/** Where a build of the core stands: `core.wasm`, `core.scalar.wasm` or `core.fma.wasm`. */
export const coreFile = (name: string): URL => new URL(`../build/${name}`, import.meta.url);

/** Where the MJCF file of a built-in task's body stands, by its name without the ending. */
export const modelFile = (name: string): URL => new URL(`../models/${name}.xml`, import.meta.url);

/** As the browser-safe `init`, and also reads files. */
export function init(source: CoreSource = coreFile("core.wasm")): Promise<Core> {
  return instantiateCore(source, async (address) =>
    address.protocol === "file:" ? await readFile(address) : await fetch(address),
  );
}
