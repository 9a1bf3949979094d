// Gradients from another policy's trajectories, weighted by ratios of densities, are unbiased: their mean is that of a linear system with
// a quadratic reward (test/core/quadratic.ts), whose value of k steps is known in closed form.

import test from "ava";
import { assertClose, derivative, normal, Source } from "../core/numbers.js";
import * as lq from "../core/quadratic.js";
import type { Observed } from "../oracle/equations.js";
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

/** The value of the first K steps of a policy, and after them that of START. */
function valueOfSteps(policy: typeof START, K: number): number {
  const { C, c, rest } = lq.expectedReward(policy);
  const { P, p } = lq.quadraticValue(START);
  const { advance } = lq.closedLoop(policy);
  const expected = (matrix: lq.Matrix, row: lq.Vector) =>
    lq.dot(mean, lq.apply(matrix, mean)) + lq.trace(lq.product(matrix, covariance)) + lq.dot(row, mean);
  let [mean, covariance] = [lq.M0, lq.P0];
  let sum = 0;
  for (let t = 0; t < K; t++) {
    sum += GAMMA ** t * (expected(C, c) + rest);
    [mean, covariance] = advance(mean, covariance);
  }
  return sum + GAMMA ** K * expected(P, p);
}

function gradientOf(K: number): number[] {
  const { K: gain, k, z } = START;
  return [
    derivative((x) => valueOfSteps({ ...START, K: [x, gain[1]] }, K), gain[0]),
    derivative((x) => valueOfSteps({ ...START, K: [gain[0], x] }, K), gain[1]),
    derivative((x) => valueOfSteps({ ...START, k: x }, K), k),
    derivative((x) => valueOfSteps({ ...START, z: x }, K), z),
  ];
}

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
      const weighted = acted.map((piece) =>
        piece.map((row) => ({
          ...row,
          ratio: Math.exp(policy.logDensity(row.s, row.a) - behaviour.logDensity(row.s, row.a)),
        })),
      );
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
    const expected = gradientOf(K);
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
