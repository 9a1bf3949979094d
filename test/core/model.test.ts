import test from "ava";
import {
  ACTIONS,
  createFrames,
  gradientOf,
  PREDICTED,
  SCALES,
  stateEncoder,
  type TestFrame,
  valuesOf,
} from "./agents.js";
import { paddingIn, widthsOf } from "./blocks.js";
import { FEATURES, STATES } from "./encoders.js";
import { BOTH, Core } from "./instantiate.js";
import { B, HIDDEN, loss, setup, turned, VARIANTS, type Variant } from "./models.js";
import { assertAdjoint, assertClose, assertGradient, assertZero, centralDifferences, dot, Source } from "./numbers.js";

const D = PREDICTED.length;
const COPIED = [1, 3];
const trap = { instanceOf: WebAssembly.RuntimeError };

for (const variant of VARIANTS) {
  const { name, learnedNoise, frames, single } = variant;

  test(`${name}: s' = s + R scale (mu + sigma xi), copied dimensions s' = s + xi`, (t) => {
    const { states, noise, step, moments } = setup(64, variant);
    const expected = states.map((x, i) => x + noise[i]!);
    const body = moments().map(
      ({ mu, sigma }, at) => SCALES[at % D]! * (mu + sigma * noise[Math.floor(at / D) * STATES + PREDICTED[at % D]!]!),
    );
    for (let b = 0; b < B; b++) {
      const own = states.slice(b * STATES, (b + 1) * STATES);
      const world = turned(body.slice(b * D, (b + 1) * D), frames, own, 1);
      for (const [d, i] of PREDICTED.entries()) expected[b * STATES + i] = own[i]! + world[d]!;
      // the frame turns, and not by the identity
      if (frames.length > 0) t.true(Math.abs(world[0]! - body[b * D]!) > 1e-3);
    }
    assertClose(t, step(), expected, 1e-14, "s'");
    const sigmas = new Set(moments().map(({ sigma }) => sigma));
    t.is(sigmas.size, learnedNoise ? B * D : 1);
  });

  test(`${name}: the pullback is the derivative with respect to state and action`, (t) => {
    const { core, actions, s, a, step, clipActions, adjoint, ds, da, vjp } = setup(64, variant);
    const product = () => dot(step(), adjoint);
    const stepped = product();
    vjp();
    const [toState, toAction] = [core.get(ds, B * STATES), core.get(da, B * ACTIONS)];
    clipActions();
    t.is(product(), stepped);
    const beyond = core.get(a, B * ACTIONS).flatMap((x, at) => (x === actions[at] ? [] : [toAction[at]!]));
    t.true(beyond.length > 0 && beyond.every((g) => g !== 0));
    assertGradient(t, toState, centralDifferences(core, s, B * STATES, product), "state");
    assertGradient(t, toAction, centralDifferences(core, a, B * ACTIONS, product), "action");
  });

  test(`${name}: the Jacobian's rows are the pullbacks of unit adjoints, its columns the differences of the step`, (t) => {
    const { core, model, s, a, noise, step, clipActions, ds, da, q, vjp } = setup(64, variant);
    const [fS, fA] = [core.alloc(B * STATES * STATES), core.alloc(B * STATES * ACTIONS)];
    core.run("modelAllocateJacobian", model.address);
    step();
    core.set(core.plain("modelXi", model.address), noise);
    // into memory that is not clean
    core.set(fS, new Array<number>(B * STATES * STATES).fill(7));
    core.set(fA, new Array<number>(B * STATES * ACTIONS).fill(7));
    core.run("modelJacobian", model.address, fS, fA, s, B);
    const [byState, byAction] = [core.get(fS, B * STATES * STATES), core.get(fA, B * STATES * ACTIONS)];
    for (let i = 0; i < STATES; i++) {
      core.set(ds, new Array<number>(B * STATES).fill(0));
      core.set(da, new Array<number>(B * ACTIONS).fill(0));
      core.set(
        q,
        Array.from({ length: B * STATES }, (_, at) => (at % STATES === i ? 1 : 0)),
      );
      vjp();
      const rows = (block: readonly number[], width: number) =>
        Array.from({ length: B }, (_, b) => block.slice((b * STATES + i) * width, (b * STATES + i + 1) * width)).flat();
      assertClose(t, rows(byState, STATES), core.get(ds, B * STATES), 1e-14, `row ${i} by states`);
      if (COPIED.includes(i)) assertZero(t, rows(byAction, ACTIONS), `row ${i} by actions`);
      else assertClose(t, rows(byAction, ACTIONS), core.get(da, B * ACTIONS), 1e-14, `row ${i} by actions`);
    }
    clipActions();
    // of the sum over rows b and dimensions i with weights of their own
    const weights = noise.map((x) => x + 3);
    const sum = () => dot(step(), weights);
    const expected = (block: readonly number[], width: number) =>
      Array.from({ length: B * width }, (_, at) => {
        const [b, j] = [Math.floor(at / width), at % width];
        return Array.from({ length: STATES }, (_, i) => {
          return weights[b * STATES + i]! * block[(b * STATES + i) * width + j]!;
        }).reduce((total, x) => total + x, 0);
      });
    assertGradient(t, expected(byState, STATES), centralDifferences(core, s, B * STATES, sum), "state");
    assertGradient(t, expected(byAction, ACTIONS), centralDifferences(core, a, B * ACTIONS, sum), "action");
  });

  test(`${name}: a copied dimension passes its adjoint on, one that nothing depends on gets no more`, (t) => {
    const { core, step, adjoint, ds, da, q, vjp } = setup(64, variant);
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
    // but by the angle of a frame
    if (frames.length > 0) t.true(dropped.every((g) => g !== 0));
    else assertZero(t, dropped, "the dropped dimension");
    t.true(core.get(ds, B * STATES).some((g) => g !== 0));
  });

  test(`${name}: the pullback adds`, (t) => {
    const { core, step, ds, da, vjp } = setup(64, variant);
    step();
    vjp();
    const once = [...core.get(ds, B * STATES), ...core.get(da, B * ACTIONS)];
    vjp();
    const doubled = once.map((g) => 2 * g);
    assertClose(t, [...core.get(ds, B * STATES), ...core.get(da, B * ACTIONS)], doubled, 1e-14, "twice");
  });

  test(`${name}: the pushforward is the pullback's adjoint`, (t) => {
    const { core, source, model, s, sNext, step, adjoint, ds, da, vjp } = setup(64, variant);
    step();
    vjp();
    const [vs, va] = [source.array(B * STATES), source.array(B * ACTIONS)];
    core.run("modelJvp", model.address, sNext, core.put(vs), core.put(va), s, B);
    const backward = dot(core.get(ds, B * STATES), vs) + dot(core.get(da, B * ACTIONS), va);
    assertAdjoint(t, dot(core.get(sNext, B * STATES), adjoint), backward, "s'");
  });

  test(`${name}: the loss's gradient is its derivative, its value the mean squared error`, (t) => {
    const made = setup(64, variant);
    const { core, source, model, s, a } = made;
    const next = source.array(B * STATES);
    const error = core.run("modelLossVjp", model.address, s, a, core.put(next), B);
    const numeric = centralDifferences(core, model.values, model.slots.length, () => loss(made, next));
    assertGradient(t, gradientOf(core, model), numeric, "parameters");
    const targets = made.targets(next);
    const squares = made.moments().map(({ mu }, at) => (mu - targets[at]!) ** 2);
    t.true(Math.abs(error / (squares.reduce((sum, x) => sum + x, 0) / (B * D)) - 1) < 1e-13);
  });

  test(`${name}: the loss's gradient adds, and copied dimensions do not enter it`, (t) => {
    const { core, source, model, s, a } = setup(64, variant);
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
      const { core, source, model, s, sNext, forward } = setup(bits, variant);
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
    const { core, model, s, noise, sNext, step } = setup(64, variant);
    step();
    core.run("modelInfer", model.address, s, sNext, B);
    // rounding of s' counts in units of the smallest sigma, 1e-3
    assertClose(t, core.get(core.plain("modelXi", model.address), B * STATES), noise, 1e-12, "xi");
  });

  for (const bits of BOTH) {
    test(`${name} f${bits}: padding stays zero through losses, pullbacks and Adam's steps`, (t) => {
      const { core, source, model, s, a, step, vjp } = setup(bits, variant);
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
      const kind = single ? "mlp" : "ensemble";
      const net = core.plain(single ? "modelMlp" : "modelEnsemble", model.address);
      const outputs = learnedNoise ? 2 : 1;
      for (const [level, [rows, width]] of [
        [B, FEATURES.length + ACTIONS],
        single ? [B, HIDDEN[0]!] : [B * HIDDEN[0]!, D],
        single ? [B, outputs * D] : [B * outputs, D],
      ].entries()) {
        padding.push(...core.getPadding(core.plain(`${kind}Values`, net, level), rows!, width!));
        padding.push(...core.getPadding(core.plain(`${kind}Deltas`, net, level), rows!, width!));
      }
      assertZero(t, padding, "padding");
      t.true(valuesOf(core, model).every((x, at) => model.slots[at]!.padding || x !== before[at]));
    });
  }

  test(`${name}: f32 follows f64`, (t) => {
    const [single, double] = BOTH.map((bits) => {
      const { core, model, s, a, sNext, step, ds, da, vjp } = setup(bits, variant);
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

test("model: the derivative of an observed transition by a frame's angle turns the observed change", (t) => {
  const frames: TestFrame[] = [{ pair: [0, 1], angle: [[3, 1]] }];
  const variant: Variant = { name: "one frame", learnedNoise: true, frames, single: false };
  const { core, source, model, s, a, sNext, forward, adjoint, ds, da, q } = setup(64, variant);
  // s', observed somewhere; xi, inferred, stays when s moves
  core.set(sNext, source.array(B * STATES, -2, 2));
  forward();
  core.run("modelInfer", model.address, s, sNext, B);
  core.run("modelVjp", model.address, ds, da, q, s, B);
  const xi = core.put(core.get(core.plain("modelXi", model.address), B * STATES));
  const next = core.alloc(B * STATES);
  const product = () => {
    core.run("modelForward", model.address, s, a, B);
    core.run("modelStep", model.address, next, s, xi, B);
    return dot(core.get(next, B * STATES), adjoint);
  };
  product();
  assertClose(t, core.get(next, B * STATES), core.get(sNext, B * STATES), 1e-13, "s'");
  assertGradient(t, core.get(ds, B * STATES), centralDifferences(core, s, B * STATES, product), "state");
  // dimension 3, which no feature sees, turns the observed change: q x (s' - s)
  const [from, to] = [core.get(s, B * STATES), core.get(sNext, B * STATES)];
  const [x, y] = [PREDICTED[0]!, PREDICTED[1]!];
  const expected = Array.from({ length: B }, (_, b) => {
    const at = (all: readonly number[], i: number) => all[b * STATES + i]!;
    const change = (i: number) => at(to, i) - at(from, i);
    return at(adjoint, 3) + at(adjoint, y) * change(x) - at(adjoint, x) * change(y);
  });
  const turning = core.get(ds, B * STATES).filter((_, at) => at % STATES === 3);
  assertClose(t, turning, expected, 1e-12, "angle");
});

test("model: frames that share a dimension or name one that is not predicted trap, and so does an angle outside the state", (t) => {
  const make = (frames: readonly TestFrame[]) => () => createFrames(new Core(64), 5, 3, frames);
  t.notThrows(make([{ pair: [2, 0], angle: [[4, 1]] }]));
  t.throws(make([{ pair: [2, 2], angle: [] }]), trap);
  t.throws(make([{ pair: [2, 3], angle: [] }]), trap);
  t.throws(make([{ pair: [-1, 0], angle: [] }]), trap);
  t.throws(make([{ pair: [2, 0], angle: [[5, 1]] }]), trap);
  const two = (...pair: [number, number]) => [
    { pair: [0, 1] as const, angle: [] },
    { pair, angle: [] },
  ];
  const four =
    (...pair: [number, number]) =>
    () =>
      createFrames(new Core(64), 5, 4, two(...pair));
  t.notThrows(four(2, 3));
  t.throws(four(1, 2), trap);
  t.throws(four(3, 0), trap);
});

test("model: scales start at 1; predicting no state dimension, wrong inputs and three outputs trap", (t) => {
  const core = new Core(64);
  const inputs = FEATURES.length + ACTIONS;
  const create = (predicted: readonly number[], sizes: readonly number[]) => {
    const frames = createFrames(core, STATES, predicted.length, []);
    const tables = [core.putIntegers(predicted), predicted.length, frames, 0, 1] as const;
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
