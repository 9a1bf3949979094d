// The module under test: bench/assembly on top of the core's release interface, compiled with the settings of a target in
// asconfig.json.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";

export type Build = "release" | "fma";

/** The exported functions that the benchmark calls: all take numbers or 64-bit integers and give a number or nothing. */
export type Exports = Record<string, (...operands: (number | bigint)[]) => number>;

export interface Module {
  build: Build;
  exports: Exports;
  memory: WebAssembly.Memory;
}

const root = new URL("../../", import.meta.url);

/** The bytes of a source compiled with the settings of a build. */
export function compile(build: Build, ...source: string[]): Buffer<ArrayBuffer> {
  // a folder of its own: benchmarks may run side by side
  const folder = mkdtempSync(join(tmpdir(), "valuegrad-compiled-"));
  try {
    const outFile = join(folder, "compiled.wasm");
    const asc = ["node_modules/assemblyscript/bin/asc.js", ...source, "--target", build, "--outFile", outFile];
    execFileSync(process.execPath, asc, { cwd: root, stdio: ["ignore", "ignore", "pipe"] });
    return readFileSync(outFile);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** bench/assembly, compiled. Undefined when this engine refuses relaxed SIMD. */
export function load(build: Build): Module | undefined {
  return instantiate(build, compile(build, "bench/assembly/index.ts"));
}

/** The core as the package has it, without the kernels' exports. Undefined when this engine refuses relaxed SIMD. */
export function loadCore(build: Build): Module | undefined {
  const file = build === "release" ? "build/core.wasm" : `build/core.${build}.wasm`;
  return instantiate(build, readFileSync(new URL(file, root)));
}

function instantiate(build: Build, bytes: Buffer<ArrayBuffer>): Module | undefined {
  // Node 20 knows relaxed SIMD, but behind a flag that later versions do not have
  if (!WebAssembly.validate(bytes)) setFlagsFromString("--experimental-wasm-relaxed-simd");
  if (!WebAssembly.validate(bytes)) return undefined;
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
  return { build, exports: exports as Exports, memory: exports.memory as WebAssembly.Memory };
}

/** The padded length of a row of n numbers. */
export const padded = (n: number): number => Math.ceil(n / 4) * 4;

/** Room for `count` f32 in the arena. Views end with the memory's next growth, so they are made where they are used. */
export function floatsAt(module: Module, address: number, count: number): Float32Array {
  return new Float32Array(module.memory.buffer, address, count);
}

/** Takes room for numbers and fills it from `next`. Returns its address. */
export function allocFloats(module: Module, count: number, next: () => number): number {
  const address = module.exports.arenaAlloc!(4 * count);
  fill(floatsAt(module, address, count), next);
  return address;
}

/** An i32 table in the arena. */
export function allocInts(module: Module, values: number[]): number {
  const address = module.exports.arenaAlloc!(4 * values.length);
  new Int32Array(module.memory.buffer, address, values.length).set(values);
  return address;
}

export function allocDoubles(module: Module, values: number[]): number {
  const address = module.exports.arenaAlloc!(8 * values.length);
  new Float64Array(module.memory.buffer, address, values.length).set(values);
  return address;
}

export function fill(block: Float32Array, next: () => number): void {
  for (let i = 0; i < block.length; ++i) block[i] = next();
}

/** Uniform numbers in [-1, 1), the same on every run. */
export function uniform(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31;
  };
}
