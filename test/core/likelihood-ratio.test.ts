import test from "ava";
import { ACTIONS, createModel, createPolicy, createValue, gradientOf, valuesOf } from "./agents.js";
import { widthsOf } from "./blocks.js";
import { createEncoder, identityFeatures, STATES } from "./encoders.js";
import { type Bits, BOTH, Core } from "./instantiate.js";
import { assertClose, assertGradient, assertZero, centralDifferences, dot, Source } from "./numbers.js";

const ROWS = 6;
/** Fewer than there is room for. */
const B = 5;
const GAMMA = 0.95;
const REWARD_SCALE = 0.5;
/** Row 2 ends the process. */
const TERMINATED = [0, 0, 1, 0, 0, 0];
const trap = { instanceOf: WebAssembly.RuntimeError };

const ends = (core: Core, address: number, steps: readonly number[]) =>
  new Int32Array(core.memory.buffer, address, steps.length).set(steps);

function setup(bits: Bits) {
  const core = new Core(bits);
  const source = new Source(17);
  const policy = createPolicy(core, source, ROWS, { etaLimit: 0.5 });
  const model = createModel(core, source, ROWS);
  const value = createValue(core, source, ROWS);
  const batch = core.run("batchCreate", ROWS, STATES, ACTIONS);
  const learner = core.plain("learnerCreate", policy.address, model.address, value.address, 0, GAMMA, REWARD_SCALE, 50);
  const address = (name: string) => core.plain(`batch${name}`, batch);
  core.set(address("S"), source.singles(ROWS * STATES));
  core.set(address("SNext"), source.singles(ROWS * STATES));
  core.set(address("A"), source.singles(ROWS * ACTIONS));
  core.set(address("Reward"), source.singles(ROWS));
  core.set(address("BehaviourLogProb"), source.singles(ROWS, -6, -4));
  core.set(address("Terminated"), TERMINATED);
  for (const name of ["RS", "RSNext"]) core.set(address(name), source.singles(ROWS * STATES));
  core.set(address("RA"), source.singles(ROWS * ACTIONS));
  for (const { parameters } of [policy, value]) core.plain("parametersConfigure", parameters, 0, 1e9);
  const logProb = core.alloc(ROWS);
  const logProbs = (rows = B) => {
    core.run("policyForward", policy.address, address("S"), rows);
    core.run("policyLogProb", policy.address, logProb, address("A"), rows);
    return core.get(logProb, rows);
  };
  return { core, source, policy, value, batch, learner, address, logProbs };
}

test("an advantage over a transition is the TD error, over a piece what came of the action less the value", (t) => {
  const { core, value, batch, learner, address } = setup(64);
  const v = core.alloc(ROWS);
  const valueAt = (s: number) => {
    core.run("valueForward", value.address, value.values, v, s, 0, ROWS);
    return core.get(v, ROWS);
  };
  const [now, next] = [valueAt(address("S")), valueAt(address("SNext"))];
  const reward = core.get(address("Reward"), ROWS).map((r) => REWARD_SCALE * r);
  const after = next.map((x, b) => (TERMINATED[b] ? 0 : x));
  const less = (returns: readonly number[]) => returns.map((g, b) => g - now[b]!);
  const advantages = (K: number, P: number, bootstraps: boolean) => {
    core.run("advantages", learner, batch, K, P, bootstraps ? 1 : 0);
    return core.get(address("Values"), K * P);
  };
  const errors = less(reward.map((r, b) => r + GAMMA * after[b]!));
  assertClose(t, advantages(1, ROWS, true), errors, 1e-13, "TD errors");
  assertClose(t, advantages(1, ROWS, false), less(reward), 1e-13, "TD errors without what comes after");

  // two pieces, of rows 0, 2, 4 and, over after its second step, 1, 3
  ends(core, address("Ends"), [2, 1]);
  const [r0, r1, r2, r3, r4] = reward as [number, number, number, number, number, number];
  for (const bootstraps of [true, false]) {
    const [end0, end1] = bootstraps ? [after[4]!, after[3]!] : [0, 0];
    // the process ended with row 2
    const expected = less([
      r0 + GAMMA * r2,
      r1 + GAMMA * (r3 + GAMMA * end1),
      r2,
      r3 + GAMMA * end1,
      r4 + GAMMA * end0,
      now[5]!,
    ]);
    const found = advantages(3, 2, bootstraps);
    assertClose(t, found, expected, 1e-13, "returns");
    t.is(found[5], 0, "beyond the end");
  }
});

