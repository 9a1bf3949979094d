import type { CoreExports, ParametersHandle } from "./abi.js";
import { float32View } from "./views.js";
import type { Core } from "./wasm.js";

/** An array of a trained thing with its name and shape, unpadded. */
export interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** One array inside a padded block: `rows` runs of `columns` numbers, the next run `stride` further. */
export interface Slot {
  readonly name: string;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly rows: number;
  readonly columns: number;
  readonly stride: number;
}

const padded = (n: number): number => (n + 3) & ~3;

/** Slots of a network from assembly/nn/mlp.ts: weight (inputs, outputs) and bias (outputs) of every layer. */
export function mlpSlots(sizes: readonly number[]): Slot[] {
  const slots: Slot[] = [];
  let offset = 0;
  for (let layer = 0; layer + 1 < sizes.length; ++layer) {
    const inputs = sizes[layer]!;
    const outputs = sizes[layer + 1]!;
    const stride = padded(outputs);
    slots.push({ name: `${layer}.weight`, shape: [inputs, outputs], offset, rows: inputs, columns: outputs, stride });
    offset += inputs * stride;
    slots.push({ name: `${layer}.bias`, shape: [outputs], offset, rows: 1, columns: outputs, stride });
    offset += stride;
  }
  return slots;
}

/**
 * Slots of sub-networks from assembly/nn/ensemble.ts: weight (inputs, outputs, dimensions) and bias (outputs, dimensions) of every
 * layer, the last index naming the sub-network.
 */
function ensembleSlots(sizes: readonly number[], dimensions: number): Slot[] {
  const slots: Slot[] = [];
  const stride = padded(dimensions);
  let offset = 0;
  for (let layer = 0; layer + 1 < sizes.length; ++layer) {
    const inputs = sizes[layer]!;
    const outputs = sizes[layer + 1]!;
    const shape = [inputs, outputs, dimensions];
    slots.push({ name: `${layer}.weight`, shape, offset, rows: inputs * outputs, columns: dimensions, stride });
    offset += inputs * outputs * stride;
    slots.push({
      name: `${layer}.bias`,
      shape: [outputs, dimensions],
      offset,
      rows: outputs,
      columns: dimensions,
      stride,
    });
    offset += outputs * stride;
  }
  return slots;
}

/** Slots of a network from assembly/nn/predictor.ts, the number of every dimension's outputs last among the sizes. */
export function predictorSlots(sizes: readonly number[], dimensions: number, single: boolean): Slot[] {
  return single ? mlpSlots([...sizes.slice(0, -1), sizes.at(-1)! * dimensions]) : ensembleSlots(sizes, dimensions);
}

/** Copies of the arrays in a padded block. */
export function readSlots(block: Float32Array, slots: readonly Slot[]): Tensor[] {
  return slots.map(({ name, shape, offset, rows, columns, stride }) => {
    const data = new Float32Array(rows * columns);
    for (let row = 0; row < rows; ++row) {
      const from = offset + row * stride;
      data.set(block.subarray(from, from + columns), row * columns);
    }
    return { name, shape, data };
  });
}

/** The trainable numbers of one network in the core: its blocks, named and without their padding. */
export class Network {
  readonly name: string;
  readonly #core: Core;
  readonly #parameters: ParametersHandle;
  readonly #slots: readonly Slot[];

  constructor(core: Core, name: string, parameters: ParametersHandle, slots: readonly Slot[]) {
    this.#core = core;
    this.name = name;
    this.#parameters = parameters;
    this.#slots = slots;
  }

  #block(pointer: number): Float32Array {
    return float32View(this.#core, pointer, this.#core.exports.parametersCount(this.#parameters));
  }

  /** The padded block of current values, live. */
  get values(): Float32Array {
    return this.#block(this.#core.exports.parametersValues(this.#parameters));
  }

  /** Optimiser steps taken. */
  get steps(): number {
    return this.#core.exports.parametersSteps(this.#parameters);
  }

  /** Norm of the last step's gradient before clipping. */
  get gradientNorm(): number {
    return this.#core.exports.parametersNorm(this.#parameters);
  }

  /** The padded block of the last step's gradient, live. */
  get gradient(): Float32Array {
    return this.#block(this.#core.exports.parametersGradient(this.#parameters));
  }

  configure(learningRate: number, gradientLimit: number): void {
    this.#core.exports.parametersConfigure(this.#parameters, learningRate, gradientLimit);
  }

  /** Pointers of the blocks that a checkpoint holds, by the name that their tensors begin with. */
  #blocks(target: number | undefined): [prefix: string, pointer: number][] {
    const exports: CoreExports = this.#core.exports;
    const blocks: [string, number][] = [
      [this.name, exports.parametersValues(this.#parameters)],
      [`${this.name}.adam.moment1`, exports.parametersMoment1(this.#parameters)],
      [`${this.name}.adam.moment2`, exports.parametersMoment2(this.#parameters)],
    ];
    if (target !== undefined) blocks.push([`${this.name}.target`, target]);
    return blocks;
  }

  /** Copies of the current values. */
  tensors(): Tensor[] {
    return this.#read(this.name, this.values);
  }

  /** Copies of everything that training goes on from: values, Adam's moments, and the block at `target` if given. */
  state(target?: number): Tensor[] {
    return this.#blocks(target).flatMap(([prefix, pointer]) => this.#read(prefix, this.#block(pointer)));
  }

  /**
   * Takes up what `state` gave.
   * @throws Error when a tensor is missing or has another shape.
   */
  restore(find: (name: string, shape: readonly number[]) => Float32Array, steps: number, target?: number): void {
    for (const [prefix, pointer] of this.#blocks(target)) this.#write(prefix, this.#block(pointer), find);
    this.#core.exports.parametersResume(this.#parameters, steps);
  }

  #read(prefix: string, block: Float32Array): Tensor[] {
    return readSlots(block, this.#slots).map((tensor) => ({ ...tensor, name: `${prefix}.${tensor.name}` }));
  }

  #write(prefix: string, block: Float32Array, find: (name: string, shape: readonly number[]) => Float32Array): void {
    for (const { name, shape, offset, rows, columns, stride } of this.#slots) {
      const data = find(`${prefix}.${name}`, shape);
      for (let row = 0; row < rows; ++row) {
        block.set(data.subarray(row * columns, (row + 1) * columns), offset + row * stride);
      }
    }
  }
}
