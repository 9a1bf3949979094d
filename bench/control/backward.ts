/**
 * Backward pass of control-limited differential dynamic programming, Gauss-Newton in the dynamics: Tassa, Mansard and Todorov,
 * "Control-Limited Differential Dynamic Programming", ICRA 2014. Returns are maximised, so every quadratic form here is concave.
 */

import { BoxProgram } from "./box.js";
import type { RewardExpansion } from "./expansion.js";
import { addProduct, addTransposedProduct, solveCholesky, symmetrise } from "./matrix.js";
import type { ControlProblem } from "./problem.js";

export class BackwardPass {
  /** Change of the action at a full step (T, A), within what the bounds leave. */
  readonly change: Float64Array;
  /** Feedback da/ds (T, A, S); zero rows where an action stays at its bound. */
  readonly gain: Float64Array;
  /** V_s and V_ss at the first step. */
  readonly vS: Float64Array;
  readonly vSS: Float64Array;
  /** The model's gain of return for a step of size alpha: alpha * linear + alpha^2 * quadratic. */
  linear = 0;
  quadratic = 0;
  readonly #S: number;
  readonly #A: number;
  readonly #F: Float64Array;
  readonly #w: Float64Array;
  readonly #W: Float64Array;
  readonly #P: Float64Array;
  readonly #qZ: Float64Array;
  readonly #qZZ: Float64Array;
  readonly #crossed: Float64Array;
  readonly #qAK: Float64Array;
  readonly #box: BoxProgram;

  constructor({ states: S, actions: A }: ControlProblem, steps: number) {
    const N = S + A;
    this.#S = S;
    this.#A = A;
    this.change = new Float64Array(steps * A);
    this.gain = new Float64Array(steps * A * S);
    this.vS = new Float64Array(S);
    this.vSS = new Float64Array(S * S);
    this.#F = new Float64Array(S * N);
    this.#w = new Float64Array(S);
    this.#W = new Float64Array(S * S);
    this.#P = new Float64Array(S * N);
    this.#qZ = new Float64Array(N);
    this.#qZZ = new Float64Array(N * N);
    this.#crossed = new Float64Array(N * N);
    this.#qAK = new Float64Array(A * S);
    this.#box = new BoxProgram(A);
  }

  /**
   * From V_s, V_ss at the end, which the caller has put into `vS`, `vSS`, to the first of `steps`.
   * @param fS (T, S, S) and fA (T, S, A) along the trajectory.
   * @param actions (T, A) of the trajectory.
   * @param damping Added to -Q_aa's diagonal, for the gains only.
   * @returns false when some -Q_aa is not positive definite: more damping is needed.
   */
  run(
    steps: number,
    fS: Float64Array,
    fA: Float64Array,
    rewards: RewardExpansion,
    actions: Float64Array,
    damping: number,
  ): boolean {
    this.linear = 0;
    this.quadratic = 0;
    for (let t = steps - 1; t >= 0; --t) {
      this.#expandQ(t, fS, fA, rewards);
      if (!this.#findGains(t, actions, damping)) return false;
      this.#backUp(t);
    }
    return true;
  }

  /** Q_z and Q_zz in z = (s, a) of r(z, f(z)) + V(f(z)), f to first order. */
  #expandQ(t: number, fS: Float64Array, fA: Float64Array, rewards: RewardExpansion): void {
    const S = this.#S;
    const A = this.#A;
    const N = S + A;
    const Z = rewards.size;
    const r = t * Z;
    const R = t * Z * Z;
    const F = this.#F;
    const w = this.#w;
    const W = this.#W;
    const P = this.#P;
    const qZ = this.#qZ;
    const qZZ = this.#qZZ;
    const crossed = this.#crossed;
    // what s' is worth: w = V_s + r_s', W = V_ss + r_s's'; P = W F + r_s'z
    let cross = false;
    for (let i = 0; i < S; ++i) {
      w[i] = this.vS[i]! + rewards.gradient[r + N + i]!;
      for (let j = 0; j < S; ++j) {
        W[i * S + j] = this.vSS[i * S + j]! + rewards.hessian[R + (N + i) * Z + N + j]!;
        F[i * N + j] = fS[t * S * S + i * S + j]!;
      }
      for (let j = 0; j < A; ++j) F[i * N + S + j] = fA[t * S * A + i * A + j]!;
      for (let j = 0; j < N; ++j) {
        const entry = rewards.hessian[R + (N + i) * Z + j]!;
        P[i * N + j] = entry;
        cross ||= entry !== 0;
      }
    }
    crossed.fill(0);
    if (cross) addTransposedProduct(crossed, P, 0, F, 0, N, S, N);
    addProduct(P, W, 0, F, 0, S, S, N);
    // Q_z = r_z + F' w, Q_zz = r_zz + F' P + r_zs' F
    for (let i = 0; i < N; ++i) {
      let sum = rewards.gradient[r + i]!;
      for (let k = 0; k < S; ++k) sum += F[k * N + i]! * w[k]!;
      qZ[i] = sum;
      for (let j = 0; j < N; ++j) qZZ[i * N + j] = rewards.hessian[R + i * Z + j]! + crossed[i * N + j]!;
    }
    addTransposedProduct(qZZ, F, 0, P, 0, N, S, N);
    symmetrise(qZZ, N);
  }

