import test from "ava";
import { ACTIONS, createModel, gradientOf, PREDICTED, SCALES, stateEncoder, valuesOf } from "./agents.js";
import { evaluate, paddingIn, widthsOf } from "./blocks.js";
import { encode, FEATURES, STATES } from "./encoders.js";
import { type Bits, BOTH, Core } from "./instantiate.js";
import { assertAdjoint, assertClose, assertGradient, assertZero, centralDifferences, dot, Source } from "./numbers.js";

const B = 5;
const HIDDEN = [6];
const D = PREDICTED.length;
const COPIED = [1, 3];
const trap = { instanceOf: WebAssembly.RuntimeError };

function setup(bits: Bits, learnedNoise: boolean) {
  const core = new Core(bits);
  const source = new Source(learnedNoise ? 1 : 0);
  const model = createModel(core, source, B, { learnedNoise, hidden: HIDDEN });
  const [states, actions] = [source.singles(B * STATES), source.singles(B * ACTIONS)];
  const [s, a] = [core.put(states), core.put(actions)];
  const noise = source.singles(B * STATES, -2, 2);
  const xi = core.put(noise);
  const sNext = core.alloc(B * STATES);
  const forward = () => core.run("modelForward", model.address, s, a, B);
  const step = () => {
    forward();
    core.run("modelStep", model.address, sNext, s, xi, B);
    return core.get(sNext, B * STATES);
  };
  const adjoint = source.singles(B * STATES);
  const [ds, da, q] = [core.alloc(B * STATES), core.alloc(B * ACTIONS), core.put(adjoint)];
  const vjp = () => {
    core.set(core.plain("modelXi", model.address), noise);
    core.run("modelVjp", model.address, ds, da, q, s, B);
  };
  /** mu and sigma (B, D) by their definition. */
  const moments = () => {
    const sizes = [FEATURES.length + ACTIONS, ...HIDDEN, learnedNoise ? 2 : 1];
    const parameters = valuesOf(core, model);
    const [numbersS, numbersA] = [core.get(s, B * STATES), core.get(a, B * ACTIONS)];
    const inputs = Array.from({ length: B }, (_, b) => [
      ...encode(FEATURES, numbersS.slice(b * STATES, (b + 1) * STATES)),
      ...numbersA.slice(b * ACTIONS, (b + 1) * ACTIONS),
    ]).flat();
    const middle = (Math.log(1e-3) + Math.log(10)) / 2;
    const halfRange = (Math.log(10) - Math.log(1e-3)) / 2;
    const outputs = PREDICTED.map((_, d) => evaluate(model.slots, parameters, sizes, inputs, d));
    return Array.from({ length: B * D }, (_, at) => {
      const [b, own] = [Math.floor(at / D), outputs[at % D]!];
      if (!learnedNoise) return { mu: own[b]!, sigma: 1 };
      return { mu: own[2 * b]!, sigma: Math.exp(middle + halfRange * Math.tanh(own[2 * b + 1]!)) };
    });
  };
  return { core, source, model, states, s, a, noise, sNext, forward, step, adjoint, ds, da, q, vjp, moments };
}

/** The mean over rows of half the squared error in units of sigma, plus log sigma, of the predicted dimensions. */
function loss(made: ReturnType<typeof setup>, next: readonly number[]): number {
  const s = made.core.get(made.s, B * STATES);
  return made.moments().reduce((sum, { mu, sigma }, at) => {
    const d = at % D;
    const i = Math.floor(at / D) * STATES + PREDICTED[d]!;
    const error = mu - (next[i]! - s[i]!) / SCALES[d]!;
    return sum + ((error / sigma) ** 2 / 2 + Math.log(sigma)) / B;
  }, 0);
}

