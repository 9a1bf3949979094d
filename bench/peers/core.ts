// The core as the package has it, through its bindings.

import { type Core, coreFile, init } from "../../src/node.js";
import type { Build } from "../kernels/module.js";

/** An instance of a build. `fma` needs loadCore or load to have allowed relaxed SIMD where it is behind a flag. */
export const openCore = (build: Build): Promise<Core> =>
  init(coreFile(build === "release" ? "core.wasm" : `core.${build}.wasm`));
