import test from "ava";
import { createValue, gradientOf, valuesOf } from "./agents.js";
import { evaluate, paddingIn, widthsOf } from "./blocks.js";
import { createEncoder, encode, FEATURES, STATES } from "./encoders.js";
import { type Bits, BOTH, Core } from "./instantiate.js";
import { assertAdjoint, assertClose, assertGradient, assertZero, centralDifferences, dot, Source } from "./numbers.js";

const B = 6;
const HIDDEN = [6, 5];

function setup(bits: Bits) {
  const core = new Core(bits);
  const source = new Source(2);
  const value = createValue(core, source, B, HIDDEN);
  const states = source.singles(B * STATES);
  const s = core.put(states);
  const v = core.alloc(B);
  const forward = (block = value.values) => {
    core.run("valueForward", value.address, block, v, s, B);
    return core.get(v, B);
  };
  const adjoint = source.singles(B);
  const dv = core.put(adjoint);
  const ds = core.alloc(B * STATES);
  const vjp = (gradient: number, toState: number, block = value.values) =>
    core.run("valueVjp", value.address, block, gradient, toState, dv, s, B);
  return { core, source, value, states, s, forward, adjoint, ds, vjp };
}

test("value: the network of the features", (t) => {
  const { core, value, states, forward } = setup(64);
  const expected = Array.from({ length: B }, (_, b) =>
    evaluate(
      value.slots,
      valuesOf(core, value),
      [FEATURES.length, ...HIDDEN, 1],
      encode(FEATURES, states.slice(b * STATES, (b + 1) * STATES)),
    ),
  );
  assertClose(t, forward(), expected.flat(), 1e-14, "V");
});

test("value: the pullback is the derivative, under the current parameters and under the target's", (t) => {
  const { core, value, s, forward, adjoint, ds, vjp } = setup(64);
  const target = core.plain("valueTarget", value.address);
  for (const [what, block] of [
    ["current", value.values],
    ["target", target],
  ] as const) {
    const loss = () => dot(forward(block), adjoint);
    core.set(ds, new Array<number>(B * STATES).fill(0));
    core.run("clearGradient", value.parameters);
    loss();
    vjp(value.gradient, ds, block);
    const [toState, toParameters] = [core.get(ds, B * STATES), gradientOf(core, value)];
    assertGradient(t, toState, centralDifferences(core, s, B * STATES, loss), `${what}, state`);
    const numeric = centralDifferences(core, block, value.slots.length, loss);
    assertGradient(t, toParameters, numeric, `${what}, parameters`);
  }
  t.notDeepEqual(forward(), forward(target));
});

test("value: adds to its outputs, and writes only what is wanted", (t) => {
  const { core, value, forward, ds, vjp } = setup(64);
  forward();
  vjp(0, ds);
  const toState = core.get(ds, B * STATES);
  assertZero(t, gradientOf(core, value), "parameters");
  vjp(value.gradient, 0);
  const toParameters = gradientOf(core, value);
  t.deepEqual(core.get(ds, B * STATES), toState);
  vjp(value.gradient, ds);
  const double = (values: readonly number[]) => values.map((g) => 2 * g);
  assertClose(t, core.get(ds, B * STATES), double(toState), 1e-14, "state");
  assertClose(t, gradientOf(core, value), double(toParameters), 1e-14, "parameters");
  t.true(core.lowMemoryIsZero());
});

test("value: the pushforward is the pullback's adjoint", (t) => {
  const { core, source, value, s, forward, adjoint, ds, vjp } = setup(64);
  forward();
  vjp(value.gradient, ds);
  const v = source.array(B * STATES);
  const direction = value.slots.map((slot) => (slot.padding ? 0 : source.uniform()));
  const tangent = core.alloc(B);
  const push = (along: number) => {
    core.run("valueJvp", value.address, value.values, tangent, core.put(v), along, s, B);
    return dot(core.get(tangent, B), adjoint);
  };
  const throughState = dot(core.get(ds, B * STATES), v);
  const both = throughState + dot(gradientOf(core, value), direction);
  assertAdjoint(t, push(core.put(direction)), both, "state and parameters");
  assertAdjoint(t, push(0), throughState, "state");
});

for (const bits of BOTH) {
  test(`value f${bits}: initialising and copying make the target the current parameters; padding is zero`, (t) => {
    const { core, value, forward } = setup(bits);
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

test("value: f32 follows f64", (t) => {
  const [single, double] = BOTH.map((bits) => {
    const { core, value, forward, ds, vjp } = setup(bits);
    const v = forward();
    vjp(value.gradient, ds);
    return { v, state: core.get(ds, B * STATES), parameters: gradientOf(core, value) };
  });
  assertClose(t, single!.v, double!.v, 2e-6, "V");
  assertClose(t, single!.state, double!.state, 5e-6, "state");
  assertClose(t, single!.parameters, double!.parameters, 5e-6, "parameters");
  t.notDeepEqual(single!.v, double!.v);
});

test("value: sizes that do not fit the encoder, and more than one output, trap", (t) => {
  const core = new Core(64);
  const encoder = createEncoder(core, STATES, FEATURES);
  const create = (...sizes: number[]) => core.run("valueCreate", encoder, widthsOf(core, sizes), sizes.length - 1, 1);
  t.notThrows(() => create(FEATURES.length, 4, 1));
  for (const sizes of [
    [FEATURES.length - 1, 4, 1],
    [FEATURES.length, 4, 2],
  ]) {
    t.throws(() => create(...sizes), { instanceOf: WebAssembly.RuntimeError });
  }
});