for (const learnedNoise of [false, true]) {
  const name = `model with ${learnedNoise ? "learned" : "additive"} noise`;

  test(`${name}: s' = s + scale (mu + sigma xi), copied dimensions s' = s + xi`, (t) => {
    const { states, noise, step, moments } = setup(64, learnedNoise);
    const expected = states.map((x, i) => x + noise[i]!);
    for (const [at, { mu, sigma }] of moments().entries()) {
      const d = at % D;
      const i = Math.floor(at / D) * STATES + PREDICTED[d]!;
      expected[i] = states[i]! + SCALES[d]! * (mu + sigma * noise[i]!);
    }
    assertClose(t, step(), expected, 1e-14, "s'");
    const sigmas = new Set(moments().map(({ sigma }) => sigma));
    t.is(sigmas.size, learnedNoise ? B * D : 1);
  });

  test(`${name}: the pullback is the derivative with respect to state and action`, (t) => {
    const { core, s, a, step, adjoint, ds, da, vjp } = setup(64, learnedNoise);
    const product = () => dot(step(), adjoint);
    product();
    vjp();
    const [toState, toAction] = [core.get(ds, B * STATES), core.get(da, B * ACTIONS)];
    assertGradient(t, toState, centralDifferences(core, s, B * STATES, product), "state");
    assertGradient(t, toAction, centralDifferences(core, a, B * ACTIONS, product), "action");
  });

  test(`${name}: a copied dimension passes its adjoint on, one that nothing depends on gets no more`, (t) => {
    const { core, step, adjoint, ds, da, q, vjp } = setup(64, learnedNoise);
    step();
    const only = (dimension: number) => adjoint.map((g, at) => (at % STATES === dimension ? g : 0));
    for (const dimension of COPIED) {
      core.set(ds, new Array<number>(B * STATES).fill(0));
      core.set(q, only(dimension));
      vjp();
      t.deepEqual(core.get(ds, B * STATES), only(dimension));
      assertZero(t, core.get(da, B * ACTIONS), "action");
    }
    // dimension 3 is not among the features: a predicted dimension's adjoint does not reach it
    core.set(ds, new Array<number>(B * STATES).fill(0));
    core.set(q, only(PREDICTED[0]!));
    vjp();
    const dropped = core.get(ds, B * STATES).filter((_, at) => at % STATES === 3);
    assertZero(t, dropped, "the dropped dimension");
    t.true(core.get(ds, B * STATES).some((g) => g !== 0));
  });

  test(`${name}: the pullback adds`, (t) => {
    const { core, step, ds, da, vjp } = setup(64, learnedNoise);
    step();
    vjp();
    const once = [...core.get(ds, B * STATES), ...core.get(da, B * ACTIONS)];
    vjp();
    const doubled = once.map((g) => 2 * g);
    assertClose(t, [...core.get(ds, B * STATES), ...core.get(da, B * ACTIONS)], doubled, 1e-14, "twice");
  });

  test(`${name}: the pushforward is the pullback's adjoint`, (t) => {
    const { core, source, model, s, sNext, step, adjoint, ds, da, vjp } = setup(64, learnedNoise);
    step();
    vjp();
    const [vs, va] = [source.array(B * STATES), source.array(B * ACTIONS)];
    core.run("modelJvp", model.address, sNext, core.put(vs), core.put(va), s, B);
    const backward = dot(core.get(ds, B * STATES), vs) + dot(core.get(da, B * ACTIONS), va);
    assertAdjoint(t, dot(core.get(sNext, B * STATES), adjoint), backward, "s'");
  });

  test(`${name}: the loss's gradient is its derivative, its value the mean squared error`, (t) => {
    const made = setup(64, learnedNoise);
    const { core, source, model, s, a } = made;
    const next = source.array(B * STATES);
    const error = core.run("modelLossVjp", model.address, s, a, core.put(next), B);
    const numeric = centralDifferences(core, model.values, model.slots.length, () => loss(made, next));
    assertGradient(t, gradientOf(core, model), numeric, "parameters");
    const numbers = core.get(s, B * STATES);
    const squares = made.moments().map(({ mu }, at) => {
      const i = Math.floor(at / D) * STATES + PREDICTED[at % D]!;
      return (mu - (next[i]! - numbers[i]!) / SCALES[at % D]!) ** 2;
    });
    t.true(Math.abs(error / (squares.reduce((sum, x) => sum + x, 0) / (B * D)) - 1) < 1e-13);
  });

  test(`${name}: the loss's gradient adds, and copied dimensions do not enter it`, (t) => {
    const { core, source, model, s, a } = setup(64, learnedNoise);
    const next = source.array(B * STATES);
    const accumulate = (numbers: readonly number[]) => {
      core.run("modelLossVjp", model.address, s, a, core.put(numbers), B);
      return gradientOf(core, model);
    };
    const once = accumulate(next);
    const twice = accumulate(next.map((x, at) => (COPIED.includes(at % STATES) ? x + 100 : x)));
    const doubled = once.map((g) => 2 * g);
    assertClose(t, twice, doubled, 1e-14, "twice");
  });

  test(`${name}: inferred noise reproduces the next state`, (t) => {
    for (const [bits, tolerance] of [
      [64, 1e-14],
      [32, 1e-6],
    ] as const) {
      const { core, source, model, s, sNext, forward } = setup(bits, learnedNoise);
      const observed = source.singles(B * STATES, -2, 2);
      core.set(sNext, observed);
      forward();
      core.run("modelInfer", model.address, s, sNext, B);
      core.set(sNext, new Array<number>(B * STATES).fill(0));
      core.run("modelStep", model.address, sNext, s, core.plain("modelXi", model.address), B);
      assertClose(t, core.get(sNext, B * STATES), observed, tolerance, "s'");
    }
  });

  test(`${name}: the noise of a step is found again`, (t) => {
    const { core, model, s, noise, sNext, step } = setup(64, learnedNoise);
    step();
    core.run("modelInfer", model.address, s, sNext, B);
    // rounding of s' counts in units of the smallest sigma, 1e-3
    assertClose(t, core.get(core.plain("modelXi", model.address), B * STATES), noise, 1e-12, "xi");
  });

  for (const bits of BOTH) {
    test(`${name} f${bits}: padding stays zero through losses, pullbacks and Adam's steps`, (t) => {
      const { core, source, model, s, a, step, vjp } = setup(bits, learnedNoise);
      core.plain("parametersConfigure", model.parameters, 0.05, 1);
      const next = core.put(source.singles(B * STATES));
      const before = valuesOf(core, model);
      for (let round = 0; round < 3; round++) {
        core.run("clearGradient", model.parameters);
        core.run("modelLossVjp", model.address, s, a, next, B);
        core.run("adamStep", model.parameters);
        step();
        vjp();
      }
      const padding = [gradientOf(core, model), valuesOf(core, model)].flatMap((x) => paddingIn(model.slots, x));
      const net = core.plain("modelNet", model.address);
      const outputs = learnedNoise ? 2 : 1;
      for (const [level, [rows, width]] of [
        [B, FEATURES.length + ACTIONS],
        [B * HIDDEN[0]!, D],
        [B * outputs, D],
      ].entries()) {
        padding.push(...core.getPadding(core.plain("ensembleValues", net, level), rows!, width!));
        padding.push(...core.getPadding(core.plain("ensembleDeltas", net, level), rows!, width!));
      }
      assertZero(t, padding, "padding");
      t.true(valuesOf(core, model).every((x, at) => model.slots[at]!.padding || x !== before[at]));
    });
  }

  test(`${name}: f32 follows f64`, (t) => {
    const [single, double] = BOTH.map((bits) => {
      const { core, model, s, a, sNext, step, ds, da, vjp } = setup(bits, learnedNoise);
      const next = step();
      vjp();
      core.set(sNext, new Source(9).singles(B * STATES));
      core.run("modelLossVjp", model.address, s, a, sNext, B);
      const gradients = [core.get(ds, B * STATES), core.get(da, B * ACTIONS), gradientOf(core, model)];
      return [next, ...gradients];
    });
    for (const [k, what] of ["s'", "state", "action", "parameters"].entries()) {
      assertClose(t, single![k]!, double![k]!, 2e-5, what);
      t.notDeepEqual(single![k], double![k]);
    }
  });
}

test("model: scales start at 1; predicting no state dimension, wrong inputs and three outputs trap", (t) => {
  const core = new Core(64);
  const inputs = FEATURES.length + ACTIONS;
  const create = (predicted: readonly number[], sizes: readonly number[]) => {
    const tables = [core.putIntegers(predicted), predicted.length, 1] as const;
    return core.run("modelCreate", stateEncoder(core), ACTIONS, widthsOf(core, sizes), sizes.length - 1, ...tables);
  };
  const model = create([0, 4], [inputs, 3, 1]);
  t.deepEqual(core.get(core.plain("modelScale", model), 2), [1, 1]);
  for (const [predicted, sizes] of [
    [[STATES], [inputs, 1]],
    [[-1], [inputs, 1]],
    [[0], [inputs + 1, 1]],
    [[0], [inputs, 3]],
  ] as const) {
    t.throws(() => create(predicted, sizes), trap);
  }
});
