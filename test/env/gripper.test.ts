import test from "ava";
import { tasks } from "../../src/env/task.js";
import { evaluateController } from "../../src/evaluate.js";
import { assertClose, Source } from "../core/numbers.js";
import { assertRewardGradient, endOf, featureAt, rewardAt } from "./arms.js";
import { copies, rowsOf } from "./copies.js";
import { graspAndCarry } from "./grasp.js";

const COUNT = 1000;
const BALL = 5;
const SITE = 14;
const LINKS = [0.12, 0.12, 0.07];
const grasp = (s: readonly number[]) => endOf(LINKS, s);

test("starts: open fingers, the ball within reach and clear of the hand, the site within reach, all at rest", async (t) => {
  const rows = rowsOf(await copies("gripper", COUNT));
  let [nearest, farthest] = [1, 0];
  for (const s of rows) {
    t.deepEqual(s.slice(3, 5), [-Math.PI / 6, -Math.PI / 6]);
    t.deepEqual(s.slice(7, 14), [0, 0, 0, 0, 0, 0, 0]);
    const [x, y] = grasp(s);
    t.true(Math.hypot(x - s[BALL]!, y - s[BALL + 1]!) > 0.12);
    for (const place of [BALL, SITE]) {
      const radius = Math.hypot(s[place]!, s[place + 1]!);
      nearest = Math.min(nearest, radius);
      farthest = Math.max(farthest, radius);
    }
  }
  t.true(nearest >= 0.14 && nearest < 0.141 && farthest <= 0.24 && farthest > 0.239, `${nearest} to ${farthest}`);
});

test("starts: nothing touches anything, so a ball without a push stays", async (t) => {
  const environments = await copies("gripper", COUNT);
  const places = () => rowsOf(environments).map((s) => [...s.slice(BALL, BALL + 2), ...s.slice(SITE)].join());
  const before = places();
  environments.actions.fill(0);
  for (let step = 0; step < 5; ++step) environments.step();
  const after = places();
  t.deepEqual(
    after.filter((place, i) => place !== before[i]),
    [],
  );
});

test("the reward is the hand's distance less what it holds, as a cost and as progress, and effort", async (t) => {
  const environments = await copies("gripper");
  const rounded = (x: number, y: number) => Math.sqrt(x * x + y * y + 1e-4);
  // the finger tips of a straight arm with straight fingers are at (0.36, 0.04) and (0.36, -0.04)
  const held = (h: number, ball: number, b: number) =>
    (3 * (0.5 - b)) / (1 + (h ** 2 + 0.2 * 2 * ((0.36 - ball) ** 2 + 0.04 ** 2)) / 0.05 ** 2);
  const close = (actual: number, expected: number) => t.true(Math.abs(actual - expected) < 1e-12, `${actual}`);
  // a straight arm's grasp is at (0.31, 0)
  const state = (ball: readonly number[], site: readonly number[]) => [
    ...[0, 0, 0, 0, 0],
    ...ball,
    ...[0, 0, 0, 0, 0, 0, 0],
    ...site,
  ];
  const still = [0, 0, 0, 0, 0];
  const far = state([0.21, 0], [0.21, 0.1]);
  const [h, b] = [rounded(0.1, 0), rounded(0, 0.1)];
  close(rewardAt(environments, far, still, far), -5 * h + 5 * held(h, 0.21, b));
  const caught = state([0.31, 0], [0.21, 0]);
  const errors = [h - held(h, 0.21, b), 0.01 - held(0.01, 0.31, rounded(0.1, 0))] as const;
  close(rewardAt(environments, far, [1, 0, 0, 0, -2], caught), -5 * errors[1] + 40 * (errors[0] - errors[1]) - 0.05);
});

test("the reward's derivatives are differences of it, with and without a ball in the hand", async (t) => {
  const environments = await copies("gripper");
  const source = new Source(4);
  for (let trial = 0; trial < 10; ++trial) {
    const s = source.array(16, -2, 2);
    const [x, y] = grasp(s);
    const away = trial < 3 ? 0.01 : 0.2;
    s[BALL] = x + source.uniform(-away, away);
    s[BALL + 1] = y + source.uniform(-away, away);
    s[SITE] = s[BALL]! + source.uniform(-0.2, 0.2);
    s[SITE + 1] = s[BALL + 1]! + source.uniform(-0.2, 0.2);
    const sNext = s.map((value) => value + source.uniform(-0.02, 0.02));
    assertRewardGradient(t, environments, s, source.array(5, -2, 2), sNext);
  }
});

test("the first two features are the way from grasp to ball as the hand sees it, in 0.1 m", (t) => {
  const s = new Source(1).array(16, -2, 2);
  const [x, y] = grasp(s);
  const [dx, dy] = [s[BALL]! - x, s[BALL + 1]! - y];
  const heading = s[0]! + s[1]! + s[2]!;
  const [c, n] = [Math.cos(heading), Math.sin(heading)];
  const [along, across] = tasks.gripper!.features.slice(0, 2).map((feature) => featureAt(feature, s));
  assertClose(t, [along!, across!], [(c * dx + n * dy) / 0.1, (c * dy - n * dx) / 0.1], 1e-12, "way");
});

test("the task can be done: a program takes hold of the ball and brings it to the site", async (t) => {
  const environments = await copies("gripper", 40);
  const { successes, score } = evaluateController(environments, 40, 1, graspAndCarry(40));
  t.true(successes >= 0.8, `${successes}`);
  t.true(score < 0.03, `${score}`);
});
