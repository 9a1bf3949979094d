import test from "ava";
import { resolveConfig } from "../../src/config.js";
import { init } from "../../src/node.js";
import { consecutive } from "../../src/replay.js";
import { Trainer } from "../../src/train.js";

const small = {
  task: "cartpole",
  policyHidden: [8],
  valueHidden: [8],
  modelHidden: [4],
  batch: 6,
  evaluationEpisodes: 1,
};

interface Update {
  readonly step: number;
  readonly rows: number[];
  readonly weights: number[];
}

/** What every policy update of a run learned from. */
async function updates(settings: Record<string, unknown>): Promise<{ trainer: Trainer; updates: Update[] }> {
  const trainer = new Trainer(await init(), resolveConfig({ ...small, ...settings }));
  const { learning } = trainer;
  const seen: Update[] = [];
  learning.watch = (phase) => {
    if (phase === "policy") {
      seen.push({ step: trainer.steps, rows: [...learning.rows], weights: [...learning.batch.weight] });
    }
  };
  while (!trainer.done) trainer.step();
  return { trainer, updates: seen };
}

test("ac learns from every step of its policy once, with a critic and without a model", async (t) => {
  const { trainer, updates: seen } = await updates({
    ...{ algorithm: "ac", steps: 300, learningStarts: 100, policyInterval: 40 },
  });
  const expected = [120, 160, 200, 240, 250, 290];
  t.deepEqual(
    seen.map(({ step }) => step),
    expected,
  );
  for (const [i, { step, rows, weights }] of seen.entries()) {
    t.deepEqual(rows, [...consecutive(i === 0 ? 80 : expected[i - 1]!, step)]);
    t.true(weights.every((w) => Math.abs(w - 1) < 1e-4));
  }
  const { modelError, valueError, klToBehaviour } = trainer.learning.statistics;
  t.is(modelError.take(), null);
  t.true(valueError.take()! > 0);
  t.true(klToBehaviour.take() !== null);
});

test("ac replays with truncated importance weights when it is told to", async (t) => {
  const { updates: seen } = await updates({
    ...{ algorithm: "ac", policyData: "replay", policyUpdates: 2, weightLimit: 1.1, steps: 400, learningStarts: 301 },
  });
  t.is(seen.length, 200);
  t.true(seen.every(({ rows, weights }) => rows.length === 6 && weights.every((w) => w <= Math.fround(1.1))));
  const weights = new Set(seen.slice(100).flatMap((update) => update.weights));
  t.true(weights.size > 100);
});

test("reinforce makes one policy step after every episode, along it", async (t) => {
  const { trainer, updates: seen } = await updates({ algorithm: "reinforce", steps: 800 });
  t.deepEqual(
    seen.map(({ step }) => step),
    [250, 500, 750],
  );
  for (const { step, rows } of seen) t.deepEqual(rows, [...consecutive(step - 250, step)]);
  t.is(trainer.learning.statistics.modelError.take(), null);
});

test("reinforce asks the critic what comes after an episode where the task goes on", async (t) => {
  const gradient = async (settings: Record<string, unknown>) => {
    const { trainer } = await updates({ algorithm: "reinforce", steps: 250, ...settings });
    return [...trainer.agent.policy.gradient];
  };
  t.deepEqual(await gradient({}), await gradient({ bootstrap: "critic" }));
  t.notDeepEqual(await gradient({}), await gradient({ bootstrap: "none" }));
  t.is(resolveConfig({ task: "hand", algorithm: "reinforce" }).bootstrap, "none");
});

test("the gradient of likelihood ratios is another one than the value gradient", async (t) => {
  const gradient = async (algorithm: string) => {
    const { trainer } = await updates({ algorithm, steps: 120, learningStarts: 120, policyInterval: 10 });
    return [...trainer.agent.policy.gradient];
  };
  const [value, ratio] = [await gradient("svg1"), await gradient("ac")];
  t.true(value.some((g) => g !== 0) && ratio.some((g) => g !== 0));
  t.notDeepEqual(value, ratio);
});
