// A linear system with a quadratic reward, whose value is a quadratic form (test/core/quadratic.ts), for the core and as equations.

import { identityFeatures } from "../core/encoders.js";
import * as lq from "../core/quadratic.js";
import { additive, type Observed, type Problem, type Row } from "../oracle/equations.js";
import { dot, minus, plus, type Quantity, times } from "../oracle/tape.js";
import { type Derivatives, type Spec, Subject } from "./subject.js";

/** Networks without hidden layers. */
export const LINEAR_NETWORKS: Omit<Spec, "states" | "actions" | "features" | "predicted" | "scales" | "gamma"> = {
  policyHidden: [],
  critic: "states",
  valueHidden: [],
  modelHidden: [],
  squash: "none",
  deviation: "learned",
  sigma: [0.05, 2],
  etaLimit: 1e3,
  noise: "additive",
  frames: [],
  rewardScale: 1,
};

const { A, B, Q, R, N, L_STATE, L_ACTION, START } = lq;
const VALUE = lq.quadraticValue(START);
const form = (matrix: lq.Matrix, s: Row): Quantity =>
  dot(
    s,
    matrix.map((row) => dot(row, s)),
  );
export const linear: Problem["f"] = additive((s, [a]) => A.map((row, i) => plus(dot(row, s), times(B[i]!, a!))));
export const problem: Problem = {
  f: linear,
  reward: (s, [a]) => {
    const cost = plus(plus(form(Q, s), times(R, times(a!, a!))), times(2, times(a!, dot(N, s))));
    return minus(0, plus(cost, plus(dot(L_STATE, s), times(L_ACTION, a!))));
  },
  critic: (s) => plus(form(VALUE.P, s), dot(VALUE.p, s)),
  gamma: lq.GAMMA,
};
const SCALES: lq.Vector = [0.5, 2];

export function createLinear(steps: number, count: number, exact: boolean): Subject {
  const sizes = { states: 2, actions: 1, features: identityFeatures(2), predicted: [0, 1], scales: SCALES };
  const subject = new Subject({ ...LINEAR_NETWORKS, ...sizes, gamma: lq.GAMMA }, { steps, pieces: count, exact });
  const { K, k, z } = START;
  subject.theta = [K[0], 0, 0, 0, K[1], 0, 0, 0, k, z, 0, 0];
  const change = lq.sum(
    A,
    lq.scaled(-1, [
      [1, 0],
      [0, 1],
    ]),
  );
  const rows: lq.Vector[] = [...lq.transposed(change), B];
  subject.modelWeights = rows.flatMap(([x, y]) => [x / SCALES[0], y / SCALES[1], 0, 0]);
  return subject;
}

/** The core gets the value's gradient in the place of a reward for the last state: its critics are no quadratic forms. */
export function derivatives(last: number, withValue: boolean) {
  return ({ s, a: [a], sNext }: Observed, t: number): Derivatives => {
    const [state, action, next] = [s as lq.Vector, a!, sNext as lq.Vector];
    const slope = lq.times(-1, lq.plus(lq.plus(lq.times(2, lq.apply(Q, state)), lq.times(2 * action, N)), L_STATE));
    const value = lq.times(lq.GAMMA, lq.plus(lq.times(2, lq.apply(VALUE.P, next)), VALUE.p));
    return {
      rS: slope,
      rA: [-(2 * R * action + 2 * lq.dot(N, state) + L_ACTION)],
      rSNext: withValue && t === last ? value : [0, 0],
      fS: A.flat(),
      fA: B,
    };
  };
}
