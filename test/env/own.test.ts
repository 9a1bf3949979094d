import test from "ava";
import { readCheckpoint, restoreTrainer, saveTrainer } from "../../src/checkpoint.js";
import { resolveConfig } from "../../src/config.js";
import { type Environment, makeEnvironment, type StepResult } from "../../src/env/environment.js";
import { Environments } from "../../src/env/environments.js";
import { identity } from "../../src/env/features.js";
import { type Task, tasks } from "../../src/env/task.js";
import { WrappedEnvironments } from "../../src/env/wrapped.js";
import { init } from "../../src/node.js";
import { Trainer } from "../../src/train.js";
import { Source } from "../core/numbers.js";

const STEP = 0.1;

const task: Task = {
  name: "point",
  summary: "push a point through syrup to the origin",
  state: [
    { name: "position", unit: "m", low: -Infinity, high: Infinity },
    { name: "velocity", unit: "m/s", low: -Infinity, high: Infinity },
  ],
  action: [{ name: "force", unit: "N", low: -1, high: 1 }],
  controlStep: STEP,
  episodeSteps: 60,
  start: "at rest between -1 and 1 m",
  features: [...identity(0, 1), ...identity(1, 1)],
  predicted: [0, 1],
  reward: [
    { name: "position", formula: "-position^2" },
    { name: "action", formula: "-0.1 action^2" },
  ],
  score: { name: "distance", unit: "m", window: 10, threshold: 0.1, better: "lower", share: 0.8 },
  defaults: { gamma: 0.9, rewardScale: 1, learningStarts: 300, policyLearningRate: 1e-3 },
};

/** A damped point on a line, with everything that an environment may have. */
class Point implements Environment {
  readonly task: Task = task;
  state: [x: number, v: number, step: number, seed: number] = [0, 0, 0, 1];

  reset({ seed }: { readonly seed?: number } = {}) {
    if (seed !== undefined) this.state[3] = (seed % 2147483646) + 1;
    this.state[3] = (this.state[3] * 48271) % 2147483647;
    this.state = [(2 * this.state[3]) / 2147483647 - 1, 0, 0, this.state[3]];
    return this.give(0, 0);
  }

  give(position: number, action: number) {
    const [x, v] = this.state;
    return {
      observation: Float64Array.of(x, v),
      info: { terms: { position, action }, score: Math.abs(x), failed: false },
    };
  }

  step(action: ArrayLike<number>): StepResult {
    const force = action[0]!;
    let [x, v, step, seed] = this.state;
    const [position, cost] = [-(x ** 2), -0.1 * force ** 2];
    v += STEP * (Math.max(-1, Math.min(1, force)) - v);
    x += STEP * v;
    step += 1;
    this.state = [x, v, step, seed];
    return { ...this.give(position, cost), reward: position + cost, terminated: false, truncated: step === 60 };
  }

  rewardGradient([x]: Float64Array, [force]: Float64Array) {
    return { rS: [-2 * x!, 0], rA: [-0.2 * force!], rSNext: [0, 0] };
  }

  transitionJacobian(_: Float64Array, [force]: Float64Array) {
    const slope = Math.abs(force!) <= 1 ? STEP : 0;
    return { fS: [1, STEP * (1 - STEP), 0, 1 - STEP], fA: [STEP * slope, slope] };
  }

  snapshot(): Uint8Array {
    return new Uint8Array(Float64Array.from(this.state).buffer);
  }

  restore(snapshot: Uint8Array): void {
    this.state = [...new Float64Array(snapshot.slice().buffer)] as typeof this.state;
  }
}

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
  await wrong({ step: () => ({ ...honest.step([0]), reward: Number.NaN }) }, /point's reward\[0\] is NaN/);
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
  wrapped.rewardGradient(theirs);
  wrapped.transitionJacobian!(theirs);
  for (const name of ["rS", "rA", "rSNext", "fS", "fA"] as const) {
    t.deepEqual(theirs[name], ours[name], name);
  }
  t.true(ours.fS.some((x) => x !== 0) && ours.rS.some((x) => x !== 0));
  t.throws(() => own.rewardGradient(theirs), { message: /not in the memory of this core/ });
});
