import test from "ava";
import { type Config, resolveConfig } from "../../src/config.js";
import { tasks } from "../../src/env/task.js";
import { examineEpisodes } from "../../src/gradcheck/episodes.js";
import { type Contest, compare, Estimate, type Source, signalToNoise } from "../../src/gradcheck/estimate.js";
import { examinationOf, rolloutOf } from "../../src/gradcheck/examination.js";
import { Meter, rolloutSteps } from "../../src/gradcheck/meter.js";
import { examinePieces } from "../../src/gradcheck/pieces.js";
import { init } from "../../src/node.js";
import { Trainer } from "../../src/train.js";
import { Source as Numbers } from "../core/numbers.js";

const small = { policyHidden: [8], valueHidden: [8], modelHidden: [8], batch: 16, evaluationEpisodes: 1 };

async function trained(settings: Partial<Config>): Promise<Trainer> {
  const trainer = new Trainer(await init(), resolveConfig({ ...small, ...settings }));
  while (!trainer.done) trainer.step();
  return trainer;
}

const last = (contests: Iterable<Contest>): Contest => [...contests].at(-1)!;

/** How an estimator compares with the reference. */
function comparison({ reference, estimators }: Contest, wanted: Source) {
  const keys = ["data", "model", "value"] as const;
  const { estimate } = estimators.find(({ source }) => keys.every((key) => source[key] === wanted[key]))!;
  return compare(estimate, reference);
}

const examinationFor = ({ task, config }: Trainer) => examinationOf(tasks[task.name]!, config);

async function examined(trainer: Trainer, groups: number, rollout: number, changes: Partial<Config> = {}) {
  const examination = examinationFor(trainer);
  const fixed = { etaLimit: 0, deviation: "fixed", ...changes } as const;
  const meter = new Meter(await init(), trainer, tasks[trainer.task.name]!, 32, examination.steps, fixed);
  const { replay } = trainer;
  return last(examinePieces(meter, replay, examination, { newest: replay.size, groups, rollout }));
}

/** Along episodes, two at a time. */
async function along(trainer: Trainer, groups: number, rollout: number) {
  const examination = examinationFor(trainer);
  const steps = Math.max(examination.steps, 1 + rollout);
  const meter = new Meter(await init(), trainer, tasks[trainer.task.name]!, 2, steps);
  return { meter, contest: last(examineEpisodes(meter, examination, groups, rollout)) };
}

// a reward at every step and hardly any noise: the arm's way in a few steps is all but linear
const arm = { task: "reacher-4target", steps: 400, learningStarts: 100, gamma: 0.7 } as const;

test("with the exact model and the exact value the gradient is that of the returns; a wrong model or critic is seen", async (t) => {
  const trainer = await trained(arm);
  const exact = { data: "fresh", model: "exact", value: "exact" } as const;
  const contest = await examined(trainer, 150, 8);
  const truth = comparison(contest, exact);
  t.true(truth.cosine > 0.99, JSON.stringify(truth));
  t.true(Math.abs(truth.length - 1) < 0.1, JSON.stringify(truth));
  t.true(truth.ceiling > 0.98 && truth.ceiling < 1, `${truth.ceiling}`);

  // a model whose every number has the wrong sign
  const { values } = trainer.agent.model;
  values.set(values.map((x) => -x));
  const wrong = await examined(trainer, 150, 8);
  t.deepEqual(comparison(wrong, exact), truth);
  const learned = comparison(wrong, { ...exact, model: "learned" });
  t.true(learned.cosine < truth.cosine - 0.05, `${learned.cosine}`);
  // a critic that knows nothing
  trainer.agent.value.values.fill(0);
  t.true(comparison(await examined(trainer, 2, 8), { ...exact, value: "critic" }).bias > 0.1);
});

test("where the critic says everything, it agrees with the reference", async (t) => {
  const trainer = await trained(arm);
  const contest = await examined(trainer, 100, 0);
  const { cosine, length } = comparison(contest, { data: "fresh", model: "exact", value: "critic" });
  t.true(cosine > 0.99 && Math.abs(length - 1) < 0.1, `${cosine}, ${length}`);
});

test("the same seed gives the same numbers, another one others; the trainer goes on as if nobody had looked", async (t) => {
  const trainer = await trained({ ...arm, steps: 150 });
  const policy = trainer.agent.policy.values.slice();
  const numbers = async (seed: number) => [...(await examined(trainer, 2, 4, { seed })).reference.mean];
  const first = await numbers(1);
  t.true(first.some((x) => x !== 0));
  t.deepEqual(await numbers(1), first);
  t.notDeepEqual(await numbers(2), first);
  t.deepEqual(trainer.agent.policy.values, policy);
});

