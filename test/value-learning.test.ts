import test from "ava";
import { Agent, type AgentTask } from "../src/agent.js";
import { captureStep, readCapsule, restoreCapsule } from "../src/capsule.js";
import { readCheckpoint, restoreTrainer, saveTrainer } from "../src/checkpoint.js";
import { resolveConfig } from "../src/config.js";
import { identity } from "../src/env/features.js";
import { examineStep } from "../src/examine.js";
import { Learning } from "../src/learning.js";
import { init } from "../src/node.js";
import { Replay } from "../src/replay.js";
import { Trainer } from "../src/train.js";

const small = { policyHidden: [8], valueHidden: [8], modelHidden: [4], batch: 8, evaluationEpisodes: 1 };

async function train(settings: Record<string, unknown>, steps = settings.steps as number): Promise<Trainer> {
  const trainer = new Trainer(await init(), resolveConfig({ ...small, ...settings }));
  for (let i = 0; i < steps; ++i) trainer.step();
  return trainer;
}

/** s' = 0.9 s + 0.2 a, r = s; a has mean 0 and does not depend on s. So V(s) = s / (1 - 0.9 gamma). */
const LINE: AgentTask = {
  name: "line",
  state: [{ name: "s", unit: "1", low: -Infinity, high: Infinity }],
  action: [{ name: "a", unit: "1", low: -1, high: 1 }],
  controlStep: 0.1,
  features: identity(0, 1),
  predicted: [0],
};
const GAMMA = 0.9;
const SLOPE = 1 / (1 - 0.9 * GAMMA);

for (const [algorithm, valueLearning] of [
  ["svg1-er", "fitted"],
  ["svg1-er", "td"],
  ["svg1-er", "returns"],
  ["svg1-er", "residual"],
  ["svg0-er", "fitted"],
  ["svg0-er", "td"],
  ["svg0-er", "returns"],
] as const) {
  test(`${valueLearning}, ${algorithm}: the critic finds the value of a linear problem, also beyond a time limit`, async (t) => {
    const config = resolveConfig({
      ...{ algorithm, valueLearning, gamma: GAMMA, rewardScale: 1, batch: 32, valueLearningRate: 3e-3 },
      ...{ policyHidden: [4], valueHidden: [16], modelHidden: [4], targetPeriod: 20, sigma: 0.5 },
    });
    const agent = new Agent(await init(), LINE, config, 1);
    // the mean of an untrained policy is nearly, and now exactly, 0
    agent.policy.values.fill(0);
    const replay = new Replay(2000, 1, 1);
    for (let episode = 0; episode < 200; ++episode) {
      let s = -2 + (4 * (episode + 0.5)) / 200;
      for (let i = 0; i < 10; ++i) {
        const [a] = agent.act([s]);
        const next = 0.9 * s + 0.2 * a!;
        replay.add([s], [a!], s, [next], agent.logProbs[0]!, false, i === 9);
        s = next;
      }
    }
    agent.modelScale.set(replay.changeDeviations([0]));
    const learning = new Learning(config, agent, replay, undefined as never);
    for (let i = 0; i < 1500; ++i) {
      if (valueLearning === "residual") learning.trainModel();
      learning.trainCritic();
    }
    const states = [-1.5, -0.75, 0, 0.75, 1.5];
    const found = states.map((s) => agent.valueOf([s])[0]!);
    const error = Math.max(...states.map((s, i) => Math.abs(found[i]! - SLOPE * s)));
    t.true(error < 0.1 * 1.5 * SLOPE, `${found.join()} instead of ${states.map((s) => SLOPE * s).join()}`);
  });
}

test("td is fitted policy evaluation with a target that is always the critic itself", async (t) => {
  const base = { task: "cartpole", steps: 300, learningStarts: 100 };
  const td = await train({ ...base, valueLearning: "td" });
  const fitted = await train({ ...base, targetPeriod: 1 });
  const later = await train(base);
  t.deepEqual(td.agent.value.values, fitted.agent.value.values);
  t.notDeepEqual(td.agent.value.values, later.agent.value.values);
});

