// Swimmer of three, five or seven links in a viscous plane, seen from above: turn to the goal at the origin and undulate to it. State
// (x, y m of the centre of mass, heading rad of link 1, joint angles rad, then the rates of these in the same order), an action u in
// [-1, 1] for each joint.
//
// The centre of mass is in the state in place of link 1's centre, which the simulator has. Only drag moves it, so a model of it carries
// the reward's gradient; in a model of link 1 that is a small difference of large swings, lost in their errors (swimmer3, all else equal:
// policy gradients three times as long, after 6,000 steps 2.1 m from the goal instead of 1.2 m). Links are 1 m long, of equal mass,
// chained end to end: link 1's centre is the centre of mass plus sum_i w_i (cos t_i, sin t_i) with the links' angles t_i,
// w_1 = (n - 1) / 2 n and w_i = (n - i + 1/2) / n for the others.
//
// Sources: the paper names the task, a central goal and random starts. Body, drag and joints: models/swimmer3.xml (Coulom's and Tassa's
// units, dm_control's shape). Control step, and a reward of 20 for a metre of progress beside a little for being near: experiments with
// a reference implementation. Ours: 200 steps (a good gait of three links covers 0.3 m/s and has to turn first), the start (centre of
// mass 0.5 m to one metre per link from the goal in any direction, any heading, joints bent up to half of their range, at rest), the
// smooth distance d = sqrt(x^2 + y^2 + 0.1^2), and the action's cost, a mean over joints of u^2 as chosen: with 0.04 the policy
// sat at its bounds and learned less (five links were 2.1 m from the goal after 10,000 steps instead of 1.6 m); as a sum over joints it left
// seven links little to gain from swimming (1.9 m from the goal after 40,000 steps instead of 1.0 m).

import { cosine, sine } from "../core/math";
import { Random, randomBetween } from "../core/random";
import { at } from "../linalg/vector";
import { distance } from "./distance";
import { addEffortGradient, effort } from "./effort";
import { dofsOf, mechanismJacobian, mechanismNext, mechanismStep, mechanismTask } from "./mechanism";
import { Task } from "./task";

const STEPS: i32 = 200;
const SUBSTEPS: i32 = 10;
const NEAREST_START: f64 = 0.5;
const SMOOTHNESS: f64 = 0.1;
const PROGRESS_REWARD: f64 = 20;
const DISTANCE_COST: f64 = 0.05;
const ACTION_COST: f64 = 0.2;

export function swimmerTask(block: usize, bytes: i32, links: i32): Task {
  const task = mechanismTask(block, bytes, 0, 0, 3, STEPS, SUBSTEPS);
  if (dofsOf(task) != links + 2) unreachable();
  task.parameter = links;
  task.reset = reset.index;
  task.step = step.index;
  task.jacobian = jacobian.index;
  task.reward = reward.index;
  task.rewardGradient = rewardGradient.index;
  task.score = score.index;
  return task;
}


@inline
function get(from: usize, i: i32): f64 {
  return load<f64>(at<f64>(from, i));
}


@inline
function set(to: usize, i: i32, value: f64): void {
  store<f64>(at<f64>(to, i), value);
}


@inline
function add(to: usize, i: i32, value: f64): void {
  set(to, i, get(to, i) + value);
}

function reset(task: Task, s: usize, _hidden: usize, random: Random): void {
  const links = task.parameter;
  const direction = randomBetween(random, -Math.PI, Math.PI);
  const distance = randomBetween(random, NEAREST_START, <f64>links);
  // the joints' range is 2 pi / links to either side
  const bend = Math.PI / <f64>links;
  set(s, 0, distance * cosine<f64>(direction));
  set(s, 1, distance * sine<f64>(direction));
  set(s, 2, randomBetween(random, -Math.PI, Math.PI));
  for (let i = 3; i < links + 2; ++i) set(s, i, randomBetween(random, -bend, bend));
}

function step(task: Task, s: usize, hidden: usize, a: usize, disturbance: f64, random: Random): i32 {
  shift(task.parameter, s, 1);
  const trouble = mechanismStep(task, s, hidden, a, disturbance, random);
  shift(task.parameter, s, -1);
  return trouble;
}

