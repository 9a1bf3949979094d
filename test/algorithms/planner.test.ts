import test from "ava";
import { planner } from "../../src/algorithms/planner.js";
import { svgInf } from "../../src/algorithms/svg-inf.js";
import { resolveConfig } from "../../src/config.js";
import { tasks } from "../../src/env/task.js";
import { init } from "../../src/node.js";
import { Trainer } from "../../src/train.js";

const small = {
  algorithm: "planner",
  policyHidden: [8],
  valueHidden: [8],
  modelHidden: [4],
  batch: 8,
  evaluationEpisodes: 1,
};

test("the defaults are SVG(inf)'s, on every task", (t) => {
  for (const task of Object.values(tasks)) {
    const { algorithm, ...settings } = resolveConfig({ task: task.name, algorithm: "planner" });
    t.is(algorithm, "planner");
    t.deepEqual({ ...settings, algorithm: "svg-inf" }, resolveConfig({ task: task.name, algorithm: "svg-inf" }));
    t.deepEqual(planner.pieces?.(task, resolveConfig({})), svgInf.pieces?.(task, resolveConfig({})));
  }
});

test("the policy makes one step after every episode, along another one that begins where it began", async (t) => {
  const config = resolveConfig({ ...small, task: "cartpole", steps: 600, gamma: 0.9 });
  const trainer = new Trainer(await init(), config);
  const { learning, replay } = trainer;
  const ends: number[] = [];
  learning.watch = (phase) => {
    if (phase !== "policy") return;
    const { s, a, sNext, weight, rows } = learning.batch;
    const from = trainer.steps - 250;
    ends.push(trainer.steps);
    t.is(rows, 250);
    t.deepEqual(s.slice(0, 4), replay.s.slice(4 * from, 4 * from + 4));
    t.deepEqual(s.slice(4), sNext.slice(0, -4));
    t.notDeepEqual(a, replay.a.slice(from, from + 250));
    t.notDeepEqual(sNext, replay.sNext.slice(4 * from, 4 * (from + 250)));
    t.true(weight.every((w, i) => Math.abs(w / 0.9 ** i - 1) < 1e-3));
  };
  while (!trainer.done) trainer.step();
  t.deepEqual(ends, [250, 500]);
  t.is(trainer.updates, 2);
});

test("a simulated episode is as long as the one that ended early, and its clock is the real one's", async (t) => {
  const train = async (settings: Record<string, unknown>, look: (trainer: Trainer) => void) => {
    const trainer = new Trainer(await init(), resolveConfig({ ...small, ...settings }));
    trainer.learning.watch = (phase) => {
      if (phase === "policy") look(trainer);
    };
    while (!trainer.done) trainer.step();
    return trainer;
  };
  const lengths: number[] = [];
  const { replay } = await train(
    { task: "walker", steps: 400, earlyTermination: "on", learningStarts: 1 },
    ({ learning }) => {
      const { terminated, rows } = learning.batch;
      lengths.push(rows);
      t.deepEqual([...terminated], [...new Array<number>(rows - 1).fill(0), 1]);
    },
  );
  const ends = [...replay.terminated].flatMap((flag, i) => (flag ? [i + 1] : []));
  t.true(ends.length > 2);
  t.deepEqual(
    lengths,
    ends.map((end, i) => end - (ends[i - 1] ?? 0)),
  );
  await train({ task: "hand", steps: 1000 }, ({ learning: { batch } }) => {
    for (let b = 0; b < 1000; ++b) t.true(Math.abs(batch.sNext[8 * b + 7]! - 0.01 * (b + 1)) < 1e-3);
    // the last step pays, and no other one
    const last = batch.rSNext.subarray(8 * 999);
    t.true(last.some((slope) => slope !== 0));
    t.true(batch.rSNext.subarray(0, 8 * 999).every((slope) => slope === 0));
  });
});

test("the model's noise is as large as what it leaves unexplained of the episode", async (t) => {
  const deviation = (numbers: number[]) => Math.sqrt(numbers.reduce((sum, x) => sum + x * x, 0) / numbers.length);
  const jitter = async (disturbance: number) => {
    const settings = { ...small, modelHidden: [20, 20], batch: 64, task: "hand", steps: 3000, disturbance };
    const trainer = new Trainer(await init(), resolveConfig(settings));
    let jumps: number[] = [];
    trainer.learning.watch = (phase) => {
      const { sNext, rows } = trainer.learning.batch;
      // the ball's acceleration from one step to the next
      if (phase === "policy")
        jumps = Array.from({ length: rows - 2 }, (_, b) => {
          return sNext[8 * b + 20]! - 2 * sNext[8 * b + 12]! + sNext[8 * b + 4]!;
        });
    };
    while (!trainer.done) trainer.step();
    return deviation(jumps);
  };
  // 1 N on 1 kg for 0.01 s, and the difference of two
  const noisy = await jitter(1);
  t.true(Math.abs(noisy / (0.01 * Math.SQRT2) - 1) < 0.1, `${noisy}`);
  t.true((await jitter(0)) < 0.2 * noisy);
});

test("an agent predicts next states, in time and without noise", async (t) => {
  const trainer = new Trainer(
    await init(),
    resolveConfig({ ...small, task: "hand", modelHidden: [20, 20], steps: 4000 }),
  );
  while (!trainer.done) trainer.step();
  const { agent, replay } = trainer;
  const errors = [0, 1, 2, 3, 6, 7].map(() => 0);
  for (let at = 3000; at < 4000; ++at) {
    const s = replay.s.slice(8 * at, 8 * at + 8);
    const next = agent.predict(s, replay.a.slice(2 * at, 2 * at + 2));
    t.is(next.length, 8);
    t.deepEqual(agent.predict(s, replay.a.slice(2 * at, 2 * at + 2)), next);
    [0, 1, 2, 3, 6, 7].forEach((i, k) => {
      errors[k] = Math.max(errors[k]!, Math.abs(next[i]! - replay.sNext[8 * at + i]!));
    });
  }
  // hands and balls move by up to 0.02 m and 0.05 m
  t.true(Math.max(...errors) < 5e-3, errors.join());
  t.true(errors[4] === 0 && errors[5]! < 1e-5);
  t.throws(() => agent.predict([], [], 99), { instanceOf: RangeError });
});
