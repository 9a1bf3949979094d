import test from "ava";
import { relative, slopeOf } from "../src/differences.js";

test("differences tell smooth derivatives to 1e-9 of their scale", (t) => {
  const { value, scale } = slopeOf((x) => [Math.sin(x + 0.3), (x + 2) ** 3, 7], 0)!;
  t.true(Math.abs(value[0]! - Math.cos(0.3)) < 1e-9 && Math.abs(value[1]! - 12) < 1e-8);
  t.is(value[2], 0);
  t.true(Math.abs(scale - 12) < 1e-6);
  t.is(slopeOf((x) => [x], 100)!.scale, 100, "the least scale, where the derivative is smaller");
  t.deepEqual(
    slopeOf(() => [5], 0),
    { value: [0], scale: 0 },
  );
});

test("kinks, jumps, noise and missing values have no derivative", (t) => {
  t.is(
    slopeOf((x) => [Math.abs(x)], 0),
    undefined,
  );
  t.is(
    slopeOf((x) => [x < 0 ? 0 : 1], 0),
    undefined,
  );
  t.is(
    slopeOf((x) => [Math.fround(Math.sin(x + 0.3))], 0),
    undefined,
    "32 bits",
  );
  t.is(
    slopeOf((x) => (x > 5e-4 ? undefined : [x]), 0),
    undefined,
  );
  t.is(
    slopeOf(() => [Number.NaN], 0),
    undefined,
  );
  // a jump that is only met by the largest change
  t.deepEqual(slopeOf((x) => [x > 5e-4 ? 9 : 2 * x], 0)!.value.map(Math.round), [2]);
});

test("no error is none, whatever the scale", (t) => {
  t.is(relative(0, 0), 0);
  t.is(relative(1, 0), Infinity);
  t.is(relative(1, 4), 0.25);
});
