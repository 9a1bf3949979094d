// A linear system with a linear reward and a linear-Gaussian policy: values of states and of actions are linear, and known. Every noise
// takes the values 1 and -1 in turn, in all combinations: what is expected of products of two linear functions is exact.

import test from "ava";
import { createFrames } from "./agents.js";
import { widthsOf } from "./blocks.js";
import { createEncoder, identityFeatures } from "./encoders.js";
import { Core } from "./instantiate.js";
import { assertClose, largest } from "./numbers.js";

type Vector = readonly [number, number];
const dot = (x: Vector, y: Vector) => x[0] * y[0] + x[1] * y[1];

// s' = F s + G a + W (xi), r = l s + m a, a = K s + k + sigma eta
const F = [
  [0.9, 0.25],
  [-0.15, 0.85],
] as const;
const G: Vector = [0.1, 0.6];
const W: Vector = [0.2, 0.3];
const L: Vector = [0.4, -0.3];
const M = 0.25;
const K: Vector = [-0.2, -0.4];
const DRIFT = 0.15;
const SIGMA = 0.3;
const GAMMA = 0.9;
const column = (j: 0 | 1): Vector => [F[0][j], F[1][j]];

/** V(s) = p s + c. */
function stateValue(): { p: Vector; c: number } {
  let p: Vector = [0, 0];
  for (let n = 0; n < 500; n++) {
    const slope = M + GAMMA * dot(p, G);
    p = [0, 1].map((j) => L[j]! + slope * K[j]! + GAMMA * dot(p, column(j as 0 | 1))) as unknown as Vector;
  }
  return { p, c: ((M + GAMMA * dot(p, G)) * DRIFT) / (1 - GAMMA) };
}
const { p, c } = stateValue();
/** The parameters of V, and of Q(s, a) = l s + m a + gamma V(F s + G a), as a linear layer holds them: inputs, then the bias. */
const V = [...p, c];
const Q = [...[0, 1].map((j) => L[j]! + GAMMA * dot(p, column(j as 0 | 1))), M + GAMMA * dot(p, G), GAMMA * c];

const GRID = Array.from({ length: 32 }, (_, index) => {
  const sign = (digit: number) => 1 - 2 * ((index >> digit) & 1);
  const s: Vector = [1 + 0.6 * sign(0), -0.5 + 0.2 * sign(0) + 0.4 * sign(1)];
  const a = dot(K, s) + DRIFT + SIGMA * sign(2);
  const next: Vector = [0, 1].map((i) => dot(F[i]!, s) + G[i]! * a + W[i]! * sign(3 + i)) as unknown as Vector;
  return { s, a, next, reward: dot(L, s) + M * a };
});
const ROWS = GRID.length;

/** The model's parameters: changes of the two dimensions by both, by the action, and by themselves. */
const RIGHT_MODEL = [F[0][0] - 1, F[1][0], F[0][1], F[1][1] - 1, ...G, 0, 0];
const WRONG_MODEL = [-0.1, 0.2, -0.3, 0.1, 0.2, 0.4, 0.3, -0.2];

