import test from "ava";
import { type Bits, BOTH, Core, padded } from "./instantiate.js";
import { assertAdjoint, assertClose, assertGradient, assertZero, centralDifferences, dot, Source } from "./numbers.js";

const SHAPES = [
  [1, 1, 1],
  [2, 3, 5],
  [5, 4, 8],
  [7, 9, 6],
  [4, 13, 3],
] as const;

function layer(bits: Bits, B: number, I: number, O: number) {
  const core = new Core(bits);
  const source = new Source(B + 10 * I + 100 * O);
  const x = core.putRows(source.singles(B * I), I);
  const weight = core.putRows(source.singles(I * O), O);
  const bias = core.putRows(source.singles(O), O);
  const y = core.alloc(B * padded(O));
  const forward = () => core.run("denseForward", y, x, weight, bias, B, I, O);
  const adjoint = source.singles(B * O);
  const dy = core.putRows(adjoint, O);
  const dx = core.alloc(B * padded(I));
  const dWeight = core.alloc(I * padded(O));
  const dBias = core.alloc(padded(O));
  // garbage that the pullback must not let through
  const transposed = core.put(new Array<number>(O * padded(I)).fill(5));
  const zeros = core.alloc(padded(I));
  const vjp = (wantX: boolean, wantWeight: boolean) => {
    const [toX, toWeight, toBias] = [wantX ? dx : 0, wantWeight ? dWeight : 0, wantWeight ? dBias : 0];
    core.run("denseVjp", toX, toWeight, toBias, dy, x, weight, transposed, zeros, B, I, O);
  };
  return { core, source, x, weight, bias, y, forward, adjoint, dy, dx, dWeight, dBias, zeros, vjp };
}

for (const [B, I, O] of SHAPES) {
  const name = `dense ${B} x ${I} x ${O}`;

  test(`${name}: y = b + x W`, (t) => {
    const { core, x, weight, bias, y, forward } = layer(64, B, I, O);
    forward();
    const [inputs, weights] = [core.getRows(x, B, I), core.getRows(weight, I, O)];
    const expected = Array.from({ length: B * O }, (_, at) => {
      const [b, o] = [Math.floor(at / O), at % O];
      const row = Array.from({ length: I }, (_, i) => inputs[b * I + i]! * weights[i * O + o]!);
      return row.reduce((sum, term) => sum + term, core.get(bias, O)[o]!);
    });
    assertClose(t, core.getRows(y, B, O), expected, 1e-15, "y");
  });

  test(`${name}: the pullback is the derivative`, (t) => {
    const { core, x, weight, bias, y, forward, adjoint, dx, dWeight, dBias, vjp } = layer(64, B, I, O);
    vjp(true, true);
    const loss = () => {
      forward();
      return dot(core.getRows(y, B, O), adjoint);
    };
    const numeric = (address: number, count: number) => centralDifferences(core, address, count, loss);
    // a linear map's differences are exact but for rounding, over padding too, whose derivative is zero
    assertGradient(t, core.get(dWeight, I * padded(O)), numeric(weight, I * padded(O)), "W");
    assertGradient(t, core.get(dx, B * padded(I)), numeric(x, B * padded(I)), "x");
    const biasDifferences = numeric(bias, padded(O)).slice(0, O);
    assertClose(t, core.get(dBias, O), biasDifferences, 1e-9, "b");
  });

  test(`${name}: weights' adjoints add up, the input's is overwritten`, (t) => {
    const { core, dx, dWeight, dBias, vjp } = layer(64, B, I, O);
    const read = () => [dx, dWeight, dBias].map((at, k) => core.get(at, [B * padded(I), I * padded(O), padded(O)][k]!));
    vjp(true, true);
    const once = read();
    vjp(true, true);
    const twice = read();
    t.deepEqual(twice[0], once[0]);
    for (const k of [1, 2]) {
      assertClose(
        t,
        twice[k]!,
        once[k]!.map((g) => 2 * g),
        1e-14,
        "twice",
      );
    }
  });

  test(`${name}: what is not wanted is not written`, (t) => {
    const { core, dx, dWeight, dBias, vjp } = layer(64, B, I, O);
    vjp(false, true);
    assertZero(t, core.get(dx, B * padded(I)), "dx");
    const weights = core.get(dWeight, I * padded(O));
    const biases = core.get(dBias, padded(O));
    vjp(true, false);
    t.deepEqual([core.get(dWeight, I * padded(O)), core.get(dBias, padded(O))], [weights, biases]);
    t.true(core.lowMemoryIsZero());
  });

  test(`${name}: the pushforward is the pullback's adjoint`, (t) => {
    const { core, source, x, weight, y, forward, adjoint, dx, dWeight, dBias, zeros, vjp } = layer(64, B, I, O);
    forward();
    vjp(true, true);
    const [vx, vWeight, vBias] = [source.array(B * I), source.array(I * O), source.array(O)];
    const at = [core.putRows(vx, I), core.putRows(vWeight, O), core.putRows(vBias, O)] as const;
    core.run("denseJvp", y, ...at, x, weight, zeros, B, I, O);
    const throughX = dot(core.getRows(dx, B, I), vx);
    const throughWeight = dot(core.getRows(dWeight, I, O), vWeight) + dot(core.get(dBias, O), vBias);
    assertAdjoint(t, dot(core.getRows(y, B, O), adjoint), throughX + throughWeight, "inputs and parameters");
    core.run("denseJvp", y, at[0], 0, 0, x, weight, zeros, B, I, O);
    assertAdjoint(t, dot(core.getRows(y, B, O), adjoint), throughX, "inputs");
  });

  for (const bits of BOTH) {
    test(`${name} f${bits}: padding stays zero`, (t) => {
      const { core, y, forward, dx, dWeight, dBias, vjp } = layer(bits, B, I, O);
      forward();
      vjp(true, true);
      const padding = [
        ...core.getPadding(y, B, O),
        ...core.getPadding(dx, B, I),
        ...core.getPadding(dWeight, I, O),
        ...core.getPadding(dBias, 1, O),
      ];
      if (I % 4 || O % 4) assertZero(t, padding, "padding");
      else t.is(padding.length, 0);
    });
  }
}
