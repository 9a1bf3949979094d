import test from "ava";
import { captureStep, readCapsule, restoreCapsule } from "../src/capsule.js";
import { readCheckpoint, restoreTrainer, saveTrainer } from "../src/checkpoint.js";
import { type Config, resolveConfig } from "../src/config.js";
import { examineStep } from "../src/examine.js";
import { init } from "../src/node.js";
import { decodeTensors } from "../src/safetensors.js";
import { Trainer } from "../src/train.js";

const config = resolveConfig({
  ...{ task: "reacher-moving", steps: 400, learningStarts: 150, replayCapacity: 200, batch: 16, deviation: "learned" },
  ...{ policyHidden: [8], valueHidden: [8], modelHidden: [4], rewardHidden: [4], squash: "none" },
  ...{ modelNetwork: "single", modelNoise: "learned", reward: "learned" },
});

/** Learns from its newest steps, whose number depends on where in its episode (of 100) a step is. */
const fresh = resolveConfig({
  ...{ task: "reacher-moving", algorithm: "svg1", steps: 400, learningStarts: 150, policyInterval: 16, batch: 16 },
  ...{ policyHidden: [8], valueHidden: [8], modelHidden: [4] },
});

/** A checkpoint after some steps, in which some weights are as large as f32 numbers get. */
async function poisoned(settings: Config, steps: number, ...names: string[]) {
  const trainer = new Trainer(await init(), settings);
  for (let i = 0; i < steps; ++i) trainer.step();
  const checkpoint = readCheckpoint(saveTrainer(trainer));
  for (const name of names) checkpoint.file.tensors.get(name)!.data.fill(3e38);
  return checkpoint;
}

for (const [what, steps, names, phase, quantity] of [
  [
    "a policy without a finite action, in a replay that has forgotten",
    333,
    ["policy.1.weight"],
    "action",
    "policy mean",
  ],
  ["an overflowing critic", 260, ["value.1.weight"], "critic", "critic gradient"],
  ["an overflowing reward", 260, ["reward.1.weight"], "reward", "learned reward gradient"],
  ["an overflowing model, at the step that measures its units", 149, ["model.1.weight"], "model", "model gradient"],
] as const) {
  test(`a capsule repeats the very step of ${what}, and its first bad quantity is found`, async (t) => {
    const checkpoint = await poisoned(config, steps, ...names);
    const captured = captureStep(restoreTrainer(await init(), checkpoint));
    t.regex(captured!.error.message, / is (NaN|-?Infinity) at environment step \d+: training has blown up$/);
    const whole = restoreTrainer(await init(), checkpoint);
    const repeated = restoreCapsule(await init(), readCapsule(captured!.capsule));
    t.is(repeated.steps, steps);
    const expected = examineStep(whole);
    const found = examineStep(repeated);
    t.deepEqual(found.readings, expected.readings);
    t.is(found.error!.message, captured!.error.message);
    const first = found.readings.find(({ bad }) => bad !== undefined)!;
    t.like(first, { phase, quantity });
    t.true(found.readings.length > 4);
  });
}

test("a capsule holds the sampled transitions only, and what it repeats depends on them", async (t) => {
  const checkpoint = await poisoned(config, 300, "value.1.weight");
  const { capsule } = captureStep(restoreTrainer(await init(), checkpoint))!;
  const numbers = decodeTensors(capsule).tensors.get("capsule.numbers")!.data;
  // a batch of 16 for the model, one for the critic that failed
  t.true(numbers.length > 16 && numbers.length <= 32);
  const other = readCapsule(capsule);
  other.file.tensors.get("replay.reward")!.data.fill(7);
  const readings = examineStep(restoreCapsule(await init(), other)).readings;
  t.notDeepEqual(readings, examineStep(restoreCapsule(await init(), readCapsule(capsule))).readings);
});

test("a trap is kept as well, with the phases before it", async (t) => {
  const trainer = restoreTrainer(await init(), await poisoned(config, 300));
  const trap = new WebAssembly.RuntimeError("unreachable");
  trainer.agent.updateValue = () => {
    throw trap;
  };
  const captured = captureStep(trainer)!;
  t.is(captured.error, trap);
  const repeated = restoreCapsule(await init(), readCapsule(captured.capsule));
  const { readings } = examineStep(repeated);
  t.deepEqual([...new Set(readings.map(({ phase }) => phase))].slice(0, 6), [
    "action",
    "environment",
    "batch",
    "model",
    "reward",
    "weights",
  ]);
});

test("a policy's step on its newest transitions is repeated, in whatever episode it was", async (t) => {
  // 32 steps after the start of the fourth episode
  const [steps, newest] = [331, 16];
  const checkpoint = await poisoned(fresh, steps);
  const trapped = restoreTrainer(await init(), checkpoint);
  trapped.agent.updatePolicy = () => {
    throw new WebAssembly.RuntimeError("unreachable");
  };
  const repeated = restoreCapsule(await init(), readCapsule(captureStep(trapped)!.capsule));
  const whole = restoreTrainer(await init(), checkpoint);
  t.deepEqual(examineStep(repeated).readings, examineStep(whole).readings);
  t.is(repeated.updates, whole.updates);
  t.is(repeated.learning.batch.rows, newest);
});

test("a step without a failure leaves no capsule, and is the step that a trainer takes anyway", async (t) => {
  const checkpoint = await poisoned(config, 300);
  const plain = restoreTrainer(await init(), checkpoint);
  const watched = restoreTrainer(await init(), checkpoint);
  const examined = restoreTrainer(await init(), checkpoint);
  plain.step();
  t.is(captureStep(watched), undefined);
  t.is(examineStep(examined).error, undefined);
  t.deepEqual(saveTrainer(watched), saveTrainer(plain));
  t.deepEqual(saveTrainer(examined), saveTrainer(plain));
});

test("an evaluation does not pass over a weight that is not finite", async (t) => {
  const checkpoint = await poisoned(config, 160);
  checkpoint.file.tensors.get("value.adam.moment2.0.bias")!.data[3] = Number.POSITIVE_INFINITY;
  const trainer = restoreTrainer(await init(), checkpoint);
  t.throws(() => trainer.evaluate(), { message: /^value\.adam\.moment2\.0\.bias is Infinity|^value.* is Infinity at/ });
});

test("a checkpoint is no capsule", async (t) => {
  const trainer = restoreTrainer(await init(), await poisoned(config, 10));
  t.throws(() => readCapsule(saveTrainer(trainer)), { message: /not the capsule of a step/ });
});
