import test from "ava";
import { type AlgorithmName, algorithms } from "../../src/algorithms/algorithms.js";
import { readCheckpoint, restoreTrainer, saveTrainer } from "../../src/checkpoint.js";
import { resolveConfig } from "../../src/config.js";
import { init } from "../../src/node.js";
import { Trainer } from "../../src/train.js";

const CHOICES = [
  ["", {}],
  [", other choices of model", { modelNetwork: "single", modelNoise: "learned", reward: "learned", rewardHidden: [5] }],
] as const;
const CASES = (Object.keys(algorithms) as AlgorithmName[]).flatMap((algorithm) =>
  CHOICES.map(([what, choices]) => ({ algorithm, what, choices })),
);

for (const { algorithm, what, choices } of CASES) {
  test(`${algorithm}${what}: a run that was saved within an episode and restored ends in the same bytes`, async (t) => {
    const config = resolveConfig({
      task: "cartpole",
      algorithm,
      steps: 520,
      learningStarts: 240,
      policyHidden: [8],
      valueHidden: [8],
      modelHidden: [4],
      batch: 6,
      evaluationEpisodes: 1,
      ...choices,
    });
    const whole = new Trainer(await init(), config);
    while (whole.steps < 290) whole.step();
    const saved = saveTrainer(whole);
    while (!whole.done) whole.step();
    const restored = restoreTrainer(await init(), readCheckpoint(saved));
    t.deepEqual(saveTrainer(restored), saved);
    while (!restored.done) restored.step();
    t.deepEqual(saveTrainer(restored), saveTrainer(whole));
    t.true(whole.updates > 0);
  });
}
