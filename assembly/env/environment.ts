// Several copies of one task, stepped together. Everything that a copy's future depends on, besides the actions, is s, hidden, the
// steps since its reset, and its generator.

import { allocNumbers, arenaAlloc } from "../core/arena";
import { Random, randomCreate, randomSeed } from "../core/random";
import { at, clear } from "../linalg/vector";
import { Task } from "./task";
import { createTask } from "./tasks";


@unmanaged
@final
export class Environment {
  task: Task;
  count: i32;
  /** Whether a failure ends the process. */
  terminates: i32;
  /** Standard deviation of the random disturbance of every step: of the actuators, in units of their range, or in the task's own unit. */
  disturbance: f64;
  /** Numbers of the copies: s and the s before it (count, S), hidden (count, H), a (count, A), reward (count), terms (count, K), f64. */
  s: usize;
  before: usize;
  hidden: usize;
  a: usize;
  reward: usize;
  terms: usize;
  /** What success is judged by, of the last step, f64[count]. */
  score: usize;
  /** i32[count] each: whether the last step ended the process, whether it reached the time limit, whether its state is a failure, bits
   * of Trouble that it met, steps since the reset. */
  terminated: usize;
  truncated: usize;
  failed: usize;
  trouble: usize;
  elapsed: usize;
  /** usize[count]: each copy's generator. */
  generators: usize;
  /** One transition: s, s', the reward's derivatives by them (S), a, the derivative by it (A), terms (K), Jacobians (S, S), (S, A). */
  rowS: usize;
  rowSNext: usize;
  rowA: usize;
  rS: usize;
  rSNext: usize;
  rA: usize;
  rowTerms: usize;
  fS: usize;
  fA: usize;
}

/**
 * `count` copies of a task (tasks.ts) whose compiled model, if it has one, is the `bytes` bytes at `block`; copy i draws from stream
 * `stream`, index i. Every copy wants a reset before its first step.
 */
export function environmentCreate(
  task: i32,
  block: usize,
  bytes: i32,
  count: i32,
  seed: u64,
  stream: u32,
): Environment {
  const environment = changetype<Environment>(arenaAlloc(offsetof<Environment>()));
  const kind = createTask(task, block, bytes);
  const S = kind.states;
  const A = kind.actions;
  environment.task = kind;
  environment.count = count;
  environment.s = allocNumbers<f64>(count * S);
  environment.before = allocNumbers<f64>(S);
  environment.hidden = allocNumbers<f64>(count * kind.hidden);
  environment.a = allocNumbers<f64>(count * A);
  environment.reward = allocNumbers<f64>(count);
  environment.terms = allocNumbers<f64>(count * kind.terms);
  environment.score = allocNumbers<f64>(count);
  environment.terminated = allocNumbers<i32>(count);
  environment.truncated = allocNumbers<i32>(count);
  environment.failed = allocNumbers<i32>(count);
  environment.trouble = allocNumbers<i32>(count);
  environment.elapsed = allocNumbers<i32>(count);
  environment.generators = arenaAlloc(<usize>count * sizeof<usize>());
  for (let i = 0; i < count; ++i) {
    store<usize>(environment.generators + <usize>i * sizeof<usize>(), changetype<usize>(randomCreate(seed, stream, i)));
  }
  environment.rowS = allocNumbers<f64>(S);
  environment.rowSNext = allocNumbers<f64>(S);
  environment.rowA = allocNumbers<f64>(A);
  environment.rS = allocNumbers<f64>(S);
  environment.rSNext = allocNumbers<f64>(S);
  environment.rA = allocNumbers<f64>(A);
  environment.rowTerms = allocNumbers<f64>(kind.terms);
  environment.fS = allocNumbers<f64>(S * S);
  environment.fA = allocNumbers<f64>(S * A);
  return environment;
}

/** Whether a failure ends the process (0 or 1), and the standard deviation of the disturbance. */
export function environmentConfigure(environment: Environment, terminates: i32, disturbance: f64): void {
  environment.terminates = terminates;
  environment.disturbance = disturbance;
}

export function generatorOf(environment: Environment, i: i32): Random {
  return changetype<Random>(load<usize>(environment.generators + <usize>i * sizeof<usize>()));
}

/** Restarts every copy's generator. */
export function environmentSeed(environment: Environment, seed: u64, stream: u32): void {
  for (let i = 0; i < environment.count; ++i) randomSeed(generatorOf(environment, i), seed, stream, i);
}

/** A new start state for copy i. */
export function environmentReset(environment: Environment, i: i32): void {
  if (<u32>i >= <u32>environment.count) unreachable();
  const task = environment.task;
  const s = at<f64>(environment.s, i * task.states);
  const hidden = at<f64>(environment.hidden, i * task.hidden);
  clear<f64>(s, task.states);
  clear<f64>(hidden, task.hidden);
  call_indirect<void>(task.reset, task, s, hidden, generatorOf(environment, i));
  clear<f64>(at<f64>(environment.terms, i * task.terms), task.terms);
  store<f64>(at<f64>(environment.reward, i), 0);
  store<f64>(at<f64>(environment.score, i), 0);
  store<i32>(at<i32>(environment.elapsed, i), 0);
  store<i32>(at<i32>(environment.terminated, i), 0);
  store<i32>(at<i32>(environment.truncated, i), 0);
  store<i32>(at<i32>(environment.failed, i), 0);
  store<i32>(at<i32>(environment.trouble, i), 0);
}

