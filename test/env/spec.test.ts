import test from "ava";
import { makeEnvironment } from "../../src/env/environment.js";
import { Environments } from "../../src/env/environments.js";
import { type CoreTask, tasks } from "../../src/env/task.js";
import { evaluateController } from "../../src/evaluate.js";
import { init } from "../../src/node.js";
import { Source } from "../core/numbers.js";
import { modelOf } from "./models.js";

/** What must hold of every task, whatever it is about. */

const all = Object.values(tasks);

/** Copies of a task without disturbances, each in a start state. */
async function copies(task: CoreTask, count = 1, seed = 1, disturbance?: number): Promise<Environments> {
  const options = disturbance === undefined ? {} : { disturbance };
  const environments = new Environments(await init(), task, count, seed, undefined, options);
  for (let i = 0; i < count; ++i) environments.reset(i);
  return environments;
}

/** States, actions and next states along episodes of random actions that are held for a while. */
async function transitions(task: CoreTask, count: number, seed: number) {
  const environments = await copies(task, 1, seed);
  const source = new Source(seed);
  const rows = [];
  let action: number[] = [];
  for (let step = 0; rows.length < count; ++step) {
    if (step % 5 === 0) action = task.action.map(() => source.uniform(-1.2, 1.2));
    environments.actions.set(action);
    const s = environments.states.slice();
    environments.step();
    // every seventh, so that an episode's parts all occur
    if (step % 7 === 3) rows.push({ s, a: Float64Array.from(action), sNext: environments.states.slice() });
    if (environments.terminated[0] === 1 || environments.truncated[0] === 1 || step % 90 === 89) environments.reset(0);
  }
  return rows;
}

test("every task that the paper needs is there", (t) => {
  const names =
    "hand cartpole cartpole-balance swimmer3 swimmer5 swimmer7 reacher-4target reacher-moving gripper monoped cheetah cheetah-springs walker";
  t.deepEqual(Object.keys(tasks), names.split(" "));
  // the paper's dimensions, where it gives them
  const sizes = (name: string) => [tasks[name]!.state.length, tasks[name]!.action.length];
  t.deepEqual(["swimmer3", "swimmer5", "swimmer7"].map(sizes), [
    [10, 2],
    [14, 4],
    [18, 6],
  ]);
  t.deepEqual(["reacher-4target", "reacher-moving"].map(sizes), [
    [8, 3],
    [8, 3],
  ]);
  t.deepEqual(sizes("monoped"), [14, 4]);
  t.deepEqual(["cheetah", "cheetah-springs"].map(sizes), [
    [18, 6],
    [18, 6],
  ]);
  t.deepEqual(["cartpole", "cartpole-balance"].map(sizes), [
    [4, 1],
    [4, 1],
  ]);
});