/** The mechanism's Jacobians, with the shifts before and after the step: f' = (1 - N(s')) f (1 + N(s)). */
function jacobian(task: Task, fS: usize, fA: usize, s: usize, a: usize): void {
  const links = task.parameter;
  const S = task.states;
  const A = task.actions;
  const n = links + 2;
  const x = get(s, 0);
  const y = get(s, 1);
  const vx = get(s, n);
  const vy = get(s, n + 1);
  shift(links, s, 1);
  mechanismJacobian(task, fS, fA, s, a);
  set(s, 0, x);
  set(s, 1, y);
  set(s, n, vx);
  set(s, n + 1, vy);
  for (let i = 0; i < S; ++i) shiftVjp(links, at<f64>(fS, i * S), s);
  const next = mechanismNext(task);
  for (let j = 0; j < S; ++j) shiftBackJvp(links, at<f64>(fS, j), S, next.q, next.v);
  for (let j = 0; j < A; ++j) shiftBackJvp(links, at<f64>(fA, j), A, next.q, next.v);
}

/** w_i of link i = 1 to `links`, m. */
@inline
function lever(links: i32, i: i32): f64 {
  return (i == 1 ? 0.5 * <f64>(links - 1) : <f64>(links - i) + 0.5) / <f64>links;
}

/** Moves place and velocity in s (2 n) from the centre of mass to link 1's centre (sign 1), or back (sign -1). */
function shift(links: i32, s: usize, sign: f64): void {
  const n = links + 2;
  let angle: f64 = 0;
  let rate: f64 = 0;
  for (let i = 1; i <= links; ++i) {
    angle += get(s, i + 1);
    rate += get(s, n + i + 1);
    const x = sign * lever(links, i) * cosine<f64>(angle);
    const y = sign * lever(links, i) * sine<f64>(angle);
    add(s, 0, x);
    add(s, 1, y);
    add(s, n, -rate * y);
    add(s, n + 1, rate * x);
  }
}

/** Pullback of the shift at s with sign 1, in place: g (2 n). */
function shiftVjp(links: i32, g: usize, s: usize): void {
  const n = links + 2;
  let angle: f64 = 0;
  let rate: f64 = 0;
  for (let i = 1; i <= links; ++i) {
    angle += get(s, i + 1);
    rate += get(s, n + i + 1);
    const x = lever(links, i) * cosine<f64>(angle);
    const y = lever(links, i) * sine<f64>(angle);
    const byRate = x * get(g, n + 1) - y * get(g, n);
    const byAngle = x * get(g, 1) - y * get(g, 0) - rate * (x * get(g, n) + y * get(g, n + 1));
    // a link's angle is the sum of the heading and the joints before it
    for (let k = 2; k <= i + 1; ++k) {
      add(g, k, byAngle);
      add(g, n + k, byRate);
    }
  }
}

/** Pushforward of the shift at angles q and rates v with sign -1, in place: d (2 n), its numbers `stride` apart. */
function shiftBackJvp(links: i32, d: usize, stride: i32, q: usize, v: usize): void {
  const n = links + 2;
  let angle: f64 = 0;
  let rate: f64 = 0;
  let dAngle: f64 = 0;
  let dRate: f64 = 0;
  for (let i = 1; i <= links; ++i) {
    angle += get(q, i + 1);
    rate += get(v, i + 1);
    dAngle += get(d, (i + 1) * stride);
    dRate += get(d, (n + i + 1) * stride);
    const x = lever(links, i) * cosine<f64>(angle);
    const y = lever(links, i) * sine<f64>(angle);
    add(d, 0, y * dAngle);
    add(d, stride, -x * dAngle);
    add(d, n * stride, y * dRate + rate * x * dAngle);
    add(d, (n + 1) * stride, rate * y * dAngle - x * dRate);
  }
}

/** Of the centre of mass from the goal, m. */
@inline
function toGoal(s: usize, rounding: f64): f64 {
  return distance(load<f64>(s), load<f64>(s, 8), rounding);
}

/** Terms: progress, distance, action. */
function reward(task: Task, terms: usize, s: usize, a: usize, sNext: usize): void {
  const after = toGoal(sNext, SMOOTHNESS);
  set(terms, 0, PROGRESS_REWARD * (toGoal(s, SMOOTHNESS) - after));
  set(terms, 1, -DISTANCE_COST * after);
  set(terms, 2, (-ACTION_COST / <f64>task.actions) * effort(task, a));
}

function rewardGradient(task: Task, rS: usize, rA: usize, rSNext: usize, s: usize, a: usize, sNext: usize): void {
  const before = PROGRESS_REWARD / toGoal(s, SMOOTHNESS);
  const after = -(PROGRESS_REWARD + DISTANCE_COST) / toGoal(sNext, SMOOTHNESS);
  for (let i = 0; i < 2; ++i) {
    set(rS, i, before * get(s, i));
    set(rSNext, i, after * get(sNext, i));
  }
  addEffortGradient(task, rA, a, -ACTION_COST / <f64>task.actions);
}

/** Distance of the centre of mass from the goal, m. */
function score(_task: Task, _s: usize, sNext: usize): f64 {
  return toGoal(sNext, 0);
}
