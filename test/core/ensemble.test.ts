import test from "ava";
import { ensembleSlots, evaluate, fill, paddingIn, widthsOf } from "./blocks.js";
import { type Bits, BOTH, Core, padded } from "./instantiate.js";
import { assertAdjoint, assertClose, assertGradient, assertZero, centralDifferences, dot, Source } from "./numbers.js";

const HIDDEN = [[], [5], [3, 6]];
const CONFIGURATIONS = [1, 3, 4, 5, 18].flatMap((D) =>
  HIDDEN.flatMap((hidden) => [1, 2].map((outputs) => ({ D, sizes: [5, ...hidden, outputs] }))),
);
/** More rows than a tile of four, with a remainder. */
const B = 5;

function ensemble(bits: Bits, sizes: readonly number[], D: number) {
  const core = new Core(bits);
  const source = new Source(sizes.reduce((sum, size) => 10 * sum + size, D));
  const [I, O] = [sizes[0]!, sizes[sizes.length - 1]!];
  const slots = ensembleSlots(sizes, D);
  const net = core.run("ensembleCreate", widthsOf(core, sizes), sizes.length - 1, D, B);
  const count = core.plain("ensembleCount", net);
  const numbers = fill(slots, source);
  const block = core.put(numbers);
  const x = source.singles(B * I);
  const input = core.plain("ensembleInput", net);
  core.setRows(input, x, I);
  /** Outputs (B, O, D). */
  const forward = () => {
    core.run("ensembleForward", net, block, B);
    return core.getRows(core.plain("ensembleOutput", net), B * O, D);
  };
  const adjoint = source.singles(B * O * D);
  const gradient = core.alloc(count);
  const vjp = (toGradient: number, wantInput: boolean) => {
    core.setRows(core.plain("ensembleOutputDelta", net), adjoint, D);
    core.run("ensembleVjp", net, block, toGradient, wantInput ? 1 : 0, B);
  };
  const inputDelta = core.plain("ensembleInputDelta", net);
  return {
    core,
    source,
    I,
    O,
    slots,
    net,
    count,
    numbers,
    block,
    x,
    input,
    forward,
    adjoint,
    gradient,
    vjp,
    inputDelta,
  };
}

