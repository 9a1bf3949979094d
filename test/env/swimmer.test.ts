import { readFileSync } from "node:fs";
import test from "ava";
import { Agent } from "../../src/agent.js";
import { resolveConfig } from "../../src/config.js";
import { Environments } from "../../src/env/environments.js";
import { type CoreTask, tasks } from "../../src/env/task.js";
import { readModel } from "../../src/mjcf.js";
import { init, Plant } from "../../src/node.js";
import { derivative, Source } from "../core/numbers.js";

const SUBSTEPS = 10;

for (const links of [3, 5, 7]) {
  const name = `swimmer${links}`;
  const n = links + 2;
  const task = tasks[name] as CoreTask;
  const environment = async (count = 1) => new Environments(await init(), task, count, 1);

  /** States of a swimmer that moves: a few steps after a start, under random actions. */
  function* moving(environments: Environments, count: number): Generator<{ s: number[]; a: number[] }> {
    const source = new Source(links);
    for (let i = 0; i < count; ++i) {
      environments.reset(0);
      for (let k = 0; k < 3; ++k) {
        environments.actions.set(source.array(links - 1).map((a) => 0.4 * a));
        environments.step();
      }
      const a = source.array(links - 1).map((value) => Math.tanh(value));
      yield { s: Array.from(environments.states), a };
    }
  }

  test(`${name}: starts lie around the goal, at rest, in any direction, with any heading`, async (t) => {
    const count = 400;
    const environments = await environment(count);
    for (let i = 0; i < count; ++i) environments.reset(i);
    const rows = Array.from({ length: count }, (_, i) => environments.states.slice(2 * n * i, 2 * n * (i + 1)));
    const within = (values: readonly number[], low: number, high: number) => {
      const [least, most] = [Math.min(...values), Math.max(...values)];
      const slack = 0.05 * (high - low);
      t.true(least >= low && least < low + slack && most <= high && most > high - slack, `${least} ${most}`);
    };
    within(
      rows.map(([x, y]) => Math.hypot(x!, y!)),
      0.5,
      links,
    );
    within(
      rows.map(([x, y]) => Math.atan2(y!, x!)),
      -Math.PI,
      Math.PI,
    );
    within(
      rows.map((row) => row[2]!),
      -Math.PI,
      Math.PI,
    );
    for (let k = 3; k < n; ++k) {
      within(
        rows.map((row) => row[k]!),
        -Math.PI / links,
        Math.PI / links,
      );
    }
    for (const row of rows) t.true(row.slice(n).every((value) => value === 0));
  });

  test(`${name}: x and y are the simulator's centre of mass, with its velocity`, async (t) => {
    const file = `${name}.xml`;
    const model = readModel(readFileSync(new URL(`../../models/${file}`, import.meta.url), "utf8"), file);
    const plant = new Plant(await init(), model);
    const environments = await environment();
    // body 0 is the world; all links weigh the same
    const centre = () => {
      plant.forward();
      const poses = Array.from({ length: links }, (_, i) => plant.bodyPose(i + 1));
      return [
        poses.reduce((sum, { centreX }) => sum + centreX / links, 0),
        poses.reduce((sum, { centreY }) => sum + centreY / links, 0),
      ];
    };
    const velocity = () => {
      const q = plant.q.slice();
      const rates = [0, 1].map((i) =>
        derivative((time) => {
          for (let k = 0; k < n; ++k) plant.q[k] = q[k]! + time * plant.v[k]!;
          return centre()[i]!;
        }, 0),
      );
      plant.q.set(q);
      return rates;
    };
    const source = new Source(10 + links);
    const whole = () => [...centre(), ...plant.q.slice(2), ...velocity(), ...plant.v.slice(2)];
    plant.q.set(source.array(n).map((value) => 0.3 * value));
    plant.v.set(source.array(n));
    environments.reset(0);
    environments.states.set(whole());
    const rest = whole();
    for (let step = 0; step < 5; ++step) {
      const a = source.array(links - 1).map((value) => Math.tanh(value));
      plant.u.set(a);
      plant.step(SUBSTEPS);
      environments.actions.set(a);
      environments.step();
      const expected = whole();
      environments.states.forEach((value, i) => {
        t.true(Math.abs(value - expected[i]!) < 1e-8 * (1 + Math.abs(value)), `${i}: ${value}, ${expected[i]}`);
      });
      const [x, y] = expected as [number, number];
      t.true(Math.abs(environments.scores[0]! - Math.hypot(x, y)) < 1e-8);
    }
    t.true(rest.some((value, i) => Math.abs(value - environments.states[i]!) > 0.1));
  });

  test(`${name}: the transition's Jacobians are its derivatives`, async (t) => {
    const environments = await environment();
    const { row } = environments;
    for (const { s, a } of moving(environments, 5)) {
      const next = (from: readonly number[], under: readonly number[]) => {
        environments.states.set(from);
        environments.actions.set(under);
        environments.step();
        return environments.states.slice();
      };
      row.s.set(s);
      row.a.set(a);
      environments.rowJacobian();
      t.deepEqual(Array.from(row.s), s);
      const compare = (jacobian: Float64Array, at: readonly number[], f: (x: readonly number[]) => Float64Array) => {
        at.forEach((x, j) => {
          const h = 1e-6;
          const above = f(at.with(j, x + h));
          const below = f(at.with(j, x - h));
          above.forEach((value, i) => {
            const slope = (value - below[i]!) / (2 * h);
            const given = jacobian[i * at.length + j]!;
            t.true(Math.abs(given - slope) < 1e-6 * (1 + Math.abs(slope)), `${i} by ${j}: ${given}, ${slope}`);
          });
        });
      };
      compare(row.fS, s, (x) => next(x, a));
      compare(row.fA, a, (x) => next(s, x));
    }
  });

  test(`${name}: the reward by hand, and its derivatives`, async (t) => {
    const environments = await environment();
    const { row } = environments;
    const close = (actual: number, expected: number, tolerance: number) =>
      t.true(Math.abs(actual - expected) <= tolerance, `${actual}, ${expected}`);
    row.s.set([3, 4]);
    row.sNext.set([0, 0.1]);
    row.a.fill(2);
    const [before, after] = [Math.sqrt(25.01), Math.sqrt(0.02)];
    close(environments.rowReward(), 20 * (before - after) - 0.05 * after - 0.2 * 4, 1e-12);
    for (const { s, a } of moving(environments, 5)) {
      row.s.set(s);
      row.a.set(a);
      environments.actions.set(a);
      environments.step();
      row.sNext.set(environments.states);
      close(environments.rowReward(), environments.rewards[0]!, 1e-12);
      environments.rowRewardGradient();
      const pairs = [[row.s, row.rS.slice()] as const, [row.a, row.rA.slice()] as const];
      for (const [at, gradient] of [...pairs, [row.sNext, row.rSNext.slice()] as const]) {
        t.true(gradient.some((slope) => Math.abs(slope) > 1e-3));
        gradient.forEach((slope, i) => {
          const x = at[i]!;
          const difference = derivative((value) => {
            at[i] = value;
            return environments.rowReward();
          }, x);
          at[i] = x;
          close(slope, difference, 1e-7 * (1 + Math.abs(slope)));
        });
      }
    }
  });

  test(`${name}: its policy does not care how the whole scene is turned`, async (t) => {
    const core = await init();
    const environments = new Environments(core, task, 1, 1);
    const agent = new Agent(core, task, resolveConfig({ task: name }));
    core.seal();
    for (const { s } of moving(environments, 5)) {
      const actions = Array.from(agent.actDeterministically(s));
      const turned = (angle: number) => {
        const [c, d] = [Math.cos(angle), Math.sin(angle)];
        const state = s.with(2, s[2]! + angle);
        for (const x of [0, n]) {
          state[x] = c * s[x]! - d * s[x + 1]!;
          state[x + 1] = d * s[x]! + c * s[x + 1]!;
        }
        return Array.from(agent.actDeterministically(state));
      };
      turned(2).forEach((value, i) => {
        t.true(Math.abs(value - actions[i]!) < 1e-5, `${value}, ${actions[i]}`);
      });
      // the heading alone matters
      const other = Array.from(agent.actDeterministically(s.with(2, s[2]! + 2)));
      t.true(other.some((value, i) => Math.abs(value - actions[i]!) > 1e-4));
    }
  });
}
