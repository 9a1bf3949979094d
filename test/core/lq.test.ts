// A linear system with a quadratic reward (quadratic.ts): the return is known in closed form, and so is the exact gradient that SVG(1)
// estimates. Expectations are taken by Gauss-Hermite quadrature, which is exact for the integrands here: polynomials of degree two in
// the noises and in the normally distributed state.

import test from "ava";
import { createFrames } from "./agents.js";
import { widthsOf } from "./blocks.js";
import { createEncoder, identityFeatures } from "./encoders.js";
import { Core } from "./instantiate.js";
import { assertClose, assertZero, derivative, relativeError } from "./numbers.js";
import {
  A,
  apply,
  B,
  closedLoop,
  dot,
  expectedReward,
  GAMMA,
  L_ACTION,
  L_STATE,
  M0,
  type Matrix,
  N,
  P0,
  plus,
  product,
  Q,
  quadraticValue,
  R,
  returnOf,
  root,
  SIGMA_MAX,
  SIGMA_MIN,
  START,
  sigmaOf,
  sum,
  times,
  trace,
  transposed,
  type Vector,
  W,
} from "./quadratic.js";

test("LQ: the closed form of the return is the discounted sum of expected rewards", (t) => {
  const { advance } = closedLoop(START);
  const { C, c, rest } = expectedReward(START);
  let [mean, covariance] = [M0, P0];
  let total = 0;
  for (let discount = 1; discount > 1e-18; discount *= GAMMA) {
    total += discount * (dot(mean, apply(C, mean)) + trace(product(C, covariance)) + dot(c, mean) + rest);
    [mean, covariance] = advance(mean, covariance);
  }
  t.true(Math.abs(total / returnOf(START) - 1) < 1e-12);
});

// Gauss-Hermite nodes and weights of order 3 for a standard normal variable, exact up to degree 5
const NODES = [
  [-Math.sqrt(3), 1 / 6],
  [0, 2 / 3],
  [Math.sqrt(3), 1 / 6],
] as const;

/** Every combination of five nodes (two for the state, one for the policy's noise, two for the model's) and its weight. */
const GRID = Array.from({ length: 3 ** 5 }, (_, index) => {
  const nodes = [0, 1, 2, 3, 4].map((digit) => NODES[Math.floor(index / 3 ** digit) % 3]!);
  const [state0, state1, eta, xi0, xi1] = nodes.map(([node]) => node) as [number, number, number, number, number];
  return {
    state: [state0, state1] as Vector,
    eta,
    xi: [xi0, xi1] as Vector,
    weight: nodes.reduce((all, [, weight]) => all * weight, 1),
  };
});
const ROWS = GRID.length;

