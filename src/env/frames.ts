import type { LinearForm } from "./features.js";

/**
 * Two predicted state dimensions that form a planar vector, such as a velocity, whose change the model predicts in a frame turned by
 * angle(s) rad: the change of (x, y) is [cos, -sin; sin, cos] times what the model says.
 */
export interface Frame {
  /** State dimensions. */
  readonly x: number;
  readonly y: number;
  readonly angle: LinearForm;
}

/** What is wrong with frames of a state with `stateSize` dimensions, of which `predicted` are predicted; undefined where nothing is. */
export function frameProblem(
  frames: readonly Frame[],
  predicted: readonly number[],
  stateSize: number,
): string | undefined {
  const taken = new Map<number, number>();
  for (const [index, { x, y, angle }] of frames.entries()) {
    for (const dimension of [x, y]) {
      if (!predicted.includes(dimension))
        return `frame ${index} names state dimension ${dimension}, which is not predicted`;
      const other = taken.get(dimension);
      if (other === index) return `frame ${index} names state dimension ${dimension} twice`;
      if (other !== undefined) return `frames ${other} and ${index} both name state dimension ${dimension}`;
      taken.set(dimension, index);
    }
    for (const [dimension, coefficient] of angle) {
      if (!(Number.isInteger(dimension) && dimension >= 0 && dimension < stateSize)) {
        return `the angle of frame ${index} reads state dimension ${dimension} of ${stateSize}`;
      }
      if (!Number.isFinite(coefficient)) return `the angle of frame ${index} has coefficient ${coefficient}`;
    }
  }
  return undefined;
}
