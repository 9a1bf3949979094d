import test from "ava";
import { createEncoder, encode, FEATURES, LINEAR, SIN, STATES } from "./encoders.js";
import { type Bits, BOTH, Core } from "./instantiate.js";
import { assertAdjoint, assertClose, assertGradient, assertZero, centralDifferences, dot, Source } from "./numbers.js";

const B = 3;
const F = FEATURES.length;
/** Rows of phi are wider than F: actions may follow the features. */
const ROW = F + 4;

function encoder(bits: Bits) {
  const core = new Core(bits);
  const source = new Source(1);
  const encoder = createEncoder(core, STATES, FEATURES);
  const states = source.singles(B * STATES, -2, 2);
  const s = core.put(states);
  const phi = core.put(new Array<number>(B * ROW).fill(7));
  const rows = (address: number) => core.get(address, B * ROW).filter((_, at) => at % ROW < F);
  const forward = () => {
    core.run("encoderForward", encoder, phi, ROW, s, B);
    return rows(phi);
  };
  const adjoint = source.singles(B * F);
  const spread = (values: readonly number[]) =>
    Array.from({ length: B * ROW }, (_, at) => (at % ROW < F ? values[Math.floor(at / ROW) * F + (at % ROW)]! : 7));
  const ds = core.alloc(B * STATES);
  const vjp = () => core.run("encoderVjp", encoder, ds, core.put(spread(adjoint)), ROW, s, B);
  return { core, source, encoder, states, s, phi, rows, forward, adjoint, ds, vjp };
}

test("encoder: linear forms, sines, cosines, rotated vectors and sums of these, each over its scale", (t) => {
  const { core, states, phi, forward } = encoder(64);
  const expected = Array.from({ length: B }, (_, b) => encode(FEATURES, states.slice(b * STATES, (b + 1) * STATES)));
  assertClose(t, forward(), expected.flat(), 1e-15, "phi");
  const behind = core.get(phi, B * ROW).filter((_, at) => at % ROW >= F);
  t.true(behind.every((x) => x === 7));
});

test("encoder: the pullback is the derivative of every feature kind", (t) => {
  const { core, encoder: address, s, forward, ds } = encoder(64);
  // one feature at a time, so that none hides behind another
  for (let f = 0; f < F; f++) {
    core.set(ds, new Array<number>(B * STATES).fill(0));
    const chosen = Array.from({ length: B * ROW }, (_, at) => (at % ROW === f ? 1 : 0));
    core.run("encoderVjp", address, ds, core.put(chosen), ROW, s, B);
    const loss = () => forward().reduce((sum, x, at) => sum + (at % F === f ? x : 0), 0);
    assertGradient(t, core.get(ds, B * STATES), centralDifferences(core, s, B * STATES, loss), `feature ${f}`);
  }
});

test("encoder: the pullback adds, and gives a dropped dimension nothing", (t) => {
  const { core, ds, vjp } = encoder(64);
  vjp();
  const once = core.get(ds, B * STATES);
  vjp();
  const doubled = once.map((g) => 2 * g);
  assertClose(t, core.get(ds, B * STATES), doubled, 1e-14, "twice");
  const dropped = once.filter((_, at) => at % STATES === 3);
  assertZero(t, dropped, "the dropped dimension");
  t.true(once.every((g, at) => at % STATES === 3 || g !== 0));
});

test("encoder: the pushforward is the pullback's adjoint", (t) => {
  const { core, source, encoder: address, s, rows, adjoint, ds, vjp } = encoder(64);
  vjp();
  const v = source.array(B * STATES);
  const tangent = core.alloc(B * ROW);
  core.run("encoderJvp", address, tangent, ROW, core.put(v), s, B);
  assertAdjoint(t, dot(rows(tangent), adjoint), dot(core.get(ds, B * STATES), v), "phi");
});

test("encoder: f32 follows f64", (t) => {
  const [single, double] = BOTH.map((bits) => {
    const { core, forward, ds, vjp } = encoder(bits);
    vjp();
    return { phi: forward(), ds: core.get(ds, B * STATES) };
  });
  assertClose(t, single!.phi, double!.phi, 5e-7, "phi");
  assertClose(t, single!.ds, double!.ds, 5e-7, "ds");
  t.notDeepEqual(single!.phi, double!.phi);
});

