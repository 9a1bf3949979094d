import test from "ava";
import {
  ACTIONS,
  actsOnDeviation,
  createPolicy,
  DEVIATIONS,
  type Deviation,
  gradientOf,
  type Trainable,
  valuesOf,
} from "./agents.js";
import { paddingIn, widthsOf } from "./blocks.js";
import { createEncoder, FEATURES, identityFeatures, STATES } from "./encoders.js";
import { type Bits, BOTH, Core } from "./instantiate.js";
import { assertAdjoint, assertClose, assertGradient, assertZero, centralDifferences, dot, Source } from "./numbers.js";

const B = 5;
const KINDS = Object.keys(DEVIATIONS) as Deviation[];
const trap = { instanceOf: WebAssembly.RuntimeError };

function setup(bits: Bits, squash: number, deviation: Deviation, etaLimit = 10) {
  const core = new Core(bits);
  const source = new Source(squash);
  const policy = createPolicy(core, source, B, { squash, deviation, etaLimit });
  const s = core.put(source.singles(B * STATES));
  const noise = source.singles(B * ACTIONS, -2, 2);
  const eta = core.put(noise);
  const a = core.alloc(B * ACTIONS);
  const gaussian = core.plain("policyGaussian", policy.address);
  const act = () => {
    core.run("policyForward", policy.address, s, B);
    core.run("gaussianSample", gaussian, a, eta, B);
    return core.get(a, B * ACTIONS);
  };
  const adjoint = source.singles(B * ACTIONS);
  const da = core.put(adjoint);
  const ds = core.alloc(B * STATES);
  const vjp = (wantState: boolean, wantParameters: boolean) => {
    core.set(core.plain("policyEta", policy.address), noise);
    core.run("policyVjp", policy.address, wantState ? ds : 0, da, s, wantParameters ? 1 : 0, B);
  };
  return { core, source, policy, s, noise, a, act, adjoint, ds, vjp };
}

/** The density of unlikely actions, its adjoint and its pullback. */
function density(bits: Bits, squash: number, deviation: Deviation) {
  const { core, source, policy, s, a, ds } = setup(bits, squash, deviation, 0.5);
  core.set(a, source.singles(B * ACTIONS, -2, 2));
  const logProb = core.alloc(B);
  const logProbs = () => {
    core.run("policyForward", policy.address, s, B);
    core.run("policyLogProb", policy.address, logProb, a, B);
    return core.get(logProb, B);
  };
  const adjoint = source.singles(B);
  const dLogProb = core.put(adjoint);
  const vjp = (wantState: boolean, wantParameters: boolean) =>
    core.run("policyLogProbVjp", policy.address, wantState ? ds : 0, dLogProb, a, s, wantParameters ? 1 : 0, B);
  return { core, source, policy, s, a, ds, logProbs, adjoint, vjp };
}

/** Numeric derivatives in the parameters, 0 where the policy lets none pass; and which those are. */
function learnable(policy: Trainable, deviation: Deviation, numeric: readonly number[]) {
  const barred = numeric.map((_, at) => {
    const role = actsOnDeviation(policy, at);
    return (role === "weight" && deviation !== "state-dependent") || (role === "bias" && deviation === "fixed");
  });
  return { expected: numeric.map((g, at) => (barred[at] ? 0 : g)), barred };
}

