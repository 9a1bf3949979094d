import test from "ava";
import { readCheckpoint, restoreTrainer, saveTrainer } from "../src/checkpoint.js";
import { resolveConfig } from "../src/config.js";
import { adaptedWeight } from "../src/divergence.js";
import { init } from "../src/node.js";
import { Trainer } from "../src/train.js";

const small = { policyHidden: [16], valueHidden: [16], modelHidden: [8], batch: 32, evaluationEpisodes: 1 };

async function trained(settings: Record<string, unknown>, steps: number): Promise<Trainer> {
  const trainer = new Trainer(await init(), resolveConfig({ ...small, steps, ...settings }));
  while (!trainer.done) trainer.step();
  return trainer;
}

test("a weight adapts towards a target, within a thousandth and a thousand times its start", (t) => {
  t.is(adaptedWeight(2, 0.11, 0.1, 1), 2 * 1.01);
  t.is(adaptedWeight(2, 0.09, 0.1, 1), 2 / 1.01);
  t.is(adaptedWeight(999, 1, 0.1, 1), 1000);
  t.is(adaptedWeight(0.00100001, 0, 0.1, 1), 0.001);
});

test("the policy's divergence from the replay is measured, and costs what the setting says", async (t) => {
  const divergence = async (settings: Record<string, unknown>) => {
    const trainer = await trained(settings, 1500);
    t.is(trainer.agent.klWeight[0], Math.fround((settings.klWeight as number | undefined) ?? 0));
    return trainer.learning.statistics.klToBehaviour.take()!;
  };
  const [free, some, much] = [
    await divergence({}),
    await divergence({ klWeight: 0.03 }),
    await divergence({ klWeight: 1 }),
  ];
  t.true(free > 2 * some && some > 2 * much && much > -0.01, `${free} ${some} ${much}`);
});

test("SVG(0) from the replay pays as well, with a divergence that is measured for it", async (t) => {
  const divergence = async (klWeight: number) => {
    const trainer = await trained({ algorithm: "svg0-er", klWeight }, 1200);
    return trainer.learning.statistics.klToBehaviour.take();
  };
  const [some, much] = [await divergence(1e-6), await divergence(1)];
  t.true(some! > 2 * much!, `${some} ${much}`);
});

test("an adaptive weight brings the divergence to its target, and goes on from a checkpoint", async (t) => {
  for (const klTarget of [0.02, 0.1]) {
    const settings = { klWeight: 0.01, klTarget, steps: 3000 };
    const trainer = new Trainer(await init(), resolveConfig({ ...small, ...settings }));
    const { klToBehaviour } = trainer.learning.statistics;
    while (trainer.steps < 2000) trainer.step();
    klToBehaviour.take();
    while (trainer.steps < 2900) trainer.step();
    const saved = saveTrainer(trainer);
    const measured = klToBehaviour.take()!;
    t.true(measured > 0.7 * klTarget && measured < 1.4 * klTarget, `${measured} for ${klTarget}`);
    const adapted = trainer.agent.klWeight[0]!;
    t.true(adapted > 0.012 && adapted < 1);
    const restored = restoreTrainer(await init(), readCheckpoint(saved));
    t.is(restored.agent.klWeight[0], adapted);
    for (const one of [trainer, restored]) while (!one.done) one.step();
    t.notDeepEqual(saveTrainer(trainer), saved);
    t.deepEqual(restored.agent.policy.values, trainer.agent.policy.values);
    t.is(restored.agent.klWeight[0], trainer.agent.klWeight[0]);
  }
});

test("nothing on fresh data costs anything: its behaviour is the policy that learns", async (t) => {
  const gradient = async (klWeight: number) => {
    const trainer = await trained({ algorithm: "svg1", learningStarts: 90, klWeight }, 100);
    t.is(trainer.agent.klWeight[0], 0);
    return [...trainer.agent.policy.gradient];
  };
  t.deepEqual(await gradient(10), await gradient(0));
});
