import type { ExecutionContext } from "ava";
import type { Core } from "./instantiate.js";

/** A repeatable source of numbers: Weyl's sequence through a 32-bit mixing function. */
export class Source {
  #state: number;

  constructor(seed: number) {
    this.#state = Math.imul(seed + 1, 0x9e3779b1) >>> 0;
  }

  bits(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let word = this.#state;
    word = Math.imul(word ^ (word >>> 16), 0x21f0aaad);
    word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
    return (word ^ (word >>> 15)) >>> 0;
  }

  uniform(low = -1, high = 1): number {
    return low + (high - low) * (this.bits() / 2 ** 32);
  }

  below(count: number): number {
    return Math.floor(this.uniform(0, count));
  }

  array(length: number, low = -1, high = 1): number[] {
    return Array.from({ length }, () => this.uniform(low, high));
  }

  /** Numbers that an f32 holds exactly, so that both number types start from the same values. */
  singles(length: number, low = -1, high = 1): number[] {
    return this.array(length, low, high).map(Math.fround);
  }
}

/** A standard normal number (Box and Muller). */
export const normal = (source: Source): number =>
  Math.sqrt(-2 * Math.log(source.uniform(Number.EPSILON, 1))) * Math.cos(2 * Math.PI * source.uniform(0, 1));

export function dot(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length) throw new Error(`lengths ${a.length} and ${b.length}`);
  return a.reduce((sum, x, i) => sum + x * b[i]!, 0);
}

/** The largest magnitude; NaN if there is one. */
export function largest(values: readonly number[]): number {
  return values.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
}

/** The largest difference, in units of the reference's largest magnitude. */
export function relativeError(actual: readonly number[], reference: readonly number[]): number {
  if (actual.length !== reference.length) throw new Error(`lengths ${actual.length} and ${reference.length}`);
  return largest(actual.map((x, i) => x - reference[i]!)) / largest(reference);
}

const LEVELS = 7;

/**
 * The derivative of f at x: central differences with step, step / 2, .. extrapolated to 0 (Ridders 1982), of which the one
 * with the smallest estimate of its own error is taken.
 */
export function derivative(f: (x: number) => number, x: number, step = 0.03): number {
  let best = Number.NaN;
  let smallest = Number.POSITIVE_INFINITY;
  let previous: number[] = [];
  for (let level = 0; level < LEVELS; level++) {
    const h = step * 2 ** -level;
    const current = [(f(x + h) - f(x - h)) / (2 * h)];
    for (let order = 1; order <= level; order++) {
      const [finer, coarser] = [current[order - 1]!, previous[order - 1]!];
      const extrapolated = finer + (finer - coarser) / (4 ** order - 1);
      const error = Math.max(Math.abs(extrapolated - finer), Math.abs(extrapolated - coarser));
      if (error < smallest) [best, smallest] = [extrapolated, error];
      current.push(extrapolated);
    }
    previous = current;
  }
  return best;
}

/** Derivatives of evaluate() with respect to the `count` numbers at an address of an f64 core. */
export function centralDifferences(core: Core, address: number, count: number, evaluate: () => number): number[] {
  if (core.bits !== 64) throw new Error("differences want f64");
  return Array.from({ length: count }, (_, i) => {
    const slot = core.view(address, count);
    const x = slot[i]!;
    const along = (moved: number) => {
      slot[i] = moved;
      return evaluate();
    };
    const slope = derivative(along, x);
    slot[i] = x;
    if (slot.length !== count) throw new Error("evaluate() allocates");
    return slope;
  });
}

/** Asserts closeness. The reference must not vanish, or nothing would be compared. */
export function assertClose(
  t: ExecutionContext,
  actual: readonly number[],
  reference: readonly number[],
  tolerance: number,
  what: string,
): void {
  t.true(largest(reference) > 0, `${what}: the reference is zero or not a number`);
  const error = relativeError(actual, reference);
  t.true(error <= tolerance, `${what}: relative error ${error}`);
}

/** Asserts that an analytic derivative is the numeric one, and that the two were computed in different ways. */
export function assertGradient(
  t: ExecutionContext,
  analytic: readonly number[],
  numeric: readonly number[],
  what: string,
  tolerance = 1e-9,
): void {
  assertClose(t, analytic, numeric, tolerance, what);
  t.false(
    analytic.every((x, i) => Object.is(x, numeric[i])),
    `${what}: analytic and numeric derivative are bit-identical`,
  );
}

/** Asserts <u, J v> = <J' u, v>, given both sides as sums of products. */
export function assertAdjoint(t: ExecutionContext, forward: number, backward: number, what: string): void {
  t.true(Math.abs(forward) > 1e-6, `${what}: the product vanishes`);
  const error = Math.abs(forward - backward) / Math.abs(forward);
  t.true(error <= 1e-12, `${what}: <u, J v> = ${forward}, <J' u, v> = ${backward}`);
}

export function assertZero(t: ExecutionContext, values: readonly number[], what: string): void {
  t.true(values.length > 0, `${what}: nothing to look at`);
  t.true(
    values.every((x) => x === 0),
    `${what}: not zero`,
  );
}
