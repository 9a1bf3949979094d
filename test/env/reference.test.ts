import test from "ava";
import { cartpole, cartpoleBalance } from "../../src/env/cartpole.js";
import { Environments } from "../../src/env/environments.js";
import { hand } from "../../src/env/hand.js";
import { referenceController, referencesOf } from "../../src/env/reference.js";
import { expandAtGoal, type Matrix, regulator } from "../../src/env/regulator.js";
import { type Evaluation, evaluateController } from "../../src/evaluate.js";
import { init } from "../../src/node.js";
import { assertClose, largest } from "../core/numbers.js";

const environment = async (task = cartpole, copies = 1, options = {}) =>
  new Environments(await init(), task, copies, 1, undefined, options);

const times = (x: Matrix, y: readonly number[]): number[] =>
  x.map((row) => row.reduce((sum, value, j) => sum + value * y[j]!, 0));
const form = (x: readonly number[], P: Matrix, y: readonly number[]): number =>
  times(P, y).reduce((sum, value, i) => sum + value * x[i]!, 0);

test("the expansion of balancing at its goal is known in closed form", async (t) => {
  const { A, B, Q, N, R } = expandAtGoal(await environment(cartpoleBalance));
  // the pole falls with (m + M) m g l / det of its mass matrix; over 0.04 s the angle's own slope is cosh(0.04 sqrt of it)
  const rate = Math.sqrt((1.1 * 0.1 * 9.81 * 0.5) / (1.1 * (0.1 / 3) - 0.05 ** 2));
  t.true(Math.abs(A[1]![1]! - Math.cosh(0.04 * rate)) < 1e-6);
  t.true(B[2]![0]! > 0 && B[3]![0]! < 0);
  // (1 + cos(angle)) (1 + 0.1^(rate^2 / 25)) / 2 - position^2 - 0.2 action^2, of s and a alone
  const weights = [2, 1, 0, (2 * Math.log(10)) / 25];
  assertClose(
    t,
    Q.flat(),
    weights.flatMap((w, i) => weights.map((_, j) => (i === j ? w : 0))),
    1e-7,
    "Q",
  );
  assertClose(t, [...N.flat(), ...R.flat()], [0, 0, 0, 0, 0.4], 1e-9, "N, R");
});

test("the regulator's P solves the Riccati equation: what a step costs is what it takes off", async (t) => {
  const environments = await environment(cartpoleBalance);
  const { A, B, Q, R } = expandAtGoal(environments);
  const [{ K, P }] = regulator(environments) as [{ K: Matrix; P: Matrix }];
  const e = [0.3, -0.2, 0.5, 0.7];
  const costFrom = (a: readonly number[]) => {
    const after = times(A, e).map((x, i) => x + B[i]![0]! * a[0]!);
    return form(e, Q, e) + form(a, R, a) + form(after, P, after);
  };
  const best = times(K, e).map((x) => -x);
  const cost = form(e, P, e);
  t.true(cost > 0.1);
  t.true(Math.abs(costFrom(best) - cost) < 1e-9 * cost);
  for (const other of [best[0]! + 0.01, best[0]! - 0.01]) t.true(costFrom([other]) > cost * (1 + 1e-6));
});

test("the regulator of a finite task solves its recursion, and feeds nothing back that can't matter", async (t) => {
  const environments = await environment(hand);
  const feedback = regulator(environments);
  t.is(feedback.length, 1000);
  for (const step of [0, 500, 998, 999]) {
    const { A, B, Q, N, R } = expandAtGoal(environments, step * 0.01);
    const { K, P } = feedback[step]!;
    const e = [0.3, -0.2, 0.5, 0.7, -0.4, 0.1, 0, 0];
    const a = times(K, e).map((x) => -x);
    const after = times(A, e).map((x, i) => x + B[i]![0]! * a[0]! + B[i]![1]! * a[1]!);
    const later = step === 999 ? 0 : form(after, feedback[step + 1]!.P, after);
    const cost = form(e, Q, e) + 2 * form(e, N, a) + form(a, R, a) + later;
    t.true(Math.abs(cost - form(e, P, e)) < 1e-9 * cost);
    t.true(largest(K.flat()) > 0.01);
  }
});

