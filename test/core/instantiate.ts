import { readFileSync } from "node:fs";

/** The number type of a core's learner: f32 as released, or f64, in which gradient checks are sharp. */
export type Bits = 32 | 64;
export const BOTH: readonly Bits[] = [32, 64];

export type Build = "core.test" | "core" | "core.scalar";

const modules = new Map<Build, WebAssembly.Module>();

export function bytesOf(build: Build): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(new URL(`../../build/${build}.wasm`, import.meta.url)));
}

export function moduleOf(build: Build): WebAssembly.Module {
  let module = modules.get(build);
  if (!module) {
    module = new WebAssembly.Module(bytesOf(build));
    modules.set(build, module);
  }
  return module;
}

/** The next multiple of 4: the padded length of a row. */
export function padded(count: number): number {
  return (count + 3) & ~3;
}

/** A fresh instance. Addresses are numbers, blocks are copied in and out. */
export class Core {
  readonly bits: Bits;
  readonly memory: WebAssembly.Memory;
  readonly #exports: WebAssembly.Exports;
  /** What follows a generic function's name: the released builds have one instantiation, without. */
  readonly #suffix: string;

  constructor(bits: Bits, build: Build = "core.test") {
    this.bits = bits;
    this.#suffix = build === "core.test" ? String(bits) : "";
    const abort = () => {
      throw new Error("the core aborted");
    };
    this.#exports = new WebAssembly.Instance(moduleOf(build), { env: { abort } }).exports;
    this.memory = this.#exports.memory as WebAssembly.Memory;
  }

  /** Calls an export that does not depend on the number type. */
  plain(name: string, ...args: (number | bigint)[]): number {
    const kernel = this.#exports[name];
    if (typeof kernel !== "function") throw new Error(`the core exports no function ${name}`);
    if (kernel.length !== args.length) throw new Error(`${name} takes ${kernel.length} values, not ${args.length}`);
    return kernel(...args) as number;
  }

  /** Calls the instantiation of a generic function in this core's number type. */
  run(name: string, ...args: (number | bigint)[]): number {
    return this.plain(name + this.#suffix, ...args);
  }

  constant(name: string): number {
    return (this.#exports[name] as WebAssembly.Global).value as number;
  }

  /** A new zeroed block of `count` numbers. */
  alloc(count: number): number {
    return this.plain("arenaAlloc", count * (this.bits / 8));
  }

  /** Bytes, copied in. */
  putBytes(bytes: Uint8Array): number {
    const address = this.plain("arenaAlloc", bytes.length);
    new Uint8Array(this.memory.buffer, address, bytes.length).set(bytes);
    return address;
  }

  /** A live view; a later allocation may detach it. */
  view(address: number, count: number): Float32Array | Float64Array {
    const buffer = this.memory.buffer;
    return this.bits === 32 ? new Float32Array(buffer, address, count) : new Float64Array(buffer, address, count);
  }

  get(address: number, count: number): number[] {
    return Array.from(this.view(address, count));
  }

  set(address: number, values: ArrayLike<number>): void {
    this.view(address, values.length).set(values);
  }

  /** Puts numbers into a new block. */
  put(values: ArrayLike<number>): number {
    const address = this.alloc(values.length);
    this.set(address, values);
    return address;
  }

  /** Writes rows of `width` numbers into rows of padded(width), zero behind them. */
  setRows(address: number, values: readonly number[], width: number): void {
    const row = padded(width);
    for (let b = 0; b * width < values.length; b++) {
      const numbers = new Array<number>(row).fill(0);
      for (let i = 0; i < width; i++) numbers[i] = values[b * width + i]!;
      this.set(address + b * row * (this.bits / 8), numbers);
    }
  }

  putRows(values: readonly number[], width: number): number {
    const address = this.alloc((values.length / width) * padded(width));
    this.setRows(address, values, width);
    return address;
  }

  /** Reads rows of `width` numbers out of padded rows. */
  getRows(address: number, rows: number, width: number): number[] {
    return this.get(address, rows * padded(width)).filter((_, i) => i % padded(width) < width);
  }

  /** What stands in the padding of rows. */
  getPadding(address: number, rows: number, width: number): number[] {
    return this.get(address, rows * padded(width)).filter((_, i) => i % padded(width) >= width);
  }

  putIntegers(values: readonly number[]): number {
    const address = this.plain("arenaAlloc", Math.max(1, values.length) * 4);
    new Int32Array(this.memory.buffer, address, values.length).set(values);
    return address;
  }

  /** Numbers that are f64 in any instantiation. */
  putDoubles(values: readonly number[]): number {
    const address = this.plain("arenaAlloc", Math.max(1, values.length) * 8);
    new Float64Array(this.memory.buffer, address, values.length).set(values);
    return address;
  }

  /** Every byte that the arena has handed out. */
  arena(): Uint8Array {
    const base = this.plain("arenaBase");
    return new Uint8Array(this.memory.buffer).slice(base, this.plain("arenaTop"));
  }

  /** Whether nothing was written through a null pointer: the kilobyte under the module's data is zero. */
  lowMemoryIsZero(): boolean {
    return new Uint8Array(this.memory.buffer, 0, 1024).every((byte) => byte === 0);
  }
}
