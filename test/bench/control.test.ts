import test from "ava";
import { BackwardPass } from "../../bench/control/backward.js";
import { BoxProgram } from "../../bench/control/box.js";
import { EnvironmentProblem } from "../../bench/control/environment-problem.js";
import { RewardExpansion } from "../../bench/control/expansion.js";
import { searchGait } from "../../bench/control/gait.js";
import { Optimiser } from "../../bench/control/optimiser.js";
import { planEpisode } from "../../bench/control/plan.js";
import { type ControlProblem, rollout } from "../../bench/control/problem.js";
import { recede } from "../../bench/control/receding.js";
import { NegativePart } from "../../bench/control/semidefinite.js";
import { coastValue, restValue } from "../../bench/control/terminal.js";
import { Chance } from "../../src/chance.js";
import { Environments } from "../../src/env/environments.js";
import { tasks } from "../../src/env/task.js";
import { init } from "../../src/node.js";

const random = (chance: Chance, length: number, size = 1): Float64Array =>
  Float64Array.from({ length }, () => chance.uniform(-size, size));

/** (m, n) = a (m, k) b (k, n). */
function times(a: Float64Array, b: Float64Array, m: number, k: number, n: number): Float64Array {
  const c = new Float64Array(m * n);
  for (let i = 0; i < m; ++i)
    for (let j = 0; j < n; ++j) for (let l = 0; l < k; ++l) c[i * n + j]! += a[i * k + l]! * b[l * n + j]!;
  return c;
}

const transpose = (a: Float64Array, m: number, n: number): Float64Array =>
  Float64Array.from({ length: m * n }, (_, at) => a[(at % m) * n + Math.floor(at / m)]!);

/** A linear system with the reward -1/2 z' C z of z = (s, a, s'), C positive definite. */
function linearQuadratic(S: number, A: number, seed: number) {
  const chance = new Chance(seed);
  const Z = 2 * S + A;
  const fS = random(chance, S * S, 0.6);
  const fA = random(chance, S * A);
  const root = random(chance, Z * Z, 0.5);
  const C = times(transpose(root, Z, Z), root, Z, Z, Z).map((x, k) => x + (k % (Z + 1) === 0 ? 0.5 : 0));
  const join = (s: Float64Array, a: Float64Array, sNext: Float64Array) => Float64Array.of(...s, ...a, ...sNext);
  const problem: ControlProblem = {
    states: S,
    actions: A,
    step(s, a, sNext) {
      const free = times(fS, s, S, S, 1);
      const forced = times(fA, a, S, A, 1);
      for (let i = 0; i < S; ++i) sNext[i] = free[i]! + forced[i]!;
    },
    jacobian(_s, _a, outS, outA) {
      outS.set(fS);
      outA.set(fA);
    },
    reward(s, a, sNext) {
      const z = join(s, a, sNext);
      return -times(z, times(C, z, Z, Z, 1), 1, Z, 1)[0]! / 2;
    },
    rewardGradient(s, a, sNext, rS, rA, rSNext) {
      const g = times(C, join(s, a, sNext), Z, Z, 1).map((x) => -x);
      rS.set(g.subarray(0, S));
      rA.set(g.subarray(S, S + A));
      rSNext.set(g.subarray(S + A));
    },
  };
  return { problem, fS, fA, C };
}

/** Solves h (n, n) x = b (n, m) by elimination with pivots. */
function solve(h: Float64Array, b: Float64Array, n: number, m: number): Float64Array {
  const rows = Array.from({ length: n }, (_, i) => [...h.subarray(i * n, i * n + n), ...b.subarray(i * m, i * m + m)]);
  for (let p = 0; p < n; ++p) {
    const best = rows.slice(p).reduce((at, row, k) => (Math.abs(row[p]!) > Math.abs(rows[at]![p]!) ? p + k : at), p);
    [rows[p], rows[best]] = [rows[best]!, rows[p]!];
    for (const row of rows) {
      if (row === rows[p]) continue;
      const factor = row[p]! / rows[p]![p]!;
      row.forEach((_, k) => {
        row[k]! -= factor * rows[p]![k]!;
      });
    }
  }
  return Float64Array.from({ length: n * m }, (_, k) => {
    const i = Math.floor(k / m);
    return rows[i]![n + (k % m)]! / rows[i]![i]!;
  });
}

