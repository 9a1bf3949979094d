import test from "ava";
import { ACTIONS, createValue, gradientOf, valuesOf } from "./agents.js";
import { evaluate, paddingIn, widthsOf } from "./blocks.js";
import { createEncoder, encode, FEATURES, STATES } from "./encoders.js";
import { type Bits, BOTH, Core } from "./instantiate.js";
import { assertAdjoint, assertClose, assertGradient, assertZero, centralDifferences, dot, Source } from "./numbers.js";

const B = 6;
const HIDDEN = [6, 5];

function setup(bits: Bits, actions: number) {
  const core = new Core(bits);
  const source = new Source(2);
  const value = createValue(core, source, B, HIDDEN, actions);
  const states = source.singles(B * STATES);
  const chosen = source.singles(B * actions);
  const s = core.put(states);
  const a = actions === 0 ? 0 : core.put(chosen);
  const v = core.alloc(B);
  const forward = (block = value.values) => {
    core.run("valueForward", value.address, block, v, s, a, B);
    return core.get(v, B);
  };
  const adjoint = source.singles(B);
  const dv = core.put(adjoint);
  const ds = core.alloc(B * STATES);
  const da = core.alloc(B * ACTIONS);
  const vjp = (gradient: number, toState: number, toAction: number, block = value.values) =>
    core.run("valueVjp", value.address, block, gradient, toState, toAction, dv, s, B);
  return { core, source, value, states, chosen, s, a, forward, adjoint, ds, da, vjp };
}