for (const { D, sizes } of CONFIGURATIONS) {
  const name = `ensemble of ${D} ${sizes.join("-")}`;

  test(`${name}: every sub-network by itself`, (t) => {
    const { O, slots, numbers, count, x, forward } = ensemble(64, sizes, D);
    t.is(count, slots.length);
    const outputs = forward();
    for (let d = 0; d < D; d++) {
      const own = outputs.filter((_, at) => at % D === d);
      t.is(own.length, B * O);
      assertClose(t, own, evaluate(slots, numbers, sizes, x, d), 1e-14, `sub-network ${d}`);
    }
  });

  test(`${name}: the pullback is the derivative`, (t) => {
    const { core, I, count, block, input, forward, adjoint, gradient, vjp, inputDelta } = ensemble(64, sizes, D);
    const loss = () => dot(forward(), adjoint);
    loss();
    vjp(gradient, true);
    const [analytic, dx] = [core.get(gradient, count), core.get(inputDelta, B * padded(I))];
    assertGradient(t, analytic, centralDifferences(core, block, count, loss), "parameters");
    assertGradient(t, dx, centralDifferences(core, input, B * padded(I), loss), "inputs");
  });

  test(`${name}: gradients add up; what is not wanted is not written`, (t) => {
    const { core, I, count, forward, gradient, vjp, inputDelta } = ensemble(64, sizes, D);
    forward();
    vjp(gradient, false);
    assertZero(t, core.get(inputDelta, B * padded(I)), "input adjoint");
    const once = core.get(gradient, count);
    vjp(0, true);
    t.deepEqual(core.get(gradient, count), once);
    t.true(core.get(inputDelta, B * padded(I)).some((g) => g !== 0));
    vjp(gradient, true);
    const doubled = once.map((g) => 2 * g);
    assertClose(t, core.get(gradient, count), doubled, 1e-14, "twice");
    t.true(core.lowMemoryIsZero());
  });

  test(`${name}: the pushforward is the pullback's adjoint`, (t) => {
    const made = ensemble(64, sizes, D);
    const { core, source, I, O, slots, net, count, block, forward, adjoint, gradient, vjp, inputDelta } = made;
    forward();
    vjp(gradient, true);
    const [vx, direction] = [source.array(B * I), fill(slots, source)];
    const throughInput = dot(core.getRows(inputDelta, B, I), vx);
    const throughParameters = dot(core.get(gradient, count), direction);
    for (const [along, backward, what] of [
      [core.put(direction), throughInput + throughParameters, "inputs and parameters"],
      [0, throughInput, "inputs"],
    ] as const) {
      core.setRows(inputDelta, vx, I);
      core.run("ensembleJvp", net, block, along, B);
      const tangent = core.getRows(core.plain("ensembleOutputDelta", net), B * O, D);
      assertAdjoint(t, dot(tangent, adjoint), backward, what);
    }
  });

  for (const bits of BOTH) {
    test(`${name} f${bits}: padding stays zero in values, adjoints, gradients and after Adam's steps`, (t) => {
      const { core, slots, net, count, numbers, adjoint, I } = ensemble(bits, sizes, D);
      const parameters = core.run("parametersCreate", count);
      const values = core.plain("parametersValues", parameters);
      const gradient = core.plain("parametersGradient", parameters);
      core.set(values, numbers);
      core.plain("parametersConfigure", parameters, 0.05, 1);
      const padding: number[] = [];
      for (let step = 0; step < 3; step++) {
        core.run("clearGradient", parameters);
        core.run("ensembleForward", net, values, B);
        core.setRows(core.plain("ensembleOutputDelta", net), adjoint, D);
        core.run("ensembleVjp", net, values, gradient, 1, B);
        padding.push(...paddingIn(slots, core.get(gradient, count)));
        core.run("adamStep", parameters);
        padding.push(...paddingIn(slots, core.get(values, count)));
        for (const [level, size] of sizes.entries()) {
          const [rows, width] = level === 0 ? [B, I] : [B * size, D];
          padding.push(...core.getPadding(core.plain("ensembleValues", net, level), rows, width));
          padding.push(...core.getPadding(core.plain("ensembleDeltas", net, level), rows, width));
        }
      }
      t.notDeepEqual(core.get(values, count), numbers);
      assertZero(t, padding, "padding");
    });
  }

  test(`${name}: f32 follows f64`, (t) => {
    const [single, double] = BOTH.map((bits) => {
      const { core, I, count, forward, gradient, vjp, inputDelta } = ensemble(bits, sizes, D);
      const outputs = forward();
      vjp(gradient, true);
      return { outputs, gradient: core.get(gradient, count), input: core.getRows(inputDelta, B, I) };
    });
    assertClose(t, single!.outputs, double!.outputs, 2e-6, "outputs");
    assertClose(t, single!.gradient, double!.gradient, 4e-6, "parameters");
    assertClose(t, single!.input, double!.input, 4e-6, "inputs");
    t.notDeepEqual(single!.outputs, double!.outputs);
  });
}

test("ensemble: a batch beyond its room traps", (t) => {
  const { core, net, block } = ensemble(64, [5, 5, 1], 3);
  t.notThrows(() => core.run("ensembleForward", net, block, B));
  t.throws(() => core.run("ensembleForward", net, block, B + 1), { instanceOf: WebAssembly.RuntimeError });
});

test("ensemble: initial weights have variance 1 / fan-in, the last layer's scaled, biases and padding zero", (t) => {
  for (const bits of BOTH) {
    const core = new Core(bits);
    const sizes = [30, 21, 12, 2];
    const slots = ensembleSlots(sizes, 5);
    const net = core.run("ensembleCreate", widthsOf(core, sizes), 3, 5, 1);
    const block = core.put(new Array<number>(slots.length).fill(3));
    core.run("ensembleInitialise", net, block, core.plain("randomCreate", 1n, 0, 0), 0.01);
    const numbers = core.get(block, slots.length);
    const biasesAndPadding = numbers.filter((_, at) => slots[at]!.padding || slots[at]!.input === "bias");
    assertZero(t, biasesAndPadding, "biases and padding");
    for (const [layer, scale] of [1, 1, 0.01].entries()) {
      const weights = numbers.filter((_, at) => {
        const slot = slots[at]!;
        return slot.layer === layer && slot.input !== "bias" && !slot.padding;
      });
      const variance = dot(weights, weights) / weights.length;
      t.true(Math.abs((variance * sizes[layer]!) / scale ** 2 - 1) < 5 * Math.sqrt(2 / weights.length));
    }
  }
});