for (const deviation of KINDS) {
  for (const [squash, mean] of ["unsquashed", "tanh"].entries()) {
    const name = `policy, ${deviation} deviation, ${mean} mean`;

    test(`${name}: the pullback is the derivative, except where no gradient may go`, (t) => {
      const { core, policy, s, act, adjoint, ds, vjp } = setup(64, squash, deviation);
      const loss = () => dot(act(), adjoint);
      loss();
      vjp(true, true);
      const [toState, toParameters] = [core.get(ds, B * STATES), gradientOf(core, policy)];
      assertGradient(t, toState, centralDifferences(core, s, B * STATES, loss), "state");
      const numeric = centralDifferences(core, policy.values, policy.slots.length, loss);
      const { expected, barred } = learnable(policy, deviation, numeric);
      assertGradient(t, toParameters, expected, "parameters");
      // the action does depend on what is barred, yet its gradient is exactly zero
      const without = toParameters.filter((_, at) => barred[at]);
      if (deviation === "state-dependent") t.is(without.length, 0);
      else assertZero(t, without, "barred parameters");
      t.true(numeric.every((g, at) => !barred[at] || g !== 0));
    });

    test(`${name}: the score is the derivative of the log-density, except where no gradient may go`, (t) => {
      const { core, policy, s, ds, logProbs, adjoint, vjp } = density(64, squash, deviation);
      const loss = () => dot(logProbs(), adjoint);
      loss();
      vjp(true, true);
      const [toState, toParameters] = [core.get(ds, B * STATES), gradientOf(core, policy)];
      assertGradient(t, toState, centralDifferences(core, s, B * STATES, loss), "state");
      const numeric = centralDifferences(core, policy.values, policy.slots.length, loss);
      const { expected, barred } = learnable(policy, deviation, numeric);
      assertGradient(t, toParameters, expected, "parameters");
      t.true(toParameters.every((g, at) => !barred[at] || g === 0));
      t.true(numeric.every((g, at) => !barred[at] || g !== 0));
    });
  }

  test(`policy, ${deviation} deviation: the pushforward is the pullback's adjoint`, (t) => {
    const { core, source, policy, s, act, adjoint, ds, vjp } = setup(64, 1, deviation);
    act();
    vjp(true, true);
    const v = source.array(B * STATES);
    // a direction that the parameters may take
    const gradient = gradientOf(core, policy);
    const direction = gradient.map((g) => (g === 0 ? 0 : source.uniform()));
    const tangent = core.alloc(B * ACTIONS);
    const push = (along: number) => {
      core.run("policyJvp", policy.address, tangent, core.put(v), along, s, B);
      return dot(core.get(tangent, B * ACTIONS), adjoint);
    };
    const throughState = dot(core.get(ds, B * STATES), v);
    assertAdjoint(t, push(core.put(direction)), throughState + dot(gradient, direction), "state and parameters");
    assertAdjoint(t, push(0), throughState, "state");
  });

  test(`policy, ${deviation} deviation: the log-density's pushforward is the score's adjoint`, (t) => {
    const { core, source, policy, s, a, ds, logProbs, adjoint, vjp } = density(64, 1, deviation);
    logProbs();
    vjp(true, true);
    const v = source.array(B * STATES);
    const gradient = gradientOf(core, policy);
    const direction = gradient.map((g) => (g === 0 ? 0 : source.uniform()));
    const tangent = core.alloc(B);
    const push = (along: number) => {
      core.run("policyLogProbJvp", policy.address, tangent, core.put(v), along, a, s, B);
      return dot(core.get(tangent, B), adjoint);
    };
    const throughState = dot(core.get(ds, B * STATES), v);
    assertAdjoint(t, push(core.put(direction)), throughState + dot(gradient, direction), "state and parameters");
    assertAdjoint(t, push(0), throughState, "state");
    // it adds to its outputs, and writes only what is wanted
    const double = (values: readonly number[]) => values.map((g) => 2 * g);
    const toState = core.get(ds, B * STATES);
    vjp(false, true);
    t.deepEqual(core.get(ds, B * STATES), toState);
    assertClose(t, gradientOf(core, policy), double(gradient), 1e-14, "parameters");
    const twice = gradientOf(core, policy);
    vjp(true, false);
    t.deepEqual(gradientOf(core, policy), twice);
    assertClose(t, core.get(ds, B * STATES), double(toState), 1e-14, "state");
    t.true(core.lowMemoryIsZero());
  });

  test(`policy, ${deviation} deviation: adds to its outputs, and writes only what is wanted`, (t) => {
    const { core, policy, act, ds, vjp } = setup(64, 1, deviation);
    act();
    vjp(true, false);
    const toState = core.get(ds, B * STATES);
    assertZero(t, gradientOf(core, policy), "parameters");
    vjp(false, true);
    const toParameters = gradientOf(core, policy);
    t.deepEqual(core.get(ds, B * STATES), toState);
    vjp(true, true);
    const double = (values: readonly number[]) => values.map((g) => 2 * g);
    assertClose(t, core.get(ds, B * STATES), double(toState), 1e-14, "state");
    assertClose(t, gradientOf(core, policy), double(toParameters), 1e-14, "parameters");
    t.true(core.lowMemoryIsZero());
  });

  for (const bits of BOTH) {
    test(`policy, ${deviation} deviation f${bits}: Adam keeps padding at zero and barred parameters where they are`, (t) => {
      const { core, policy, act, vjp } = setup(bits, 1, deviation);
      core.plain("parametersConfigure", policy.parameters, 0.05, 1);
      const before = valuesOf(core, policy);
      for (let step = 0; step < 3; step++) {
        act();
        core.run("clearGradient", policy.parameters);
        vjp(true, true);
        core.run("adamStep", policy.parameters);
      }
      const after = valuesOf(core, policy);
      assertZero(t, paddingIn(policy.slots, after), "padding");
      const moved = (role: "weight" | "bias") => {
        const chosen = after.filter((_, at) => actsOnDeviation(policy, at) === role);
        const old = before.filter((_, at) => actsOnDeviation(policy, at) === role);
        return chosen.filter((x, i) => x !== old[i]).length / chosen.length;
      };
      t.is(moved("weight"), deviation === "state-dependent" ? 1 : 0);
      t.is(moved("bias"), deviation === "fixed" ? 0 : 1);
      t.true(after.some((x, at) => actsOnDeviation(policy, at) === undefined && x !== before[at]));
    });
  }

  test(`policy, ${deviation} deviation: starts with the wanted deviation at every state, drawn anew each time`, (t) => {
    for (const bits of BOTH) {
      const { core, policy, s } = setup(bits, 1, deviation);
      core.run("policyInitialise", policy.address, core.plain("randomCreate", 1n, 0, 0), 0, 0.3);
      core.run("policyForward", policy.address, s, B);
      const sigma = core.get(core.plain("policyDeviation", policy.address), B * ACTIONS);
      t.true(sigma.every((x) => Math.abs(x / 0.3 - 1) < (bits === 32 ? 1e-6 : 1e-13)));
      assertZero(t, core.get(core.plain("policyMean", policy.address), B * ACTIONS), "mean");
      // with a last layer that is not zero, only a state-dependent deviation varies
      core.run("policyInitialise", policy.address, core.plain("randomCreate", 1n, 0, 0), 1, 0.3);
      core.run("policyForward", policy.address, s, B);
      const varied = core.get(core.plain("policyDeviation", policy.address), B * ACTIONS);
      t.is(new Set(varied).size > 1, deviation === "state-dependent");
      assertZero(t, paddingIn(policy.slots, valuesOf(core, policy)), "padding");
    }
  });
}