for (const [K, P] of [
  [1, B],
  [3, 2],
] as const) {
  test(`likelihood ratios over ${P} pieces of ${K}: the gradient is that of weighted advantages times log-densities`, (t) => {
    const { core, source, policy, batch, learner, address, logProbs } = setup(64);
    const rows = K * P;
    ends(core, address("Ends"), [2, 1]);
    core.run("importanceRatios", learner, batch, rows);
    const weight = source.array(rows, 0.1, 2);
    core.set(address("Weight"), weight);
    core.run("advantages", learner, batch, K, P, 1);
    const advantages = core.get(address("Values"), rows);
    core.run("likelihoodRatioGradient", learner, batch, K, P, 1);
    const factors = weight.map((w, b) => (w * advantages[b]!) / P);
    const loss = () => -dot(logProbs(rows), factors);
    const numeric = centralDifferences(core, policy.values, policy.slots.length, loss);
    assertGradient(t, gradientOf(core, policy), numeric, "theta");
    // and it forgets the one before
    const once = gradientOf(core, policy);
    core.run("policyForward", policy.address, address("S"), rows);
    core.run("likelihoodRatioGradient", learner, batch, K, P, 1);
    t.deepEqual(gradientOf(core, policy), once);
  });
}

test("likelihood ratios: the expected gradient is that of the expected reward (error rate below 1e-5)", (t) => {
  // one state, no hidden layer, a mean and a deviation: E r = -(mu - 1)^2 - sigma^2 has known derivatives
  const core = new Core(64);
  const rows = 400;
  const encoder = createEncoder(core, 1, identityFeatures(1));
  const policy = core.run("policyCreate", encoder, widthsOf(core, [1, 2]), 1, rows, 0, 2, 0.1, 1, 10);
  const value = core.run("valueCreate", encoder, 0, widthsOf(core, [1, 1]), 1, rows);
  const frames = core.run("framesCreate", 1, 1, 0, core.alloc(1), core.putIntegers([0]), core.alloc(1), core.alloc(1));
  const [sizes, predicted] = [widthsOf(core, [2, 1]), core.putIntegers([0])];
  const model = core.run("modelCreate", encoder, 1, sizes, 1, predicted, 1, frames, 0, rows);
  const learner = core.plain("learnerCreate", policy, model, value, 0, 0, 1, 50);
  const batch = core.run("batchCreate", rows, 1, 1);
  const address = (name: string) => core.plain(`batch${name}`, batch);
  const parameters = core.plain("policyParameters", policy);
  // W (1, 2) in a row of 4, then the bias: mean 0.25, and some deviation
  core.set(core.plain("parametersValues", parameters), [0, 0, 0, 0, 0.25, 0.3, 0, 0]);
  core.set(address("S"), new Array<number>(rows).fill(1));
  const random = core.plain("randomCreate", 3n, 1, 0);
  const samples: number[][] = [];
  for (let n = 0; n < 100; n++) {
    core.run("policyForward", policy, address("S"), rows);
    core.run("policySample", policy, address("A"), random, rows);
    const actions = core.get(address("A"), rows);
    core.set(
      address("Reward"),
      actions.map((a) => -((a - 1) ** 2)),
    );
    core.run("policyLogProb", policy, address("BehaviourLogProb"), address("A"), rows);
    core.run("importanceRatios", learner, batch, rows);
    core.run("likelihoodRatioGradient", learner, batch, 1, rows, 1);
    samples.push(core.get(core.plain("parametersGradient", parameters), 6).slice(4));
  }
  const sigma = core.get(core.plain("policyDeviation", policy), 1)[0]!;
  const slope = sigma * core.plain("policyLogSigmaHalfRange", policy) * (1 - Math.tanh(0.3) ** 2);
  const expected = [2 * (0.25 - 1), 2 * sigma * slope];
  for (const [k, truth] of expected.entries()) {
    const mean = samples.reduce((sum, g) => sum + g[k]!, 0) / samples.length;
    const variance = samples.reduce((sum, g) => sum + (g[k]! - mean) ** 2, 0) / (samples.length - 1);
    const error = Math.sqrt(variance / samples.length);
    t.true(error < 0.05 * Math.abs(truth));
    t.true(Math.abs(mean - truth) < 5 * error, `${mean} for ${truth}, standard error ${error}`);
  }
});

