// Hand: move a hand so that a ball, which hangs on it by a spring, ends at one of two places, and the hand above it. State (hand x, z m;
// ball x, z m; ball x', z' m/s; target -1 left or 1 right; time s), action (hand x', z') in units of 1.5 m/s. Not a mechanism:
// h += dt u,  v += dt (k (h - b) / m + g + F / m),  b += dt v, with a normal force F, new in every step.
//
// Sources: the paper gives the parts (a hand that is moved by its velocity, a spring, a ball, gravity, a random force, two target
// configurations of hand and ball, one drawn per episode, a reward in the last step only), 1,000 steps of 0.01 s, and the problem's
// origin, Munos: Policy Gradient in Continuous Time, 2006: k = m = 1, a target 2 m away along both axes, at rest at the start, squared
// distances at the end. Ours: g = 1 m/s^2, so that the ball hangs 1 m below the hand; the force's deviation of 1 N (the default disturbance); the weight of the
// ball's speed, 0.1; the cost of an action, 0.001 u^2 dt with u in m/s, as chosen; the hand's 1.5 m/s. The time is part of the state,
// because the best action depends on it; the step that reaches 10 s pays, and ends the process.
//
// The final cost is 16 without an action, 0.11 under the best actions that do not look at the state, 0.004 under linear-quadratic
// feedback (src/env/reference.ts). An episode succeeds at 0.05, hand and ball about 0.15 m off: 32 % of the episodes do so blindly,
// so that 80 % of them ask for feedback.

import { Random, randomNormal, randomUniform } from "../core/random";
import { at, clear } from "../linalg/vector";
import { Task, taskCreate } from "./task";

const STEPS: i32 = 1000;
const CONTROL_STEP: f64 = 0.01; // s
const SPEED: f64 = 1.5; // m/s, of the hand at an action of 1
const STIFFNESS: f64 = 1; // N/m
const MASS: f64 = 1; // kg
const GRAVITY: f64 = 1; // m/s^2
const SAG: f64 = (MASS * GRAVITY) / STIFFNESS; // m, of the ball at rest below the hand
const TARGET_X: f64 = 2; // m, of the ball, times the code
const TARGET_Z: f64 = 2; // m, of the ball
const SPEED_COST: f64 = 0.1; // m^2 / (m/s)^2
const ACTION_COST: f64 = 0.001;

// addresses in s
const HAND: usize = 0;
const BALL: usize = 16;
const VELOCITY: usize = 32;
const CODE: usize = 48;
const TIME: usize = 56;

export function handTask(): Task {
  const task = taskCreate(8, 2, 0, 4, STEPS, CONTROL_STEP);
  task.finite = 1;
  task.reset = reset.index;
  task.step = step.index;
  task.jacobian = jacobian.index;
  task.reward = reward.index;
  task.rewardGradient = rewardGradient.index;
  task.score = score.index;
  return task;
}

/** At rest, the ball in the middle, below the hand; a coin chooses the target. */
function reset(_task: Task, s: usize, _hidden: usize, random: Random): void {
  store<f64>(s, SAG, HAND + 8);
  store<f64>(s, randomUniform(random) < 0.5 ? -1 : 1, CODE);
}


@inline
function component(s: usize, offset: usize, axis: i32): f64 {
  return load<f64>(at<f64>(s + offset, axis));
}

/** `disturbance`: deviation of the random force on the ball, N. */
function step(_task: Task, s: usize, _hidden: usize, a: usize, disturbance: f64, random: Random): i32 {
  for (let axis = 0; axis < 2; ++axis) {
    const u = max<f64>(-1, min<f64>(1, component(a, 0, axis)));
    const h = component(s, HAND, axis) + CONTROL_STEP * SPEED * u;
    const b = component(s, BALL, axis);
    const force = STIFFNESS * (h - b) - (axis == 1 ? MASS * GRAVITY : 0) + disturbance * randomNormal(random);
    const v = component(s, VELOCITY, axis) + (CONTROL_STEP * force) / MASS;
    store<f64>(at<f64>(s + HAND, axis), h);
    store<f64>(at<f64>(s + VELOCITY, axis), v);
    store<f64>(at<f64>(s + BALL, axis), b + CONTROL_STEP * v);
  }
  store<f64>(s, load<f64>(s, TIME) + CONTROL_STEP, TIME);
  return 0;
}