for (const algorithm of ["svg0-er", "dpg"] as const) {
  test(`${algorithm}: the critic's derivative by the action is compared`, async (t) => {
    const trainer = await trained({ ...arm, algorithm });
    const contest = await examined(trainer, 60, 8);
    const { own, source } = contest.estimators.at(-1)!;
    t.true(own);
    t.deepEqual(source, { data: "replayed", model: "none", value: "critic" });
    t.true(comparison(contest, { data: "fresh", model: "exact", value: "exact" }).cosine > 0.97);
    const { cosine } = comparison(contest, source);
    t.true(Math.abs(cosine) < 1);
  });
}

test("svg-k: over pieces of a few steps exact model and value give the gradient of the returns, a wrong model another", async (t) => {
  const trainer = await trained({ ...arm, algorithm: "svg-k", horizon: 3 });
  const exact = { data: "fresh", model: "exact", value: "exact" } as const;
  const contest = await examined(trainer, 150, 8);
  const truth = comparison(contest, exact);
  t.true(truth.cosine > 0.98, JSON.stringify(truth));
  t.true(Math.abs(truth.length - 1) < 0.1, JSON.stringify(truth));
  t.deepEqual(contest.estimators.at(-1)!.source, { data: "replayed", model: "learned", value: "critic" });
  t.true(contest.estimators.at(-1)!.own);
  const { values } = trainer.agent.model;
  values.set(values.map((x) => -x));
  const learned = comparison(await examined(trainer, 150, 8), { ...exact, model: "learned" });
  t.true(learned.cosine < truth.cosine - 0.05, `${learned.cosine}`);
});

test("ac: temporal differences of the exact value give the gradient of the returns, those of a wrong critic another", async (t) => {
  const trainer = await trained({ ...arm, algorithm: "ac" });
  const exact = { data: "fresh", model: "none", value: "exact" } as const;
  const { values } = trainer.agent.value;
  values.set(values.map((x) => -x));
  const contest = await examined(trainer, 300, 8);
  const truth = comparison(contest, exact);
  t.true(truth.cosine > 0.95 && truth.ceiling > 0.85, JSON.stringify(truth));
  t.true(Math.abs(truth.length - 1) < 0.3, JSON.stringify(truth));
  const wrong = comparison(contest, { ...exact, value: "critic" });
  t.true(wrong.cosine < truth.cosine - 0.2, JSON.stringify(wrong));
});

test("reinforce: returns of many episodes give the gradient of all their steps", async (t) => {
  const trainer = await trained({ ...arm, algorithm: "reinforce", gamma: 0.5 });
  const contest = await examined(trainer, 100, 5);
  const exact = { data: "fresh", model: "none", value: "exact" } as const;
  const truth = comparison(contest, exact);
  t.true(truth.cosine > truth.ceiling - 0.1 && truth.ceiling > 0.8, JSON.stringify(truth));
  t.true(Math.abs(truth.length - 1) < 0.3, JSON.stringify(truth));
  t.deepEqual(
    contest.estimators.map(({ source, own }) => [source.data, source.model, source.value, own]),
    [
      ["fresh", "none", "exact", false],
      ["fresh", "none", "critic", true],
      ["fresh", "none", "nothing", false],
    ],
  );
});

test("planner: on simulated episodes a wrong model is further from the reference than a trained one", async (t) => {
  const trainer = await trained({ task: "hand", algorithm: "planner", steps: 2000, disturbance: 1 });
  const simulated = { data: "simulated", model: "learned", value: "nothing" } as const;
  const cosines = async () => {
    const { contest } = await along(trainer, 2, 0);
    t.true(contest.estimators.at(-1)!.own);
    t.deepEqual(contest.estimators.at(-1)!.source, simulated);
    t.is(comparison(contest, { data: "fresh", model: "exact", value: "nothing" }).bias, 0);
    const { cosine } = comparison(contest, simulated);
    t.not(cosine, comparison(contest, { ...simulated, data: "fresh" }).cosine);
    return cosine;
  };
  const right = await cosines();
  t.true(right > 0.7, `${right}`);
  t.is(await cosines(), right);
  const { values } = trainer.agent.model;
  values.set(values.map((x) => -3 * x));
  const wrong = await cosines();
  t.true(!(wrong > right - 0.1), `${wrong}`);
});

