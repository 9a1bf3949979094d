import test from "ava";
import { ACTIONS, createModel, createPolicy, createValue, FRAMES, gradientOf, valuesOf } from "./agents.js";
import { STATES } from "./encoders.js";
import { type Bits, BOTH, Core } from "./instantiate.js";
import { assertClose, assertGradient, centralDifferences, dot, Source } from "./numbers.js";

const ROWS = 6;
/** Fewer than there is room for. */
const B = 5;
const GAMMA = 0.95;
const REWARD_SCALE = 0.5;
const PERIOD = 3;
/** Random transitions are unlikely ones; their noise shall count in full. */
const ETA_LIMIT = 1e3;
const TERMINATED = [0, 0, 1, 0, 1];
const trap = { instanceOf: WebAssembly.RuntimeError };

function setup(bits: Bits, learnedNoise = true, judged = 0) {
  const core = new Core(bits);
  const source = new Source(11);
  const policy = createPolicy(core, source, ROWS, { etaLimit: ETA_LIMIT });
  const model = createModel(core, source, ROWS, { learnedNoise, frames: FRAMES });
  const value = createValue(core, source, ROWS, [6, 5], judged);
  const batch = core.run("batchCreate", ROWS, STATES, ACTIONS);
  const learner = core.plain(
    "learnerCreate",
    policy.address,
    model.address,
    value.address,
    0,
    GAMMA,
    REWARD_SCALE,
    PERIOD,
  );
  const address = (name: string) => core.plain(`batch${name}`, batch);
  const block = (name: string, width: number, low = -1, high = 1) =>
    core.set(address(name), source.singles(ROWS * width, low, high));
  block("S", STATES);
  block("A", ACTIONS);
  block("SNext", STATES);
  block("Reward", 1);
  block("BehaviourLogProb", 1, -6, -4);
  block("RS", STATES);
  block("RA", ACTIONS);
  block("RSNext", STATES);
  core.set(address("Terminated"), TERMINATED);
  for (const { parameters } of [policy, model, value]) core.plain("parametersConfigure", parameters, 0, 1e9);
  return { core, source, policy, model, value, batch, learner, address };
}

test("SVG(1): importance ratios are ratios of densities", (t) => {
  const { core, policy, batch, learner, address } = setup(64);
  core.run("importanceRatios", learner, batch, B);
  const logProb = core.alloc(B);
  core.run("policyForward", policy.address, address("S"), B);
  core.run("policyLogProb", policy.address, logProb, address("A"), B);
  const behaviour = core.get(address("BehaviourLogProb"), B);
  const expected = core.get(logProb, B).map((x, b) => Math.exp(x - behaviour[b]!));
  assertClose(t, core.get(address("Weight"), B), expected, 1e-14, "weights");
  // a policy that has not changed since it acted
  core.set(address("BehaviourLogProb"), core.get(logProb, B));
  core.run("importanceRatios", learner, batch, B);
  t.deepEqual(core.get(address("Weight"), B), new Array<number>(B).fill(1));
  t.is(core.get(address("Weight"), ROWS)[B], 0, "a row beyond the batch");
});

test("SVG(1): importance ratios are raised to the power that was set", (t) => {
  const { core, batch, learner, address } = setup(64);
  core.run("importanceRatios", learner, batch, B);
  const ratios = core.get(address("Weight"), B);
  for (const exponent of [1 / 3, 0]) {
    core.plain("learnerSetRatioExponent", learner, exponent);
    core.run("importanceRatios", learner, batch, B);
    const powers = ratios.map((ratio) => ratio ** exponent);
    assertClose(t, core.get(address("Weight"), B), powers, 1e-14, `power ${exponent}`);
  }
});

