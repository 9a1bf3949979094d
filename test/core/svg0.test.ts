import test from "ava";
import { ACTIONS, actsOnDeviation, createModel, createPolicy, createValue, gradientOf } from "./agents.js";
import { STATES } from "./encoders.js";
import { type Bits, BOTH, Core } from "./instantiate.js";
import { assertClose, assertGradient, assertZero, centralDifferences, Source } from "./numbers.js";

const ROWS = 7;
/** Fewer than there is room for. */
const B = 5;
/** Random actions are unlikely ones; their noise shall count in full. */
const ETA_LIMIT = 1e3;

function setup(bits: Bits, deterministic: boolean) {
  const core = new Core(bits);
  const source = new Source(5);
  const policy = createPolicy(core, source, ROWS, { etaLimit: ETA_LIMIT });
  const value = createValue(core, source, ROWS, [6, 5], ACTIONS);
  const model = createModel(core, source, ROWS);
  const batch = core.run("batchCreate", ROWS, STATES, ACTIONS);
  const learner = core.plain("learnerCreate", policy.address, model.address, value.address, 0, 0.95, 0.5, 3);
  const imagination = core.plain("randomCreate", 1n, 6, 0);
  core.plain("learnerConfigure", learner, deterministic ? 0 : imagination, 0);
  const address = (name: string) => core.plain(`batch${name}`, batch);
  core.set(address("S"), source.singles(ROWS * STATES));
  core.set(address("A"), source.singles(ROWS * ACTIONS));
  // what an update before has left
  core.set(address("Weight"), source.singles(ROWS, 0.1, 2));
  core.set(address("DA"), source.singles(ROWS * ACTIONS));
  core.set(core.plain("policyEta", policy.address), source.singles(ROWS * ACTIONS));
  const gradient = () => {
    core.run("svg0Gradient", learner, batch, B);
    return gradientOf(core, policy);
  };
  return { core, policy, value, address, imagination, gradient };
}

for (const [name, deterministic] of [
  ["SVG(0)", false],
  ["DPG", true],
] as const) {
  const where = deterministic ? "the policy's mean" : "the noise that the action shows";

  test(`${name}: the policy's gradient is the derivative of the value of its actions, at ${where}`, (t) => {
    const { core, policy, value, address, gradient } = setup(64, deterministic);
    const computed = gradient();
    const noise = core.get(core.plain("policyEta", policy.address), B * ACTIONS);
    const [a, v] = [core.alloc(B * ACTIONS), core.alloc(B)];
    const eta = core.put(noise);
    const loss = () => {
      core.run("policyForward", policy.address, address("S"), B);
      core.run("gaussianSample", core.plain("policyGaussian", policy.address), a, eta, B);
      core.run("valueForward", value.address, value.values, v, address("S"), a, B);
      return -core.get(v, B).reduce((sum, x) => sum + x, 0) / B;
    };
    loss();
    if (deterministic) t.deepEqual(noise, new Array<number>(B * ACTIONS).fill(0));
    else assertClose(t, core.get(a, B * ACTIONS), core.get(address("A"), B * ACTIONS), 1e-13, "a");
    const numeric = centralDifferences(core, policy.values, policy.slots.length, loss);
    assertGradient(t, computed, numeric, "theta");
    const toSigma = computed.filter((_, at) => actsOnDeviation(policy, at) !== undefined);
    if (deterministic) assertZero(t, toSigma, "sigma");
    else t.true(toSigma.every((g) => g !== 0));
  });

  test(`${name}: f32 follows f64`, (t) => {
    const [single, double] = BOTH.map((bits) => setup(bits, deterministic).gradient());
    assertClose(t, single!, double!, 5e-5, "theta");
    t.notDeepEqual(single, double);
  });
}

test("SVG(0): the gradient draws no noise, and a second one forgets the first", (t) => {
  const { core, imagination, gradient } = setup(64, false);
  const state = () => [...new Uint8Array(core.memory.buffer, imagination, core.plain("randomBytes"))];
  const before = state();
  t.deepEqual(gradient(), gradient());
  t.deepEqual(state(), before);
});
