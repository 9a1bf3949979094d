import test from "ava";
import { resolveConfig } from "../../src/config.js";
import type { Phase } from "../../src/learning.js";
import { init } from "../../src/node.js";
import { Trainer } from "../../src/train.js";

const small = { policyHidden: [8], valueHidden: [8], modelHidden: [4], batch: 8, evaluationEpisodes: 1 };

for (const algorithm of ["svg0-er", "dpg"]) {
  test(`${algorithm}: every step is followed by critic and policy, without weights and without a model`, async (t) => {
    const settings = {
      task: "cartpole",
      algorithm,
      steps: 300,
      learningStarts: 100,
      policyUpdates: 1,
      valueUpdates: 2,
    };
    const trainer = new Trainer(await init(), resolveConfig({ ...small, ...settings }));
    const { agent, learning } = trainer;
    const bytes = (name: string) => Uint8Array.from(agent.arrays.find(([array]) => array === name)![1] as Uint8Array);
    const model = [...agent.model.values];
    const [policy, value] = [[...agent.policy.values], [...agent.value.values]];
    const imagination = bytes("random.imagination");
    for (let i = 0; i < 200; ++i) trainer.step();
    const phases: Phase[] = [];
    learning.watch = (phase) => {
      phases.push(phase);
      if (phase === "policy") t.true(learning.batch.weight.every((w) => w === 1));
    };
    trainer.step();
    t.deepEqual(phases, ["action", "environment", "batch", "critic", "batch", "critic", "batch", "policy"]);
    t.deepEqual([...agent.model.values], model);
    t.notDeepEqual([...agent.policy.values], policy);
    t.notDeepEqual([...agent.value.values], value);
    t.is(agent.value.tensors()[0]!.shape[0], trainer.task.features.length + 1);
    // the actions of targets are drawn anew, but for a deterministic policy
    if (algorithm === "dpg") t.deepEqual(bytes("random.imagination"), imagination);
    else t.notDeepEqual(bytes("random.imagination"), imagination);
    const { meanWeight, effectiveSampleSize, modelError, sigma } = trainer.evaluate();
    t.deepEqual([meanWeight, effectiveSampleSize, modelError], [null, null, null]);
    t.true(Math.abs(sigma - trainer.config.sigma) < 1e-6);
  });
}

test("svg0-er learns sigma where that is asked for", async (t) => {
  const settings = { task: "cartpole", algorithm: "svg0-er", deviation: "learned", steps: 300, learningStarts: 100 };
  const trainer = new Trainer(await init(), resolveConfig({ ...small, ...settings }));
  while (!trainer.done) trainer.step();
  t.true(Math.abs(trainer.evaluate().sigma - trainer.config.sigma) > 1e-4);
});

test("svg0 moves its policy after every `policyInterval` steps, and at an episode's end, along the newest ones, with no weights", async (t) => {
  const settings = { task: "cartpole", algorithm: "svg0", steps: 300, learningStarts: 100, policyInterval: 60 };
  const trainer = new Trainer(await init(), resolveConfig({ ...small, ...settings }));
  const seen: number[][] = [];
  trainer.learning.watch = (phase) => {
    const { batch, rows } = trainer.learning;
    if (phase !== "policy") return;
    seen.push([trainer.steps, rows.length, rows[0]!]);
    t.true(batch.weight.every((w) => w === 1));
  };
  while (!trainer.done) trainer.step();
  // 60, 120, .. 240 steps of an episode, its end at 250, and 60 steps of the next one at 310
  t.deepEqual(seen, [
    [120, 60, 60],
    [180, 60, 120],
    [240, 60, 180],
    [250, 10, 240],
  ]);
  t.is(trainer.learning.statistics.meanWeight.take(), null);
});
