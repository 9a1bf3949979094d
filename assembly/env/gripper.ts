// Gripper: an arm of three joints with two fingers takes hold of a ball and brings it to a site. State: angles of shoulder, elbow,
// wrist and both fingers in rad, the ball's place in m, the rates of these seven, the site x, y in m; five torques in [-1, 1].
//
// Sources: the paper says that the reacher's arm is augmented with a manipulator that can grab a ball in a randomized position and
// return it to a specified site, and gives no numbers. The dimensions here: 3 joints of the arm, 2 of the fingers and 2 of the ball,
// positions and velocities, and the site's 2, as the paper counts a reacher's (DDPG's gripper has 18, a site with velocities among them),
// with a torque for each of the 5 joints. Body: models/gripper.xml. Control step 0.05 s, 150 steps, and the start are ours: ball and
// site anywhere within reach of a hand that points outwards.
//
// The reward is DDPG's, distances from hand to ball and from ball to site, in a form that learns, and as with the reacher most of it is
// progress: r = -5 e' + 40 (e - e') - 0.01 |u|^2, e = h - 3 (0.5 - b) / (1 + (h^2 + 0.2 (l^2 + r^2)) / 0.05^2), h the distance from grasp
// to ball, l and r from the finger tips to the ball, b from ball to site, primes after the step. The second part of e is what a held ball
// is worth, the more the nearer it is to its site. With weighted sums of h and b the hand did not learn to go to the ball, though it did
// with h alone: likely because whoever can't grasp yet pushes the ball away, which then only costs. Without l and r it did not learn to
// close its fingers: it shoved the ball with the palm, fingers spread, and could not bring back what it had shoved too far.

import { cosine, sine } from "../core/math";
import { Random, randomBetween, randomWithin } from "../core/random";
import { distance, smoothDistance } from "./distance";
import { addEffortGradient, effort } from "./effort";
import { mechanismTask, sitePlace, siteVjp } from "./mechanism";
import { Task } from "./task";

const STEPS: i32 = 150;
const SUBSTEPS: i32 = 10;
/** Sites of the model. */
const GRASP: i32 = 0;
const TIP_LEFT: i32 = 1;
const TIP_RIGHT: i32 = 2;
/** Bytes before the ball and before the site in s. */
const BALL: usize = 40;
const SITE: usize = 112;
const BEND: f64 = 2;
/** Where springs hold the fingers. */
const OPEN: f64 = -Math.PI / 6;
/** Ball and site are this far from the shoulder, m. */
const NEAR: f64 = 0.14;
const FAR: f64 = 0.24;
/** The hand's middle starts in |x|, |y| < ROOM, so that no finger touches a wall, and this far or more from the ball, m. */
const ROOM: f64 = 0.2;
const CLEAR: f64 = 0.12;
const TRIES: i32 = 1000;
/** A held ball this far from its site is worth nothing, m. */
const REACH: f64 = 0.5;
const GRASP_RADIUS: f64 = 0.05;
const HOLD: f64 = 3;
/** What a finger tip's distance counts beside the grasp's. */
const TIP_SHARE: f64 = 0.2;
const COST: f64 = 5;
const PROGRESS: f64 = 40;
const ACTION_COST: f64 = 0.01;

export function gripperTask(block: usize, bytes: i32): Task {
  const task = mechanismTask(block, bytes, 2, 0, 4, STEPS, SUBSTEPS);
  task.reset = reset.index;
  task.reward = reward.index;
  task.rewardGradient = rewardGradient.index;
  task.score = score.index;
  return task;
}

/** Puts a place within reach to `to` (2). */
function placeWithinReach(to: usize, random: Random): void {
  const radius = randomBetween(random, NEAR, FAR);
  const heading = randomWithin(random, Math.PI);
  store<f64>(to, radius * cosine<f64>(heading));
  store<f64>(to, radius * sine<f64>(heading), 8);
}

/** Everything at rest, the fingers open; drawn again while the hand is at a wall or the ball. */
function reset(task: Task, s: usize, _hidden: usize, random: Random): void {
  placeWithinReach(s + SITE, random);
  for (let i = 0; i < TRIES; ++i) {
    store<f64>(s, randomWithin(random, Math.PI));
    store<f64>(s, randomWithin(random, BEND), 8);
    store<f64>(s, randomWithin(random, BEND), 16);
    store<f64>(s, OPEN, 24);
    store<f64>(s, OPEN, 32);
    placeWithinReach(s + BALL, random);
    const grasp = sitePlace(task, GRASP, s);
    const x = load<f64>(grasp);
    const y = load<f64>(grasp, 8);
    const dx = x - load<f64>(s + BALL);
    const dy = y - load<f64>(s + BALL, 8);
    if (Math.abs(x) < ROOM && Math.abs(y) < ROOM && dx * dx + dy * dy > CLEAR * CLEAR) return;
  }
  unreachable();
}