test("on a linear-quadratic problem the backward pass is the Riccati recursion", (t) => {
  const S = 4;
  const A = 2;
  const N = S + A;
  const Z = N + S;
  const T = 12;
  const { problem, fS, fA, C } = linearQuadratic(S, A, 5);
  // z = W (s, a), and the cost 1/2 (s, a)' W' C W (s, a)
  const W = new Float64Array(Z * N);
  for (let i = 0; i < N; ++i) W[i * N + i] = 1;
  for (let i = 0; i < S; ++i) {
    for (let j = 0; j < S; ++j) W[(N + i) * N + j] = fS[i * S + j]!;
    for (let j = 0; j < A; ++j) W[(N + i) * N + S + j] = fA[i * A + j]!;
  }
  const F = W.subarray(N * N);
  const stage = times(transpose(W, Z, N), times(C, W, Z, Z, N), N, Z, N);
  let P = new Float64Array(S * S);
  const gains: Float64Array[] = [];
  for (let step = 0; step < T; ++step) {
    const Q = times(transpose(F, S, N), times(P, F, S, S, N), N, S, N).map((x, k) => x + stage[k]!);
    const block = (r: number, c: number, m: number, n: number) =>
      Float64Array.from({ length: m * n }, (_, k) => Q[(r + Math.floor(k / n)) * N + c + (k % n)]!);
    const K = solve(block(S, S, A, A), block(S, 0, A, S), A, S);
    gains.unshift(K.map((x) => -x));
    P = block(0, 0, S, S).map((x, k) => x - times(block(0, S, S, A), K, S, A, S)[k]!);
  }

  const backward = new BackwardPass(problem, T);
  const rewards = new RewardExpansion(problem, T);
  const zero = { s: new Float64Array(S), a: new Float64Array(A) };
  for (let step = 0; step < T; ++step) rewards.expand(step, zero.s, zero.a, zero.s);
  const repeat = (m: Float64Array) => Float64Array.from({ length: T * m.length }, (_, k) => m[k % m.length]!);
  t.true(backward.run(T, repeat(fS), repeat(fA), rewards, new Float64Array(T * A), 0));
  const difference = (a: Float64Array, b: Float64Array) => Math.max(...a.map((x, k) => Math.abs(x - b[k]!)));
  t.true(
    difference(
      backward.vSS,
      P.map((x) => -x),
    ) < 1e-10,
  );
  t.true(Math.max(...P.map(Math.abs)) > 0.1);
  gains.forEach((K, step) => {
    t.true(difference(backward.gain.subarray(step * A * S, (step + 1) * A * S), K) < 1e-10, `gain ${step}`);
  });

  // from a small state no bound is touched: two Newton steps are the solution, -1/2 s' P s
  const s0 = random(new Chance(2), S, 0.05);
  const optimiser = new Optimiser(problem, T, { damping: 1e-12, dampingRange: [1e-12, 1] });
  optimiser.start(s0, new Float64Array(T * A));
  optimiser.improve(2);
  t.true(Math.abs(optimiser.total + times(s0, times(P, s0, S, S, 1), 1, S, 1)[0]! / 2) < 1e-10);
  t.true(Math.max(...optimiser.actions.map(Math.abs)) < 1);
});

test("a box program's result satisfies the optimality conditions and is not the clipped free one", (t) => {
  const n = 4;
  const box = new BoxProgram(n);
  let differs = 0;
  for (let seed = 0; seed < 50; ++seed) {
    const chance = new Chance(seed);
    const root = random(chance, n * n);
    box.hessian.set(times(transpose(root, n, n), root, n, n, n).map((x, k) => x + (k % (n + 1) === 0 ? 0.01 : 0)));
    box.gradient.set(random(chance, n, 2));
    box.low.fill(-1);
    box.high.fill(0.5);
    box.x.fill(0);
    t.true(box.solve());
    const slope = times(box.hessian, box.x, n, n, 1).map((x, k) => x + box.gradient[k]!);
    box.x.forEach((x, k) => {
      if (x <= -1) t.true(slope[k]! >= -1e-5);
      else if (x >= 0.5) t.true(slope[k]! <= 1e-5);
      else t.true(Math.abs(slope[k]!) < 1e-4, `seed ${seed}: slope ${slope[k]}`);
    });
    const unbounded = solve(
      box.hessian,
      box.gradient.map((x) => -x),
      n,
      1,
    );
    const clipped = unbounded.map((x) => Math.min(Math.max(x, -1), 0.5));
    if (Math.max(...clipped.map((x, k) => Math.abs(x - box.x[k]!))) > 1e-3) ++differs;
  }
  t.true(differs > 5);
});

