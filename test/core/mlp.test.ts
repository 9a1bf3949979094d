import test from "ava";
import { evaluate, fill, mlpSlots, paddingIn, widthsOf } from "./blocks.js";
import { type Bits, BOTH, Core, padded } from "./instantiate.js";
import { assertAdjoint, assertClose, assertGradient, assertZero, centralDifferences, dot, Source } from "./numbers.js";

// one to four dense layers, widths that are and are no multiples of 4, batches with and without remainders of four
const NETWORKS: [sizes: number[], B: number][] = [
  [[3, 2], 1],
  [[5, 7, 1], 6],
  [[8, 4, 12], 4],
  [[3, 6, 5, 2], 3],
  [[4, 9, 2, 7, 3], 5],
];

function network(bits: Bits, sizes: readonly number[], B: number) {
  const core = new Core(bits);
  const source = new Source(sizes.reduce((sum, size) => 10 * sum + size, B));
  const [I, O] = [sizes[0]!, sizes[sizes.length - 1]!];
  const slots = mlpSlots(sizes);
  const net = core.run("mlpCreate", widthsOf(core, sizes), sizes.length - 1, B);
  const count = core.plain("mlpCount", net);
  const numbers = fill(slots, source);
  const block = core.put(numbers);
  const x = source.singles(B * I);
  const input = core.plain("mlpInput", net);
  core.setRows(input, x, I);
  const forward = () => {
    core.run("mlpForward", net, block, B);
    return core.getRows(core.plain("mlpOutput", net), B, O);
  };
  const adjoint = source.singles(B * O);
  const gradient = core.alloc(count);
  const vjp = (toGradient: number, wantInput: boolean) => {
    core.setRows(core.plain("mlpOutputDelta", net), adjoint, O);
    core.run("mlpVjp", net, block, toGradient, wantInput ? 1 : 0, B);
  };
  const inputDelta = core.plain("mlpInputDelta", net);
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

for (const [sizes, B] of NETWORKS) {
  const name = `mlp ${sizes.join("-")}`;

  test(`${name}: tanh layers and a linear last one`, (t) => {
    const { slots, numbers, count, x, forward } = network(64, sizes, B);
    t.is(count, slots.length);
    assertClose(t, forward(), evaluate(slots, numbers, sizes, x), 1e-14, "outputs");
  });

  test(`${name}: the pullback is the derivative`, (t) => {
    const { core, I, count, block, input, forward, adjoint, gradient, vjp, inputDelta } = network(64, sizes, B);
    const loss = () => dot(forward(), adjoint);
    loss();
    vjp(gradient, true);
    const [analytic, dx] = [core.get(gradient, count), core.get(inputDelta, B * padded(I))];
    assertGradient(t, analytic, centralDifferences(core, block, count, loss), "parameters");
    assertGradient(t, dx, centralDifferences(core, input, B * padded(I), loss), "inputs");
  });

  test(`${name}: gradients add up; what is not wanted is not written`, (t) => {
    const { core, I, count, forward, gradient, vjp, inputDelta } = network(64, sizes, B);
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
    const made = network(64, sizes, B);
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
      core.run("mlpJvp", net, block, along, B);
      assertAdjoint(t, dot(core.getRows(core.plain("mlpOutputDelta", net), B, O), adjoint), backward, what);
    }
  });

  for (const bits of BOTH) {
    test(`${name} f${bits}: padding stays zero in values, adjoints, gradients and after Adam's steps`, (t) => {
      const { core, slots, net, count, numbers, adjoint, O } = network(bits, sizes, B);
      const parameters = core.run("parametersCreate", count);
      const [values, gradient] = ["Values", "Gradient"].map((n) => core.plain(`parameters${n}`, parameters)) as [
        number,
        number,
      ];
      core.set(values, numbers);
      core.plain("parametersConfigure", parameters, 0.05, 1);
      const padding: number[] = [];
      for (let step = 0; step < 3; step++) {
        core.run("clearGradient", parameters);
        core.run("mlpForward", net, values, B);
        core.setRows(core.plain("mlpOutputDelta", net), adjoint, O);
        core.run("mlpVjp", net, values, gradient, 1, B);
        padding.push(...paddingIn(slots, core.get(gradient, count)));
        core.run("adamStep", parameters);
        padding.push(...paddingIn(slots, core.get(values, count)));
        for (const [level, size] of sizes.entries()) {
          padding.push(...core.getPadding(core.plain("mlpValues", net, level), B, size));
          padding.push(...core.getPadding(core.plain("mlpDeltas", net, level), B, size));
        }
      }
      t.notDeepEqual(core.get(values, count), numbers);
      if (sizes.some((size) => size % 4)) assertZero(t, padding, "padding");
    });

    test(`${name} f${bits}: a row's result does not depend on the batch it is in`, (t) => {
      const { core, I, O, net, block, x, input, forward } = network(bits, sizes, B);
      const together = forward();
      const alone: number[] = [];
      for (let b = 0; b < B; b++) {
        core.setRows(input, x.slice(b * I, (b + 1) * I), I);
        core.run("mlpForward", net, block, 1);
        alone.push(...core.get(core.plain("mlpOutput", net), O));
      }
      t.deepEqual(alone, together);
    });
  }

  test(`${name}: f32 follows f64`, (t) => {
    const [single, double] = BOTH.map((bits) => {
      const { core, I, count, forward, gradient, vjp, inputDelta } = network(bits, sizes, B);
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

test("mlp: a batch beyond its room traps, as does a layer without units", (t) => {
  const { core, net, block } = network(64, [3, 2], 2);
  const traps = (attempt: () => unknown) => t.throws(attempt, { instanceOf: WebAssembly.RuntimeError });
  t.notThrows(() => core.run("mlpForward", net, block, 2));
  traps(() => core.run("mlpForward", net, block, 3));
  traps(() => core.run("mlpCreate", widthsOf(core, [3, 0, 1]), 2, 1));
});

test("mlp: initial weights have variance 1 / fan-in, the last layer's scaled, biases and padding zero", (t) => {
  for (const bits of BOTH) {
    const core = new Core(bits);
    const sizes = [50, 41, 22];
    const slots = mlpSlots(sizes);
    const net = core.run("mlpCreate", widthsOf(core, sizes), 2, 1);
    const block = core.put(new Array<number>(slots.length).fill(3));
    core.run("mlpInitialise", net, block, core.plain("randomCreate", 1n, 0, 0), 0.01);
    const numbers = core.get(block, slots.length);
    const biasesAndPadding = numbers.filter((_, at) => slots[at]!.padding || slots[at]!.input === "bias");
    assertZero(t, biasesAndPadding, "biases and padding");
    for (const [layer, scale] of [1, 0.01].entries()) {
      const weights = numbers.filter((_, at) => {
        const slot = slots[at]!;
        return slot.layer === layer && slot.input !== "bias" && !slot.padding;
      });
      const variance = dot(weights, weights) / weights.length;
      t.true(Math.abs((variance * sizes[layer]!) / scale ** 2 - 1) < 5 * Math.sqrt(2 / weights.length));
    }
  }
});
