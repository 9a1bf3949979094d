// Monoped: land on one leg from a height and stay standing while the motors tremble. State: root x (m), height (m), pitch, waist, hip,
// knee, ankle (rad), then their velocities; four torques in [-1, 1] of models/monoped.xml.
//
// Sources: dimensions (14/4), the drop, 200 steps and the torque noise of 5 % of the actuators' strength at all times (the default of
// `disturbance`, in units of the range of -1 to 1, held over a control step) are the paper's; the body is dm_control's. The reward
// 1 - (max(0, 0.9 - h) / 0.6)^2 + 0.5 (cos(pitch) - 1) - 0.001 m / (1 + m / 200) - 0.02 |u|^2, m = |q'|^2, is ours: low is bad and high
// is not, and the square of the shortfall has a continuous slope at 0.9 m; an impact's speeds cost little more than those of standing up.
// So are the start, a leg bent so that the foot lies under the root, the fall, and the control step of 0.04 s, whose state changes a
// model predicts better than those of dm_control's 0.02 s.

import { Random, randomBetween, randomUniform } from "../core/random";
import { at } from "../linalg/vector";
import { addEffortGradient, effort } from "./effort";
import {
  addUprightGradient,
  height,
  perturb,
  placeFeet,
  shortfall,
  subtractShortfallGradient,
  upright,
} from "./legged";
import { mechanismTask, resetToReference } from "./mechanism";
import { Task } from "./task";

const STEPS: i32 = 200;
const SUBSTEPS: i32 = 8;
const DOFS: i32 = 7;
const HIP: i32 = 4;
const KNEE: i32 = 5;
const ANKLE: i32 = 6;
/** Start: bend of the knee (rad), noise of every other angle (rad), gap between foot and floor (m). */
const KNEE_LOW: f64 = 0.2;
const KNEE_HIGH: f64 = 0.7;
const START_NOISE: f64 = 0.05;
const DROP_LOW: f64 = 0.05;
const DROP_HIGH: f64 = 0.2;
const HEEL_AND_TOE: i32 = 2;
const FOOT_RADIUS: f64 = 0.04;
const STANDING_HEIGHT: f64 = 0.9;
const UPRIGHT_REWARD: f64 = 0.5;
const SPEED_COST: f64 = 0.001;
const SPEED_SCALE: f64 = 200;
const ACTION_COST: f64 = 0.02;

export function monopedTask(block: usize, bytes: i32): Task {
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
  const knee = randomBetween(random, KNEE_LOW, KNEE_HIGH);
  store<f64>(at<f64>(s, KNEE), knee);
  store<f64>(at<f64>(s, HIP), -knee / 2);
  store<f64>(at<f64>(s, ANKLE), -knee / 2);
  perturb(s, 2, 3, START_NOISE, random);
  perturb(s, ANKLE, 1, START_NOISE, random);
  placeFeet(task, s, HEEL_AND_TOE, FOOT_RADIUS + DROP_LOW + (DROP_HIGH - DROP_LOW) * randomUniform(random));
}

/** |q'|^2, which mixes m/s and rad/s. */
function motion(s: usize): f64 {
  let sum: f64 = 0;
  for (let k = DOFS; k < 2 * DOFS; ++k) sum += load<f64>(at<f64>(s, k)) * load<f64>(at<f64>(s, k));
  return sum;
}

/** Terms: alive, height, upright, motion, action. */
function reward(task: Task, terms: usize, _s: usize, a: usize, sNext: usize): void {
  const low = shortfall(sNext, STANDING_HEIGHT);
  const squares = motion(sNext);
  store<f64>(terms, 1);
  store<f64>(terms, -low * low, 8);
  store<f64>(terms, UPRIGHT_REWARD * (upright(sNext) - 1), 16);
  store<f64>(terms, (-SPEED_COST * squares) / (1 + squares / SPEED_SCALE), 24);
  store<f64>(terms, -ACTION_COST * effort(task, a), 32);
}

function rewardGradient(task: Task, _rS: usize, rA: usize, rSNext: usize, _s: usize, a: usize, sNext: usize): void {
  subtractShortfallGradient(rSNext, sNext, STANDING_HEIGHT);
  addUprightGradient(rSNext, sNext, UPRIGHT_REWARD);
  const soft = 1 + motion(sNext) / SPEED_SCALE;
  for (let k = DOFS; k < 2 * DOFS; ++k) {
    const slot = at<f64>(rSNext, k);
    store<f64>(slot, load<f64>(slot) - (2 * SPEED_COST * load<f64>(at<f64>(sNext, k))) / (soft * soft));
  }
  addEffortGradient(task, rA, a, -ACTION_COST);
}

function failed(_task: Task, s: usize): bool {
  return height(s) < 0.5 || upright(s) < 0.5;
}

/** 1 while standing: the root, which is at 0.94 m above a straight leg, is higher than 0.7 m, and nearly upright. */
function score(_task: Task, _s: usize, sNext: usize): f64 {
  return height(sNext) > 0.7 && upright(sNext) > 0.8 ? 1 : 0;
}
