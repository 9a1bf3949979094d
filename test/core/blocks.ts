// Parameter blocks as test data: random numbers where a network has parameters, zero in the padding.

import { type Core, padded } from "./instantiate.js";
import type { Source } from "./numbers.js";

/** One number's place in a parameter block. */
export interface Slot {
  readonly layer: number;
  /** Row of the weights, or "bias". */
  readonly input: number | "bias";
  readonly output: number;
  /** The sub-network of an ensemble; 0 in a multilayer perceptron. */
  readonly network: number;
  readonly padding: boolean;
}

/** What stands where in the block of a multilayer perceptron. */
export function mlpSlots(sizes: readonly number[]): Slot[] {
  const slots: Slot[] = [];
  for (let layer = 0; layer + 1 < sizes.length; layer++) {
    const [I, O] = [sizes[layer]!, sizes[layer + 1]!];
    for (let i = 0; i <= I; i++) {
      for (let output = 0; output < padded(O); output++) {
        slots.push({ layer, input: i === I ? "bias" : i, output, network: 0, padding: output >= O });
      }
    }
  }
  return slots;
}

/** What stands where in the block of an ensemble of D sub-networks. */
export function ensembleSlots(sizes: readonly number[], D: number): Slot[] {
  const slots: Slot[] = [];
  for (let layer = 0; layer + 1 < sizes.length; layer++) {
    const [I, O] = [sizes[layer]!, sizes[layer + 1]!];
    for (let i = 0; i <= I; i++) {
      for (let output = 0; output < O; output++) {
        for (let network = 0; network < padded(D); network++) {
          slots.push({ layer, input: i === I ? "bias" : i, output, network, padding: network >= D });
        }
      }
    }
  }
  return slots;
}

/** What stands where in the block of D sub-networks, or of one network with the outputs of D dimensions. */
export function predictorSlots(sizes: readonly number[], D: number, single: boolean): Slot[] {
  return single ? mlpSlots([...sizes.slice(0, -1), sizes.at(-1)! * D]) : ensembleSlots(sizes, D);
}

/** A number for every slot that is not padding; of f32 precision, so that both number types hold the same. */
export function fill(slots: readonly Slot[], source: Source): number[] {
  return slots.map((slot) => (slot.padding ? 0 : Math.fround(source.uniform(-1, 1))));
}

/** The outputs (B, O) of tanh networks whose parameters stand in a block, by plain loops. */
export function evaluate(
  slots: readonly Slot[],
  block: readonly number[],
  sizes: readonly number[],
  x: readonly number[],
  network = 0,
): number[] {
  let values = x;
  for (let layer = 0; layer + 1 < sizes.length; layer++) {
    const [I, O] = [sizes[layer]!, sizes[layer + 1]!];
    const B = values.length / I;
    const next = new Array<number>(B * O).fill(0);
    for (const [at, slot] of slots.entries()) {
      if (slot.layer !== layer || slot.network !== network || slot.padding) continue;
      for (let b = 0; b < B; b++) {
        next[b * O + slot.output]! += block[at]! * (slot.input === "bias" ? 1 : values[b * I + slot.input]!);
      }
    }
    values = layer + 2 < sizes.length ? next.map(Math.tanh) : next;
  }
  return values.slice();
}

export const paddingIn = (slots: readonly Slot[], block: readonly number[]): number[] =>
  block.filter((_, at) => slots[at]!.padding);

export const widthsOf = (core: Core, sizes: readonly number[]): number => core.putIntegers(sizes);
