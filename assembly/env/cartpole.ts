// Cart-pole: swing a pole up and balance it by pushing its cart. State (x m, theta rad from upright, x' m/s, theta' rad/s), one action u
// in [-1, 1]; theta counts on without wrapping.
//
// Sources: the paper names the task only. Body, force and rail: models/cartpole.xml (dm_control's). Start noise: dm_control's. Control
// step 0.04 s and the reward r = cos theta - 0.1 x^2 - 0.001 theta'^2 - 0.01 u^2, at the state that the action is taken in and with u as
// chosen, are ours.

import { cosine, sine } from "../core/math";
import { Random, randomNormal } from "../core/random";
import { at } from "../linalg/vector";
import { mechanismTask } from "./mechanism";
import { Task } from "./task";

const STEPS: i32 = 250;
const SUBSTEPS: i32 = 4;
const START_NOISE: f64 = 0.01;
const POSITION_COST: f64 = 0.1;
const RATE_COST: f64 = 0.01;
const ACTION_COST: f64 = 0.01;

export function cartpoleTask(block: usize, bytes: i32): Task {
  const task = mechanismTask(block, bytes, 0, 0, 4, STEPS, SUBSTEPS);
  task.reset = reset.index;
  task.reward = reward.index;
  task.rewardGradient = rewardGradient.index;
  task.score = score.index;
  return task;
}

/** Hanging, with a little noise. */
function reset(_task: Task, s: usize, _hidden: usize, random: Random): void {
  for (let i = 0; i < 4; ++i) store<f64>(at<f64>(s, i), START_NOISE * randomNormal(random));
  store<f64>(s, Math.PI + load<f64>(s, 8), 8);
}

/** Terms: height, position, rate, action. */
function reward(_task: Task, terms: usize, s: usize, a: usize, _sNext: usize): void {
  const x = load<f64>(s);
  const omega = load<f64>(s, 24);
  const u = load<f64>(a);
  store<f64>(terms, cosine<f64>(load<f64>(s, 8)));
  store<f64>(terms, -POSITION_COST * x * x, 8);
  store<f64>(terms, -RATE_COST * omega * omega, 16);
  store<f64>(terms, -ACTION_COST * u * u, 24);
}

function rewardGradient(_task: Task, rS: usize, rA: usize, _rSNext: usize, s: usize, a: usize, _sNext: usize): void {
  store<f64>(rS, -2 * POSITION_COST * load<f64>(s));
  store<f64>(rS, -sine<f64>(load<f64>(s, 8)), 8);
  store<f64>(rS, -2 * RATE_COST * load<f64>(s, 24), 24);
  store<f64>(rA, -2 * ACTION_COST * load<f64>(a));
}

/** How upright the pole is, cos theta: 1 balanced, -1 hanging. */
function score(_task: Task, _s: usize, sNext: usize): f64 {
  return cosine<f64>(load<f64>(sNext, 8));
}
