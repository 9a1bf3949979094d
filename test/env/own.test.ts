import test from "ava";
import { readCheckpoint, restoreTrainer, saveTrainer } from "../../src/checkpoint.js";
import { resolveConfig, UsageError } from "../../src/config.js";
import { makeEnvironment } from "../../src/env/environment.js";
import { Environments } from "../../src/env/environments.js";
import { tasks } from "../../src/env/task.js";
import { WrappedEnvironments } from "../../src/env/wrapped.js";
import { evaluateController } from "../../src/evaluate.js";
import { init } from "../../src/node.js";
import { Trainer } from "../../src/train.js";
import { Source } from "../core/numbers.js";
import { Point, task } from "./point.js";

for (const model of ["learned", "exact"] as const) {
  test(`an environment of one's own is learned with the ${model} model, from its task's defaults`, async (t) => {
    const config = resolveConfig({ steps: 2000, evaluationInterval: 500, model }, task);
    t.is(config.task, "point");
    t.is(config.gamma, 0.9);
    const trainer = new Trainer(await init(), config, () => new Point());
    const records = [...trainer.run()];
    t.true(
      records.some(({ step, solved }) => step > 0 && solved),
      JSON.stringify(records.map(({ score }) => score)),
    );
    t.is(trainer.agent.describePolicy().task, "point");
  });
}

/** A point that does not know its reward's derivatives. */
const ignorant = () => Object.assign(new Point(), { rewardGradient: undefined });

test("a reward whose derivatives are not given is learned", async (t) => {
  const config = resolveConfig({ steps: 3000, evaluationInterval: 500, reward: "learned" }, task);
  const trainer = new Trainer(await init(), config, ignorant);
  const records = [...trainer.run()];
  t.true(
    records.some(({ step, solved }) => step > 0 && solved),
    JSON.stringify(records.map(({ score }) => score)),
  );
  t.is(records[0]!.rewardError, null);
  t.true(records.at(-1)!.rewardError! < 1e-2, String(records.at(-1)!.rewardError));
  // where they are given, they are not asked for
  const knowing = new Trainer(await init(), config, () => new Point());
  while (!knowing.done) knowing.step();
  t.deepEqual(knowing.agent.policy.values, trainer.agent.policy.values);

  // and some algorithms do without
  for (const algorithm of ["svg0-er", "dpg", "ac", "reinforce"]) {
    const without = new Trainer(await init(), resolveConfig({ steps: 320, algorithm }, task), ignorant);
    while (!without.done) without.step();
    t.true(without.updates > 0, algorithm);
  }
  const core = await init();
  t.throws(() => new Trainer(core, resolveConfig({}, task), ignorant), {
    instanceOf: UsageError,
    message: 'reward is "given": point does not know its rewardGradient; use "learned"',
  });
});

test("the two models make different policies, the same one twice makes one", async (t) => {
  const weights = async (model: string) => {
    const config = resolveConfig({ steps: 400, model }, task);
    const trainer = new Trainer(await init(), config, () => new Point());
    while (!trainer.done) trainer.step();
    return trainer.agent.policy.values.slice();
  };
  const [learned, exact] = [await weights("learned"), await weights("exact")];
  t.notDeepEqual(learned, exact);
  t.deepEqual(await weights("exact"), exact);
});

test("training on an environment of one's own goes on from a checkpoint", async (t) => {
  const config = resolveConfig({ steps: 500 }, task);
  const make = () => new Point();
  const whole = new Trainer(await init(), config, make);
  for (let i = 0; i < 377; ++i) whole.step();
  const restored = restoreTrainer(await init(), readCheckpoint(saveTrainer(whole), task), { make });
  while (!whole.done) whole.step();
  while (!restored.done) restored.step();
  t.deepEqual(saveTrainer(restored), saveTrainer(whole));
});

