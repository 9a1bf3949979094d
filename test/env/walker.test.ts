import test from "ava";
import { assertClose, Source } from "../core/numbers.js";
import { copies, rowsOf } from "./copies.js";
import { clearances, placesAt, range, rewardAt } from "./legged.js";

const COUNT = 400;
const [X, HEIGHT, PITCH, RIGHT_HIP, LEFT_HIP, SPEED] = [0, 1, 2, 3, 6, 9];

test("walker: starts stand on the floor, anywhere in a stride", async (t) => {
  const rows = rowsOf(await copies("walker", COUNT));
  const within = (dimension: number, low: number, high: number) => {
    const [least, most] = range(rows, dimension);
    const margin = 0.15 * (high - low);
    t.true(
      least >= low && least < low + margin && most <= high && most > high - margin,
      `${dimension}: ${least}, ${most}`,
    );
  };
  t.deepEqual(range(rows, X), [0, 0]);
  within(PITCH, -0.05, 0.05);
  for (const hip of [RIGHT_HIP, LEFT_HIP]) {
    within(hip, -0.35, 0.35);
    within(hip + 1, -0.15, 0.05);
    within(hip + 2, -0.05, 0.05);
  }
  within(SPEED, -0.05, 1.05);
  for (let i = SPEED + 1; i < 18; ++i) within(i, -0.05, 0.05);
  // one leg is forward by what the other is back
  for (const row of rows) t.true(Math.abs(row[RIGHT_HIP]! + row[LEFT_HIP]!) <= 0.1);
  for (const clearance of await clearances("walker", rows))
    t.true(Math.abs(clearance) < 1e-9, `clearance ${clearance}`);
});

test("walker: the reward by hand", async (t) => {
  const environments = await copies("walker");
  const at = (s: Record<number, number>, a: number[], sNext: Record<number, number>) =>
    rewardAt(environments, s, a, sNext);
  const close = (actual: number, expected: number) => t.true(Math.abs(actual - expected) < 1e-12, `${actual}`);
  const rest = [0, 0, 0, 0, 0, 0];
  close(at({}, rest, { [HEIGHT]: 1.2 }), 1);
  close(at({ [X]: 3 }, rest, { [X]: 3.1, [HEIGHT]: 1.3 }), 1 + 4);
  close(at({ [X]: 3 }, rest, { [X]: 3.2, [HEIGHT]: 1.3 }), 1 + 0);
  close(at({}, rest, { [HEIGHT]: 0.9 }), 1 - 0.25);
  close(at({}, [1, 2, 0, 0, 0, 0], { [HEIGHT]: 1.2, [PITCH]: -Math.PI / 3 }), 1 - 0.25 - 0.02 * 5);
});

test("walker: a fall is low or leaning", async (t) => {
  const environments = await copies("walker");
  const after = (height: number, pitch: number) => {
    environments.reset(0);
    environments.states[HEIGHT] = height;
    environments.states[PITCH] = pitch;
    environments.step();
    return environments.failed[0];
  };
  t.is(after(1.2, 0), 0);
  t.is(after(1.4, -0.8), 0);
  t.is(after(1.4, 1.3), 1);
  // without control it falls
  environments.reset(0);
  for (let step = 0; step < 100; ++step) environments.step();
  t.is(environments.failed[0], 1);
});

test("walker: features tell where its feet are", async (t) => {
  const s = new Source(1).array(18, -0.5, 0.5);
  s[1] = 1.3;
  const { sums, sites } = await placesAt("walker", s);
  const expected = [
    (s[1] - 1.2) / 0.3,
    ...[sites.slice(0, 2), sites.slice(2)].flatMap(([heel, toe]) => [
      heel!.x / 0.3,
      (heel!.height - 0.06) / 0.1,
      (toe!.height - 0.06) / 0.1,
    ]),
  ];
  assertClose(t, sums, expected, 1e-12, "places");
});
