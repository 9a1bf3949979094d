import test from "ava";
import { tasks } from "../../src/env/task.js";
import { assertClose, Source } from "../core/numbers.js";
import { assertRewardGradient, endOf, featureAt, rewardAt } from "./arms.js";
import { copies, rowsOf } from "./copies.js";

const COUNT = 1000;
const LINKS = [0.12, 0.12, 0.1];
const MARGIN = 0.22;
const TARGET = 6;
const names = ["reacher-4target", "reacher-moving"];
const tip = (s: readonly number[]) => endOf(LINKS, s);

for (const name of names) {
  test(`${name}: arms start at rest in every heading and bend, with their tips clear of the walls`, async (t) => {
    const rows = rowsOf(await copies(name, COUNT));
    for (const [joint, bound] of [Math.PI, 2, 2].entries()) {
      const angles = rows.map((s) => s[joint]!);
      t.true(Math.max(...angles) > 0.95 * bound && Math.max(...angles) <= bound);
      t.true(Math.min(...angles) < -0.95 * bound && Math.min(...angles) >= -bound);
    }
    for (const s of rows) {
      t.deepEqual(s.slice(3, 6), [0, 0, 0]);
      t.true(Math.max(...tip(s).map(Math.abs)) < 0.28);
    }
    t.true(Math.max(...rows.map((s) => Math.max(...tip(s).map(Math.abs)))) > 0.27);
  });

  test(`${name}: the reward is distance, progress and effort`, async (t) => {
    const environments = await copies(name);
    const rounded = (x: number, y: number) => Math.sqrt(x * x + y * y + 1e-4);
    const close = (actual: number, expected: number) => t.true(Math.abs(actual - expected) < 1e-12, `${actual}`);
    // a straight arm reaches to (0.34, 0)
    const s = [0, 0, 0, 0, 0, 0, 0.04, 0.1];
    const there = [0, 0, 0, 5, 5, 5, 0.34, 0];
    close(rewardAt(environments, s, [0, 0, 0], s), -5 * rounded(0.3, 0.1));
    close(rewardAt(environments, there, [1, -2, 0], there), -5 * 0.01 - 0.01 * 5);
    close(rewardAt(environments, s, [0, 0, 0], there), -5 * 0.01 + 40 * (rounded(0.3, 0.1) - 0.01));
    // the arm's bent places
    const bent = [0.3, -1.2, 2.1, 0, 0, 0, 0.1, -0.05];
    const [x, y] = tip(bent);
    close(rewardAt(environments, bent, [0, 0, 0], bent), -5 * rounded(x - 0.1, y + 0.05));
  });

  test(`${name}: the reward's derivatives are differences of it, on the target, too`, async (t) => {
    const environments = await copies(name);
    const source = new Source(4);
    for (let trial = 0; trial < 10; ++trial) {
      const s = source.array(8, -2, 2);
      const [x, y] = tip(s);
      s[TARGET] = x + (trial < 2 ? 1e-3 : source.uniform(-0.3, 0.3));
      s[TARGET + 1] = y + source.uniform(-0.01, 0.3) * (trial < 2 ? 0 : 1);
      const sNext = s.map((value) => value + source.uniform(-0.1, 0.1));
      assertRewardGradient(t, environments, s, source.array(3, -2, 2), sNext);
    }
  });

  test(`${name}: the score is the distance from tip to target`, async (t) => {
    const environments = await copies(name, 20);
    environments.actions.fill(0.3);
    environments.step();
    rowsOf(environments).forEach((s, i) => {
      const [x, y] = tip(s);
      const distance = Math.hypot(x - s[TARGET]!, y - s[TARGET + 1]!);
      t.true(Math.abs(environments.scores[i]! - distance) < 1e-12);
    });
  });
}

test("the first two features are the way from target to tip in the first link's frame, in 0.1 m", (t) => {
  const s = new Source(1).array(8, -2, 2);
  const [x, y] = tip(s);
  const [dx, dy] = [x - s[TARGET]!, y - s[TARGET + 1]!];
  const [c, n] = [Math.cos(s[0]!), Math.sin(s[0]!)];
  const [along, across] = tasks["reacher-4target"]!.features.slice(0, 2).map((feature) => featureAt(feature, s));
  assertClose(t, [along!, across!], [(c * dx + n * dy) / 0.1, (c * dy - n * dx) / 0.1], 1e-12, "error");
});