test("encoder: a sum of one summand is that summand, bit for bit, with the sign of its zero", (t) => {
  for (const bits of BOTH) {
    const core = new Core(bits);
    const [plain, other] = [
      { kind: SIN, forms: [[[0, 1]]], scale: 3 },
      { kind: LINEAR, forms: [[[1, 1]]], scale: -7 },
    ] as const;
    const features = [plain, { sum: [plain], scale: 1 }, { sum: [plain, other], scale: 1 }, other];
    const address = createEncoder(core, 2, features);
    const phi = core.alloc(8);
    core.run("encoderForward", address, phi, 4, core.put([-0.25, 0, 0.5, 0.125]), 2);
    const [first, second] = [core.get(phi, 8).slice(0, 4), core.get(phi, 8).slice(4)];
    for (const values of [first, second]) t.is(values[1], values[0]!);
    t.true(Object.is(first[3], -0));
    t.is(first[2], first[0]!);
    t.not(second[2], second[0]!);
  }
});

test("encoder: a feature without summands and an unknown kind trap", (t) => {
  const make = (features: Parameters<typeof createEncoder>[2]) => () => createEncoder(new Core(64), 2, features);
  const one = { kind: LINEAR, forms: [[[0, 1]]], scale: 1 } as const;
  t.notThrows(make([one, { sum: [one], scale: 1 }]));
  const trap = { instanceOf: WebAssembly.RuntimeError };
  for (const features of [
    [{ sum: [], scale: 1 }, one],
    [one, { sum: [], scale: 1 }],
  ])
    t.throws(make(features), trap);
  for (const kind of [-1, 4]) t.throws(make([{ ...one, kind }]), trap);
});

test("encoder: a term outside the state traps", (t) => {
  const core = new Core(64);
  const mention = (index: number) => createEncoder(core, 2, [{ kind: LINEAR, forms: [[[index, 1]]], scale: 1 }]);
  t.notThrows(() => mention(1));
  for (const index of [-1, 2]) t.throws(() => mention(index), { instanceOf: WebAssembly.RuntimeError });
});

test("encoder: more states than are encoded at once give what each gives alone", (t) => {
  const [core, source] = [new Core(64), new Source(5)];
  const encoder = createEncoder(core, STATES, FEATURES);
  const rows = 131;
  const numbers = {
    s: source.array(rows * STATES, -2, 2),
    dphi: source.array(rows * ROW),
    ds: source.array(rows * STATES),
  };
  const [s, dphi, tangent] = [core.put(numbers.s), core.put(numbers.dphi), core.put(numbers.ds)];
  const [phi, ds, pushed] = [core.alloc(rows * ROW), core.alloc(rows * STATES), core.alloc(rows * ROW)];
  const all = (count: number, row: number): number[][] => {
    const from = [phi, ds, pushed].map((block, k) => block + row * 8 * (k === 1 ? STATES : ROW)) as [
      number,
      number,
      number,
    ];
    const at = { s: s + row * 8 * STATES, dphi: dphi + row * 8 * ROW, tangent: tangent + row * 8 * STATES };
    core.set(ds, new Array<number>(rows * STATES).fill(0));
    core.run("encoderForward", encoder, from[0], ROW, at.s, count);
    core.run("encoderVjp", encoder, from[1], at.dphi, ROW, at.s, count);
    core.run("encoderJvp", encoder, from[2], ROW, at.tangent, at.s, count);
    return [core.get(from[0], F), core.get(from[1], STATES), core.get(from[2], F)];
  };
  const alone = [0, 63, 64, 127, 128, 130].map((row) => [row, all(1, row)] as const);
  all(rows, 0);
  for (const [row, [features, adjoint, derivative]] of alone) {
    t.deepEqual(core.get(phi + row * 8 * ROW, F), features, `features of state ${row}`);
    t.deepEqual(core.get(ds + row * 8 * STATES, STATES), adjoint, `adjoint of state ${row}`);
    t.deepEqual(core.get(pushed + row * 8 * ROW, F), derivative, `derivative of state ${row}`);
    t.true(adjoint!.some((g) => g !== 0));
  }
});