for (const [name, A] of [
  ["value of states", 0],
  ["value of actions", ACTIONS],
] as const) {
  test(`${name}: the network of the features, and of the actions beside them`, (t) => {
    const { core, value, states, chosen, forward } = setup(64, A);
    const expected = Array.from({ length: B }, (_, b) =>
      evaluate(
        value.slots,
        valuesOf(core, value),
        [FEATURES.length + A, ...HIDDEN, 1],
        [...encode(FEATURES, states.slice(b * STATES, (b + 1) * STATES)), ...chosen.slice(b * A, (b + 1) * A)],
      ),
    );
    assertClose(t, forward(), expected.flat(), 1e-14, "V");
  });

  test(`${name}: the pullback is the derivative, under the current parameters and under the target's`, (t) => {
    const { core, value, s, a, forward, adjoint, ds, da, vjp } = setup(64, A);
    const target = core.plain("valueTarget", value.address);
    for (const [what, block] of [
      ["current", value.values],
      ["target", target],
    ] as const) {
      const loss = () => dot(forward(block), adjoint);
      core.set(ds, new Array<number>(B * STATES).fill(0));
      core.set(da, new Array<number>(B * ACTIONS).fill(0));
      core.run("clearGradient", value.parameters);
      loss();
      vjp(value.gradient, ds, A === 0 ? 0 : da, block);
      const [toState, toParameters] = [core.get(ds, B * STATES), gradientOf(core, value)];
      assertGradient(t, toState, centralDifferences(core, s, B * STATES, loss), `${what}, state`);
      if (A > 0) assertGradient(t, core.get(da, B * A), centralDifferences(core, a, B * A, loss), `${what}, action`);
      const numeric = centralDifferences(core, block, value.slots.length, loss);
      assertGradient(t, toParameters, numeric, `${what}, parameters`);
    }
    t.notDeepEqual(forward(), forward(target));
  });

  test(`${name}: adds to its outputs, and writes only what is wanted`, (t) => {
    const { core, value, forward, ds, da, vjp } = setup(64, A);
    const wanted = A === 0 ? 0 : da;
    const outputs = () => [core.get(ds, B * STATES), core.get(da, B * ACTIONS), gradientOf(core, value)] as const;
    forward();
    vjp(0, ds, 0);
    const [toState, ...rest] = outputs();
    assertZero(t, rest.flat(), "action and parameters");
    vjp(0, 0, wanted);
    const toAction = outputs()[1];
    t.deepEqual(outputs()[0], toState);
    t.is(
      toAction.some((g) => g !== 0),
      A > 0,
    );
    vjp(value.gradient, 0, 0);
    const toParameters = outputs()[2];
    t.deepEqual(outputs().slice(0, 2), [toState, toAction]);
    vjp(value.gradient, ds, wanted);
    const double = (values: readonly number[]) => values.map((g) => 2 * g);
    const [twiceState, twiceAction, twiceParameters] = outputs();
    assertClose(t, twiceState, double(toState), 1e-14, "state");
    assertClose(t, twiceParameters, double(toParameters), 1e-14, "parameters");
    if (A > 0) assertClose(t, twiceAction, double(toAction), 1e-14, "action");
    t.true(core.lowMemoryIsZero());
  });

  test(`${name}: the pushforward is the pullback's adjoint`, (t) => {
    const { core, source, value, s, forward, adjoint, ds, da, vjp } = setup(64, A);
    forward();
    vjp(value.gradient, ds, A === 0 ? 0 : da);
    const v = source.array(B * STATES);
    const u = source.array(B * A);
    const direction = value.slots.map((slot) => (slot.padding ? 0 : source.uniform()));
    const tangent = core.alloc(B);
    const push = (along: number) => {
      core.run("valueJvp", value.address, value.values, tangent, core.put(v), A === 0 ? 0 : core.put(u), along, s, B);
      return dot(core.get(tangent, B), adjoint);
    };
    const throughInputs = dot(core.get(ds, B * STATES), v) + dot(core.get(da, B * A), u);
    const all = throughInputs + dot(gradientOf(core, value), direction);
    assertAdjoint(t, push(core.put(direction)), all, "inputs and parameters");
    assertAdjoint(t, push(0), throughInputs, "inputs");
  });

  for (const bits of BOTH) {
    test(`${name} f${bits}: initialising and copying make the target the current parameters; padding is zero`, (t) => {
      const { core, value, forward } = setup(bits, A);
      const target = core.plain("valueTarget", value.address);
      const copy = () => core.get(target, value.slots.length);
      t.notDeepEqual(copy(), valuesOf(core, value));
      core.run("valueCopyTarget", value.address);
      t.deepEqual(copy(), valuesOf(core, value));
      const old = valuesOf(core, value);
      core.run("valueInitialise", value.address, core.plain("randomCreate", 1n, 0, 0), 0.1);
      t.notDeepEqual(valuesOf(core, value), old);
      t.deepEqual(copy(), valuesOf(core, value));
      assertZero(t, paddingIn(value.slots, copy()), "padding");
      t.deepEqual(forward(), forward(target));
    });
  }

  test(`${name}: f32 follows f64`, (t) => {
    const [single, double] = BOTH.map((bits) => {
      const { core, value, forward, ds, da, vjp } = setup(bits, A);
      const v = forward();
      vjp(value.gradient, ds, A === 0 ? 0 : da);
      return { v, state: core.get(ds, B * STATES), action: core.get(da, B * A), parameters: gradientOf(core, value) };
    });
    assertClose(t, single!.v, double!.v, 2e-6, "V");
    assertClose(t, single!.state, double!.state, 5e-6, "state");
    if (A > 0) assertClose(t, single!.action, double!.action, 5e-6, "action");
    assertClose(t, single!.parameters, double!.parameters, 5e-6, "parameters");
    t.notDeepEqual(single!.v, double!.v);
  });
}

test("value: sizes that do not fit the encoder and the actions, and more than one output, trap", (t) => {
  const core = new Core(64);
  const encoder = createEncoder(core, STATES, FEATURES);
  const create = (actions: number, ...sizes: number[]) =>
    core.run("valueCreate", encoder, actions, widthsOf(core, sizes), sizes.length - 1, 1);
  t.notThrows(() => create(0, FEATURES.length, 4, 1));
  t.notThrows(() => create(2, FEATURES.length + 2, 4, 1));
  for (const [actions, ...sizes] of [
    [0, FEATURES.length - 1, 4, 1],
    [2, FEATURES.length, 4, 1],
    [0, FEATURES.length, 4, 2],
  ] as const) {
    t.throws(() => create(actions, ...sizes), { instanceOf: WebAssembly.RuntimeError });
  }
});