test("reacher-4target: the target is a corner and stays there", async (t) => {
  const environments = await copies("reacher-4target", COUNT);
  const corners = rowsOf(environments).map((s) => s.slice(TARGET).join());
  const shares = new Map<string, number>();
  for (const corner of corners) shares.set(corner, (shares.get(corner) ?? 0) + 1 / COUNT);
  t.deepEqual([...shares.keys()].sort(), ["-0.2,-0.2", "-0.2,0.2", "0.2,-0.2", "0.2,0.2"]);
  for (const share of shares.values()) t.true(Math.abs(share - 0.25) < 0.05, `${share}`);
  environments.actions.fill(1);
  for (let step = 0; step < 50; ++step) environments.step();
  t.deepEqual(
    rowsOf(environments).map((s) => s.slice(TARGET).join()),
    corners,
  );
});

test("reacher-moving: targets start anywhere within the margin, with any heading and 0.05 to 0.2 m/s", async (t) => {
  const environments = await copies("reacher-moving", COUNT);
  const rows = rowsOf(environments);
  for (const i of [TARGET, TARGET + 1]) {
    const places = rows.map((s) => s[i]!);
    t.true(Math.max(...places) <= MARGIN && Math.max(...places) > 0.95 * MARGIN);
    t.true(Math.min(...places) >= -MARGIN && Math.min(...places) < -0.95 * MARGIN);
  }
  const velocities = rows.map((_, i) => environments.hidden.slice(2 * i, 2 * i + 2));
  const speeds = velocities.map(([x, y]) => Math.hypot(x!, y!));
  t.true(Math.min(...speeds) >= 0.05 && Math.min(...speeds) < 0.055);
  t.true(Math.max(...speeds) <= 0.2 && Math.max(...speeds) > 0.195);
  const quadrants = [0, 0, 0, 0];
  for (const [x, y] of velocities) quadrants[(x! > 0 ? 1 : 0) + (y! > 0 ? 2 : 0)]! += 1 / COUNT;
  for (const share of quadrants) t.true(Math.abs(share - 0.25) < 0.05, `${share}`);
});

test("reacher-moving: the target goes straight on and turns back at the margin, at its speed", async (t) => {
  const environments = await copies("reacher-moving");
  const { states, hidden } = environments;
  environments.actions.fill(0);
  states.set([0.2, -0.1], TARGET);
  hidden.set([0.15, -0.05]);
  const place = () => Array.from(states.subarray(TARGET));
  environments.step();
  assertClose(t, place(), [0.2075, -0.1025], 1e-12, "straight on");
  environments.step();
  environments.step();
  // 0.2225 lies 0.0025 beyond the margin
  assertClose(t, place(), [0.2175, -0.1075], 1e-12, "back");
  t.deepEqual(Array.from(hidden), [-0.15, -0.05]);
  environments.step();
  assertClose(t, place(), [0.21, -0.11], 1e-12, "back again");
  for (let step = 0; step < 1000; ++step) {
    environments.step();
    t.true(Math.max(...place().map(Math.abs)) <= MARGIN);
  }
  t.deepEqual(Array.from(hidden, Math.abs), [0.15, 0.05]);
});

test("a tip that is pressed at a wall stays inside the box", async (t) => {
  const environments = await copies("reacher-4target");
  // 0.34 m straight towards a wall at 0.3 m, bent enough to begin inside
  environments.states.set([0.6, -0.6, -0.8, 0, 0, 0, 0.2, 0.2]);
  environments.actions.set([-1, 1, 1]);
  let touched = false;
  for (let step = 0; step < 100; ++step) {
    environments.step();
    const outermost = Math.max(...tip(Array.from(environments.states)).map(Math.abs));
    t.true(outermost < 0.295, `${outermost}`);
    touched ||= outermost > 0.289;
  }
  t.true(touched);
});