test("zero and random references do what they say; a task without a goal has no regulator", async (t) => {
  const environments = await environment(cartpole, 500);
  const [actions, again] = [new Float64Array(500), new Float64Array(500)];
  actions.fill(3);
  referenceController("zero", environments)(environments.states, actions, 0);
  t.deepEqual(actions, new Float64Array(500));
  const act = referenceController("random", environments, 4);
  act(environments.states, actions, 0);
  t.true(actions.every((u) => u >= -1 && u < 1) && Math.min(...actions) < -0.98 && Math.max(...actions) > 0.98);
  act(environments.states, again, 1);
  t.notDeepEqual(actions, again);
  referenceController("random", environments, 4)(environments.states, again, 0);
  t.deepEqual(actions, again);
  t.deepEqual(referencesOf(cartpole), ["zero", "random"]);
  t.deepEqual(referencesOf(hand), ["zero", "random", "lqr"]);
  t.throws(() => referenceController("lqr", environments), { message: /cartpole has no reference lqr/ });
});

test("balancing: the regulator keeps every pole up, without it every one falls", async (t) => {
  const environments = await environment(cartpoleBalance, 50);
  const of = (name: "zero" | "lqr") =>
    evaluateController(environments, 100, 1, referenceController(name, environments));
  const [zero, lqr] = [of("zero"), of("lqr")];
  t.is(zero.successes, 0);
  t.true(zero.failures.every(Boolean));
  t.is(lqr.successes, 1);
  t.true(lqr.score > 0 && lqr.score < 0.03, `distance ${lqr.score}`);
});

test("hand: feedback reaches a cost of 0.004, its actions without feedback 0.11, no action 16", async (t) => {
  const copies = 100;
  const environments = await environment(hand, copies);
  const lqr = referenceController("lqr", environments);
  const of = (act: typeof lqr): Omit<Evaluation, "sigma"> => evaluateController(environments, 200, 3, act);
  const closed = of(lqr);
  t.true(closed.score > 0.003 && closed.score < 0.006, `feedback ${closed.score}`);
  t.is(closed.successes, 1);
  // what it does where no random force acts, by the transition's exact (affine) map
  const { row } = environments;
  const plan = [-1, 1].map((target) => {
    let s = [0, 1, 0, 0, 0, 0, target, 0];
    return Array.from({ length: 1000 }, (_, step) => {
      const states = new Float64Array(8 * copies);
      const actions = new Float64Array(2 * copies);
      states.set(s);
      lqr(states, actions, step);
      const a = [actions[0]!, actions[1]!].map((u) => Math.max(-1, Math.min(1, u)));
      row.s.set(s);
      row.a.set(a);
      environments.rowJacobian();
      const drift = [0, 0, 0, -1e-4, 0, -0.01, 0, 0.01];
      s = drift.map((d, i) => {
        const own = s.reduce((sum, x, j) => sum + row.fS[8 * i + j]! * x, 0);
        return d + own + row.fA[2 * i]! * a[0]! + row.fA[2 * i + 1]! * a[1]!;
      });
      return a;
    });
  });
  const open = of((states, actions, step) => {
    for (let i = 0; i < copies; i++) actions.set(plan[states[8 * i + 6]! > 0 ? 1 : 0]![step]!, 2 * i);
  });
  t.true(open.score > 0.08 && open.score < 0.14, `without feedback ${open.score}`);
  t.true(open.successes > 0.2 && open.successes < 0.45, `${open.successes}`);
  const zero = of(referenceController("zero", environments));
  t.true(zero.score > 15 && zero.score < 17.5);
});