test("SVG(1): the policy's gradient is the derivative of the weighted one-step value under the inferred noises", (t) => {
  const { core, source, policy, model, value, batch, learner, address } = setup(64);
  core.run("importanceRatios", learner, batch, B);
  const weight = source.array(B, 0.1, 2);
  core.set(address("Weight"), weight);
  core.run("svgGradient", learner, batch, 1, B, 1);

  const noise = core.put(core.get(core.plain("policyEta", policy.address), B * ACTIONS));
  const xi = core.put(core.get(core.plain("modelXi", model.address), B * STATES));
  const [a, next, v] = [core.alloc(B * ACTIONS), core.alloc(B * STATES), core.alloc(B)];
  const [s, observedA, observedNext] = [address("S"), address("A"), address("SNext")];
  const values = () => {
    core.run("policyForward", policy.address, s, B);
    core.run("gaussianSample", core.plain("policyGaussian", policy.address), a, noise, B);
    core.run("modelForward", model.address, s, a, B);
    core.run("modelStep", model.address, next, s, xi, B);
    core.run("valueForward", value.address, value.values, v, next, 0, B);
    const [actions, states] = [core.get(a, B * ACTIONS), core.get(next, B * STATES)];
    // a reward that is linear in a and s', with the derivatives that stand in the batch
    const [rA, rSNext] = [core.get(address("RA"), B * ACTIONS), core.get(address("RSNext"), B * STATES)];
    return core.get(v, B).map((x, b) => {
      const share = (all: number[], width: number) => all.slice(b * width, (b + 1) * width);
      const r = dot(share(rA, ACTIONS), share(actions, ACTIONS)) + dot(share(rSNext, STATES), share(states, STATES));
      return REWARD_SCALE * r + GAMMA * (1 - TERMINATED[b]!) * x;
    });
  };
  values();
  // the inferred noises lead to what was observed
  assertClose(t, core.get(a, B * ACTIONS), core.get(observedA, B * ACTIONS), 1e-13, "a");
  assertClose(t, core.get(next, B * STATES), core.get(observedNext, B * STATES), 1e-13, "s'");
  t.true(core.get(noise, B * ACTIONS).every((x) => Math.abs(x) < ETA_LIMIT));
  const loss = () => -dot(values(), weight) / B;
  const numeric = centralDifferences(core, policy.values, policy.slots.length, loss);
  assertGradient(t, gradientOf(core, policy), numeric, "theta");
});

test("SVG(1): the critic's gradient is the derivative of half the weighted squared error; terminated rows do not bootstrap", (t) => {
  const { core, source, value, batch, learner, address } = setup(64);
  const weight = source.array(B, 0.1, 2);
  core.set(address("Weight"), weight);
  const v = core.alloc(B);
  const valueAt = (block: number, s: number) => {
    core.run("valueForward", value.address, block, v, s, 0, B);
    return core.get(v, B);
  };
  const later = valueAt(core.plain("valueTarget", value.address), address("SNext"));
  const targets = core
    .get(address("Reward"), B)
    .map((r, b) => REWARD_SCALE * r + (TERMINATED[b] ? 0 : GAMMA * later[b]!));
  const loss = () => {
    const errors = valueAt(value.values, address("S")).map((x, b) => x - targets[b]!);
    return errors.reduce((sum, error, b) => sum + (weight[b]! * error * error) / B, 0);
  };
  const reported = core.run("updateValue", learner, batch, B);
  t.true(Math.abs(reported / loss() - 1) < 1e-13);
  assertClose(t, core.get(address("Targets"), B), targets, 1e-14, "targets");
  const numeric = centralDifferences(core, value.values, value.slots.length, () => loss() / 2);
  assertGradient(t, gradientOf(core, value), numeric, "nu");
});

/** Values of states, or of actions in them, under the parameters in a block. */
function valuer({ core, value }: ReturnType<typeof setup>) {
  const v = core.alloc(B);
  return (block: number, s: number, a = 0) => {
    core.run("valueForward", value.address, block, v, s, a, B);
    return core.get(v, B);
  };
}

for (const noise of ["drawn anew", "none"] as const) {
  test(`critic of actions: it approaches the target's value of the policy's next action, its noise ${noise}`, (t) => {
    const made = setup(64, true, ACTIONS);
    const { core, policy, value, batch, learner, address } = made;
    core.set(address("Weight"), new Array<number>(B).fill(1));
    const [generator, twin] = [core.plain("randomCreate", 4n, 6, 0), core.plain("randomCreate", 4n, 6, 0)];
    core.plain("learnerConfigure", learner, noise === "none" ? 0 : generator, 0);
    const aNext = core.alloc(B * ACTIONS);
    core.run("policyForward", policy.address, address("SNext"), B);
    if (noise === "none") core.set(aNext, core.get(core.plain("policyMean", policy.address), B * ACTIONS));
    else core.run("policySample", policy.address, aNext, twin, B);
    const valueAt = valuer(made);
    const later = valueAt(core.plain("valueTarget", value.address), address("SNext"), aNext);
    const targets = core
      .get(address("Reward"), B)
      .map((r, b) => REWARD_SCALE * r + (TERMINATED[b] ? 0 : GAMMA * later[b]!));
    const loss = () => {
      const errors = valueAt(value.values, address("S"), address("A")).map((x, b) => x - targets[b]!);
      return dot(errors, errors) / B;
    };
    const reported = core.run("updateValue", learner, batch, B);
    t.true(Math.abs(reported / loss() - 1) < 1e-13);
    assertClose(t, core.get(address("Targets"), B), targets, 1e-14, "targets");
    const numeric = centralDifferences(core, value.values, value.slots.length, () => loss() / 2);
    assertGradient(t, gradientOf(core, value), numeric, "nu");
    // the next update's actions are others, unless there is no noise
    core.run("updateValue", learner, batch, B);
    t.is(core.get(address("Targets"), B).join() === targets.join(), noise === "none");
  });
}

