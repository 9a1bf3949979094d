import type { Core } from "./wasm.js";

/** The only place where a pointer becomes an array. A view seals the core: its memory does not grow under the view. */

export function float32View(core: Core, pointer: number, length: number): Float32Array {
  core.seal();
  return new Float32Array(core.exports.memory.buffer, pointer, length);
}

export function float64View(core: Core, pointer: number, length: number): Float64Array {
  core.seal();
  return new Float64Array(core.exports.memory.buffer, pointer, length);
}

export function int32View(core: Core, pointer: number, length: number): Int32Array {
  core.seal();
  return new Int32Array(core.exports.memory.buffer, pointer, length);
}

export function byteView(core: Core, pointer: number, length: number): Uint8Array {
  core.seal();
  return new Uint8Array(core.exports.memory.buffer, pointer, length);
}

/** Puts 32-bit integers into the core during set-up; returns where. */
export function placeInt32(core: Core, values: readonly number[]): number {
  const pointer = core.alloc(4 * Math.max(1, values.length));
  new Int32Array(core.exports.memory.buffer, pointer, values.length).set(values);
  return pointer;
}

/** Puts bytes into the core during set-up; returns where. */
export function placeBytes(core: Core, bytes: Uint8Array): number {
  const pointer = core.alloc(bytes.length);
  new Uint8Array(core.exports.memory.buffer, pointer, bytes.length).set(bytes);
  return pointer;
}

/** Puts 64-bit floats into the core during set-up; returns where. */
export function placeFloat64(core: Core, values: readonly number[]): number {
  const pointer = core.alloc(8 * Math.max(1, values.length));
  new Float64Array(core.exports.memory.buffer, pointer, values.length).set(values);
  return pointer;
}

/**
 * Where an array lies in the core's memory.
 * @throws Error when it is not a view of it.
 */
export function addressOf(core: Core, view: Float32Array): number {
  if (view.buffer !== core.exports.memory.buffer) throw new Error("this array is not in the memory of this core");
  return view.byteOffset;
}
