import test from "ava";
import { type Config, resolveConfig } from "../src/config.js";
import type { StepResult } from "../src/env/environment.js";
import { Profile } from "../src/metrics.js";
import type { Network } from "../src/network.js";
import { init, parameterHash } from "../src/node.js";
import { Trainer } from "../src/train.js";
import { Point, task } from "./env/point.js";

const small = { policyHidden: [8], valueHidden: [8], modelHidden: [8], batch: 8, evaluationEpisodes: 2 };

async function trained(steps: number, settings: Partial<Config>, make: () => Point = () => new Point()) {
  const config = resolveConfig({ ...small, learningStarts: 30, ...settings, steps }, task);
  const trainer = new Trainer(await init(), config, make);
  while (!trainer.done) trainer.step();
  return trainer;
}

/** Gives every weight the value 0 but those of one tensor. */
function constant(network: Network, name: string, value: number): void {
  const find = (tensor: string, shape: readonly number[]) =>
    new Float32Array(shape.reduce((product, length) => product * length, 1)).fill(
      tensor === `${network.name}.${name}` ? value : 0,
    );
  network.restore(find, network.steps);
}

const root = (squares: readonly number[]): number =>
  Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length);
const near = (value: number | null, expected: number): boolean =>
  value !== null && Math.abs(value / expected - 1) < 1e-3;

test("before the first update there is nothing to measure", async (t) => {
  const record = (await trained(29, {})).evaluate();
  for (const name of [
    "valueGradient",
    "modelErrors",
    "stateJacobianError",
    "actionJacobianError",
    "criticBias",
    "criticError",
    "returnDeviation",
  ] as const) {
    t.is(record[name], null, name);
  }
});

test("a model that says nothing errs by the changes, and by all of the Jacobians", async (t) => {
  const trainer = await trained(60, {});
  const { agent, replay } = trainer;
  constant(agent.model, "none", 0);
  const record = trainer.evaluate();
  t.is(record.stateJacobianError, 1);
  t.is(record.actionJacobianError, 1);
  task.predicted.forEach((i, d) => {
    const changes = Array.from({ length: 60 }, (_, n) => replay.sNext[2 * n + i]! - replay.s[2 * n + i]!);
    const expected = root(changes.map((change) => (change / agent.modelScale[d]!) ** 2));
    t.true(near(record.modelErrors![d]!, expected), `${record.modelErrors![d]}, ${expected}`);
  });
});

test("errors of the model's Jacobians count in units of the changes and of the states' spread", async (t) => {
  const trainer = await trained(300, {});
  const { agent, replay } = trainer;
  const record = trainer.evaluate();
  t.is(agent.probe(64).rows, 64);
  const probe = agent.probe(64);
  const learned = agent.modelJacobian();
  const spread = [0, 1].map((i) => {
    const column = Array.from({ length: 64 }, (_, b) => probe.s[2 * b + i]!);
    const mean = column.reduce((sum, x) => sum + x, 0) / 64;
    return root(column.map((x) => x - mean).map((x) => x * x));
  });
  const exact = [1, 0.09, 0, 0.9];
  const [errors, squares]: [number[], number[]] = [[], []];
  for (let at = 0; at < 4 * 64; ++at) {
    const [i, j] = [(at >> 1) & 1, at & 1];
    const unit = spread[j]! / agent.modelScale[i]!;
    errors.push(((learned.fS[at]! - exact[at % 4]!) * unit) ** 2);
    squares.push(((exact[at % 4]! - (i === j ? 1 : 0)) * unit) ** 2);
  }
  t.true(near(record.stateJacobianError, root(errors) / root(squares)));
  // the newest transition is among them, and none is taken twice
  t.is(probe.s[126], replay.s[2 * 299]);
  t.is(new Set(replay.spread(64, 300)).size, 64);
  const later = (await trained(1500, { modelUpdates: 3 })).evaluate();
  t.true(later.stateJacobianError! < 0.5 * record.stateJacobianError!, `${later.stateJacobianError}`);
});

/** A point whose every step is worth 1. */
class Salary extends Point {
  override step(action: ArrayLike<number>): StepResult {
    return { ...super.step(action), reward: 1 };
  }
}

/** One whose last step ends the process. */
class Mortal extends Salary {
  override step(action: ArrayLike<number>): StepResult {
    const result = super.step(action);
    return { ...result, terminated: result.truncated, truncated: false };
  }
}

for (const [name, make, counted, end] of [
  ["completes a return that a time limit cuts, of states far from it", () => new Salary(), 39, 3],
  ["is held against the whole return where the process ends", () => new Mortal(), 60, 0],
] as const) {
  test(`the critic ${name}`, async (t) => {
    const trainer = await trained(60, { rewardScale: 2 }, make);
    constant(trainer.agent.value, "1.bias", 3);
    const record = trainer.evaluate();
    const returns = Array.from({ length: counted }, (_, step) => {
      const discount = 0.9 ** (60 - step);
      return (2 * (1 - discount)) / (1 - 0.9) + discount * end;
    });
    const mean = returns.reduce((sum, G) => sum + G, 0) / counted;
    t.true(near(record.criticBias, 3 - mean), `${record.criticBias}, ${3 - mean}`);
    t.true(near(record.criticError, root(returns.map((G) => (3 - G) ** 2))));
    t.true(near(record.returnDeviation, root(returns.map((G) => (G - mean) ** 2))));
  });
}

test("examining a run does not change it", async (t) => {
  const hash = async (evaluate: boolean) => {
    const config = resolveConfig({ ...small, task: "cartpole", algorithm: "svg-inf", steps: 600, deviation: "state" });
    const trainer = new Trainer(await init(), config);
    while (!trainer.done) {
      trainer.step();
      if (evaluate && trainer.steps % 90 === 0) trainer.evaluate();
    }
    return parameterHash(trainer.agent);
  };
  t.is(await hash(true), await hash(false));
});

test("the value's derivative is measured along the horizon, at its ends and evenly between", async (t) => {
  const trainer = await trained(60, { algorithm: "svg-inf", bootstrap: "none", learningStarts: 1 });
  t.is(trainer.updates, 1);
  const { vSNext } = trainer.learning.batch;
  const norms = [0, 4, 8, 12, 16, 20, 24, 28, 31, 35, 39, 43, 47, 51, 55, 59].map((step) =>
    Math.sqrt(vSNext[2 * step]! ** 2 + vSNext[2 * step + 1]! ** 2),
  );
  t.true(norms[0]! > 0 && norms[14]! > 0);
  t.deepEqual(
    trainer.evaluate().valueGradient,
    norms.map((norm) => Number(norm.toPrecision(4))),
  );
  t.is(trainer.evaluate().valueGradient, null);
  t.is((await trained(60, {})).evaluate().valueGradient!.length, 1);
});

test("a profile averages over updates, over as many points as there are steps", (t) => {
  const profile = new Profile();
  profile.add(3, (step) => step);
  profile.add(3, () => 1);
  t.deepEqual(profile.take(), [0.5, 1, 1.5]);
  t.is(profile.take(), null);
});
