// What the tasks of legged bodies share. Their coordinates begin with the root's place along the floor (m), its height above it (m) and
// its pitch (rad, 0 when upright); the state is (q, v).

import { cosine, sine } from "../core/math";
import { Random, randomWithin } from "../core/random";
import { at } from "../linalg/vector";
import { sitePlace } from "./mechanism";
import { Task } from "./task";

/** Byte offsets of the root's height and pitch in a state. */
const HEIGHT: usize = 8;
const PITCH: usize = 16;


@inline
export function height(s: usize): f64 {
  return load<f64>(s, HEIGHT);
}

/** Cosine of the pitch: 1 upright, -1 upside down. */
@inline
export function upright(s: usize): f64 {
  return cosine<f64>(load<f64>(s, PITCH));
}

/** rS += weight d upright(s) / ds */
@inline
export function addUprightGradient(rS: usize, s: usize, weight: f64): void {
  store<f64>(rS, load<f64>(rS, PITCH) - weight * sine<f64>(load<f64>(s, PITCH)), PITCH);
}

/** What a shortfall of height is measured in, m. */
const HEIGHT_SCALE: f64 = 0.6;

/** How much lower than `standing` (m) the root is, in units of 0.6 m; 0 above it. Its square has a continuous slope. */
@inline
export function shortfall(s: usize, standing: f64): f64 {
  return max<f64>(0, standing - height(s)) / HEIGHT_SCALE;
}

/** rS -= d shortfall(s)^2 / ds */
@inline
export function subtractShortfallGradient(rS: usize, s: usize, standing: f64): void {
  store<f64>(rS, load<f64>(rS, HEIGHT) + (2 * shortfall(s, standing)) / HEIGHT_SCALE, HEIGHT);
}

/** Mean speed of the root along the floor over a control step, (x' - x) / dt, m/s. */
@inline
export function meanSpeed(task: Task, s: usize, sNext: usize): f64 {
  return (load<f64>(sNext) - load<f64>(s)) / task.controlStep;
}

/** rS, rSNext += weight d meanSpeed / d(s, s') */
@inline
export function addSpeedGradient(task: Task, rS: usize, rSNext: usize, weight: f64): void {
  const slope = weight / task.controlStep;
  store<f64>(rS, load<f64>(rS) - slope);
  store<f64>(rSNext, load<f64>(rSNext) + slope);
}

/** Adds a uniform number between -width and width to `count` numbers of s from index `first`. */
export function perturb(s: usize, first: i32, count: i32, width: f64, random: Random): void {
  for (let k = first; k < first + count; ++k) {
    const slot = at<f64>(s, k);
    store<f64>(slot, load<f64>(slot) + randomWithin(random, width));
  }
}

/** Moves the root up or down so that the lowest of a body's first `sites` sites, heels and toes, is `level` above the floor. */
export function placeFeet(task: Task, s: usize, sites: i32, level: f64): void {
  let lowest = Infinity;
  for (let i = 0; i < sites; ++i) lowest = min<f64>(lowest, load<f64>(sitePlace(task, i, s), 8));
  store<f64>(s, height(s) + level - lowest, HEIGHT);
}
