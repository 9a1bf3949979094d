import test from "ava";
import { readCheckpoint, restoreTrainer, saveTrainer } from "../src/checkpoint.js";
import { resolveConfig } from "../src/config.js";
import type { MetricsRecord } from "../src/metrics.js";
import { init } from "../src/node.js";
import { Trainer } from "../src/train.js";

const config = resolveConfig({
  ...{ steps: 300, learningStarts: 64, evaluationInterval: 100, evaluationEpisodes: 1 },
  ...{ policyHidden: [8], valueHidden: [8], modelHidden: [4], batch: 16 },
});

test("the best policy is that of most successes, then of the highest return, then the first", async (t) => {
  const { agent, best } = new Trainer(await init(), config);
  const { values } = agent.policy;
  const consider = (step: number, successes: number, evaluationReturn: number) => {
    values.fill(step);
    best.consider({ step, successes, evaluationReturn } as MetricsRecord);
    t.true(best.values.every((value) => value === best.evaluation.step));
    return best.evaluation.step;
  };
  t.is(consider(1, 0, -500), 1);
  t.is(consider(2, 0, -600), 1);
  t.is(consider(3, 0, -500), 1);
  t.is(consider(4, 0, 7), 4);
  t.is(consider(5, 0.5, -9), 5);
  t.is(consider(6, 0.4, 100), 5);
  t.is(consider(7, 0.5, -8), 7);
});

test("the best policy stands in the place of the current one for a call, also for one that fails", async (t) => {
  const { agent, best } = new Trainer(await init(), config);
  const { values } = agent.policy;
  const first = best.values.slice();
  t.true(first.some((value) => value !== 0));
  values.fill(3);
  t.deepEqual(await best.inPlace(async () => values.slice()), first);
  t.true(values.every((value) => value === 3));
  await t.throwsAsync(
    best.inPlace(() => Promise.reject(new Error("full"))),
    { message: "full" },
  );
  t.true(values.every((value) => value === 3));
});

test("a checkpoint keeps the best policy and its evaluation", async (t) => {
  const trainer = new Trainer(await init(), config);
  const records = [...trainer.run()];
  const highest = records.reduce((a, b) => (b.evaluationReturn > a.evaluationReturn ? b : a));
  t.is(trainer.best.evaluation.step, highest.step);
  // told from the current policy
  trainer.best.values.set(trainer.best.values.map((value) => value + 1));
  const restored = restoreTrainer(await init(), readCheckpoint(saveTrainer(trainer)));
  t.deepEqual(restored.best.evaluation, trainer.best.evaluation);
  t.deepEqual(restored.best.values, trainer.best.values);
  t.notDeepEqual(restored.best.values, restored.agent.policy.values);
});
