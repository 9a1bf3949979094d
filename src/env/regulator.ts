import type { Controller } from "../evaluate.js";
import type { Environments } from "./environments.js";

/** Rows of numbers. */
export type Matrix = readonly (readonly number[])[];

/**
 * A task about its goal s*, which it does not leave without an action: s' - s* = A (s - s*) + B a, and the cost of a step, the
 * negative reward, is 1/2 (e, a) (Q N; N^T R) (e, a) with e = s - s*, up to a constant.
 */
export interface Expansion {
  /** (S, S) */
  readonly A: Matrix;
  /** (S, A) */
  readonly B: Matrix;
  /** (S, S) */
  readonly Q: Matrix;
  /** (S, A) */
  readonly N: Matrix;
  /** (A, A) */
  readonly R: Matrix;
}

/** Feedback a = -K e, and the cost 1/2 e^T P e of everything that follows. */
export interface Feedback {
  /** (A, S) */
  readonly K: Matrix;
  /** (S, S) */
  readonly P: Matrix;
}

const DIFFERENCE = 1e-4;
const ITERATIONS = 100_000;
/** Largest relative change of P at which an infinite horizon counts as reached. */
const PRECISION = 1e-12;

const build = (rows: number, columns: number, entry: (i: number, j: number) => number): number[][] =>
  Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_, j) => entry(i, j)));

const transpose = (x: Matrix): Matrix => build(x[0]!.length, x.length, (i, j) => x[j]![i]!);

const sum = (x: Matrix, y: Matrix, weight = 1): Matrix =>
  build(x.length, x[0]!.length, (i, j) => x[i]![j]! + weight * y[i]![j]!);

const product = (x: Matrix, y: Matrix): Matrix =>
  build(x.length, y[0]!.length, (i, j) => x[i]!.reduce((total, value, k) => total + value * y[k]![j]!, 0));

/** x^-1 y of a symmetric positive definite x, by elimination. */
function solve(x: Matrix, y: Matrix): Matrix {
  const n = x.length;
  const rows = x.map((row, i) => [...row, ...y[i]!]);
  for (let k = 0; k < n; ++k) {
    const pivot = rows[k]![k]!;
    if (!(pivot > 0)) throw new Error("the cost of an action is not positive definite: there is no best feedback");
    rows[k] = rows[k]!.map((value) => value / pivot);
    for (let i = 0; i < n; ++i) {
      const factor = rows[i]![k]!;
      if (i !== k) rows[i] = rows[i]!.map((value, j) => value - factor * rows[k]![j]!);
    }
  }
  return rows.map((row) => row.slice(n));
}

/**
 * The task at its goal, at a time: exact Jacobians of the transition, and the reward's curvature from central differences of its exact
 * gradient.
 * @throws Error when the task has no goal.
 */
export function expandAtGoal(environments: Environments, time = 0): Expansion {
  const { task, row } = environments;
  const [S, A] = [task.state.length, task.action.length];
  if (task.goal === undefined) throw new Error(`${task.name} has no goal that a regulator could lead to`);
  const start = new Array<number>(S).fill(0);
  if (task.clock !== undefined) start[task.clock] = time;
  const goal = Array.from(task.goal(start));
  row.s.set(goal);
  row.a.fill(0);
  row.sNext.set(goal);
  if (task.clock !== undefined) row.sNext[task.clock]! += task.controlStep;

  environments.rowJacobian();
  const fS = build(S, S, (i, j) => row.fS[i * S + j]!);
  const fA = build(S, A, (i, j) => row.fA[i * A + j]!);

  // second derivatives of r(s, a, s'), one row for each of its arguments
  const gradient = (): number[] => {
    environments.rowRewardGradient();
    return [...row.rS, ...row.rA, ...row.rSNext];
  };
  const curvature = [row.s, row.a, row.sNext].flatMap((argument) =>
    Array.from(argument, (value, i) => {
      argument[i] = value + DIFFERENCE;
      const above = gradient();
      argument[i] = value - DIFFERENCE;
      const below = gradient();
      argument[i] = value;
      return above.map((slope, k) => (slope - below[k]!) / (2 * DIFFERENCE));
    }),
  );
  // s, a, s' as linear functions of s, a
  const unit = build(S + A, S + A, (i, j) => (i === j ? 1 : 0));
  const map = [...unit, ...fS.map((slopes, i) => [...slopes, ...fA[i]!])];
  const cost = product(transpose(map), product(curvature, map));
  const block = (rows: number, columns: number, i: number, j: number) =>
    build(rows, columns, (k, l) => -cost[i + k]![j + l]!);
  return { A: fS, B: fA, Q: block(S, S, 0, 0), N: block(S, A, 0, S), R: block(A, A, S, S) };
}

/** The best feedback in a step after which everything costs 1/2 e^T P e: one step of the Riccati recursion. */
export function riccatiStep({ A, B, Q, N, R }: Expansion, P: Matrix): Feedback {
  const towards = product(transpose(B), P);
  const F = sum(product(towards, A), transpose(N));
  const K = solve(sum(product(towards, B), R), F);
  const next = sum(sum(product(transpose(A), product(P, A)), Q), product(transpose(F), K), -1);
  // rounding must not make P unsymmetric: that part would grow
  return { K, P: build(next.length, next.length, (i, j) => (next[i]![j]! + next[j]![i]!) / 2) };
}

/** Feedback of every step of a finite task, the same of all steps of an endless one, whose P solves the algebraic Riccati equation. */
export function regulator(environments: Environments): readonly Feedback[] {
  const { task } = environments;
  const S = task.state.length;
  let P: Matrix = build(S, S, () => 0);
  if (task.finite) {
    const feedback = new Array<Feedback>(task.episodeSteps);
    for (let step = task.episodeSteps - 1; step >= 0; --step) {
      feedback[step] = riccatiStep(expandAtGoal(environments, step * task.controlStep), P);
      P = feedback[step]!.P;
    }
    return feedback;
  }
  const expansion = expandAtGoal(environments);
  for (let iteration = 0; iteration < ITERATIONS; ++iteration) {
    const next = riccatiStep(expansion, P);
    const size = Math.max(...next.P.flat().map(Math.abs));
    const change = Math.max(...sum(next.P, P, -1).flat().map(Math.abs));
    if (change <= PRECISION * size) return [next];
    P = next.P;
  }
  throw new Error(`${task.name}: no feedback keeps the costs finite`);
}

/** Linear-quadratic feedback to the task's goal. The environment clips the actions. */
export function regulatorController(environments: Environments): Controller {
  const { task, count } = environments;
  const [S, A] = [task.state.length, task.action.length];
  const feedback = regulator(environments);
  return (states, actions, step) => {
    const { K } = feedback[task.finite ? step : 0]!;
    for (let i = 0; i < count; ++i) {
      const s = states.subarray(i * S, (i + 1) * S);
      const goal = task.goal!(s);
      for (let k = 0; k < A; ++k) {
        let action = 0;
        for (let j = 0; j < S; ++j) action -= K[k]![j]! * (s[j]! - goal[j]!);
        actions[i * A + k] = action;
      }
    }
  };
}
