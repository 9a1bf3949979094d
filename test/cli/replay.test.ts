import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { Chance, controller } from "../../src/cli/controls.js";
import { momentOf, packReplay } from "../../src/cli/replay/data.js";
import type { Frame } from "../../src/cli/replay/frame.js";
import { readModel } from "../../src/mjcf/read.js";

test("controls stay within bounds, hold, and repeat for a seed", (t) => {
  const model = readModel(readFileSync(join(import.meta.dirname, "../../models/cheetah.xml"), "utf8"));
  const record = (kind: "random" | "sine", seed: number): number[] => {
    const u = new Float64Array(6);
    const control = controller(kind, model.actuators, seed);
    return Array.from({ length: 400 }, (_, i) => {
      control(u, i * 0.005);
      return [...u];
    }).flat();
  };
  t.deepEqual(record("random", 1), record("random", 1));
  t.notDeepEqual(record("random", 1), record("random", 2));
  t.notDeepEqual(record("random", 1), record("random", 1 + 2 ** 32));
  t.is(new Set(record("random", 1)).size, 6 * 20);
  for (const kind of ["random", "sine"] as const) {
    const values = record(kind, 1);
    t.true(values.every((value) => Math.abs(value) <= 1));
    t.true(Math.min(...values) < -0.9 && Math.max(...values) > 0.9);
  }
});

test("chance is uniform", (t) => {
  const chance = new Chance(5);
  const values = Array.from({ length: 10_000 }, () => chance.uniform());
  t.true(values.every((value) => value >= 0 && value < 1));
  t.true(Math.abs(values.reduce((sum, value) => sum + value, 0) / 10_000 - 0.5) < 0.01);
  const counts = new Array<number>(10).fill(0);
  for (let i = 0; i < 10_000; ++i) counts[chance.index(10)]! += 1;
  t.true(
    counts.every((count) => count > 850 && count < 1150),
    counts.join(),
  );
});

/** Frames of a sphere that rolls a metre a second from one frame to the next. */
function rolling(count: number): Frame[] {
  return Array.from({ length: count }, (_, i) => ({
    time: i,
    bodies: [
      { x: 0, y: 0, angle: 0, centreX: 0, centreY: 0 },
      { x: i, y: 0.1, angle: -10 * i, centreX: i, centreY: 0.1 },
    ],
    q: [i],
    touches: i === 1 ? [{ x: i, y: 0, normal: [0, 30] as const, friction: [5, 0] as const }] : [],
    potential: 1,
    kinetic: 2,
  }));
}

const ball = readModel(`<mujoco><worldbody><geom type="plane" size="1 1 1"/>
<body pos="0 0 0.1"><joint type="slide" axis="1 0 0"/><geom size="0.1"/></body></worldbody></mujoco>`);

test("between two frames poses are interpolated, and contacts are the earlier ones", (t) => {
  const data = packReplay(ball, rolling(4));
  for (const [time, frame, x] of [
    [-1, 0, 0],
    [0, 0, 0],
    [0.25, 0, 0.25],
    [1, 1, 1],
    [1.5, 1, 1.5],
    [3, 3, 3],
    [9, 3, 3],
  ] as const) {
    const moment = momentOf(data, time);
    t.is(moment.frame, frame);
    t.true(Math.abs(moment.poses[0]! - x) < 1e-3);
    t.true(Math.abs(moment.poses[2]! + 10 * x) < 1e-3);
    t.is(moment.touches.length, frame === 1 ? 6 : 0);
  }
  t.deepEqual(momentOf(data, 1.2).touches.slice(2), [0, 30, 5, 0]);
});

test("the view follows what travels and stands still for what stays", (t) => {
  const far = packReplay(ball, rolling(20));
  t.true(far.half[0] < 3, `half a view of ${far.half[0]} m`);
  t.is(momentOf(far, 10).centre[0], 10);
  const near = packReplay(
    ball,
    rolling(20).map((frame) => ({ ...frame, bodies: rolling(1)[0]!.bodies })),
  );
  t.deepEqual(momentOf(near, 0).centre, momentOf(near, 19).centre);
});