for (const task of all) {
  const S = task.state.length;
  const A = task.action.length;

  test(`${task.name}: the registry and the core agree`, async (t) => {
    const core = await init();
    const environments = new Environments(core, task, 2, 1);
    const { sizes } = environments;
    t.is(sizes.states, S);
    t.is(sizes.actions, A);
    t.is(sizes.terms, task.reward.length);
    t.is(sizes.steps, task.episodeSteps);
    t.true(Math.abs(sizes.controlStep - task.controlStep) < 1e-12);
    t.is(sizes.finite, task.finite ?? false);
    t.is(sizes.fails, task.failure !== undefined);
    const model = modelOf(task);
    if (!task.closedForm) {
      const substeps = task.controlStep / model.option.timestep;
      t.true(Math.abs(substeps - Math.round(substeps)) < 1e-9, "control steps are whole numbers of time steps");
      t.is(model.actuators.length, A);
    }
    const names = [...task.state, ...task.action].map(({ name }) => name);
    t.is(new Set(task.state.map(({ name }) => name)).size, S);
    t.is(new Set(names.slice(S)).size, A);
    t.is(new Set(task.reward.map(({ name }) => name)).size, task.reward.length);
    for (const { low, high } of task.action) t.deepEqual([low, high], [-1, 1]);
    for (const { low, high } of task.state) t.true(low < high);
    for (const dimension of [...task.predicted, ...(task.constant ?? [])]) t.true(dimension >= 0 && dimension < S);
    for (const constant of task.constant ?? []) t.false(task.predicted.includes(constant));
    t.true(task.score.window >= 1 && task.score.window <= task.episodeSteps);
    t.true(task.score.share > 0 && task.score.share <= 1);
    t.true(task.start.length > 10 && task.summary.length > 10);
  });

  test(`${task.name}: what a reset and a step give`, async (t) => {
    const environment = makeEnvironment(await init(), task, { seed: 3 });
    t.throws(() => environment.step(new Float64Array(A)), { message: /wants a reset/ });
    const start = environment.reset({ seed: 5 });
    t.true(start.observation instanceof Float64Array);
    t.is(start.observation.length, S);
    const kept = start.observation.slice();
    t.throws(() => environment.step(new Float64Array(A + 1)), { message: /action has \d+ numbers: it must have/ });
    t.throws(() => environment.step(new Float64Array(A).fill(Number.NaN)), { message: /action\[0\] is NaN/ });
    const action = new Float64Array(A).fill(0.3);
    const result = environment.step(action);
    t.is(result.observation.length, S);
    t.deepEqual(
      Object.keys(result.info.terms),
      task.reward.map(({ name }) => name),
    );
    const sum = Object.values(result.info.terms).reduce((total, term) => total + term, 0);
    t.true(Math.abs(sum - result.reward) <= 1e-12 * Math.max(1, Math.abs(sum)));
    t.is(typeof result.terminated, "boolean");
    t.is(typeof result.truncated, "boolean");
    for (const value of [...result.observation, result.reward, result.info.score]) t.true(Number.isFinite(value));
    // nothing that was handed out changes afterwards, nothing that was handed in has changed
    t.deepEqual(start.observation, kept);
    t.notDeepEqual(result.observation, kept);
    t.deepEqual(action, new Float64Array(A).fill(0.3));
    const first = result.observation.slice();
    environment.step(action);
    t.deepEqual(result.observation, first);
  });

  test(`${task.name}: an episode is a function of its seed and its actions`, async (t) => {
    const episode = async (seed: number) => {
      const environment = makeEnvironment(await init(), task);
      const source = new Source(9);
      const history: number[] = [...environment.reset({ seed }).observation];
      for (let step = 0; step < 60; ++step) {
        const { observation, reward, terminated, truncated } = environment.step(source.array(A));
        history.push(...observation, reward);
        if (terminated || truncated) break;
      }
      return history;
    };
    const first = await episode(4);
    t.deepEqual(await episode(4), first);
    const other = await episode(5);
    t.notDeepEqual(other, first);
  });

  test(`${task.name}: a snapshot in mid-episode goes on bit by bit`, async (t) => {
    const environments = await copies(task, 2, 8);
    const goOn = (source: Source, steps: number, resetAt: number) => {
      const history = [];
      for (let step = 0; step < steps; ++step) {
        environments.actions.set(source.array(2 * A));
        environments.step();
        if (step === resetAt) environments.reset(1);
        history.push(...environments.states, ...environments.rewards, ...environments.hidden, ...environments.elapsed);
      }
      return history;
    };
    goOn(new Source(2), 37, 20);
    const snapshot = environments.snapshot();
    const first = goOn(new Source(77), 60, 40);
    environments.restore(snapshot);
    t.deepEqual(environments.snapshot(), snapshot);
    t.deepEqual(goOn(new Source(77), 60, 40), first);
    t.throws(() => environments.restore(snapshot.subarray(1)), { message: /the snapshot has \d+ bytes/ });
  });

  test(`${task.name}: every dimension moves under random actions unless it is declared constant`, async (t) => {
    const environments = await copies(task, 20, 6);
    const source = new Source(3);
    const start = environments.states.slice();
    const moved = new Set<number>();
    // held actions, so that a gripper meets its ball
    for (let step = 0; step < Math.min(140, task.episodeSteps - 1); ++step) {
      if (step % 10 === 0) environments.actions.set(source.array(20 * A));
      environments.step();
      environments.states.forEach((value, i) => {
        if (value !== start[i]) moved.add(i % S);
      });
    }
    const still = task.state.flatMap((_, i) => (moved.has(i) ? [] : [i]));
    t.deepEqual(still, [...(task.constant ?? [])]);
  });

  test(`${task.name}: start states differ`, async (t) => {
    const environments = await copies(task, 64, 12);
    const spread = task.state.filter((_, i) => {
      const values = Array.from({ length: 64 }, (_, copy) => environments.states[copy * S + i]!);
      return new Set(values).size > 1;
    });
    t.true(spread.length >= 1, spread.map(({ name }) => name).join());
  });

  test(`${task.name}: the reward's derivatives are those of its differences`, async (t) => {
    const environments = await copies(task);
    const { row } = environments;
    const parts = [
      ["s", row.s, row.rS],
      ["a", row.a, row.rA],
      ["sNext", row.sNext, row.rSNext],
    ] as const;
    let largest = 0;
    let used = 0;
    // the last step too, where a task's reward may come all at once
    const rows = await transitions(task, 40, 21);
    if (task.finite) {
      const clock = task.state.findIndex(({ unit }) => unit === "s");
      const end = task.episodeSteps * task.controlStep;
      for (const { s, sNext } of rows.slice(0, 20)) [s[clock], sNext[clock]] = [end - task.controlStep, end];
    }
    for (const { s, a, sNext } of rows) {
      row.s.set(s);
      row.a.set(a);
      row.sNext.set(sNext);
      environments.rowRewardGradient();
      const exact = parts.map(([, , gradient]) => gradient.slice());
      parts.forEach(([name, values], part) => {
        for (let i = 0; i < values.length; ++i) {
          // a clock is no place for small differences: the reward comes at one moment
          if (part !== 1 && task.finite && task.state[i]!.unit === "s") continue;
          const kept = values[i]!;
          const h = 1e-6 * Math.max(1, Math.abs(kept));
          const at = (x: number): number => {
            values[i] = x;
            return environments.rowReward();
          };
          const difference = (at(kept + h) - at(kept - h)) / (2 * h);
          values[i] = kept;
          const error = Math.abs(difference - exact[part]![i]!);
          largest = Math.max(largest, Math.abs(exact[part]![i]!));
          used += exact[part]![i] === 0 ? 0 : 1;
          t.true(
            error <= 1e-7 * Math.max(1, Math.abs(difference)),
            `${name}[${i}]: ${exact[part]![i]}, not ${difference}`,
          );
        }
      });
    }
    t.true(largest > 1e-3 && used > 40, `${used} derivatives, the largest ${largest}`);
  });

  test(`${task.name}: the transition's Jacobian is that of its differences`, async (t) => {
    const environments = await copies(task, 1, 31, 0);
    const { row } = environments;
    const pristine = environments.snapshot();
    const next = (s: Float64Array, a: Float64Array): Float64Array => {
      // the same random numbers each time
      environments.restore(pristine);
      environments.states.set(s);
      environments.actions.set(a);
      environments.step();
      return environments.states.slice();
    };
    let compared = 0;
    let skipped = 0;
    let largest = 0;
    for (const { s, a } of await transitions(task, 12, 41)) {
      for (let k = 0; k < A; ++k) a[k] = Math.max(-0.95, Math.min(0.95, a[k]!));
      row.s.set(s);
      row.a.set(a);
      environments.rowJacobian();
      const [fS, fA] = [row.fS.slice(), row.fA.slice()];
      for (let j = 0; j < S + A; ++j) {
        // beyond the end of a finite episode nothing is defined
        const quotient = (h: number): number[] => {
          const moved = (by: number): Float64Array => {
            const [x, u] = [s.slice(), a.slice()];
            if (j < S) x[j]! += by;
            else u[j - S]! += by;
            return next(x, u);
          };
          const [above, below] = [moved(h), moved(-h)];
          return Array.from(above, (value, i) => (value - below[i]!) / (2 * h));
        };
        const [coarse, fine] = [quotient(2e-6), quotient(1e-6)];
        const size = Math.max(1, ...fine.map(Math.abs));
        if (coarse.some((value, i) => Math.abs(value - fine[i]!) > 1e-5 * size)) {
          // a contact or a limit switches in between
          skipped += 1;
          continue;
        }
        compared += 1;
        for (let i = 0; i < S; ++i) {
          const exact = j < S ? fS[i * S + j]! : fA[i * A + j - S]!;
          largest = Math.max(largest, Math.abs(exact));
          t.true(Math.abs(exact - fine[i]!) <= 2e-5 * size, `d s'[${i}] / d ${j}: ${exact}, not ${fine[i]}`);
        }
      }
    }
    t.true(compared > 6 * (S + A) && largest > 0.5, `${compared} columns compared, ${skipped} at a switch`);
  });

  test(`${task.name}: 100,000 steps under random actions stay finite`, async (t) => {
    const count = 20;
    const environments = await copies(task, count, 51);
    const source = new Source(61);
    let failures = 0;
    let ended = 0;
    for (let step = 0; step < 100_000 / count; ++step) {
      for (let k = 0; k < count * A; ++k) environments.actions[k] = source.uniform(-1.5, 1.5);
      environments.step();
      let sum = 0;
      for (const value of environments.states) sum += Math.abs(value);
      for (const value of environments.rewards) sum += Math.abs(value);
      for (const value of environments.scores) sum += Math.abs(value);
      if (!Number.isFinite(sum)) t.fail(`step ${step}`);
      for (let i = 0; i < count; ++i) {
        failures += environments.failed[i]!;
        t.is(environments.terminated[i], task.finite && environments.elapsed[i] === task.episodeSteps ? 1 : 0);
        if (environments.terminated[i] === 1 || environments.truncated[i] === 1) {
          t.is(environments.elapsed[i], task.episodeSteps);
          environments.reset(i);
          ended += 1;
        }
      }
    }
    t.is(ended, count * Math.floor(100_000 / count / task.episodeSteps));
    t.is(failures > 0, task.failure !== undefined, `${failures} failures`);
  });

  if (task.failure !== undefined) {
    test(`${task.name}: a failure ends an episode where early termination is on`, async (t) => {
      const environments = new Environments(await init(), task, 8, 5, undefined, { earlyTermination: true });
      for (let i = 0; i < 8; ++i) environments.reset(i);
      const source = new Source(1);
      let ends = 0;
      for (let step = 0; step < 2000; ++step) {
        for (let k = 0; k < 8 * A; ++k) environments.actions[k] = source.uniform(-1, 1);
        environments.step();
        for (let i = 0; i < 8; ++i) {
          t.is(environments.terminated[i], environments.failed[i]);
          ends += environments.terminated[i]!;
          if (environments.terminated[i] === 1 || environments.truncated[i] === 1) environments.reset(i);
        }
      }
      t.true(ends > 3, String(ends));
    });
  }

  test(`${task.name}: doing nothing and acting at random do not solve it`, async (t) => {
    const environments = await copies(task, 10, 1);
    const zero = evaluateController(environments, 10, 71, (_, actions) => actions.fill(0));
    t.false(zero.solved, `score ${zero.score}`);
    const source = new Source(5);
    const random = evaluateController(environments, 10, 71, (_, actions) => {
      for (let k = 0; k < actions.length; ++k) actions[k] = source.uniform(-1, 1);
    });
    t.false(random.solved, `score ${random.score}`);
    t.notDeepEqual(random.returns, zero.returns);
  });

  test(`${task.name}: what is drawn of a state is the same things at every state`, async (t) => {
    const environments = await copies(task, 8);
    t.true(modelOf(task).dofs.length <= S);
    const drawn = Array.from(
      { length: 8 },
      (_, i) => task.markers?.(environments.states.subarray(i * S, (i + 1) * S)) ?? [],
    );
    for (const markers of drawn) {
      t.deepEqual(
        markers.map(({ name }) => name),
        drawn[0]!.map(({ name }) => name),
      );
      for (const { x, y, radius } of markers) t.true(Number.isFinite(x) && Number.isFinite(y) && radius > 0);
    }
    for (const ends of task.springs ?? []) {
      for (const end of ends) t.true(modelOf(task).bodies.some(({ name }) => name === end));
    }
  });
}