test("policy: the limit on noise reaches the deviation's gradient", (t) => {
  const gradient = (etaLimit: number) => {
    const { core, policy, act, vjp } = setup(64, 1, "learned", etaLimit);
    act();
    vjp(false, true);
    return gradientOf(core, policy).filter((_, at) => actsOnDeviation(policy, at) === "bias");
  };
  assertZero(t, gradient(0), "no noise counts");
  t.notDeepEqual(gradient(0.5), gradient(10));
});

test("policy: inferred noise reproduces the action", (t) => {
  for (const [bits, tolerance] of [
    [64, 1e-14],
    [32, 1e-6],
  ] as const) {
    const { core, source, policy, s, a } = setup(bits, 1, "state-dependent");
    const wanted = source.singles(B * ACTIONS, -2, 2);
    core.set(a, wanted);
    core.run("policyForward", policy.address, s, B);
    core.run("policyInfer", policy.address, a, B);
    const eta = core.plain("policyEta", policy.address);
    t.true(core.get(eta, B * ACTIONS).some((x) => Math.abs(x) > 1));
    core.set(a, new Array<number>(B * ACTIONS).fill(0));
    core.run("gaussianSample", core.plain("policyGaussian", policy.address), a, eta, B);
    assertClose(t, core.get(a, B * ACTIONS), wanted, tolerance, "action");
  }
});

test("policy: a sample uses fresh normal noise and keeps it", (t) => {
  for (const bits of BOTH) {
    const { core, policy, s, a } = setup(bits, 1, "learned");
    core.run("policyForward", policy.address, s, B);
    core.run("policySample", policy.address, a, core.plain("randomCreate", 5n, 1, 0), B);
    const noise = core.alloc(B * ACTIONS);
    core.run("randomNormals", core.plain("randomCreate", 5n, 1, 0), noise, B * ACTIONS);
    const eta = core.plain("policyEta", policy.address);
    t.deepEqual(core.get(eta, B * ACTIONS), core.get(noise, B * ACTIONS));
    const sampled = core.get(a, B * ACTIONS);
    core.run("gaussianSample", core.plain("policyGaussian", policy.address), a, noise, B);
    t.deepEqual(core.get(a, B * ACTIONS), sampled);
  }
});