test("critic by its residual: the gradient is that of the errors times the derivative at what the model expects", (t) => {
  const made = setup(64);
  const { core, source, policy, model, value, batch, learner, address } = made;
  const weight = source.array(B, 0.1, 2);
  core.set(address("Weight"), weight);
  const [generator, twin] = [core.plain("randomCreate", 4n, 6, 0), core.plain("randomCreate", 4n, 6, 0)];
  core.plain("learnerConfigure", learner, generator, 1);
  // another action at s, and the next state without noise
  const [a, next, xi] = [core.alloc(B * ACTIONS), core.alloc(B * STATES), core.alloc(B * STATES)];
  core.run("policyForward", policy.address, address("S"), B);
  core.run("policySample", policy.address, a, twin, B);
  core.run("modelForward", model.address, address("S"), a, B);
  core.run("modelStep", model.address, next, address("S"), xi, B);
  const valueAt = valuer(made);
  const discount = TERMINATED.map((end) => (end ? 0 : GAMMA));
  const later = valueAt(value.values, address("SNext"));
  const now = valueAt(value.values, address("S"));
  const reward = core.get(address("Reward"), B);
  const errors = now.map((x, b) => REWARD_SCALE * reward[b]! + discount[b]! * later[b]! - x);
  const surrogate = () => {
    const [ahead, here] = [valueAt(value.values, next), valueAt(value.values, address("S"))];
    return errors.reduce((sum, error, b) => sum + weight[b]! * error * (discount[b]! * ahead[b]! - here[b]!), 0) / B;
  };
  const reported = core.run("updateValue", learner, batch, B);
  const squares = errors.reduce((sum, error, b) => sum + weight[b]! * error * error, 0) / B;
  t.true(Math.abs(reported / squares - 1) < 1e-13);
  const numeric = centralDifferences(core, value.values, value.slots.length, surrogate);
  assertGradient(t, gradientOf(core, value), numeric, "nu");
  assertClose(t, core.get(address("ImaginedSNext"), B * STATES), core.get(next, B * STATES), 1e-14, "s''");
});

test("critic by its residual: where nothing is random it is the derivative of half the squared residual", (t) => {
  const made = setup(64);
  const { core, policy, model, value, batch, learner, address } = made;
  core.set(address("Weight"), new Array<number>(B).fill(1));
  core.plain("learnerConfigure", learner, 0, 1);
  const xi = core.alloc(B * STATES);
  core.run("policyForward", policy.address, address("S"), B);
  core.set(address("A"), core.get(core.plain("policyMean", policy.address), B * ACTIONS));
  core.run("modelForward", model.address, address("S"), address("A"), B);
  core.run("modelStep", model.address, address("SNext"), address("S"), xi, B);
  const valueAt = valuer(made);
  const reward = core.get(address("Reward"), B);
  const loss = () => {
    const [ahead, here] = [valueAt(value.values, address("SNext")), valueAt(value.values, address("S"))];
    const residuals = reward.map((r, b) => REWARD_SCALE * r + (TERMINATED[b] ? 0 : GAMMA * ahead[b]!) - here[b]!);
    return dot(residuals, residuals) / B;
  };
  const reported = core.run("updateValue", learner, batch, B);
  t.true(Math.abs(reported / loss() - 1) < 1e-13);
  const numeric = centralDifferences(core, value.values, value.slots.length, () => loss() / 2);
  assertGradient(t, gradientOf(core, value), numeric, "nu");
});

test("SVG(1): an update forgets the gradients of the one before", (t) => {
  for (const bits of BOTH) {
    const { core, policy, model, value, batch, learner } = setup(bits);
    const gradients = () => {
      core.run("updateModel", learner, batch, B);
      core.run("importanceRatios", learner, batch, B);
      core.run("updateValue", learner, batch, B);
      core.run("updatePolicy", learner, batch, 1, B, 1);
      return [policy, model, value].map((block) => gradientOf(core, block));
    };
    // the rate is zero, so nothing else changes
    t.deepEqual(gradients(), gradients());
  }
});

