// With the exact value function SVG(k) is the same for every k: expected over the noises, the gradients of an episode's pieces, each
// discounted to its start, add up to the derivative of the return. Here for a linear system with a quadratic reward.

import test from "ava";
import { assertClose, derivative, relativeError } from "../core/numbers.js";
import * as lq from "../core/quadratic.js";
import type { Numbers } from "../oracle/equations.js";
import { createLinear, derivatives, linear, problem } from "./linear.js";
import { follow, tapeGradient } from "./pieces.js";

const { START } = lq;

/** The gradient of SVG(K) over an endless episode, by the core and by the tape. */
function linearGradient(K: number, exact: boolean, withValue = true) {
  const dimensions = 2 + 3 * K;
  const subject = createLinear(K, 2 * dimensions, exact);
  const { advance } = lq.closedLoop(START);
  const noiseRoot = lq.root(lq.W);
  let [mean, covariance] = [lq.M0, lq.P0];
  let total: Numbers = subject.theta.map(() => 0);
  let first: { computed: number[]; reference: number[] } | undefined;
  for (let discount = 1; discount > 1e-12; discount *= lq.GAMMA ** K) {
    // Two points on every axis, at the root of the number of dimensions, are a normal distribution to polynomials of degree three;
    // a step's contribution is one of degree two.
    const starts = Array.from({ length: 2 * dimensions }, (_, point) => {
      const at = (axis: number) => (point >> 1 === axis ? (point % 2 === 0 ? 1 : -1) * Math.sqrt(dimensions) : 0);
      return {
        s: lq.plus(mean, lq.apply(lq.root(covariance), [at(0), at(1)])),
        noises: Array.from({ length: K }, (_, t) => ({
          eta: [at(2 + 3 * t)],
          xi: lq.apply(noiseRoot, [at(3 + 3 * t), at(4 + 3 * t)]),
        })),
      };
    });
    const all = follow(subject.policy(), linear, starts);
    subject.observe(all, derivatives(K - 1, withValue));
    const computed = subject.gradient(false);
    first ??= { computed, reference: tapeGradient(subject, problem, all) };
    total = total.map((x, i) => x + discount * computed[i]!);
    for (let t = 0; t < K; t++) [mean, covariance] = advance(mean, covariance);
  }
  return { total, ...first! };
}

for (const exact of [true, false]) {
  test(`LQ, ${exact ? "exact" : "learned"} model: SVG(k) is the derivative of the return for every k`, (t) => {
    const { K, k, z } = START;
    const expected = new Array<number>(12).fill(0);
    expected[0] = derivative((x) => lq.returnOf({ ...START, K: [x, K[1]] }), K[0]);
    expected[4] = derivative((x) => lq.returnOf({ ...START, K: [K[0], x] }), K[1]);
    expected[8] = derivative((x) => lq.returnOf({ ...START, k: x }), k);
    expected[9] = derivative((x) => lq.returnOf({ ...START, z: x }), z);
    for (const horizon of [1, 2, 6]) {
      const { total, computed, reference } = linearGradient(horizon, exact);
      assertClose(t, total, expected, 1e-10, `k = ${horizon}`);
      assertClose(t, computed, reference, 1e-12, `the tape, k = ${horizon}`);
    }
    // it is the value that makes them agree
    t.true(relativeError(linearGradient(1, exact, false).total, expected) > 0.1);
  });
}
