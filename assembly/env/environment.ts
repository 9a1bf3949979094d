// Several copies of one task, stepped together. A task is a file beside this one; the switches below are where it is named.

import { allocNumbers, arenaAlloc } from "../core/arena";
import { Random, randomCreate, randomSeed } from "../core/random";
import { at } from "../linalg/vector";
import {
  CARTPOLE_ACTIONS,
  CARTPOLE_STATES,
  CARTPOLE_STEPS,
  cartpoleReset,
  cartpoleReward,
  cartpoleRewardGradient,
  cartpoleScore,
  cartpoleStep,
} from "./cartpole";

export enum Task {
  Cartpole,
}

export function taskStates(task: i32): i32 {
  switch (task) {
    case Task.Cartpole:
      return CARTPOLE_STATES;
    default:
      return unreachable();
  }
}

export function taskActions(task: i32): i32 {
  switch (task) {
    case Task.Cartpole:
      return CARTPOLE_ACTIONS;
    default:
      return unreachable();
  }
}

/** Control steps of an episode. */
export function taskSteps(task: i32): i32 {
  switch (task) {
    case Task.Cartpole:
      return CARTPOLE_STEPS;
    default:
      return unreachable();
  }
}

function reset(task: i32, s: usize, random: Random): void {
  switch (task) {
    case Task.Cartpole:
      return cartpoleReset(s, random);
    default:
      return unreachable();
  }
}

function step(task: i32, s: usize, a: usize): void {
  switch (task) {
    case Task.Cartpole:
      return cartpoleStep(s, a);
    default:
      return unreachable();
  }
}

function reward<T>(task: i32, s: usize, a: usize): T {
  switch (task) {
    case Task.Cartpole:
      return cartpoleReward<T>(s, a);
    default:
      return unreachable();
  }
}


@unmanaged
@final
export class Environment {
  task: i32;
  count: i32;
  /** Numbers for the copies: s (count, S), a (count, A), reward (count), f64. */
  s: usize;
  a: usize;
  reward: usize;
  /** i32[count] each: whether the last step ended the process, whether it reached the time limit, steps since the reset. */
  terminated: usize;
  truncated: usize;
  elapsed: usize;
  /** usize[count]: each copy's generator. */
  generators: usize;
}

/** `count` copies of a task; copy i draws from stream `stream`, index i. Every copy wants a reset before its first step. */
export function environmentCreate(task: i32, count: i32, seed: u64, stream: u32): Environment {
  const environment = changetype<Environment>(arenaAlloc(offsetof<Environment>()));
  environment.task = task;
  environment.count = count;
  environment.s = allocNumbers<f64>(count * taskStates(task));
  environment.a = allocNumbers<f64>(count * taskActions(task));
  environment.reward = allocNumbers<f64>(count);
  environment.terminated = allocNumbers<i32>(count);
  environment.truncated = allocNumbers<i32>(count);
  environment.elapsed = allocNumbers<i32>(count);
  environment.generators = arenaAlloc(<usize>count * sizeof<usize>());
  for (let i = 0; i < count; ++i) {
    store<usize>(environment.generators + <usize>i * sizeof<usize>(), changetype<usize>(randomCreate(seed, stream, i)));
  }
  return environment;
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
  reset(environment.task, at<f64>(environment.s, i * taskStates(environment.task)), generatorOf(environment, i));
  store<i32>(at<i32>(environment.elapsed, i), 0);
  store<i32>(at<i32>(environment.terminated, i), 0);
  store<i32>(at<i32>(environment.truncated, i), 0);
}

/** One control step of every copy under its action. */
export function environmentStep(environment: Environment): void {
  const task = environment.task;
  const S = taskStates(task);
  const A = taskActions(task);
  for (let i = 0; i < environment.count; ++i) {
    const s = at<f64>(environment.s, i * S);
    const a = at<f64>(environment.a, i * A);
    store<f64>(at<f64>(environment.reward, i), reward<f64>(task, s, a));
    step(task, s, a);
    const elapsed = load<i32>(at<i32>(environment.elapsed, i)) + 1;
    store<i32>(at<i32>(environment.elapsed, i), elapsed);
    store<i32>(at<i32>(environment.truncated, i), elapsed >= taskSteps(task) ? 1 : 0);
  }
}

/** Derivatives of the reward at B transitions: rS (B, S), rA (B, A), rSNext (B, S), all overwritten. */
export function rewardGradient<T>(
  task: i32,
  rS: usize,
  rA: usize,
  rSNext: usize,
  s: usize,
  a: usize,
  sNext: usize,
  B: i32,
): void {
  const S = taskStates(task);
  const A = taskActions(task);
  for (let b = 0; b < B; ++b) {
    switch (task) {
      case Task.Cartpole:
        cartpoleRewardGradient<T>(at<T>(rS, b * S), at<T>(rA, b * A), at<T>(s, b * S), at<T>(a, b * A));
        memory.fill(at<T>(rSNext, b * S), 0, (<usize>S) << alignof<T>());
        break;
      default:
        return unreachable();
    }
  }
}

/** The task's own measure of copy i's state: what `solved` is judged by. */
export function environmentScore(environment: Environment, i: i32): f64 {
  const s = at<f64>(environment.s, i * taskStates(environment.task));
  switch (environment.task) {
    case Task.Cartpole:
      return cartpoleScore(s);
    default:
      return unreachable();
  }
}
