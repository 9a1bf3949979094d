/** Second-order expansion of the reward r(s, a, s') about the steps of a trajectory, made concave. */

import { symmetrise } from "./matrix.js";
import type { ControlProblem } from "./problem.js";
import { NegativePart } from "./semidefinite.js";

const STEP = 1e-4;
/** Second derivatives below this part of the largest first derivative are the differences' noise. */
const NOISE = 1e-9;

/**
 * r_z (T, Z) and r_zz (T, Z, Z) in z = (s, a, s'), Z = S + A + S. The Hessian is the central difference of the exact gradient, its
 * positive eigenvalues set to zero, so that a quadratic model of the return is bounded whatever the dynamics.
 */
export class RewardExpansion {
  readonly size: number;
  readonly gradient: Float64Array;
  readonly hessian: Float64Array;
  readonly #problem: ControlProblem;
  readonly #z: Float64Array;
  readonly #s: Float64Array;
  readonly #a: Float64Array;
  readonly #sNext: Float64Array;
  readonly #rZ: Float64Array;
  readonly #rS: Float64Array;
  readonly #rA: Float64Array;
  readonly #rSNext: Float64Array;
  readonly #plus: Float64Array;
  readonly #matrix: Float64Array;
  readonly #part: NegativePart;

  constructor(problem: ControlProblem, steps: number) {
    const { states: S, actions: A } = problem;
    const Z = 2 * S + A;
    this.size = Z;
    this.gradient = new Float64Array(steps * Z);
    this.hessian = new Float64Array(steps * Z * Z);
    this.#problem = problem;
    this.#z = new Float64Array(Z);
    this.#s = this.#z.subarray(0, S);
    this.#a = this.#z.subarray(S, S + A);
    this.#sNext = this.#z.subarray(S + A);
    this.#rZ = new Float64Array(Z);
    this.#rS = this.#rZ.subarray(0, S);
    this.#rA = this.#rZ.subarray(S, S + A);
    this.#rSNext = this.#rZ.subarray(S + A);
    this.#plus = new Float64Array(Z);
    this.#matrix = new Float64Array(Z * Z);
    this.#part = new NegativePart(Z);
  }

  /** r_z at z. */
  #differentiate(): void {
    this.#problem.rewardGradient(this.#s, this.#a, this.#sNext, this.#rS, this.#rA, this.#rSNext);
  }

  /** Expands about (s, a, s'), which becomes step t. */
  expand(t: number, s: Float64Array, a: Float64Array, sNext: Float64Array): void {
    const Z = this.size;
    const z = this.#z;
    const rZ = this.#rZ;
    const plus = this.#plus;
    const matrix = this.#matrix;
    this.#s.set(s);
    this.#a.set(a);
    this.#sNext.set(sNext);
    for (let i = 0; i < Z; ++i) {
      const at = z[i]!;
      const step = STEP * Math.max(1, Math.abs(at));
      z[i] = at + step;
      this.#differentiate();
      plus.set(rZ);
      z[i] = at - step;
      this.#differentiate();
      z[i] = at;
      for (let j = 0; j < Z; ++j) matrix[i * Z + j] = (plus[j]! - rZ[j]!) / (2 * step);
    }
    this.#differentiate();
    this.gradient.set(rZ, t * Z);
    let largest = 0;
    for (let i = 0; i < Z; ++i) largest = Math.max(largest, Math.abs(rZ[i]!));
    symmetrise(matrix, Z);
    for (let k = 0; k < Z * Z; ++k) if (Math.abs(matrix[k]!) < NOISE * largest) matrix[k] = 0;
    this.#part.clip(matrix, 0, Z);
    this.hessian.set(matrix, t * Z * Z);
  }
}
