import test from "ava";
import { BOTH, Core } from "./instantiate.js";

/** tanh of a list of numbers through the lanes of a hidden layer. */
function tanhOf(core: Core, x: readonly number[]): number[] {
  const block = core.alloc(Math.ceil(x.length / 4) * 4);
  core.set(block, x);
  core.run("tanhInPlace", block, Math.ceil(x.length / 4) * 4);
  return core.get(block, x.length);
}

const GRID: number[] = [];
for (let i = 0; i < 400_000; i++) GRID.push(Math.fround(i * 5e-5));
for (let exponent = -149; exponent < 128; exponent++) GRID.push(2 ** exponent, Math.fround(1.37 * 2 ** exponent));

test("tanh f32: within 1.8e-7 of tanh, never outside [-1, 1]", (t) => {
  const y = tanhOf(new Core(32), GRID);
  let worst = 0;
  let at = 0;
  for (const [i, x] of GRID.entries()) {
    const error = Math.abs(y[i]! - Math.tanh(x));
    if (!(error <= worst)) [worst, at] = [error, x];
  }
  t.true(worst <= 1.8e-7, `error ${worst} at ${at}`);
  t.true(y.every((value) => Math.abs(value) <= 1));
  t.true(worst > 0, "an f32 cannot hold tanh exactly");
});

test("tanh f32: small numbers keep their relative precision, zeros their sign", (t) => {
  const small = GRID.filter((x) => x > 2 ** -100 && x < 1e-3);
  const y = tanhOf(new Core(32), small);
  t.true(small.length > 100);
  t.true(small.every((x, i) => Math.abs(y[i]! - Math.tanh(x)) <= 3.6e-7 * x));
  t.deepEqual(tanhOf(new Core(32), [0, -0]), [0, -0]);
});

test("tanh: odd to the last bit", (t) => {
  for (const bits of BOTH) {
    const core = new Core(bits);
    const right = tanhOf(core, GRID);
    const left = tanhOf(
      core,
      GRID.map((x) => -x),
    );
    t.true(right.every((y, i) => Object.is(left[i], -y)));
  }
});

test("tanh: NaN stays NaN, infinities give plus and minus one", (t) => {
  for (const bits of BOTH) {
    const y = tanhOf(new Core(bits), [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -Number.NaN]);
    t.true(Number.isNaN(y[0]) && Number.isNaN(y[3]));
    t.true(Math.abs(y[1]! - 1) <= 1.8e-7 && y[1]! <= 1);
    t.is(y[2], -y[1]!);
  }
});

test("tanh f64: within 2e-15 of tanh", (t) => {
  const y = tanhOf(new Core(64), GRID);
  t.true(GRID.every((x, i) => Math.abs(y[i]! - Math.tanh(x)) <= 2e-15));
});

test("tanh: the squashed mean, one number at a time, has the same bits as a layer's lanes", (t) => {
  for (const bits of BOTH) {
    const core = new Core(bits);
    const x = GRID.filter((_, i) => i % 400 === 0);
    const gaussian = core.run("gaussianCreate", 1, 1, 0.1, 1, x.length);
    core.run("gaussianForward", gaussian, core.put(x.flatMap((value) => [value, 0])), 2, x.length);
    t.deepEqual(core.get(core.plain("gaussianMean", gaussian), x.length), tanhOf(core, x));
  }
});
