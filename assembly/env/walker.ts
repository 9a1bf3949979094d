// Walker: a biped walks forward without a fall. State: root x (m), height (m), pitch, right hip, knee, ankle, left hip, knee, ankle (rad,
// a positive angle swings a hanging link forward), then their velocities; six torques in [-1, 1] of models/walker.xml.
//
// Sources: the paper names the task only; dimensions (18/6) are those of its model, Schulman's (2015). The body is rllab's and
// Gymnasium's with dm_control's joints. The reward 2 v (2 - v / 2) + 1 - (max(0, 1.2 - h) / 0.6)^2 + 0.5 (cos(pitch) - 1) - 0.02 |u|^2
// is ours: mean speed v pays most at 2 m/s, so that nothing is won by diving; low is bad and high is not, and the square of the
// shortfall has a continuous slope at 1.2 m. So are the start, anywhere in a stride and up to walking speed (starts near standing taught to
// stand), and the fall, rllab's (0.8 m, 1 rad) with more room. Control step 0.05 s, 200 steps.

import { Random, randomUniform, randomWithin } from "../core/random";
import { at } from "../linalg/vector";
import { addEffortGradient, effort } from "./effort";
import {
  addSpeedGradient,
  addUprightGradient,
  height,
  meanSpeed,
  perturb,
  placeFeet,
  shortfall,
  subtractShortfallGradient,
  upright,
} from "./legged";
import { mechanismTask, resetToReference } from "./mechanism";
import { Task } from "./task";

const STEPS: i32 = 200;
const SUBSTEPS: i32 = 10;
const DOFS: i32 = 9;
const RIGHT_LEG: i32 = 3;
const LEFT_LEG: i32 = 6;
/** Start in mid-stride: most angle of a hip, forward or back, and bend of a knee (rad), most speed (m/s), noise of all these. */
const START_STRIDE: f64 = 0.3;
const START_BEND: f64 = 0.1;
const START_SPEED: f64 = 1;
const START_NOISE: f64 = 0.05;
const HEELS_AND_TOES: i32 = 4;
const FOOT_RADIUS: f64 = 0.06;
const STANDING_HEIGHT: f64 = 1.2;
const UPRIGHT_REWARD: f64 = 0.5;
const ACTION_COST: f64 = 0.02;
const SPEED_REWARD: f64 = 2;
/** Speed that pays most, m/s. */
const BEST_SPEED: f64 = 2;

export function walkerTask(block: usize, bytes: i32): Task {
  const task = mechanismTask(block, bytes, 0, 0, 5, STEPS, SUBSTEPS);
  task.reset = reset.index;
  task.reward = reward.index;
  task.rewardGradient = rewardGradient.index;
  task.failed = failed.index;
  task.score = score.index;
  return task;
}

function reset(task: Task, s: usize, _hidden: usize, random: Random): void {
  resetToReference(task, s);
  const stride = randomWithin(random, START_STRIDE);
  store<f64>(at<f64>(s, RIGHT_LEG), stride);
  store<f64>(at<f64>(s, RIGHT_LEG + 1), -START_BEND * randomUniform(random));
  store<f64>(at<f64>(s, LEFT_LEG), -stride);
  store<f64>(at<f64>(s, LEFT_LEG + 1), -START_BEND * randomUniform(random));
  store<f64>(at<f64>(s, DOFS), START_SPEED * randomUniform(random));
  perturb(s, 2, 2 * DOFS - 2, START_NOISE, random);
  placeFeet(task, s, HEELS_AND_TOES, FOOT_RADIUS);
}

/** Terms: speed, alive, height, upright, action. */
function reward(task: Task, terms: usize, s: usize, a: usize, sNext: usize): void {
  const low = shortfall(sNext, STANDING_HEIGHT);
  const speed = meanSpeed(task, s, sNext);
  store<f64>(terms, SPEED_REWARD * speed * (2 - speed / BEST_SPEED));
  store<f64>(terms, 1, 8);
  store<f64>(terms, -low * low, 16);
  store<f64>(terms, UPRIGHT_REWARD * (upright(sNext) - 1), 24);
  store<f64>(terms, -ACTION_COST * effort(task, a), 32);
}

function rewardGradient(task: Task, rS: usize, rA: usize, rSNext: usize, s: usize, a: usize, sNext: usize): void {
  addSpeedGradient(task, rS, rSNext, 2 * SPEED_REWARD * (1 - meanSpeed(task, s, sNext) / BEST_SPEED));
  subtractShortfallGradient(rSNext, sNext, STANDING_HEIGHT);
  addUprightGradient(rSNext, sNext, UPRIGHT_REWARD);
  addEffortGradient(task, rA, a, -ACTION_COST);
}

function failed(_task: Task, s: usize): bool {
  return height(s) < 0.7 || upright(s) < 0.5;
}

/** Speed, m/s. */
function score(task: Task, s: usize, sNext: usize): f64 {
  return meanSpeed(task, s, sNext);
}
