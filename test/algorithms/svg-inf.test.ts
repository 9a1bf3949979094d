import test from "ava";
import { resolveConfig, UsageError } from "../../src/config.js";
import type { Phase } from "../../src/learning.js";
import { init } from "../../src/node.js";
import { consecutive } from "../../src/replay.js";
import { Trainer } from "../../src/train.js";

const small = { policyHidden: [8], valueHidden: [8], modelHidden: [4], batch: 8, evaluationEpisodes: 1 };

test("the policy makes one step after every episode, along it, from the first whole one that is learned from", async (t) => {
  const config = resolveConfig({ ...small, task: "cartpole", algorithm: "svg-inf", steps: 1100, gamma: 0.9 });
  const trainer = new Trainer(await init(), config);
  const { learning } = trainer;
  const seen: { step: number; phase: Phase; rows: number[]; weight: number[] }[] = [];
  learning.watch = (phase) => {
    if (learning.batch.rows > 8)
      seen.push({ step: trainer.steps, phase, rows: [...learning.rows], weight: [...learning.batch.weight] });
  };
  while (!trainer.done) trainer.step();
  const steps = seen.filter(({ phase }) => phase === "policy");
  t.deepEqual(
    steps.map(({ step }) => step),
    [250, 500, 750, 1000],
  );
  t.is(trainer.updates, 4);
  for (const { step, rows, weight } of steps) {
    t.deepEqual(rows, [...consecutive(step - 250, step)]);
    // the policy that acted is the one that learns: ratios of 1, discounted by the update
    t.true(weight.every((w, i) => Math.abs(w / 0.9 ** i - 1) < 1e-3));
  }
});

test("episodes that end early are learned from as far as they went", async (t) => {
  const settings = { task: "walker", algorithm: "svg-inf", steps: 400, earlyTermination: "on" };
  const trainer = new Trainer(await init(), resolveConfig({ ...small, ...settings, learningStarts: 1 }));
  const lengths: number[] = [];
  trainer.learning.watch = (phase) => {
    if (phase === "policy") lengths.push(trainer.learning.batch.rows);
  };
  while (!trainer.done) trainer.step();
  const ends = [...trainer.replay.terminated].flatMap((flag, i) => (flag ? [i + 1] : []));
  t.true(ends.length > 2);
  t.deepEqual(
    lengths,
    ends.map((end, i) => end - (ends[i - 1] ?? 0)),
  );
});

test("with the exact model the gradient is that of the simulator's Jacobians, another one", async (t) => {
  const gradient = async (model: string) => {
    const settings = { task: "cartpole", algorithm: "svg-inf", steps: 250, model };
    const trainer = new Trainer(await init(), resolveConfig({ ...small, ...settings }));
    while (!trainer.done) trainer.step();
    return [...trainer.agent.policy.gradient];
  };
  const [exact, learned] = [await gradient("exact"), await gradient("learned")];
  t.true(exact.some((g) => g !== 0));
  t.notDeepEqual(exact, learned);
});

test("a critic at the end is trained and used where the task goes on, and is not where it ends", async (t) => {
  const train = async (settings: Record<string, unknown>) => {
    const trainer = new Trainer(await init(), resolveConfig({ ...small, algorithm: "svg-inf", ...settings }));
    while (!trainer.done) trainer.step();
    return { error: trainer.learning.statistics.valueError.take(), gradient: [...trainer.agent.policy.gradient] };
  };
  const critic = await train({ task: "cartpole", steps: 250 });
  const none = await train({ task: "cartpole", steps: 250, bootstrap: "none" });
  t.true(critic.error! > 0);
  t.is(none.error, null);
  t.notDeepEqual(critic.gradient, none.gradient);
  t.is(resolveConfig({ task: "hand", algorithm: "svg-inf" }).bootstrap, "none");
});

test("a replay that can't hold an episode is refused", async (t) => {
  const config = resolveConfig({ ...small, task: "hand", algorithm: "svg-inf", replayCapacity: 999, steps: 5000 });
  const core = await init();
  t.throws(() => new Trainer(core, config), {
    instanceOf: UsageError,
    message: "replayCapacity and steps allow for 999 transitions: svg-inf learns from 1000 at once",
  });
});
