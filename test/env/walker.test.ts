import test from "ava";
import { assertClose, Source } from "../core/numbers.js";
import { clearances, legged, placesAt, range, rewardAt, rowsOf } from "./legged.js";

const COUNT = 400;
const [X, HEIGHT, PITCH, RIGHT_KNEE, LEFT_KNEE] = [0, 1, 2, 4, 7];

test("walker: starts stand on the floor, knees bent, with noise of 0.1", async (t) => {
  const rows = rowsOf(await legged("walker", COUNT));
  for (let i = 0; i < 18; ++i) {
    const [low, high] = range(rows, i);
    const middle = i === RIGHT_KNEE || i === LEFT_KNEE ? -0.1 : 0;
    if (i === X) t.deepEqual([low, high], [0, 0]);
    else if (i !== HEIGHT) {
      t.true(low >= middle - 0.1 && low < middle - 0.09 && high <= middle + 0.1 && high > middle + 0.09, `${i}`);
    }
  }
  for (const clearance of await clearances("walker", rows))
    t.true(Math.abs(clearance) < 1e-9, `clearance ${clearance}`);
});

test("walker: the reward by hand", async (t) => {
  const environments = await legged("walker");
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
  const environments = await legged("walker");
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
