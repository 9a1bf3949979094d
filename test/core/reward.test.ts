import test from "ava";
import { ACTIONS, stateEncoder } from "./agents.js";
import { evaluate, fill, mlpSlots, widthsOf } from "./blocks.js";
import { encode, FEATURES, STATES } from "./encoders.js";
import { type Bits, BOTH, Core } from "./instantiate.js";
import { assertClose, assertGradient, assertZero, centralDifferences, Source } from "./numbers.js";

/** Fewer than there is room for. */
const B = 5;
const ROWS = 6;
const SCALE = 0.25;
const SIZES = [FEATURES.length + ACTIONS, 7, 5, 1];

function setup(bits: Bits) {
  const core = new Core(bits);
  const source = new Source(5);
  const slots = mlpSlots(SIZES);
  const reward = core.run("valueCreate", stateEncoder(core), ACTIONS, widthsOf(core, SIZES), SIZES.length - 1, ROWS);
  const parameters = core.plain("valueParameters", reward);
  const values = core.plain("parametersValues", parameters);
  core.set(values, fill(slots, source));
  core.plain("parametersConfigure", parameters, 0, 1e9);
  const batch = core.run("batchCreate", ROWS, STATES, ACTIONS);
  const address = (name: string) => core.plain(`batch${name}`, batch);
  for (const [name, width] of [
    ["S", STATES],
    ["A", ACTIONS],
    ["Reward", 1],
    // what stands in the derivatives' place is written over
    ["RS", STATES],
    ["RA", ACTIONS],
    ["RSNext", STATES],
  ] as const) {
    core.set(address(name), source.singles(ROWS * width, -2, 2));
  }
  /** What the network predicts of the B rewards, scaled. */
  const predictions = () => {
    const [s, a] = [core.get(address("S"), B * STATES), core.get(address("A"), B * ACTIONS)];
    const block = core.get(values, slots.length);
    return Array.from({ length: B }, (_, b) => {
      const features = encode(FEATURES, s.slice(b * STATES, (b + 1) * STATES));
      return evaluate(slots, block, SIZES, [...features, ...a.slice(b * ACTIONS, (b + 1) * ACTIONS)])[0]!;
    });
  };
  const gradient = () => core.get(core.plain("parametersGradient", parameters), slots.length);
  const update = () => core.run("updateReward", reward, SCALE, batch, B);
  const differentiate = () => core.run("rewardDerivatives", reward, SCALE, batch, B);
  return { core, slots, parameters, values, address, predictions, gradient, update, differentiate };
}

test("learned reward: the gradient is the derivative of half the mean squared error of scaled rewards, the value twice that", (t) => {
  const { core, slots, values, address, predictions, gradient, update } = setup(64);
  const rewards = core.get(address("Reward"), B);
  const loss = () => predictions().reduce((sum, r, b) => sum + (r - SCALE * rewards[b]!) ** 2 / B, 0);
  const reported = update();
  t.true(Math.abs(reported / loss() - 1) < 1e-13);
  assertGradient(
    t,
    gradient(),
    centralDifferences(core, values, slots.length, () => loss() / 2),
    "parameters",
  );
});

test("learned reward: the derivatives are those of the reward by state and action, none by the next state", (t) => {
  const { core, address, predictions, differentiate } = setup(64);
  differentiate();
  // rows do not see each other
  const sum = () => predictions().reduce((total, r) => total + r / SCALE, 0);
  const [rS, rA] = [core.get(address("RS"), B * STATES), core.get(address("RA"), B * ACTIONS)];
  assertGradient(t, rS, centralDifferences(core, address("S"), B * STATES, sum), "r_s");
  assertGradient(t, rA, centralDifferences(core, address("A"), B * ACTIONS, sum), "r_a");
  assertZero(t, core.get(address("RSNext"), B * STATES), "r_s'");
});

test("learned reward: Adam's steps approach the rewards", (t) => {
  const { core, parameters, update } = setup(64);
  core.plain("parametersConfigure", parameters, 0.01, 1e9);
  const first = update();
  let last = first;
  for (let i = 0; i < 300; i++) last = update();
  t.true(last < 1e-2 * first, `from ${first} to ${last}`);
});

test("learned reward: f32 follows f64", (t) => {
  const [single, double] = BOTH.map((bits) => {
    const { core, address, gradient, update, differentiate } = setup(bits);
    const error = update();
    differentiate();
    return [[error], gradient(), core.get(address("RS"), B * STATES), core.get(address("RA"), B * ACTIONS)];
  });
  for (const [k, what] of ["error", "parameters", "r_s", "r_a"].entries()) {
    assertClose(t, single![k]!, double![k]!, 5e-5, what);
  }
  t.notDeepEqual(single![1], double![1]);
});