test("policy: the mean and deviation of its samples are the ones it reports", (t) => {
  const { core, policy, s, a } = setup(64, 1, "state-dependent");
  core.run("policyForward", policy.address, s, B);
  const random = core.plain("randomCreate", 5n, 1, 0);
  const mean = core.get(core.plain("policyMean", policy.address), B * ACTIONS);
  const deviation = core.get(core.plain("policyDeviation", policy.address), B * ACTIONS);
  const draws = 20_000;
  const sums = mean.map(() => [0, 0] as [number, number]);
  for (let n = 0; n < draws; n++) {
    core.run("policySample", policy.address, a, random, B);
    for (const [i, x] of core.get(a, B * ACTIONS).entries()) {
      const standard = (x - mean[i]!) / deviation[i]!;
      sums[i]![0] += standard;
      sums[i]![1] += standard ** 2;
    }
  }
  for (const [sum, squares] of sums) {
    t.true(Math.abs(sum / draws) < 5 / Math.sqrt(draws));
    t.true(Math.abs(squares / draws - 1) < 5 * Math.sqrt(2 / draws));
  }
});

test("policy: the score follows f64 in f32", (t) => {
  const [single, double] = BOTH.map((bits) => {
    const { core, policy, ds, logProbs, vjp } = density(bits, 1, "state-dependent");
    const logProb = logProbs();
    vjp(true, true);
    return { logProb, state: core.get(ds, B * STATES), parameters: gradientOf(core, policy) };
  });
  for (const what of ["logProb", "state", "parameters"] as const)
    assertClose(t, single![what], double![what], 2e-5, what);
  t.notDeepEqual(single!.parameters, double!.parameters);
});

test("policy: f32 follows f64", (t) => {
  const [single, double] = BOTH.map((bits) => {
    const { core, policy, act, ds, vjp } = setup(bits, 1, "state-dependent");
    const action = act();
    vjp(true, true);
    return { action, state: core.get(ds, B * STATES), parameters: gradientOf(core, policy) };
  });
  assertClose(t, single!.action, double!.action, 5e-6, "action");
  assertClose(t, single!.state, double!.state, 1e-5, "state");
  assertClose(t, single!.parameters, double!.parameters, 1e-5, "parameters");
  t.notDeepEqual(single!.action, double!.action);
});

test("policy: sizes that do not fit the encoder, and an odd number of outputs, trap", (t) => {
  const core = new Core(64);
  const encoder = createEncoder(core, STATES, FEATURES);
  const create = (...sizes: number[]) =>
    core.run("policyCreate", encoder, widthsOf(core, sizes), sizes.length - 1, 1, 0, 0, 0.1, 1, 10);
  t.notThrows(() => create(FEATURES.length, 4, 2));
  t.throws(() => create(FEATURES.length + 1, 4, 2), trap);
  t.throws(() => create(FEATURES.length, 4, 3), trap);
});

test("policy: without hidden layers the mean is a linear function", (t) => {
  const core = new Core(64);
  const encoder = createEncoder(core, 2, identityFeatures(2));
  const policy = core.run("policyCreate", encoder, widthsOf(core, [2, 2]), 1, 1, 0, 1, 0.1, 1, 10);
  const values = core.plain("parametersValues", core.plain("policyParameters", policy));
  // rows of W, padded to 4, then the bias
  core.set(values, [2, 0, 0, 0, -3, 0, 0, 0, 0.25, 0.5, 0, 0]);
  core.run("policyForward", policy, core.put([0.5, 1.5]), 1);
  t.is(core.get(core.plain("policyMean", policy), 1)[0], 2 * 0.5 - 3 * 1.5 + 0.25);
  const middle = core.plain("policyLogSigmaMiddle", policy);
  const halfRange = core.plain("policyLogSigmaHalfRange", policy);
  t.true(Math.abs(middle - Math.log(0.1) / 2) < 1e-15 && Math.abs(halfRange + Math.log(0.1) / 2) < 1e-15);
  const sigma = core.get(core.plain("policyDeviation", policy), 1)[0]!;
  t.true(Math.abs(sigma - Math.exp(middle + halfRange * Math.tanh(0.5))) < 1e-15);
});
