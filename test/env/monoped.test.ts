import test from "ava";
import { assertClose, Source } from "../core/numbers.js";
import { copies, rowsOf } from "./copies.js";
import { clearances, placesAt, range, rewardAt } from "./legged.js";

const COUNT = 400;
const [HEIGHT, PITCH, WAIST, HIP, KNEE, ANKLE] = [1, 2, 3, 4, 5, 6];

test("monoped: starts hang above the floor, at rest, the foot under the root", async (t) => {
  const rows = rowsOf(await copies("monoped", COUNT));
  const within = (values: [number, number], low: number, high: number) => {
    const width = high - low;
    t.true(values[0] >= low && values[0] < low + 0.05 * width, `${values}`);
    t.true(values[1] <= high && values[1] > high - 0.05 * width, `${values}`);
  };
  within(range(rows, PITCH), -0.05, 0.05);
  within(range(rows, WAIST), -0.05, 0.05);
  within(range(rows, KNEE), 0.2, 0.7);
  const aside = rows.map((row) => [row[HIP]! + row[KNEE]! / 2, row[ANKLE]! + row[KNEE]! / 2]);
  within(range(aside, 0), -0.05, 0.05);
  within(range(aside, 1), -0.05, 0.05);
  for (let i = 7; i < 14; ++i) t.deepEqual(range(rows, i), [0, 0]);
  const gaps = await clearances("monoped", rows);
  within([Math.min(...gaps), Math.max(...gaps)], 0.05, 0.2);
});

test("monoped: the reward by hand", async (t) => {
  const environments = await copies("monoped");
  const at = (a: number[], sNext: Record<number, number>) => rewardAt(environments, {}, a, sNext);
  const close = (actual: number, expected: number) => t.true(Math.abs(actual - expected) < 1e-12, `${actual}`);
  close(at([0, 0, 0, 0], { [HEIGHT]: 0.95 }), 1);
  close(at([0, 0, 0, 0], { [HEIGHT]: 1.5 }), 1);
  close(at([0, 0, 0, 0], { [HEIGHT]: 0.6 }), 1 - 0.25);
  close(at([1, 2, 0, 0], { [HEIGHT]: 1, [PITCH]: Math.PI / 3 }), 1 - 0.25 - 0.1);
  close(at([0, 0, 0, 0], { [HEIGHT]: 1, 8: 10, 13: 10 }), 1 - 0.001 * 100);
});

test("monoped: two copies in one state part, because its motors tremble", async (t) => {
  const environments = await copies("monoped", 2, 3);
  const S = 14;
  environments.states.copyWithin(S, 0, S);
  environments.actions.fill(0);
  environments.step();
  t.notDeepEqual(environments.states.slice(0, S), environments.states.slice(S));
});

test("monoped: fallen is low or leaning, standing is high and upright", async (t) => {
  const environments = await copies("monoped");
  const after = (height: number, pitch: number) => {
    environments.reset(0);
    environments.states[HEIGHT] = height;
    environments.states[PITCH] = pitch;
    environments.actions.fill(0);
    environments.step();
    return [environments.failed[0], environments.scores[0]];
  };
  t.deepEqual(after(1, 0), [0, 1]);
  t.deepEqual(after(1.2, 0.8), [0, 0]);
  t.deepEqual(after(1.2, 1.2), [1, 0]);
  // without control it falls
  environments.reset(0);
  for (let step = 0; step < 199; ++step) environments.step();
  t.is(environments.failed[0], 1);
});

test("monoped: features tell where its feet are", async (t) => {
  const s = new Source(1).array(14, -0.5, 0.5);
  s[1] = 1.3;
  const { sums, sites } = await placesAt("monoped", s);
  const expected = [(s[1] - 0.9) / 0.3, ...sites.flatMap(({ x, height }) => [x / 0.3, (height - 0.04) / 0.1])];
  assertClose(t, sums, expected, 1e-12, "places");
});
