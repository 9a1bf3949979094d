import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import test from "ava";
import { resolveConfig, UsageError } from "../src/config.js";
import { type Task, tasks } from "../src/env/task.js";
import { init, parameterHash } from "../src/node.js";
import { Trainer } from "../src/train.js";

test("the shipped defaults swing the pole up", async (t) => {
  const trainer = new Trainer(await init(), resolveConfig({ steps: 5000 }));
  const records = [...trainer.run()];
  t.false(records[0]!.solved);
  t.true(records[0]!.score < -0.9);
  t.true(
    records.slice(1).some(({ solved }) => solved),
    records.map(({ score }) => score).join(),
  );
  t.true(records.at(-1)!.score > 0.5, `score ${records.at(-1)!.score}`);
  t.deepEqual(
    records.map(({ step }) => step),
    [0, 1000, 2000, 3000, 4000, 5000],
  );
});

test("the same seed gives the same parameters and records, another seed others", async (t) => {
  const run = async (seed: number) => {
    const trainer = new Trainer(await init(), resolveConfig({ seed, steps: 700, evaluationInterval: 300 }));
    return { records: [...trainer.run()], hash: await parameterHash(trainer.agent) };
  };
  const first = await run(5);
  t.deepEqual(await run(5), first);
  const other = await run(6);
  t.not(other.hash, first.hash);
  t.notDeepEqual(other.records, first.records);
});

test("1,000 updates leave memory as it was, in the core and in JavaScript", async (t) => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const core = await init();
  const trainer = new Trainer(core, resolveConfig({ steps: 10_000, learningStarts: 100, policyUpdates: 1 }));
  for (let i = 0; i < 3000; ++i) trainer.step();
  const top = core.exports.arenaTop();
  const { buffer } = core.exports.memory;
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let i = 0; i < 1000; ++i) trainer.step();
  const made = process.memoryUsage().heapUsed - before;
  collect();
  const kept = process.memoryUsage().heapUsed - before;
  t.is(core.exports.arenaTop(), top);
  t.is(core.exports.memory.buffer, buffer);
  t.true(kept < 16_384, `${kept} bytes kept`);
  // V8 boxes a few numbers per step; an array or object per row or sample would be far above this
  t.true(made < 800_000, `${made} bytes made`);
});

test("learning starts when the setting says so, with a scale that the data gave", async (t) => {
  const trainer = new Trainer(await init(), resolveConfig({ steps: 300, learningStarts: 200, policyUpdates: 1 }));
  for (let i = 0; i < 199; ++i) trainer.step();
  t.is(trainer.updates, 0);
  t.deepEqual([...trainer.agent.modelScale], [1, 1, 1, 1]);
  trainer.step();
  t.is(trainer.updates, 1);
  const { replay } = trainer;
  trainer.agent.modelScale.forEach((scale, d) => {
    const changes = Array.from({ length: 200 }, (_, i) => replay.sNext[4 * i + d]! - replay.s[4 * i + d]!);
    const mean = changes.reduce((sum, x) => sum + x, 0) / 200;
    const variance = changes.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 200;
    t.true(Math.abs(scale / Math.sqrt(variance) - 1) < 1e-3);
  });
});

test("a task with a frame trains, with the frame's scale", async (t) => {
  const frames = [{ x: 0, y: 2, angle: [[1, 1]] }] as const;
  (tasks as Record<string, Task>).framed = { ...tasks.cartpole!, name: "framed", frames };
  t.teardown(() => delete (tasks as Record<string, Task>).framed);
  const trainer = new Trainer(await init(), { ...resolveConfig({ steps: 600, learningStarts: 200 }), task: "framed" });
  for (let i = 0; i < 200; ++i) trainer.step();
  const { replay, agent } = trainer;
  const { predicted } = tasks.cartpole!;
  t.deepEqual([...agent.modelScale], replay.changeDeviations(predicted, frames).map(Math.fround));
  t.not(agent.modelScale[0], Math.fround(replay.changeDeviations(predicted)[0]!));
  while (!trainer.done) trainer.step();
  // the error of predicting the mean, in units of the scale, which was measured before the pole swung
  const deviations = replay.changeDeviations(predicted, frames);
  const naive = deviations.reduce((sum, x, d) => sum + (x / agent.modelScale[d]!) ** 2 / deviations.length, 0);
  const error = trainer.learning.statistics.modelError.take()!;
  t.true(error > 0 && error < 0.9 * naive, `${error}, ${naive} for the mean`);
});

test("time-limit ends are marked truncated, never terminated", async (t) => {
  const trainer = new Trainer(await init(), resolveConfig({ steps: 600, learningStarts: 600 }));
  while (!trainer.done) trainer.step();
  const ends = [...trainer.replay.truncated].flatMap((flag, i) => (flag ? [i] : []));
  t.deepEqual(ends, [249, 499]);
  t.true(trainer.replay.terminated.every((flag) => flag === 0));
  t.is(trainer.episodes, 2);
});

test("an agent in use takes no more companions", async (t) => {
  const core = await init();
  new Trainer(core, resolveConfig({ steps: 10 }));
  t.throws(() => new Trainer(core, resolveConfig({ steps: 10 })), {
    message: /this core is in use: create every agent/,
  });
});

test("settings that take more memory than there is are refused with what to lower", async (t) => {
  const wide = new Array<number>(8).fill(4096);
  for (const [settings, remedy] of [
    [
      { policyHidden: wide },
      /the core has 1 GB for networks and batches; lower policyHidden, valueHidden, modelHidden, rewardHidden or/,
    ],
    [
      { batch: 4096, modelHidden: [4096, 4096] },
      /lower policyHidden, valueHidden, modelHidden, rewardHidden or batch$/,
    ],
  ] as const) {
    const core = await init();
    const message = t.throws(() => new Trainer(core, resolveConfig(settings)), { instanceOf: UsageError })?.message;
    t.regex(message ?? "", /^these settings take more memory than there is: /);
    t.regex(message ?? "", remedy);
  }
});
