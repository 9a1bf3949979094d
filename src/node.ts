/** valuegrad in Node: everything of the browser-safe entry, with a core that is read from disk. */

import { readFile } from "node:fs/promises";
import { type Core, type CoreSource, instantiateCore } from "./wasm.js";

export * from "./index.js";

/** As the browser-safe `init`, and also reads files. */
export function init(source: CoreSource = new URL("../build/core.wasm", import.meta.url)): Promise<Core> {
  return instantiateCore(source, async (address) =>
    address.protocol === "file:" ? await readFile(address) : await fetch(address),
  );
}
