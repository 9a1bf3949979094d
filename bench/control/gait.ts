/** Sine gaits, and a search for good ones by the cross-entropy method. */

import { Chance } from "../../src/chance.js";
import { normal } from "./perturbation.js";
import { type ControlProblem, clamp } from "./problem.js";

/** a_i(t) = offset_i + amplitude_i sin(2 pi t / period + phase_i), bounded to [-1, 1]; t counts control steps. */
export interface Gait {
  readonly period: number;
  readonly amplitude: readonly number[];
  readonly phase: readonly number[];
  readonly offset: readonly number[];
}

/** Actions (steps, A) of a gait. */
export function gaitActions({ period, amplitude, phase, offset }: Gait, steps: number): Float64Array {
  const A = amplitude.length;
  const actions = new Float64Array(steps * A);
  for (let t = 0; t < steps; ++t) {
    for (let i = 0; i < A; ++i) {
      actions[t * A + i] = clamp(offset[i]! + amplitude[i]! * Math.sin((2 * Math.PI * t) / period + phase[i]!));
    }
  }
  return actions;
}

export interface GaitSearchOptions {
  /** Steps over which a gait is judged. */
  readonly steps: number;
  /** Least and greatest period, in control steps. */
  readonly periods: readonly [low: number, high: number];
  readonly population?: number;
  readonly elite?: number;
  readonly generations?: number;
  readonly seed?: number;
}

/** log period, then amplitudes, phases and offsets of the actuators. */
function decode(x: Float64Array, A: number): Gait {
  return {
    period: Math.exp(x[0]!),
    amplitude: Array.from(x.subarray(1, 1 + A)),
    phase: Array.from(x.subarray(1 + A, 1 + 2 * A)),
    offset: Array.from(x.subarray(1 + 2 * A)),
  };
}

/**
 * The gait of the highest return from s0 that was met (Rubinstein's cross-entropy method with a diagonal Gaussian: the elite's mean and
 * deviation become the next generation's).
 */
export function searchGait(
  problem: ControlProblem,
  s0: Float64Array,
  { steps, periods, population = 64, elite = 10, generations = 15, seed = 1 }: GaitSearchOptions,
): { gait: Gait; total: number } {
  const A = problem.actions;
  const size = 1 + 3 * A;
  const chance = new Chance(seed);
  const [low, high] = [Math.log(periods[0]), Math.log(periods[1])];
  const mean = new Float64Array(size);
  const deviation = new Float64Array(size);
  mean[0] = (low + high) / 2;
  deviation[0] = (high - low) / 2;
  for (let i = 0; i < A; ++i) {
    mean[1 + i] = 0.5;
    deviation[1 + i] = 0.3;
    deviation[1 + A + i] = 2;
    deviation[1 + 2 * A + i] = 0.2;
  }
  const score = scorer(problem, s0, steps);
  let best = { x: mean.slice(), total: -Infinity };
  for (let generation = 0; generation < generations; ++generation) {
    const drawn = Array.from({ length: population }, () => {
      const x = mean.map((value, k) => value + deviation[k]! * normal(chance));
      x[0] = Math.min(Math.max(x[0]!, low), high);
      return { x, total: score(gaitActions(decode(x, A), steps)) };
    }).sort((a, b) => b.total - a.total);
    if (drawn[0]!.total > best.total) best = drawn[0]!;
    for (let k = 0; k < size; ++k) {
      const values = drawn.slice(0, elite).map(({ x }) => x[k]!);
      mean[k] = values.reduce((sum, value) => sum + value, 0) / elite;
      deviation[k] = Math.sqrt(values.reduce((sum, value) => sum + (value - mean[k]!) ** 2, 0) / elite) + 0.01;
    }
  }
  return { gait: decode(best.x, A), total: best.total };
}

/** A function that plays actions (steps, A) from s0 and returns their return. */
function scorer(problem: ControlProblem, s0: Float64Array, steps: number): (actions: Float64Array) => number {
  const { states: S, actions: A } = problem;
  const a = new Float64Array(A);
  let s = new Float64Array(S);
  let sNext = new Float64Array(S);
  return (actions) => {
    s.set(s0);
    let total = 0;
    for (let t = 0; t < steps; ++t) {
      for (let i = 0; i < A; ++i) a[i] = actions[t * A + i]!;
      problem.step(s, a, sNext);
      total += problem.reward(s, a, sNext);
      [s, sNext] = [sNext, s];
    }
    return total;
  };
}