/** Squared distance of a site from the ball, m^2. */
@inline
function squareToBall(task: Task, site: i32, s: usize): f64 {
  const place = sitePlace(task, site, s);
  const x = load<f64>(place) - load<f64>(s + BALL);
  const y = load<f64>(place, 8) - load<f64>(s + BALL, 8);
  return x * x + y * y;
}


@inline
function handToBall(task: Task, s: usize): f64 {
  const grasp = sitePlace(task, GRASP, s);
  return smoothDistance(load<f64>(grasp) - load<f64>(s + BALL), load<f64>(grasp, 8) - load<f64>(s + BALL, 8));
}


@inline
function ballToSite(s: usize): f64 {
  return smoothDistance(load<f64>(s + BALL) - load<f64>(s + SITE), load<f64>(s + BALL, 8) - load<f64>(s + SITE, 8));
}

/** How much a hand at distance h from the ball holds it: the more the nearer grasp and finger tips are to it, HOLD at most. */
function held(task: Task, h: f64, s: usize): f64 {
  const tips = squareToBall(task, TIP_LEFT, s) + squareToBall(task, TIP_RIGHT, s);
  return HOLD / (1 + (h * h + TIP_SHARE * tips) / (GRASP_RADIUS * GRASP_RADIUS));
}

/** Terms: hand, held ball, progress, action. */
function reward(task: Task, terms: usize, s: usize, a: usize, sNext: usize): void {
  const before = handToBall(task, s);
  const heldBefore = held(task, before, s) * (REACH - ballToSite(s));
  const hand = handToBall(task, sNext);
  const heldAfter = held(task, hand, sNext) * (REACH - ballToSite(sNext));
  store<f64>(terms, -COST * hand);
  store<f64>(terms, COST * heldAfter, 8);
  store<f64>(terms, PROGRESS * (before - hand + heldAfter - heldBefore), 16);
  store<f64>(terms, -ACTION_COST * effort(task, a), 24);
}


@inline
function add(slot: usize, x: f64, y: f64): void {
  store<f64>(slot, load<f64>(slot) + x);
  store<f64>(slot, load<f64>(slot, 8) + y, 8);
}

/** ds += factor times the slope of half the squared distance of a site from the ball. */
function siteToBallVjp(task: Task, ds: usize, site: i32, factor: f64, s: usize): void {
  const place = sitePlace(task, site, s);
  const x = factor * (load<f64>(place) - load<f64>(s + BALL));
  const y = factor * (load<f64>(place, 8) - load<f64>(s + BALL, 8));
  siteVjp(task, ds, site, x, y);
  add(ds + BALL, -x, -y);
}

/** ds += weight times the slope of h - held (0.5 - b). */
function errorGradient(task: Task, ds: usize, weight: f64, s: usize): void {
  const bx = load<f64>(s + BALL) - load<f64>(s + SITE);
  const by = load<f64>(s + BALL, 8) - load<f64>(s + SITE, 8);
  const b = smoothDistance(bx, by);
  const h = handToBall(task, s);
  const hold = held(task, h, s);
  // d held / dh = -2 h held^2 / (HOLD radius^2)
  const slope = (weight * (REACH - b) * 2 * hold * hold) / (HOLD * GRASP_RADIUS * GRASP_RADIUS);
  const ball = (weight * hold) / b;
  siteToBallVjp(task, ds, GRASP, weight / h + slope, s);
  siteToBallVjp(task, ds, TIP_LEFT, TIP_SHARE * slope, s);
  siteToBallVjp(task, ds, TIP_RIGHT, TIP_SHARE * slope, s);
  add(ds + BALL, ball * bx, ball * by);
  add(ds + SITE, -ball * bx, -ball * by);
}

function rewardGradient(task: Task, rS: usize, rA: usize, rSNext: usize, s: usize, a: usize, sNext: usize): void {
  errorGradient(task, rS, PROGRESS, s);
  errorGradient(task, rSNext, -(COST + PROGRESS), sNext);
  addEffortGradient(task, rA, a, -ACTION_COST);
}

/** Distance from ball to site, m. */
function score(_task: Task, _s: usize, sNext: usize): f64 {
  const x = load<f64>(sNext + BALL) - load<f64>(sNext + SITE);
  const y = load<f64>(sNext + BALL, 8) - load<f64>(sNext + SITE, 8);
  return distance(x, y, 0);
}
