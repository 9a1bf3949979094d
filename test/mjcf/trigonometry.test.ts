import test from "ava";
import { angleOf, cosSin, LARGEST_ANGLE } from "../../src/mjcf/trigonometry.js";

/** Angles of every size and sign, multiples of right angles and their neighbours among them. */
function angles(): number[] {
  const list = [0, 1e-300, 1e-17, 1e-9, LARGEST_ANGLE, LARGEST_ANGLE - 0.1];
  for (let k = 0; k <= 400; ++k) {
    const right = (k * Math.PI) / 4;
    list.push(right, right + 1e-12, right - 1e-9, k * 0.0173, (k * Math.PI) / 180, k * 211.7);
  }
  return [...list, ...list.map((angle) => -angle)].filter((angle) => Math.abs(angle) <= LARGEST_ANGLE);
}

test("cosine and sine agree with the engine's to rounding", (t) => {
  let largest = 0;
  for (const angle of angles()) {
    const [c, s] = cosSin(angle);
    largest = Math.max(largest, Math.abs(c - Math.cos(angle)), Math.abs(s - Math.sin(angle)));
  }
  t.log(`largest difference ${largest.toExponential(1)}`);
  t.true(largest <= 2.3e-16);
});

test("right angles and no angle are exact where a double can be", (t) => {
  t.deepEqual(cosSin(0), [1, 0]);
  t.is(cosSin(Math.PI / 2)[1], 1);
  t.is(cosSin(Math.PI)[0], -1);
  t.is(angleOf(1, 0), 0);
  t.is(angleOf(0, 3), Math.PI / 2);
  t.is(angleOf(0, -3), -Math.PI / 2);
  t.is(angleOf(-2, 0), Math.PI);
  t.is(angleOf(0, 0), 0);
});

test("the angle of a vector agrees with the engine's to rounding, whatever its length", (t) => {
  let largest = 0;
  for (const angle of angles())
    for (const length of [1, 1e-200, 3e150, 7]) {
      const [x, y] = [length * Math.cos(angle), length * Math.sin(angle)];
      const ours = angleOf(x, y);
      const theirs = Math.atan2(y, x);
      largest = Math.max(largest, Math.abs(ours - theirs) / Math.max(1, Math.abs(theirs)));
    }
  t.log(`largest difference ${largest.toExponential(1)}`);
  t.true(largest <= 2.3e-16);
  t.is(angleOf(1, 1e-200), 1e-200);
  t.is(angleOf(1e200, 1e-3), 1e-203);
});
