/** Quadratic programs in a box, by projected Newton steps (Bertsekas 1982; as in Tassa, Mansard and Todorov 2014, algorithm 1). */

import { cholesky, solveCholesky } from "./matrix.js";

const ITERATIONS = 50;
const TOLERANCE = 1e-10;
const ARMIJO = 0.1;
const SHRINK = 0.6;
const SMALLEST_STEP = 1e-12;

/** min 1/2 x' H x + g' x over low <= x <= high, all (n), H positive definite. */
export class BoxProgram {
  readonly size: number;
  /** (n, n). */
  readonly hessian: Float64Array;
  readonly gradient: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** The start of the search, then its result. */
  readonly x: Float64Array;
  /** Which of x are at no bound: the first `freeCount` entries. */
  readonly free: Int32Array;
  freeCount = 0;
  /** Cholesky factor (freeCount, freeCount) of the free block of H. */
  readonly factor: Float64Array;
  readonly #slope: Float64Array;
  readonly #direction: Float64Array;
  readonly #trial: Float64Array;

  constructor(n: number) {
    this.size = n;
    this.hessian = new Float64Array(n * n);
    this.gradient = new Float64Array(n);
    this.low = new Float64Array(n);
    this.high = new Float64Array(n);
    this.x = new Float64Array(n);
    this.free = new Int32Array(n);
    this.factor = new Float64Array(n * n);
    this.#slope = new Float64Array(n);
    this.#direction = new Float64Array(n);
    this.#trial = new Float64Array(n);
  }

  #objective(x: Float64Array): number {
    const { size: n, hessian, gradient } = this;
    let sum = 0;
    for (let i = 0; i < n; ++i) {
      let row = 0;
      for (let j = 0; j < n; ++j) row += hessian[i * n + j]! * x[j]!;
      sum += x[i]! * (gradient[i]! + row / 2);
    }
    return sum;
  }

  /** @returns false when H is not positive definite on the free coordinates. */
  solve(): boolean {
    const { size: n, x, low, high, free, factor } = this;
    for (let i = 0; i < n; ++i) x[i] = Math.min(Math.max(x[i]!, low[i]!), high[i]!);
    let value = this.#objective(x);
    for (let iteration = 0; iteration < ITERATIONS; ++iteration) {
      this.#findFree();
      const m = this.freeCount;
      for (let i = 0; i < m; ++i) {
        for (let j = 0; j < m; ++j) factor[i * m + j] = this.hessian[free[i]! * n + free[j]!]!;
      }
      if (m === 0) return true;
      if (!cholesky(factor, m)) return false;
      const descent = this.#newton(m);
      if (descent > -TOLERANCE * (1 + Math.abs(value))) return true;
      const next = this.#search(value, m);
      if (next === undefined) return true;
      value = next;
    }
    return true;
  }

  /** Coordinates that are inside, or at a bound and drawn off it. */
  #findFree(): void {
    const { size: n, x, hessian, gradient, low, high } = this;
    this.freeCount = 0;
    for (let i = 0; i < n; ++i) {
      let slope = gradient[i]!;
      for (let j = 0; j < n; ++j) slope += hessian[i * n + j]! * x[j]!;
      this.#slope[i] = slope;
      const held = (x[i]! <= low[i]! && slope > 0) || (x[i]! >= high[i]! && slope < 0);
      if (!held) this.free[this.freeCount++] = i;
    }
  }

  /** The Newton direction of the free coordinates; returns its slope. */
  #newton(m: number): number {
    const direction = this.#direction;
    for (let i = 0; i < m; ++i) direction[i] = -this.#slope[this.free[i]!]!;
    solveCholesky(this.factor, m, direction);
    let descent = 0;
    for (let i = 0; i < m; ++i) descent += direction[i]! * this.#slope[this.free[i]!]!;
    return descent;
  }

  /** Backtracks along the projected direction; the new objective, undefined when no step is found. */
  #search(value: number, m: number): number | undefined {
    const { x, low, high, free } = this;
    const trial = this.#trial;
    for (let step = 1; step > SMALLEST_STEP; step *= SHRINK) {
      trial.set(x);
      let slope = 0;
      for (let k = 0; k < m; ++k) {
        const i = free[k]!;
        trial[i] = Math.min(Math.max(x[i]! + step * this.#direction[k]!, low[i]!), high[i]!);
        slope += this.#slope[i]! * (trial[i]! - x[i]!);
      }
      const next = this.#objective(trial);
      if (next - value <= ARMIJO * slope && slope < 0) {
        x.set(trial);
        return next;
      }
    }
    return undefined;
  }
}
