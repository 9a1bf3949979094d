/** valuegrad with the core inside the JavaScript: nothing to fetch, nothing for a bundler to place. */

import bytes from "../build/core.wasm";
import { type Core, type CoreSource, instantiateCore } from "./wasm.js";

export * from "./index.js";

/** As the browser-safe `init`, with the core that this file holds as the default. */
export function init(source: CoreSource = bytes): Promise<Core> {
  return instantiateCore(source, async (address) => await fetch(address));
}
