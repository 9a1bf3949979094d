// Gradients from another policy's trajectories, weighted by ratios of densities, are unbiased: their mean is that of a linear system with
// a quadratic reward (test/core/quadratic.ts), whose value of k steps is known in closed form.

import test from "ava";
import { assertClose, derivative, normal, Source } from "../core/numbers.js";
import * as lq from "../core/quadratic.js";
import type { Observed, PolicyEquations } from "../oracle/equations.js";
import { createLinear, derivatives, linear } from "./linear.js";
import { follow } from "./pieces.js";

const { START, GAMMA } = lq;
const [BATCHES, PIECES] = [60, 100];
/**
 * How many standard errors a mean may be off. Two horizons with four parameters each are judged, by Student's t of 59 degrees of
 * freedom: a correct gradient fails for one seed in a million.
 */
const BOUND = 6.1;

/** The policy that acted: its noise is wider, so that weights are bounded. */
const BEHAVIOUR = { K: [-0.1, -0.5] as lq.Vector, k: 0.3, z: -0.1 };
const block = ({ K, k, z }: typeof START) => [K[0], 0, 0, 0, K[1], 0, 0, 0, k, z, 0, 0];
const SLOTS = [0, 4, 8, 9];

/** Where a start state and the transitions' noise vary, if they do. */
interface Spread {
  readonly start: lq.Matrix;
  readonly noise: lq.Matrix;
}

/** The derivatives of the value of K steps of a policy, at START's parameters, and after them that of START. */
function gradientOf(K: number, { start, noise }: Spread): number[] {
  const { P, p } = lq.quadraticValue(START);
  const value = (policy: typeof START) => {
    const { C, c, rest } = lq.expectedReward(policy);
    const { loop, drift } = lq.closedLoop(policy);
    const wandering = lq.sum(noise, lq.scaled(lq.sigmaOf(policy.z) ** 2, lq.outer(lq.B, lq.B)));
    let [mean, covariance] = [lq.M0, start];
    const expected = (matrix: lq.Matrix, row: lq.Vector) =>
      lq.dot(mean, lq.apply(matrix, mean)) + lq.trace(lq.product(matrix, covariance)) + lq.dot(row, mean);
    let sum = 0;
    for (let t = 0; t < K; t++) {
      sum += GAMMA ** t * (expected(C, c) + rest);
      mean = lq.plus(lq.apply(loop, mean), drift);
      covariance = lq.sum(lq.product(lq.product(loop, covariance), lq.transposed(loop)), wandering);
    }
    return sum + GAMMA ** K * expected(P, p);
  };
  const { K: gain, k, z } = START;
  return [
    derivative((x) => value({ ...START, K: [x, gain[1]] }), gain[0]),
    derivative((x) => value({ ...START, K: [gain[0], x] }), gain[1]),
    derivative((x) => value({ ...START, k: x }), k),
    derivative((x) => value({ ...START, z: x }), z),
  ];
}

/** Pieces with the ratios of their actions' densities. */
function weigh(policy: PolicyEquations, behaviour: PolicyEquations, pieces: readonly Observed[][]): Observed[][] {
  const ratio = ({ s, a }: Observed) => Math.exp(policy.logDensity(s, a) - behaviour.logDensity(s, a));
  return pieces.map((piece) => piece.map((row) => ({ ...row, ratio: ratio(row) })));
}