/** The step is linear in s, and in a where it is not clipped; random forces have mean 0. */
function jacobian(_task: Task, fS: usize, fA: usize, _s: usize, a: usize): void {
  const push = (CONTROL_STEP * STIFFNESS) / MASS;
  const gain = CONTROL_STEP * SPEED;
  clear<f64>(fS, 64);
  clear<f64>(fA, 16);
  for (let axis = 0; axis < 2; ++axis) {
    const h = axis;
    const b = 2 + axis;
    const v = 4 + axis;
    store<f64>(at<f64>(fS, 8 * h + h), 1);
    store<f64>(at<f64>(fS, 8 * v + h), push);
    store<f64>(at<f64>(fS, 8 * v + b), -push);
    store<f64>(at<f64>(fS, 8 * v + v), 1);
    store<f64>(at<f64>(fS, 8 * b + h), CONTROL_STEP * push);
    store<f64>(at<f64>(fS, 8 * b + b), 1 - CONTROL_STEP * push);
    store<f64>(at<f64>(fS, 8 * b + v), CONTROL_STEP);
    if (Math.abs(component(a, 0, axis)) > 1) continue;
    store<f64>(at<f64>(fA, 2 * h + axis), gain);
    store<f64>(at<f64>(fA, 2 * v + axis), gain * push);
    store<f64>(at<f64>(fA, 2 * b + axis), gain * CONTROL_STEP * push);
  }
  store<f64>(at<f64>(fS, 8 * 6 + 6), 1);
  store<f64>(at<f64>(fS, 8 * 7 + 7), 1);
}

/** 1 in the last step, else 0. Half a step of tolerance: the time is a sum, and f32 in the learner. */
@inline
function isLast(sNext: usize): f64 {
  return load<f64>(sNext, TIME) > (<f64>STEPS - 0.5) * CONTROL_STEP ? 1 : 0;
}

/** How far the ball is from its target, along one axis. */
@inline
function missOf(s: usize, axis: i32): f64 {
  return component(s, BALL, axis) - (axis == 0 ? TARGET_X * load<f64>(s, CODE) : TARGET_Z);
}

/** How far the hand is from its target, which is above the ball's. */
@inline
function handMissOf(s: usize, axis: i32): f64 {
  return component(s, HAND, axis) - (axis == 0 ? TARGET_X * load<f64>(s, CODE) : TARGET_Z + SAG);
}

/** Terms: ball, hand, speed, action. */
function reward(_task: Task, terms: usize, _s: usize, a: usize, sNext: usize): void {
  const last = isLast(sNext);
  clear<f64>(terms, 4);
  for (let axis = 0; axis < 2; ++axis) {
    const ball = missOf(sNext, axis);
    const hand = handMissOf(sNext, axis);
    const v = component(sNext, VELOCITY, axis);
    const u = SPEED * component(a, 0, axis);
    store<f64>(terms, load<f64>(terms) - last * ball * ball);
    store<f64>(terms, load<f64>(terms, 8) - last * hand * hand, 8);
    store<f64>(terms, load<f64>(terms, 16) - last * SPEED_COST * v * v, 16);
    store<f64>(terms, load<f64>(terms, 24) - ACTION_COST * CONTROL_STEP * u * u, 24);
  }
}

function rewardGradient(_task: Task, _rS: usize, rA: usize, rSNext: usize, _s: usize, a: usize, sNext: usize): void {
  const last = isLast(sNext);
  for (let axis = 0; axis < 2; ++axis) {
    const ball = missOf(sNext, axis);
    const hand = handMissOf(sNext, axis);
    store<f64>(at<f64>(rSNext + BALL, axis), -2 * last * ball);
    store<f64>(at<f64>(rSNext + HAND, axis), -2 * last * hand);
    store<f64>(at<f64>(rSNext + VELOCITY, axis), -2 * last * SPEED_COST * component(sNext, VELOCITY, axis));
    store<f64>(at<f64>(rA, axis), -2 * ACTION_COST * CONTROL_STEP * SPEED * SPEED * component(a, 0, axis));
  }
  store<f64>(rSNext, 2 * last * TARGET_X * (missOf(sNext, 0) + handMissOf(sNext, 0)), CODE);
}

/** What the last step would cost in this state. */
function score(_task: Task, _s: usize, sNext: usize): f64 {
  let cost: f64 = 0;
  for (let axis = 0; axis < 2; ++axis) {
    const ball = missOf(sNext, axis);
    const hand = handMissOf(sNext, axis);
    const v = component(sNext, VELOCITY, axis);
    cost += ball * ball + hand * hand + SPEED_COST * v * v;
  }
  return cost;
}