test("what an environment of one's own gets wrong is named", async (t) => {
  const core = await init();
  const config = resolveConfig({ steps: 50, learningStarts: 5 }, task);
  const broken = (change: Partial<Point>) => () => Object.assign(new Point(), change);
  const wrong = async (change: Partial<Point>, message: RegExp) => {
    await t.throwsAsync(
      async () => {
        const trainer = new Trainer(await init(), config, broken(change));
        for (let i = 0; i < 20; ++i) trainer.step();
        saveTrainer(trainer);
      },
      { message },
    );
  };
  const honest = new Point();
  honest.reset({ seed: 1 });
  await wrong(
    { reset: () => ({ ...honest.give(0, 0), observation: new Float64Array(3) }) },
    /point's observation has 3 numbers: it must have 2/,
  );
  const answers = (change: object) => ({ step: () => ({ ...honest.step([0]), ...change }) });
  await wrong(answers({ reward: Number.NaN }), /point's reward is NaN: it must be finite/);
  await wrong(answers({ truncated: undefined }), /point's truncated is undefined: it must be true or false/);
  const { info } = honest.give(0, 0);
  await wrong(answers({ info: undefined }), /point's info\.terms is missing/);
  await wrong(answers({ info: { ...info, score: Number.NaN } }), /point's info\.score is NaN: it must be finite/);
  await wrong(answers({ info: { ...info, failed: 0 } }), /point's info\.failed is 0: it must be true or false/);
  await wrong(
    answers({ info: { ...info, terms: { position: 1 } } }),
    /point's info\.terms\.action is undefined: it must be finite/,
  );
  await wrong(
    { task: { ...task, predicted: [0, 2] } },
    /the environment's task cannot be used: predicted\[1\] is 2: it must be a state dimension/,
  );
  await wrong(
    { rewardGradient: () => ({ rS: [1], rA: [1], rSNext: [0, 0] }) },
    /point's rS has 1 numbers: it must have 2/,
  );
  await wrong({ snapshot: undefined as never }, /point can't be saved/);
  const exact = resolveConfig({ model: "exact" }, task);
  t.throws(() => new Trainer(core, exact, broken({ transitionJacobian: undefined as never })), {
    message: /model is "exact": point does not know its transitionJacobian/,
  });
  t.throws(() => resolveConfig({ task: "pint" }, task), { message: /task is "pint": it must be one of/ });
});

test("an episode that is truncated early counts only the rewards that it had", (t) => {
  class Short extends Point {
    override step(action: ArrayLike<number>) {
      const result = super.step(action);
      return { ...result, reward: 1, truncated: this.state[2] === 20 };
    }
  }
  const copies = new WrappedEnvironments(() => new Short(), 2, 1, 2);
  const { returns } = evaluateController(copies, 2, 1, (_, actions) => actions.fill(0.5));
  t.deepEqual(returns, [20, 20]);
});

test("copies of a built-in task wrapped as one's own give what its own copies give", async (t) => {
  const cartpole = tasks.cartpole!;
  const core = await init();
  const B = 8;
  const sizes = { s: 4 * B, a: B, sNext: 4 * B, rS: 4 * B, rA: B, rSNext: 4 * B, fS: 16 * B, fA: 4 * B };
  const pointers = Object.entries(sizes).map(([name, size]) => [name, core.alloc(4 * size), size] as const);
  const own = new Environments(core, cartpole, 2, 1);
  const cores = [await init(), await init()];
  const wrapped = new WrappedEnvironments(() => makeEnvironment(cores.pop()!, cartpole), 2, 1, 2);
  for (let i = 0; i < 2; ++i) {
    own.reset(i);
    wrapped.reset(i);
  }
  t.notDeepEqual(wrapped.states.slice(0, 4), wrapped.states.slice(4), "each copy has its own random numbers");
  own.states.set(wrapped.states);
  const source = new Source(3);
  for (let step = 0; step < 50; ++step) {
    const actions = source.array(2, -1.2, 1.2);
    own.actions.set(actions);
    wrapped.actions.set(actions);
    own.step();
    wrapped.step();
    t.deepEqual(wrapped.states, own.states);
    t.deepEqual(wrapped.rewards, own.rewards);
    t.deepEqual(wrapped.terms, own.terms);
    t.deepEqual(wrapped.scores, own.scores);
  }
  const { buffer } = core.exports.memory;
  const batch = Object.fromEntries(pointers.map(([name, at, size]) => [name, new Float32Array(buffer, at, size)]));
  const values = { s: source.singles(4 * B), a: source.singles(B, -1.5, 1.5), sNext: source.singles(4 * B) };
  const other = Object.fromEntries(Object.entries(sizes).map(([name, size]) => [name, new Float32Array(size)]));
  for (const [name, numbers] of Object.entries(values)) {
    batch[name]!.set(numbers);
    other[name]!.set(numbers);
  }
  type All = Parameters<Environments["rewardGradient"]>[0] & Parameters<Environments["transitionJacobian"]>[0];
  const [ours, theirs] = [{ rows: B, ...batch } as unknown as All, { rows: B, ...other } as unknown as All];
  own.rewardGradient(ours);
  own.transitionJacobian(ours);
  wrapped.rewardGradient!(theirs);
  wrapped.transitionJacobian!(theirs);
  for (const name of ["rS", "rA", "rSNext", "fS", "fA"] as const) {
    t.deepEqual(theirs[name], ours[name], name);
  }
  t.true(ours.fS.some((x) => x !== 0) && ours.rS.some((x) => x !== 0));
  t.throws(() => own.rewardGradient(theirs), { message: /not in the memory of this core/ });
});