test("what has no meaning for a task or an algorithm is refused", (t) => {
  const refused = (settings: Partial<Config>, rollout?: number) => {
    const config = resolveConfig(settings);
    const task = tasks[config.task]!;
    return t.throws(() => rolloutOf(task, config, examinationOf(task, config), rollout), { name: "UsageError" })!
      .message;
  };
  t.regex(
    refused({ task: "hand", algorithm: "planner" }, 5),
    /^rollout is 5: nothing comes after an episode of hand; leave/,
  );
  t.regex(refused({ algorithm: "reinforce" }, 0), /^rollout is 0: .* give 1 or more, or leave it out$/);
  t.regex(refused({ algorithm: "ac", deviation: "state" }), /^deviation is state: .* take fixed or learned for ac$/);
});

test("along episodes the reference is the derivative of their mean return under common noise", async (t) => {
  const trainer = await trained({ task: "hand", algorithm: "svg-inf", steps: 1000, disturbance: 1 });
  const task = tasks.hand!;
  const P = 2;
  const { meter, contest } = await along(trainer, 1, 0);
  const [best] = contest.estimators;
  t.is(best!.estimate, contest.reference);
  t.true(contest.estimators.some(({ own, source }) => own && source.model === "learned"));
  const gradient = contest.reference.mean;
  const numbers = new Numbers(3);
  const direction = gradient.map((g) => (g === 0 ? 0 : numbers.uniform(-1, 1)));
  const { values } = meter.exact.policy;
  const start = values.slice();
  const mean = (sign: number): number => {
    values.set(start.map((x, i) => x + sign * 3e-3 * direction[i]!));
    meter.seed(trainer.config.seed);
    meter.start();
    return meter.returns(task.episodeSteps).reduce((sum, G) => sum + G, 0) / P;
  };
  const slope = (mean(1) - mean(-1)) / 6e-3;
  const expected = -gradient.reduce((sum, g, i) => sum + g * direction[i]!, 0);
  t.true(Math.abs(slope / expected - 1) < 0.02, `${slope}, ${expected}`);
});

test("after a time limit the exact value is what a longer episode gives", async (t) => {
  const trainer = await trained({ task: "reacher-4target", algorithm: "svg-inf", steps: 200 });
  const { contest } = await along(trainer, 2, 30);
  const bias = (model: "exact" | "learned", value: Source["value"]) =>
    comparison(contest, { data: "fresh", model, value }).bias;
  t.is(bias("exact", "exact"), 0);
  // gamma^100 of the return is all that is cut off
  t.true(bias("exact", "nothing") > 0 && bias("exact", "nothing") < 0.05, `${bias("exact", "nothing")}`);
  t.true(bias("learned", "exact") > bias("exact", "nothing"));
});

test("rollouts end where a twentieth of the return is left, or the process", (t) => {
  t.is(rolloutSteps({ gamma: 0.9 }, tasks.cartpole!), 29);
  t.is(rolloutSteps({ gamma: 1 }, tasks.cartpole!), 1000);
  t.is(rolloutSteps({ gamma: 1 }, tasks.hand!), 1000);
});

test("an estimate knows its mean and its noise", (t) => {
  const numbers = new Numbers(5);
  const [few, many] = [new Estimate(3), new Estimate(3)];
  const sample = (): Float32Array => Float32Array.from([1, 2, -2], (mean) => mean + numbers.uniform(-3, 3));
  for (let i = 0; i < 20; ++i) few.add(sample());
  for (let i = 0; i < 4000; ++i) many.add(sample());
  // variance of a uniform number: 36 / 12
  t.true(Math.abs(many.variance / 9 - 1) < 0.05, `${many.variance}`);
  t.true(Math.abs(signalToNoise(many, 1) - 1) < 0.05);
  t.true(Math.abs(signalToNoise(many, 4) - 2) < 0.1);
  const { ceiling } = compare(many, many);
  t.true(ceiling > compare(few, many).ceiling && ceiling > 0.999);
  const { cosine, length, bias } = compare(few, many);
  t.true(cosine < 1 && cosine > 0.8 && length > 0.5 && bias < 0.8);
  t.like(compare(many, many), { length: 1, bias: 0 });
  t.true(Math.abs(compare(many, many).cosine - 1) < 1e-12);
});
