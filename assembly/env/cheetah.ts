// Half-cheetah, with and without springs in its joints: run forward. State: root x (m), height (m), pitch (rad), the back leg's thigh,
// shin and foot and the front leg's (rad), then their velocities; six torques in [-1, 1] of models/cheetah.xml and cheetah-springs.xml.
//
// Sources: dimensions (18/6), forward running and the two versions are the paper's; the body is rllab's, Gymnasium's and dm_control's.
// Reward: rllab's v_x - 0.05 |u|^2 with the mean speed over the control step, plus 0.5 cos(pitch), without which a cheetah may learn to
// run on its back. Start: Gymnasium's noise of 0.1 on joints, pitch and velocities, here uniform for all, with a toe on the floor.
// Control step 0.05 s as Gymnasium's, 200 steps.

import { Random } from "../core/random";
import { addEffortGradient, effort } from "./effort";
import { addSpeedGradient, addUprightGradient, meanSpeed, perturb, placeFeet, upright } from "./legged";
import { mechanismTask, resetToReference } from "./mechanism";
import { Task } from "./task";

const STEPS: i32 = 200;
const SUBSTEPS: i32 = 10;
const DOFS: i32 = 9;
const START_NOISE: f64 = 0.1;
const TOES: i32 = 2;
const TOE_RADIUS: f64 = 0.046;
const UPRIGHT_REWARD: f64 = 0.5;
const ACTION_COST: f64 = 0.05;
/** A cheetah whose cos(pitch) is less is not running, whatever its speed: it lies on its back or somersaults. */
const UPRIGHT: f64 = 0.5;

export function cheetahTask(block: usize, bytes: i32): Task {
  const task = mechanismTask(block, bytes, 0, 0, 3, STEPS, SUBSTEPS);
  task.reset = reset.index;
  task.reward = reward.index;
  task.rewardGradient = rewardGradient.index;
  task.score = score.index;
  return task;
}

function reset(task: Task, s: usize, _hidden: usize, random: Random): void {
  resetToReference(task, s);
  perturb(s, 2, 2 * DOFS - 2, START_NOISE, random);
  placeFeet(task, s, TOES, TOE_RADIUS);
}

/** Terms: speed, upright, action. */
function reward(task: Task, terms: usize, s: usize, a: usize, sNext: usize): void {
  store<f64>(terms, meanSpeed(task, s, sNext));
  store<f64>(terms, UPRIGHT_REWARD * upright(sNext), 8);
  store<f64>(terms, -ACTION_COST * effort(task, a), 16);
}

function rewardGradient(task: Task, rS: usize, rA: usize, rSNext: usize, _s: usize, a: usize, sNext: usize): void {
  addSpeedGradient(task, rS, rSNext, 1);
  addUprightGradient(rSNext, sNext, UPRIGHT_REWARD);
  addEffortGradient(task, rA, a, -ACTION_COST);
}

/** Speed while upright, m/s. */
function score(task: Task, s: usize, sNext: usize): f64 {
  return upright(sNext) > UPRIGHT ? meanSpeed(task, s, sNext) : 0;
}
