import test from "ava";
import { type Bits, Core } from "./instantiate.js";

/** Sines and cosines of f64 angles, as networks of `bits` see them. */
function turn(bits: Bits, angles: readonly number[]): [sines: number[], cosines: number[]] {
  const core = new Core(bits);
  const count = angles.length + (angles.length % 2);
  const [sines, cosines, x] = [0, 1, 2].map(() => core.plain("arenaAlloc", 8 * count)) as [number, number, number];
  const at = (address: number) => new Float64Array(core.memory.buffer, address, angles.length);
  at(x).set(angles);
  core.run("sinesAndCosines", sines, cosines, x, count);
  return [Array.from(at(sines)), Array.from(at(cosines))];
}

const NEAR: number[] = [];
for (let i = -40_000; i <= 40_000; i++) NEAR.push(i * 1e-3);
for (let k = -16; k <= 16; k++) for (const d of [-1e-7, 0, 1e-7]) NEAR.push((k * Math.PI) / 4 + d);
const FAR = Array.from({ length: 2_000 }, (_, i) => Math.fround((i + 1) * 499.99 * (i % 2 ? 1 : -1)));
const BEYOND = [1e6 + 1, -3e7, 1e12, 3e38];

test("angles: for f32 within 2e-9 of sine and cosine, at quarter turns and far away too", (t) => {
  const all = [...NEAR, ...FAR, ...BEYOND];
  const [sines, cosines] = turn(32, all);
  const worst = all.map((x, i) => Math.max(Math.abs(sines[i]! - Math.sin(x)), Math.abs(cosines[i]! - Math.cos(x))));
  t.true(Math.max(...worst) <= 2e-9, `error ${Math.max(...worst)}`);
  t.true(Math.max(...worst) > 1e-12, "polynomials, not the library's");
});

test("angles: for f64 the library's", (t) => {
  const all = [...NEAR, ...BEYOND];
  const [sines, cosines] = turn(64, all);
  t.true(all.every((x, i) => Math.abs(sines[i]! - Math.sin(x)) <= 1e-15));
  t.true(all.every((x, i) => Math.abs(cosines[i]! - Math.cos(x)) <= 1e-15));
});

test("angles: odd and even to the last bit; what is not finite has no sine", (t) => {
  const [right, even] = turn(32, NEAR);
  const [left, same] = turn(
    32,
    NEAR.map((x) => -x),
  );
  t.true(right.every((y, i) => left[i] === -y));
  t.deepEqual(same, even);
  const [sines, cosines] = turn(32, [0, Number.NaN, Number.POSITIVE_INFINITY]);
  t.deepEqual(sines, [0, Number.NaN, Number.NaN]);
  t.deepEqual(cosines, [1, Number.NaN, Number.NaN]);
});