test("SVG(2) from another policy's trajectories, expected over their actions, is the derivative of the value", (t) => {
  // The trapezoidal rule at this distance is exact for normal densities to the last digits.
  const [distance, reach] = [0.5, 15];
  const nodes = Array.from({ length: 2 * reach + 1 }, (_, i) => distance * (i - reach));
  const grid = nodes.flatMap((first) => nodes.map((second) => [first, second] as const));
  const subject = createLinear(2, grid.length, true);
  const [policy, behaviour] = [subject.policy(), subject.policy(block(BEHAVIOUR))];
  const still = { start: lq.scaled(0, lq.P0), noise: lq.scaled(0, lq.W) };
  const starts = grid.map((etas) => ({ s: lq.M0, noises: etas.map((eta) => ({ eta: [eta], xi: [0, 0] })) }));
  const pieces = weigh(policy, behaviour, follow(behaviour, linear, starts)).map((piece, p) => {
    // a piece counts as often as it happens, with the ratio of its first action and so of all
    const [x, y] = grid[p]!;
    const share = (grid.length * distance ** 2 * Math.exp(-(x ** 2 + y ** 2) / 2)) / (2 * Math.PI);
    return piece.map((row, time) => (time === 0 ? { ...row, ratio: share * row.ratio } : row));
  });
  subject.observe(pieces, derivatives(1, true));
  const gradient = subject.gradient(false);
  assertClose(
    t,
    SLOTS.map((slot) => gradient[slot]!),
    gradientOf(2, still),
    1e-9,
    "theta",
  );
});

for (const K of [1, 3]) {
  test(`SVG(${K}) from another policy's trajectories is unbiased`, (t) => {
    const source = new Source(K);
    const subject = createLinear(K, PIECES, true);
    const behaviour = subject.policy(block(BEHAVIOUR));
    const policy = subject.policy();
    const [startRoot, noiseRoot] = [lq.root(lq.P0), lq.root(lq.W)];
    const two = (): lq.Vector => [normal(source), normal(source)];
    /** Which ratios count. */
    const ways = { all: () => true, none: () => false, "of the first step": (time: number) => time === 0 };
    const samples: Record<keyof typeof ways, number[][]> = { all: [], none: [], "of the first step": [] };
    for (let batch = 0; batch < BATCHES; batch++) {
      const starts = Array.from({ length: PIECES }, () => ({
        s: lq.plus(lq.M0, lq.apply(startRoot, two())),
        noises: Array.from({ length: K }, () => ({ eta: [normal(source)], xi: lq.apply(noiseRoot, two()) })),
      }));
      const acted = follow(behaviour, linear, starts);
      const weighted = weigh(policy, behaviour, acted);
      for (const way of Object.keys(ways) as (keyof typeof ways)[]) {
        const pieces: Observed[][] = weighted.map((piece) =>
          piece.map((row, time) => (ways[way](time) ? row : { ...row, ratio: 1 })),
        );
        subject.observe(pieces, derivatives(K - 1, true));
        if (way === "all" && batch === 0) {
          const rows = Array.from({ length: K }, (_, time) => pieces.map((piece) => piece[time]!)).flat();
          const ratios = subject.ratios(rows.map(({ s, a }) => behaviour.logDensity(s, a)));
          assertClose(
            t,
            ratios,
            rows.map(({ ratio }) => ratio),
            1e-12,
            "ratios",
          );
        }
        const gradient = subject.gradient(false);
        samples[way].push(SLOTS.map((slot) => gradient[slot]!));
      }
    }
    const expected = gradientOf(K, { start: lq.P0, noise: lq.W });
    /** How far the mean of the batches is off, in standard errors. */
    const errors = (way: keyof typeof samples) =>
      expected.map((x, i) => {
        const numbers = samples[way].map((row) => row[i]!);
        const mean = numbers.reduce((sum, y) => sum + y, 0) / BATCHES;
        const variance = numbers.reduce((sum, y) => sum + (y - mean) ** 2, 0) / (BATCHES - 1);
        return Math.abs(mean - x) / Math.sqrt(variance / BATCHES);
      });
    t.true(
      errors("all").every((error) => error < BOUND),
      `${errors("all")}`,
    );
    // and the test would notice what is missing
    const others = (["none", "of the first step"] as const).slice(0, K).map((way) => Math.max(...errors(way)));
    t.true(
      others.every((error) => error > 2 * BOUND),
      `${others}`,
    );
    t.log(`standard errors off: ${Math.max(...errors("all"))}; with less weights ${others}`);
  });
}