test("returns: the critic learns from episodes that are over, each transition with all that followed it", async (t) => {
  // 250 steps an episode, a replay that forgets the beginning of one
  const settings = { task: "cartpole", valueLearning: "returns", learningStarts: 50, replayCapacity: 600, steps: 1000 };
  const trainer = await train(settings, 249);
  const { learning, replay, agent, config } = trainer;
  t.is(learning.statistics.valueError.take(), null);
  for (let i = 249; i < 900; ++i) trainer.step();
  t.is(replay.finished, 450);
  let seen = 0;
  let rewards = 0;
  learning.watch = (phase) => {
    if (phase !== "critic") return;
    seen += 1;
    const { batch } = learning;
    for (let b = 0; b < batch.rows; ++b) {
      const number = replay.numberAt(agent.indices[b]!);
      t.true(number >= 301 && number < 750);
      const end = 250 * Math.ceil((number + 1) / 250) - 1;
      let sum = 0;
      for (let n = end; n >= number; --n) sum = replay.reward[n % 600]! + config.gamma * sum;
      rewards += Math.abs(sum);
      t.true(Math.abs(batch.reward[b]! - sum) < 1e-4);
      t.true(Math.abs(1 - batch.terminated[b]! - config.gamma ** (end - number)) < 1e-6);
      t.deepEqual(
        [...batch.sNext.subarray(4 * b, 4 * b + 4)],
        [...replay.sNext.subarray(4 * (end % 600), 4 * (end % 600) + 4)],
      );
    }
  };
  trainer.step();
  t.is(seen, config.valueUpdates);
  t.true(rewards > 1);
});

test("returns: a process that ended has nothing after it, and an end of one's own is the observed transition", async (t) => {
  const replay = new Replay(5, 1, 1);
  for (let n = 0; n < 4; ++n) replay.add([n], [0], 10 ** n, [n + 0.5], 0, n === 2, n === 3);
  const { batch } = new Agent(await init(), LINE, resolveConfig({ ...small, batch: 4 }));
  replay.gatherReturns(Int32Array.of(0, 1, 2, 3), 4, batch, 0.5);
  t.deepEqual([...batch.reward], [1 + 5 + 25, 10 + 50, 100, 1000]);
  t.deepEqual([...batch.terminated], [1, 1, 1, 0]);
  t.deepEqual([...batch.sNext], [2.5, 2.5, 2.5, 3.5]);
  t.deepEqual([...batch.s], [0, 1, 2, 3]);
});

for (const settings of [
  { valueLearning: "td" },
  { valueLearning: "returns" },
  { valueLearning: "residual" },
  { algorithm: "svg0" },
  { algorithm: "svg0-er" },
  { algorithm: "dpg" },
  { algorithm: "svg0-er", valueLearning: "returns" },
]) {
  test(`${JSON.stringify(settings)}: training from a checkpoint gives the bytes of training without a stop`, async (t) => {
    const base = { task: "cartpole", steps: 800, learningStarts: 100, replayCapacity: 500, ...settings };
    const whole = await train(base, 620);
    const restored = restoreTrainer(await init(), readCheckpoint(saveTrainer(whole)));
    while (!whole.done) whole.step();
    while (!restored.done) restored.step();
    t.deepEqual(saveTrainer(restored), saveTrainer(whole));
  });
}

test("returns: a capsule holds the rest of the sampled episodes and what tells which are over, and repeats its step", async (t) => {
  const settings = { task: "cartpole", steps: 900, learningStarts: 100, valueLearning: "returns", batch: 1 };
  const whole = await train(settings, 760);
  for (let i = 0; i < 6; ++i) {
    const checkpoint = readCheckpoint(saveTrainer(whole));
    checkpoint.file.tensors.get("value.1.weight")!.data.fill(3e38);
    const captured = captureStep(restoreTrainer(await init(), checkpoint))!;
    t.regex(captured.error.message, /training has blown up$/);
    const repeated = examineStep(restoreCapsule(await init(), readCapsule(captured.capsule)));
    t.deepEqual(repeated.readings, examineStep(restoreTrainer(await init(), checkpoint)).readings);
    t.is(repeated.error!.message, captured.error.message);
    whole.step();
  }
});