  #findGains(t: number, actions: Float64Array, damping: number): boolean {
    const S = this.#S;
    const A = this.#A;
    const N = S + A;
    const box = this.#box;
    const qZZ = this.#qZZ;
    const { gain } = this;
    for (let i = 0; i < A; ++i) {
      const a = actions[t * A + i]!;
      for (let j = 0; j < A; ++j) box.hessian[i * A + j] = -qZZ[(S + i) * N + S + j]!;
      box.hessian[i * A + i]! += damping;
      box.gradient[i] = -this.#qZ[S + i]!;
      box.low[i] = -1 - a;
      box.high[i] = 1 - a;
      box.x[i] = 0;
    }
    if (!box.solve()) return false;
    this.change.set(box.x, t * A);
    gain.fill(0, t * A * S, (t + 1) * A * S);
    const m = box.freeCount;
    for (let column = 0; column < S; ++column) {
      const qA = this.#qAK;
      for (let i = 0; i < m; ++i) qA[i] = qZZ[(S + box.free[i]!) * N + column]!;
      solveCholesky(box.factor, m, qA);
      for (let i = 0; i < m; ++i) gain[t * A * S + box.free[i]! * S + column] = qA[i]!;
    }
    return true;
  }

  /** V_s and V_ss of step t under the new actions, and what they add to the model's gain of return. */
  #backUp(t: number): void {
    const S = this.#S;
    const A = this.#A;
    const N = S + A;
    const qZ = this.#qZ;
    const qZZ = this.#qZZ;
    const { vS, vSS, gain, change } = this;
    const K = t * A * S;
    // V_s = Q_s + Q_sa k + K' (Q_a + Q_aa k)
    vS.set(qZ.subarray(0, S));
    for (let i = 0; i < A; ++i) {
      const k = change[t * A + i]!;
      let curved = 0;
      for (let j = 0; j < A; ++j) curved += qZZ[(S + i) * N + S + j]! * change[t * A + j]!;
      this.linear += k * qZ[S + i]!;
      this.quadratic += (k * curved) / 2;
      for (let j = 0; j < S; ++j) vS[j]! += qZZ[(S + i) * N + j]! * k + gain[K + i * S + j]! * (qZ[S + i]! + curved);
    }
    // V_ss = Q_ss + K' (Q_aa K + Q_as) + Q_sa K
    const qAK = this.#qAK;
    for (let i = 0; i < A; ++i) {
      for (let j = 0; j < S; ++j) {
        let sum = qZZ[(S + i) * N + j]!;
        for (let l = 0; l < A; ++l) sum += qZZ[(S + i) * N + S + l]! * gain[K + l * S + j]!;
        qAK[i * S + j] = sum;
      }
    }
    for (let i = 0; i < S; ++i) {
      for (let j = 0; j < S; ++j) {
        let sum = qZZ[i * N + j]!;
        for (let l = 0; l < A; ++l) {
          sum += gain[K + l * S + i]! * qAK[l * S + j]! + qZZ[i * N + S + l]! * gain[K + l * S + j]!;
        }
        vSS[i * S + j] = sum;
      }
    }
    symmetrise(vSS, S);
  }
}
