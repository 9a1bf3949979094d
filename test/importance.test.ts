import test from "ava";
import { resolveConfig } from "../src/config.js";
import { discountWeights, effectiveSampleSize, meanWeight, truncateWeights } from "../src/importance.js";
import { init } from "../src/node.js";
import { Trainer } from "../src/train.js";

test("ratios are truncated at the limit, overflow counts as the limit and no number as nothing", (t) => {
  const ratios = Float32Array.of(0, 0.5, 5, 7, Infinity, NaN, 9);
  truncateWeights(ratios, 6, 5);
  t.deepEqual([...ratios], [0, 0.5, 5, 5, 5, 0, 9]);
});

test("weights of pieces count less by gamma with every step, not with every piece", (t) => {
  const weights = Float32Array.of(1, 2, 1, 2, 4, 8, 7);
  discountWeights(weights, 3, 2, 0.5);
  t.deepEqual([...weights], [1, 2, 0.5, 1, 1, 2, 7]);
});

test("the effective sample size is 1 for equal weights, 1 / n when one weight carries all, 0 when none does", (t) => {
  t.is(effectiveSampleSize(Float32Array.of(3, 3, 3, 3), 4), 1);
  t.is(effectiveSampleSize(Float32Array.of(0, 2, 0, 0), 4), 0.25);
  t.is(effectiveSampleSize(Float32Array.of(0, 0), 2), 0);
  t.true(Math.abs(effectiveSampleSize(Float32Array.of(1, 2, 3), 3) - 36 / (3 * 14)) < 1e-12);
  t.is(meanWeight(Float32Array.of(1, 2, 6), 3), 3);
});

test("data of the current policy weigh 1, and its ratios follow the densities once the policy changes", async (t) => {
  const trainer = new Trainer(await init(), resolveConfig({ steps: 1000, learningStarts: 1000, batch: 32 }));
  for (let i = 0; i < 200; ++i) trainer.step();
  const { agent, replay } = trainer;
  replay.gather(agent.sampleIndices(replay.size), 32, agent.batch);
  const fresh = [...agent.importanceRatios()];
  t.true(fresh.every((ratio) => Math.abs(ratio - 1) < 1e-4));

  const shift = Float32Array.from(agent.batch.behaviourLogProb, (value, i) => value - (i % 3));
  agent.batch.behaviourLogProb.set(shift);
  const shifted = [...agent.importanceRatios()];
  t.true(shifted.every((ratio, i) => Math.abs(ratio / Math.exp(i % 3) - 1) < 1e-4));
});