test("clipping keeps the negative part of a matrix and leaves a negative definite one alone", (t) => {
  const n = 5;
  const root = random(new Chance(4), n * n);
  const negative = times(transpose(root, n, n), root, n, n, n).map((x) => -x);
  const part = new NegativePart(n);
  const same = negative.slice();
  part.clip(same, 0, n);
  t.true(Math.max(...same.map((x, k) => Math.abs(x - negative[k]!))) < 1e-12);
  const positive = negative.map((x) => -x);
  part.clip(positive, 0, n);
  t.true(Math.max(...positive.map(Math.abs)) < 1e-12);
  // [[0, 1], [1, 0]] has eigenvalues 1 and -1: the part of -1 is left
  const saddle = Float64Array.of(0, 1, 0, 1, 0, 0, 0, 0, 3);
  new NegativePart(3).clip(saddle, 0, 3);
  const expected = [-0.5, 0.5, 0, 0.5, -0.5, 0, 0, 0, 0];
  t.true(saddle.every((x, k) => Math.abs(x - expected[k]!) < 1e-12));
});

test("a terminal value's gradient is its slope", async (t) => {
  const problem = await EnvironmentProblem.load(tasks.walker!);
  const s = problem.start(3).map((x, i) => x + random(new Chance(i), 1, 0.3)[0]!);
  for (const terminal of [restValue(problem, 20), coastValue(problem, 5, 0.03)]) {
    const g = new Float64Array(problem.states);
    terminal.gradient(s, g);
    t.true(g.some((x) => x !== 0));
    s.forEach((x, i) => {
      s[i] = x + 1e-6;
      const high = terminal.value(s);
      s[i] = x - 1e-6;
      const low = terminal.value(s);
      s[i] = x;
      t.true(Math.abs((high - low) / 2e-6 - g[i]!) < 1e-6, `${i}`);
    });
  }
});

test("the same seed gives the same episode, and no stage loses return", async (t) => {
  const problem = await EnvironmentProblem.load(tasks.cheetah!);
  const plan = () =>
    planEpisode(problem, problem.start(1), {
      steps: 20,
      gait: { steps: 20, periods: [5, 25], population: 16, elite: 4, generations: 3 },
      receding: { horizon: 10, samples: 5 },
      polish: 5,
    });
  const first = plan();
  const second = plan();
  t.deepEqual(first.actions, second.actions);
  t.deepEqual(first.states, second.states);
  const { total } = rollout(problem, problem.start(1), first.actions);
  t.is(total, first.total);
  const gait = searchGait(problem, problem.start(1), {
    steps: 20,
    periods: [5, 25],
    population: 16,
    elite: 4,
    generations: 3,
  });
  t.true(total >= gait.total && gait.total > 0);
});

test("the cart-pole swings up from hanging and balances", async (t) => {
  const problem = await EnvironmentProblem.load(tasks.cartpole!);
  const s0 = problem.start(1);
  const guess = random(new Chance(1), 250, 0.1);
  const { states, actions } = recede(problem, s0, 250, {
    horizon: 30,
    terminal: restValue(problem, 50),
    guess,
  });
  t.true(actions.every((a) => Math.abs(a) <= 1));
  for (let step = 100; step < 200; ++step) t.true(Math.cos(states[step * 4 + 1]!) > 0.99);
});

test("an environment's control problem is the environment, with its moving target", async (t) => {
  for (const name of ["reacher-moving", "swimmer3", "monoped", "hand"]) {
    const task = tasks[name]!;
    const problem = await EnvironmentProblem.load(task);
    const environment = new Environments(await init(), task, 1, 1, undefined, { disturbance: 0 });
    environment.seed(4);
    environment.reset(0);
    let s = problem.start(4);
    const hidden = environment.hidden.length;
    t.deepEqual(s, Float64Array.of(...environment.states, ...environment.hidden));
    t.is(problem.states, task.state.length + hidden);
    const chance = new Chance(9);
    for (let step = 0; step < 40; ++step) {
      const a = random(chance, problem.actions);
      const sNext = new Float64Array(problem.states);
      problem.step(s, a, sNext);
      environment.actions.set(a);
      environment.step();
      t.deepEqual(sNext, Float64Array.of(...environment.states, ...environment.hidden), `${name}, step ${step}`);
      t.true(Math.abs(problem.reward(s, a, sNext) - environment.rewards[0]!) < 1e-12);
      s = sNext;
    }
  }
});