/** The core with this policy, and the true transition either as Jacobians or as a model that has learned it. */
function setup(transition: "given" | "learned") {
  const core = new Core(64);
  const encoder = createEncoder(core, 2, identityFeatures(2));
  const policy = core.run("policyCreate", encoder, widthsOf(core, [2, 2]), 1, ROWS, 0, 1, SIGMA_MIN, SIGMA_MAX, 10);
  const parameters = core.plain("policyParameters", policy);
  const { K, k, z } = START;
  // two rows of weights and one of biases, (mean, deviation) in each, padded to 4
  core.set(core.plain("parametersValues", parameters), [K[0], 0, 0, 0, K[1], 0, 0, 0, k, z, 0, 0]);

  const scale: Vector = [0.5, 2];
  const predicted = core.putIntegers([0, 1]);
  const frames = createFrames(core, 2, 2, []);
  const model = core.run("modelCreate", encoder, 1, widthsOf(core, [3, 1]), 1, predicted, 2, frames, 0, ROWS);
  core.set(core.plain("modelScale", model), scale);
  const change = sum(A, [
    [-1, 0],
    [0, -1],
  ]);
  const rows = [...transposed(change), B].flatMap((row) => [row[0] / scale[0], row[1] / scale[1], 0, 0]);
  core.set(core.plain("parametersValues", core.plain("modelParameters", model)), rows);

  const batch = core.run("batchCreate", ROWS, 2, 1);
  const repeat = (values: readonly number[]) => core.put(GRID.flatMap(() => values));
  const jacobians = [repeat(A.flat()), repeat(B)] as const;
  if (transition === "given") core.plain("batchGiveJacobians", batch, ...jacobians);

  const at = (name: string) => core.plain(`batch${name}`, batch);
  const vS = core.alloc(2 * ROWS);
  const sigma = sigmaOf(z);
  const value = quadraticValue(START);
  const slope = (s: Vector) => plus(times(2, apply(value.P, s)), value.p);
  /** One recursion step over the grid, the state distributed as N(mean, covariance); adds -discount E[..] to the gradient. */
  const step = (mean: Vector, covariance: Matrix, discount: number) => {
    const [spread, noise] = [root(covariance), root(W)];
    const all = GRID.map(({ state, eta, xi }) => {
      const s = plus(mean, apply(spread, state));
      const a = dot(K, s) + k + sigma * eta;
      const next = plus(plus(apply(A, s), times(a, B)), apply(noise, xi));
      const rS = times(-1, plus(plus(times(2, apply(Q, s)), times(2 * a, N)), L_STATE));
      return { s, a, next, rS, rA: -(2 * R * a + 2 * dot(N, s) + L_ACTION), vSNext: slope(next) };
    });
    core.set(
      at("S"),
      all.flatMap(({ s }) => s),
    );
    core.set(
      at("A"),
      all.map(({ a }) => a),
    );
    core.set(
      at("SNext"),
      all.flatMap(({ next }) => next),
    );
    core.set(
      at("RS"),
      all.flatMap(({ rS }) => rS),
    );
    core.set(
      at("RA"),
      all.map(({ rA }) => rA),
    );
    core.set(
      at("VSNext"),
      all.flatMap(({ vSNext }) => vSNext),
    );
    core.set(
      at("Weight"),
      GRID.map(({ weight }) => discount * weight),
    );
    core.run("policyForward", policy, at("S"), ROWS);
    core.run("policyInfer", policy, at("A"), ROWS);
    if (transition === "learned") {
      core.run("modelForward", model, at("S"), at("A"), ROWS);
      core.run("modelInfer", model, at("S"), at("SNext"), ROWS);
    }
    core.run("transitionAdjoint", batch, model, GAMMA, 1, ROWS);
    core.run("stateValueGradient", batch, policy, vS, ROWS);
    core.run("policyGradient", batch, policy, 1, ROWS);
    return all.map(({ s }) => s);
  };
  return { core, policy, parameters, vS, slope, step };
}

for (const transition of ["given", "learned"] as const) {
  test(`LQ, ${transition} transition: the exact SVG(1) gradient is the derivative of the return`, (t) => {
    const { core, policy, parameters, step } = setup(transition);
    const { advance } = closedLoop(START);
    let [mean, covariance] = [M0, P0];
    for (let discount = 1; discount > 1e-14; discount *= GAMMA) {
      step(mean, covariance, discount);
      [mean, covariance] = advance(mean, covariance);
    }
    const block = core.get(core.plain("parametersGradient", parameters), 12).map((g) => -g);
    const actual = [0, 4, 8, 9].map((slot) => block[slot]!);
    const { K, k, z } = START;
    const expected = [
      derivative((x) => returnOf({ ...START, K: [x, K[1]] }), K[0]),
      derivative((x) => returnOf({ ...START, K: [K[0], x] }), K[1]),
      derivative((x) => returnOf({ ...START, k: x }), k),
      derivative((x) => returnOf({ ...START, z: x }), z),
    ];
    for (const [i, what] of ["K0", "K1", "k", "z"].entries()) {
      assertClose(t, [actual[i]!], [expected[i]!], 1e-10, what);
    }
    const rest = block.filter((_, slot) => ![0, 4, 8, 9].includes(slot));
    assertZero(t, rest, "weights of a deviation that does not depend on the state, and padding");
    // the core found the policy's noise in the actions
    const eta = core.get(core.plain("policyEta", policy), ROWS);
    t.true(eta.every((x, row) => Math.abs(x - GRID[row]!.eta) < 1e-12));
  });

  test(`LQ, ${transition} transition: the expected v_s is the gradient of the value`, (t) => {
    const { core, vS, slope, step } = setup(transition);
    const states = step(M0, P0, 1);
    const gradients = core.get(vS, 2 * ROWS);
    const noises = GRID.filter(({ state }) => state[0] === 0 && state[1] === 0);
    t.is(noises.length, 27);
    // the state's digits count fastest
    for (let group = 0; group < 9; group++) {
      const own = GRID.map((_, row) => row).filter((row) => row % 9 === group);
      const mass = own.reduce((all, row) => all + GRID[row]!.weight, 0);
      const mean = [0, 1].map((i) =>
        own.reduce((all, row) => all + (GRID[row]!.weight / mass) * gradients[2 * row + i]!, 0),
      );
      assertClose(t, mean, slope(states[own[0]!]!), 1e-12, `state ${group}`);
      const single = gradients.slice(2 * own[0]!, 2 * own[0]! + 2);
      t.true(relativeError(single, mean) > 1e-3, "one sample is not the expectation");
    }
  });
}
