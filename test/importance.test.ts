import test from "ava";
import { resolveConfig } from "../src/config.js";
import { effectiveSampleSize, meanWeight, pieceWeights, truncateWeights } from "../src/importance.js";
import { init } from "../src/node.js";
import { Trainer } from "../src/train.js";

test("ratios are truncated at the limit, overflow counts as the limit and no number as nothing", (t) => {
  const ratios = Float32Array.of(0, 0.5, 5, 7, Infinity, NaN, 9);
  truncateWeights(ratios, 6, 5);
  t.deepEqual([...ratios], [0, 0.5, 5, 5, 5, 0, 9]);
});

test("the product of a piece's weights never exceeds the limit on the way, and pieces don't mix", (t) => {
  const ratios = Float32Array.of(4, 0.5, 2, 8, 0.25, 3, 9, 9);
  truncateWeights(ratios, 2, 5, 3);
  // products 4, 8 -> 5, 1.25 and .5, 4, 12 -> 5
  t.deepEqual([...ratios], [4, 0.5, 1.25, 8, 0.25, 1.25, 9, 9]);
  const products = new Float32Array(3);
  pieceWeights(ratios, [2, 1], 2, products);
  t.deepEqual([...products], [1.25, 4, 0]);

  const wild = Float32Array.of(0, Infinity, Infinity, NaN, NaN, Infinity);
  truncateWeights(wild, 2, 5, 3);
  t.deepEqual([...wild], [0, 5, 0, 0, 0, 0]);
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

test("weights are the densities' ratio, its geometric mean over the action's dimensions, or 1", async (t) => {
  const weights = async (settings: object): Promise<number[]> => {
    const trainer = new Trainer(
      await init(),
      resolveConfig({ task: "reacher-4target", steps: 1000, learningStarts: 1000, batch: 32, ...settings }),
    );
    for (let i = 0; i < 50; ++i) trainer.step();
    const { agent, replay } = trainer;
    replay.gather(agent.sampleIndices(replay.size), 32, agent.batch);
    agent.batch.behaviourLogProb.forEach((value, i, all) => {
      all[i] = value - 3 * (i % 3);
    });
    return [...agent.importanceRatios()];
  };
  const close = (expected: (row: number) => number) => (ratio: number, row: number) =>
    Math.abs(ratio / expected(row) - 1) < 1e-4;
  t.true((await weights({})).every(close((row) => Math.exp(3 * (row % 3)))));
  t.true((await weights({ weights: "geometric" })).every(close((row) => Math.exp(row % 3))));
  t.true((await weights({ weights: "none" })).every((ratio) => ratio === 1));
});