test("SVG(1): the target is renewed on every C-th update of the critic, and only then", (t) => {
  for (const bits of BOTH) {
    const { core, value, batch, learner, address } = setup(bits);
    core.plain("parametersConfigure", value.parameters, 0.01, 1);
    core.set(address("Weight"), new Array<number>(B).fill(1));
    const target = () => core.get(core.plain("valueTarget", value.address), value.slots.length);
    let frozen = target();
    for (let update = 1; update <= 3 * PERIOD; update++) {
      core.run("updateValue", learner, batch, B);
      if (update % PERIOD === 0) {
        frozen = valuesOf(core, value);
        t.deepEqual(target(), frozen);
      } else {
        t.deepEqual(target(), frozen);
        t.notDeepEqual(valuesOf(core, value), frozen);
      }
      t.is(core.plain("learnerValueUpdates", learner), update);
    }
    // a run that is taken up again counts on
    core.plain("learnerResume", learner, PERIOD - 1);
    core.run("updateValue", learner, batch, B);
    t.deepEqual(target(), valuesOf(core, value));
  }
});

test("SVG(1): updates follow Adam's step on their own gradient, and report its norm", (t) => {
  const { core, policy, model, value, batch, learner, address } = setup(64);
  core.set(address("Weight"), new Array<number>(B).fill(1));
  for (const [name, block] of [
    ["updateModel", model],
    ["updateValue", value],
    ["updatePolicy", policy],
  ] as const) {
    if (name === "updatePolicy") core.run("importanceRatios", learner, batch, B);
    core.plain("parametersConfigure", block.parameters, 0.01, 1e9);
    const before = valuesOf(core, block);
    const others = [policy, model, value].filter((other) => other !== block).map((other) => valuesOf(core, other));
    const shape = name === "updatePolicy" ? [1, B, 1] : [B];
    const result = core.run(name, learner, batch, ...shape);
    const gradient = gradientOf(core, block);
    // Adam's first step has the size of the rate and the gradient's sign
    const moves = valuesOf(core, block).map((x, at) => x - before[at]!);
    const expected = gradient.map((g) => (-0.01 * g) / (Math.abs(g) + 1e-8));
    assertClose(t, moves, expected, 1e-10, name);
    if (name === "updatePolicy") t.true(Math.abs(result / Math.sqrt(dot(gradient, gradient)) - 1) < 1e-14);
    const still = [policy, model, value].filter((other) => other !== block).map((other) => valuesOf(core, other));
    t.deepEqual(still, others, `${name} moved another block`);
  }
});

test("SVG(1): repeated updates on one batch lower the model's and the critic's error", (t) => {
  for (const bits of BOTH) {
    const { core, model, value, batch, learner, address } = setup(bits, false);
    core.set(address("Weight"), new Array<number>(B).fill(1));
    for (const [name, block] of [
      ["updateModel", model],
      ["updateValue", value],
    ] as const) {
      core.plain("parametersConfigure", block.parameters, 0.01, 1);
      const first = core.run(name, learner, batch, B);
      let last = first;
      for (let update = 0; update < 1000; update++) last = core.run(name, learner, batch, B);
      t.true(last < 0.1 * first, `${name}: from ${first} to ${last}`);
    }
  }
});

test("SVG(1): a policy update without the batch's importance ratios traps", (t) => {
  for (const bits of BOTH) {
    const { core, source, policy, batch, learner } = setup(bits);
    const update = () => core.run("updatePolicy", learner, batch, 1, B, 1);
    t.throws(update, trap, "never evaluated");
    core.run("importanceRatios", learner, batch, B);
    t.notThrows(update);
    t.throws(update, trap, "the parameters have changed");
    core.run("importanceRatios", learner, batch, B);
    core.run("policyForward", policy.address, core.put(source.singles(STATES)), 1);
    t.throws(update, trap, "evaluated elsewhere");
  }
});

test("SVG(1): f32 follows f64", (t) => {
  const [single, double] = BOTH.map((bits) => {
    const { core, policy, model, value, batch, learner } = setup(bits);
    const error = core.run("updateModel", learner, batch, B);
    core.run("importanceRatios", learner, batch, B);
    const loss = core.run("updateValue", learner, batch, B);
    const norm = core.run("updatePolicy", learner, batch, 1, B, 1);
    return { gradients: [policy, model, value].map((block) => gradientOf(core, block)), scalars: [error, loss, norm] };
  });
  for (const k of [0, 1, 2]) {
    assertClose(t, single!.gradients[k]!, double!.gradients[k]!, 5e-5, ["policy", "model", "critic"][k]!);
    assertClose(t, [single!.scalars[k]!], [double!.scalars[k]!], 5e-5, ["error", "loss", "norm"][k]!);
  }
});