/** One control step of every copy under its action. */
export function environmentStep(environment: Environment): void {
  for (let i = 0; i < environment.count; ++i) stepCopy(environment, i);
}

function stepCopy(environment: Environment, i: i32): void {
  const task = environment.task;
  const s = at<f64>(environment.s, i * task.states);
  const a = at<f64>(environment.a, i * task.actions);
  const hidden = at<f64>(environment.hidden, i * task.hidden);
  const terms = at<f64>(environment.terms, i * task.terms);
  const before = environment.before;
  memory.copy(before, s, (<usize>task.states) << 3);
  const trouble = call_indirect<i32>(
    task.step,
    task,
    s,
    hidden,
    a,
    environment.disturbance,
    generatorOf(environment, i),
  );
  call_indirect<void>(task.reward, task, terms, before, a, s);
  const failed = task.failed != 0 && call_indirect<bool>(task.failed, task, s);
  const elapsed = load<i32>(at<i32>(environment.elapsed, i)) + 1;
  const last = elapsed >= task.steps;
  store<f64>(at<f64>(environment.reward, i), sumOf(terms, task.terms));
  store<f64>(at<f64>(environment.score, i), call_indirect<f64>(task.score, task, before, s));
  store<i32>(at<i32>(environment.trouble, i), trouble);
  store<i32>(at<i32>(environment.failed, i), failed ? 1 : 0);
  store<i32>(at<i32>(environment.elapsed, i), elapsed);
  const terminated = (failed && environment.terminates != 0) || (last && task.finite != 0);
  store<i32>(at<i32>(environment.terminated, i), terminated ? 1 : 0);
  store<i32>(at<i32>(environment.truncated, i), last && !terminated ? 1 : 0);
}


@inline
function readRow(to: usize, from: usize, row: i32, length: i32): void {
  for (let i = 0; i < length; ++i) store<f64>(at<f64>(to, i), <f64>load<f32>(at<f32>(from, row * length + i)));
}


@inline
function writeRow(to: usize, from: usize, row: i32, length: i32): void {
  for (let i = 0; i < length; ++i) store<f32>(at<f32>(to, row * length + i), <f32>load<f64>(at<f64>(from, i)));
}

/** Derivatives of the reward at B transitions of f32: rS (B, S), rA (B, A), rSNext (B, S), all overwritten. */
export function rewardGradient(
  environment: Environment,
  rS: usize,
  rA: usize,
  rSNext: usize,
  s: usize,
  a: usize,
  sNext: usize,
  B: i32,
): void {
  const task = environment.task;
  const S = task.states;
  const A = task.actions;
  for (let b = 0; b < B; ++b) {
    readRow(environment.rowS, s, b, S);
    readRow(environment.rowA, a, b, A);
    readRow(environment.rowSNext, sNext, b, S);
    gradientOfRow(environment);
    writeRow(rS, environment.rS, b, S);
    writeRow(rA, environment.rA, b, A);
    writeRow(rSNext, environment.rSNext, b, S);
  }
}

/** rS, rA, rSNext of the environment's own row, from rowS, rowA, rowSNext: one transition in f64. */
export function gradientOfRow(environment: Environment): void {
  const task = environment.task;
  clear<f64>(environment.rS, task.states);
  clear<f64>(environment.rA, task.actions);
  clear<f64>(environment.rSNext, task.states);
  call_indirect<void>(
    task.rewardGradient,
    task,
    environment.rS,
    environment.rA,
    environment.rSNext,
    environment.rowS,
    environment.rowA,
    environment.rowSNext,
  );
}

/** The reward of the environment's own row. */
export function rewardOfRow(environment: Environment): f64 {
  const task = environment.task;
  const terms = environment.rowTerms;
  call_indirect<void>(task.reward, task, terms, environment.rowS, environment.rowA, environment.rowSNext);
  return sumOf(terms, task.terms);
}


@inline
function sumOf(terms: usize, count: i32): f64 {
  let sum: f64 = 0;
  for (let k = 0; k < count; ++k) sum += load<f64>(at<f64>(terms, k));
  return sum;
}

/** Jacobians of the true transition, without disturbances, at B states and actions of f32: fS (B, S, S), fA (B, S, A), overwritten. */
export function transitionJacobian(environment: Environment, fS: usize, fA: usize, s: usize, a: usize, B: i32): void {
  const task = environment.task;
  const S = task.states;
  const A = task.actions;
  for (let b = 0; b < B; ++b) {
    readRow(environment.rowS, s, b, S);
    readRow(environment.rowA, a, b, A);
    jacobianOfRow(environment);
    writeRow(fS, environment.fS, b, S * S);
    writeRow(fA, environment.fA, b, S * A);
  }
}

/** fS, fA of the environment's own row, from rowS and rowA: one transition in f64. */
export function jacobianOfRow(environment: Environment): void {
  const task = environment.task;
  call_indirect<void>(task.jacobian, task, environment.fS, environment.fA, environment.rowS, environment.rowA);
}