/** A learner whose critic is a linear layer, with these transitions. */
function setup(actions: number, targetPeriod: number, noise: boolean, residual: boolean, known = RIGHT_MODEL) {
  const core = new Core(64);
  const encoder = createEncoder(core, 2, identityFeatures(2));
  const policy = core.run("policyCreate", encoder, widthsOf(core, [2, 2]), 1, ROWS, 0, 1, 0.01, 2, 10);
  const z = Math.atanh((Math.log(SIGMA) - Math.log(0.01 * 2) / 2) / (Math.log(2 / 0.01) / 2));
  const policyBlock = [K[0], 0, 0, 0, K[1], 0, 0, 0, DRIFT, z, 0, 0];
  core.set(core.plain("parametersValues", core.plain("policyParameters", policy)), policyBlock);
  const frames = createFrames(core, 2, 2, []);
  const predicted = core.putIntegers([0, 1]);
  const model = core.run("modelCreate", encoder, 1, widthsOf(core, [3, 1]), 1, predicted, 2, frames, 0, ROWS);
  const modelBlock = known.flatMap((x, i) => (i % 2 ? [x, 0, 0] : [x]));
  core.set(core.plain("parametersValues", core.plain("modelParameters", model)), modelBlock);
  const value = core.run("valueCreate", encoder, actions, widthsOf(core, [2 + actions, 1]), 1, ROWS);
  const parameters = core.plain("valueParameters", value);
  const learner = core.plain("learnerCreate", policy, model, value, 0, GAMMA, 1, targetPeriod);
  core.plain("learnerConfigure", learner, noise ? core.plain("randomCreate", 1n, 6, 0) : 0, residual ? 1 : 0);
  const batch = core.run("batchCreate", ROWS, 2, 1);
  for (const [name, numbers] of [
    ["S", GRID.flatMap(({ s }) => [...s])],
    ["A", GRID.map(({ a }) => a)],
    ["SNext", GRID.flatMap(({ next }) => [...next])],
    ["Reward", GRID.map(({ reward }) => reward)],
    ["Weight", GRID.map(() => 1)],
  ] as const) {
    core.set(core.plain(`batch${name}`, batch), numbers);
  }
  const inputs = 3 + actions;
  /** A linear layer's numbers of a block: each input's weight, and the bias, stands at the head of a padded row. */
  const read = (block: number) => Array.from({ length: inputs }, (_, i) => core.get(block, 4 * inputs)[4 * i]!);
  const write = (numbers: readonly number[]) => {
    core.set(
      core.plain("parametersValues", parameters),
      numbers.flatMap((x) => [x, 0, 0, 0]),
    );
    core.run("valueCopyTarget", value);
  };
  const values = () => read(core.plain("parametersValues", parameters));
  const update = (rate: number) => {
    core.plain("parametersConfigure", parameters, rate, 1e9);
    return core.run("updateValue", learner, batch, ROWS);
  };
  const gradient = () => {
    update(0);
    return read(core.plain("parametersGradient", parameters));
  };
  return { write, values, update, gradient };
}

for (const [name, right, actions, targetPeriod, noise, residual] of [
  ["fitted, of states", V, 0, 20, false, false],
  ["fitted, of actions", Q, 1, 20, false, false],
  ["fitted, of actions drawn anew", Q, 1, 20, true, false],
  ["td, of states", V, 0, 1, false, false],
  ["td, of actions", Q, 1, 1, false, false],
  ["residual", V, 0, 1, false, true],
  ["residual, at actions drawn anew", V, 0, 1, true, true],
] as const) {
  test(`a linear critic, ${name}: learning ends at the right value, and stays there`, (t) => {
    const { write, values, update, gradient } = setup(actions, targetPeriod, noise, residual);
    write(right);
    if (!noise) t.true(largest(gradient()) < 1e-13);
    write(right.map((x, i) => x + (i === 0 ? 0.1 : 0)));
    t.true(largest(gradient()) > 1e-3);
    write(right.map(() => 0));
    // smaller and smaller steps
    for (const rate of [3e-2, 1e-2, 3e-3, 1e-3]) for (let i = 0; i < 3000; i++) update(rate);
    assertClose(t, values(), right, noise ? 2e-2 : 2e-3, "parameters");
  });
}

test("a linear critic, residual: the right value is at rest whatever the model says", (t) => {
  const { write, gradient } = setup(0, 1, false, true, WRONG_MODEL);
  write(V);
  t.true(largest(gradient()) < 1e-13);
  write(V.map((x) => x + 0.1));
  t.true(largest(gradient()) > 1e-3);
});

test("a linear critic, residual: with the observed next state in both factors it would learn something else", (t) => {
  const at = (s: Vector) => dot(p, s) + c;
  const biased = [0, 1].map(
    (j) =>
      GRID.reduce((sum, { s, next, reward }) => {
        const error = reward + GAMMA * at(next) - at(s);
        return sum + error * (GAMMA * next[j]! - s[j]!);
      }, 0) / ROWS,
  );
  t.true(Math.max(...biased.map(Math.abs)) > 0.01, biased.join());
});
