// Reacher: an arm of three joints in a walled box brings its tip to a target and keeps it there. State: angles q1, q2, q3 in rad, rates
// in rad/s, target x, y in m; three torques in [-1, 1]. In reacher-4target the target is one of four corners; in reacher-moving it
// travels through the box and bounces, and its velocity is hidden, so that the best guess of its next place is the present one.
//
// Sources: the paper gives 6 state dimensions + the target's 2, 3 actions, random corner, random arm; random speed and heading,
// reflections at the walls. Body: models/reacher.xml. Corners at (+-0.2, +-0.2) m, control step 0.05 s, 100 steps, start angles (q1
// anywhere, q2 and q3 in +-2 rad, at rest) and reward r = -5 d' + 40 (d - d') - 0.01 |u|^2, d the distance from tip to target before and
// d' after the step, are those with which experiments learned. The rounding of d and where the tip may start are ours, and so are the
// target's speeds: it crosses the box in 2 to 9 s. With the standing target's settings and 12,000 steps 87, 86 and 98 of 100 episodes
// (three seeds) ended within 0.05 m; with speeds up to 0.3 m/s 88 and 79 (two).

import { cosine, sine } from "../core/math";
import { Random, randomBelow, randomBetween, randomWithin } from "../core/random";
import { at } from "../linalg/vector";
import { distance, smoothDistance } from "./distance";
import { addEffortGradient, effort } from "./effort";
import { mechanismTask, sitePlace, siteVjp } from "./mechanism";
import { Task } from "./task";

const STEPS: i32 = 100;
const SUBSTEPS: i32 = 10;
const TIP: i32 = 0;
/** Bytes before the target in s. */
const TARGET: usize = 48;
const CORNER: f64 = 0.2;
const BEND: f64 = 2;
/** Where the tip may start, |x| and |y|; walls begin at 0.29. */
const ROOM: f64 = 0.28;
const TRIES: i32 = 100;
/** Where the moving target turns back, |x| and |y|. */
const MARGIN: f64 = 0.22;
const SPEED_LOW: f64 = 0.05;
const SPEED_HIGH: f64 = 0.2;
const DISTANCE_COST: f64 = 5;
const PROGRESS: f64 = 40;
const ACTION_COST: f64 = 0.01;

export function reacher4TargetTask(block: usize, bytes: i32): Task {
  const task = reacherTask(block, bytes, 0);
  task.reset = resetCorner.index;
  return task;
}

export function reacherMovingTask(block: usize, bytes: i32): Task {
  const task = reacherTask(block, bytes, 2);
  task.reset = resetMoving.index;
  task.move = move.index;
  return task;
}

function reacherTask(block: usize, bytes: i32, hidden: i32): Task {
  const task = mechanismTask(block, bytes, 2, hidden, 3, STEPS, SUBSTEPS);
  task.reward = reward.index;
  task.rewardGradient = rewardGradient.index;
  task.score = score.index;
  return task;
}

/** A random arm at rest whose tip touches no wall. */
function resetArm(task: Task, s: usize, random: Random): void {
  for (let i = 0; i < TRIES; ++i) {
    store<f64>(s, randomWithin(random, Math.PI));
    store<f64>(s, randomWithin(random, BEND), 8);
    store<f64>(s, randomWithin(random, BEND), 16);
    const tip = sitePlace(task, TIP, s);
    if (Math.abs(load<f64>(tip)) < ROOM && Math.abs(load<f64>(tip, 8)) < ROOM) return;
  }
  unreachable();
}

function resetCorner(task: Task, s: usize, _hidden: usize, random: Random): void {
  resetArm(task, s, random);
  const corner = randomBelow(random, 4);
  store<f64>(s + TARGET, corner & 1 ? CORNER : -CORNER);
  store<f64>(s + TARGET, corner & 2 ? CORNER : -CORNER, 8);
}

/** Hidden: the target's velocity, m/s. */
function resetMoving(task: Task, s: usize, hidden: usize, random: Random): void {
  resetArm(task, s, random);
  store<f64>(s + TARGET, randomWithin(random, MARGIN));
  store<f64>(s + TARGET, randomWithin(random, MARGIN), 8);
  const speed = randomBetween(random, SPEED_LOW, SPEED_HIGH);
  const heading = randomWithin(random, Math.PI);
  store<f64>(hidden, speed * cosine<f64>(heading));
  store<f64>(hidden, speed * sine<f64>(heading), 8);
}

/** The target goes straight on; what it would go beyond the margin it goes back. */
function move(task: Task, s: usize, hidden: usize): void {
  for (let i = 0; i < 2; ++i) {
    const velocity = at<f64>(hidden, i);
    const place = at<f64>(s + TARGET, i);
    const next = load<f64>(place) + task.controlStep * load<f64>(velocity);
    const beyond = next - max<f64>(-MARGIN, min<f64>(MARGIN, next));
    store<f64>(place, next - 2 * beyond);
    if (beyond != 0) store<f64>(velocity, -load<f64>(velocity));
  }
}


@inline
function tipToTarget(task: Task, s: usize): f64 {
  const tip = sitePlace(task, TIP, s);
  return smoothDistance(load<f64>(tip) - load<f64>(s + TARGET), load<f64>(tip, 8) - load<f64>(s + TARGET, 8));
}

/** Terms: distance, progress, action. */
function reward(task: Task, terms: usize, s: usize, a: usize, sNext: usize): void {
  const before = tipToTarget(task, s);
  const after = tipToTarget(task, sNext);
  store<f64>(terms, -DISTANCE_COST * after);
  store<f64>(terms, PROGRESS * (before - after), 8);
  store<f64>(terms, -ACTION_COST * effort(task, a), 16);
}

/** ds += weight times the slope of the distance. */
function distanceGradient(task: Task, ds: usize, weight: f64, s: usize): void {
  const tip = sitePlace(task, TIP, s);
  const x = load<f64>(tip) - load<f64>(s + TARGET);
  const y = load<f64>(tip, 8) - load<f64>(s + TARGET, 8);
  const scale = weight / smoothDistance(x, y);
  siteVjp(task, ds, TIP, scale * x, scale * y);
  store<f64>(ds + TARGET, load<f64>(ds + TARGET) - scale * x);
  store<f64>(ds + TARGET, load<f64>(ds + TARGET, 8) - scale * y, 8);
}

function rewardGradient(task: Task, rS: usize, rA: usize, rSNext: usize, s: usize, a: usize, sNext: usize): void {
  distanceGradient(task, rS, PROGRESS, s);
  distanceGradient(task, rSNext, -(DISTANCE_COST + PROGRESS), sNext);
  addEffortGradient(task, rA, a, -ACTION_COST);
}

/** Distance from tip to target, m. */
function score(task: Task, _s: usize, sNext: usize): f64 {
  const tip = sitePlace(task, TIP, sNext);
  const x = load<f64>(tip) - load<f64>(sNext + TARGET);
  const y = load<f64>(tip, 8) - load<f64>(sNext + TARGET, 8);
  return distance(x, y, 0);
}