test("KL to the behaviour: importance ratios come with its estimate, and its gradient is the estimate's derivative", (t) => {
  const { core, policy, batch, learner, address, logProbs } = setup(64);
  const behaviour = core.get(address("BehaviourLogProb"), B);
  const estimate = () => logProbs().reduce((sum, x, b) => sum + (behaviour[b]! - x) / B, 0);
  const measured = core.run("importanceRatios", learner, batch, B);
  t.true(Math.abs(measured - estimate()) < 1e-13 && Math.abs(measured) > 0.1);
  core.plain("learnerRegularise", learner, 0.25);
  core.run("clearGradient", policy.parameters);
  core.run("addDivergenceGradient", learner, batch, B);
  const once = gradientOf(core, policy);
  const numeric = centralDifferences(core, policy.values, policy.slots.length, () => 0.25 * estimate());
  assertGradient(t, once, numeric, "theta");
  estimate();
  core.run("addDivergenceGradient", learner, batch, B);
  assertClose(
    t,
    gradientOf(core, policy),
    once.map((g) => 2 * g),
    1e-14,
    "twice",
  );
});

for (const update of ["updatePolicy", "updatePolicyByLikelihoodRatio"] as const) {
  test(`${update}: KL to the behaviour adds its gradient, nothing with weight 0`, (t) => {
    for (const bits of BOTH) {
      const { core, policy, batch, learner } = setup(bits);
      const gradient = (klWeight: number) => {
        core.plain("learnerRegularise", learner, klWeight);
        core.run("importanceRatios", learner, batch, B);
        core.run(update, learner, batch, 1, B, 1);
        return gradientOf(core, policy);
      };
      const [without, some, more] = [gradient(0), gradient(1), gradient(3)];
      const added = some.map((g, at) => g - without[at]!);
      core.run("importanceRatios", learner, batch, B);
      core.run("clearGradient", policy.parameters);
      core.plain("learnerRegularise", learner, 1);
      core.run("addDivergenceGradient", learner, batch, B);
      assertClose(t, added, gradientOf(core, policy), bits === 32 ? 1e-5 : 1e-13, "added");
      const thrice = added.map((g, at) => without[at]! + 3 * g);
      assertClose(t, more, thrice, bits === 32 ? 1e-5 : 1e-13, "three times");
    }
  });

  test(`${update}: an update takes Adam's step on the gradient, reports its norm, and needs the batch's ratios`, (t) => {
    const { core, policy, value, batch, learner } = setup(64);
    const step = () => core.run(update, learner, batch, 1, B, 1);
    t.throws(step, trap, "never evaluated");
    core.plain("parametersConfigure", policy.parameters, 0.01, 1e9);
    const [before, critic] = [valuesOf(core, policy), valuesOf(core, value)];
    core.run("importanceRatios", learner, batch, B);
    const norm = step();
    const gradient = gradientOf(core, policy);
    t.true(Math.abs(norm / Math.sqrt(dot(gradient, gradient)) - 1) < 1e-14);
    const moves = valuesOf(core, policy).map((x, at) => x - before[at]!);
    const expected = gradient.map((g) => (-0.01 * g) / (Math.abs(g) + 1e-8));
    assertClose(t, moves, expected, 1e-10, "step");
    t.deepEqual(valuesOf(core, value), critic);
    assertZero(t, gradientOf(core, value), "the critic's gradient");
    t.throws(step, trap, "the policy has changed");
  });
}

test("KL to the behaviour: its gradient needs the policy evaluated at the batch", (t) => {
  const { core, batch, learner, address, policy } = setup(64);
  core.plain("learnerRegularise", learner, 1);
  t.throws(() => core.run("addDivergenceGradient", learner, batch, B), trap);
  core.run("policyForward", policy.address, address("SNext"), B);
  t.throws(() => core.run("addDivergenceGradient", learner, batch, B), trap);
  core.run("policyForward", policy.address, address("S"), B);
  t.notThrows(() => core.run("addDivergenceGradient", learner, batch, B));
});

test("likelihood ratios and KL: f32 follows f64", (t) => {
  const [single, double] = BOTH.map((bits) => {
    const { core, policy, batch, learner, address } = setup(bits);
    ends(core, address("Ends"), [2, 1]);
    core.plain("learnerRegularise", learner, 0.5);
    const divergence = core.run("importanceRatios", learner, batch, ROWS);
    const norm = core.run("updatePolicyByLikelihoodRatio", learner, batch, 3, 2, 1);
    return { gradient: gradientOf(core, policy), scalars: [divergence, norm] };
  });
  assertClose(t, single!.gradient, double!.gradient, 5e-5, "gradient");
  assertClose(t, single!.scalars, double!.scalars, 5e-5, "divergence, norm");
});
