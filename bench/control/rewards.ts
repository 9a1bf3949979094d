/** Rewards of the trial tasks, over states (q, v) of the models of the same names; SI units, radians. */

import type { Reward } from "./plant-problem.js";

const square = (x: number): number => x * x;

/** -weight |a|^2 and its gradient. */
function effort(weight: number) {
  return {
    value(a: Float64Array): number {
      let sum = 0;
      for (let i = 0; i < a.length; ++i) sum += square(a[i]!);
      return -weight * sum;
    },
    gradient(a: Float64Array, rA: Float64Array): void {
      for (let i = 0; i < a.length; ++i) rA[i]! -= 2 * weight * a[i]!;
    },
  };
}

/** cos(theta) - .1 x^2 - .001 theta'^2 - .01 u^2. */
export function cartpoleReward(): Reward {
  const cost = effort(0.01);
  return {
    value: (s, a) => Math.cos(s[1]!) - 0.1 * square(s[0]!) - 0.001 * square(s[3]!) + cost.value(a),
    gradient(s, a, _sNext, rS, rA) {
      rS[1]! -= Math.sin(s[1]!);
      rS[0]! -= 0.2 * s[0]!;
      rS[3]! -= 0.002 * s[3]!;
      cost.gradient(a, rA);
    },
  };
}

/** (x' - x) / step - .05 |u|^2 + .5 cos(pitch). */
export function cheetahReward(step: number): Reward {
  const cost = effort(0.05);
  return {
    value: (s, a, sNext) => (sNext[0]! - s[0]!) / step + 0.5 * Math.cos(s[2]!) + cost.value(a),
    gradient(s, a, _sNext, rS, rA, rSNext) {
      rS[0]! -= 1 / step;
      rSNext[0]! += 1 / step;
      rS[2]! -= 0.5 * Math.sin(s[2]!);
      cost.gradient(a, rA);
    },
  };
}

/**
 * `speed` (x' - x) / step + 1 - (max(0, height - h) / .6)^2 + .5 (cos(pitch) - 1) - rates min(|q'|^2, 200) - .02 |u|^2: a walker with
 * speed 1, a monoped that stands with 0.
 */
export function uprightReward(step: number, speed: number, height: number, rates = 0): Reward {
  const cost = effort(0.02);
  const squares = (s: Float64Array): number => {
    let sum = 0;
    for (let i = s.length / 2; i < s.length; ++i) sum += square(s[i]!);
    return sum;
  };
  return {
    value: (s, a, sNext) =>
      (speed * (sNext[0]! - s[0]!)) / step +
      1 -
      square(Math.max(0, height - s[1]!) / 0.6) +
      0.5 * (Math.cos(s[2]!) - 1) -
      rates * Math.min(squares(s), 200) +
      cost.value(a),
    gradient(s, a, _sNext, rS, rA, rSNext) {
      rS[0]! -= speed / step;
      rSNext[0]! += speed / step;
      rS[1]! += (2 * Math.max(0, height - s[1]!)) / 0.36;
      rS[2]! -= 0.5 * Math.sin(s[2]!);
      if (rates > 0 && squares(s) < 200) for (let i = s.length / 2; i < s.length; ++i) rS[i]! -= 2 * rates * s[i]!;
      cost.gradient(a, rA);
    },
  };
}

/** The same with a speed that saturates: pace tanh(v / pace) for v = (x' - x) / step, so that no dive pays for a fall. */
export function pacedReward(step: number, pace: number, height: number): Reward {
  const posture = uprightReward(step, 0, height);
  return {
    value: (s, a, sNext) => posture.value(s, a, sNext) + pace * Math.tanh((sNext[0]! - s[0]!) / step / pace),
    gradient(s, a, sNext, rS, rA, rSNext) {
      posture.gradient(s, a, sNext, rS, rA, rSNext);
      const slope = (1 - square(Math.tanh((sNext[0]! - s[0]!) / step / pace))) / step;
      rS[0]! -= slope;
      rSNext[0]! += slope;
    },
  };
}

/** Near the goal a distance d counts as (d^2 + e^2)^1/2. */
const SOFT = 0.01;

/** Places that a state determines: their coordinates, and how they move with the state. */
export interface Place {
  /** Writes (x, y). */
  at(s: Float64Array, out: Float64Array): void;
  /** Adds gx d(x)/ds + gy d(y)/ds. */
  pull(s: Float64Array, gx: number, gy: number, rS: Float64Array): void;
}

export const fixed = (x: number, y: number): Place => ({
  at(_s, out) {
    out[0] = x;
    out[1] = y;
  },
  pull() {},
});

/** Coordinates i and i + 1 of the state. */
export const coordinates = (i: number): Place => ({
  at(s, out) {
    out[0] = s[i]!;
    out[1] = s[i + 1]!;
  },
  pull(_s, gx, gy, rS) {
    rS[i]! += gx;
    rS[i + 1]! += gy;
  },
});

/** End of an arm at the origin, whose angles are the first numbers of the state, each relative to the link before. */
export const arm = (lengths: readonly number[]): Place => ({
  at(s, out) {
    let angle = 0;
    out.fill(0, 0, 2);
    for (let i = 0; i < lengths.length; ++i) {
      angle += s[i]!;
      out[0]! += lengths[i]! * Math.cos(angle);
      out[1]! += lengths[i]! * Math.sin(angle);
    }
  },
  pull(s, gx, gy, rS) {
    let angle = 0;
    for (let i = 0; i < lengths.length; ++i) {
      angle += s[i]!;
      const turn = lengths[i]! * (gy * Math.cos(angle) - gx * Math.sin(angle));
      for (let j = 0; j <= i; ++j) rS[j]! += turn;
    }
  },
});

/** The sum over terms of near (1 - d / scale) + progress (d - d'), d a soft distance, less `control` |u|^2. */
export function approachReward(
  terms: readonly { from: Place; to: Place; near: number; scale: number; progress: number }[],
  control: number,
): Reward {
  const cost = effort(control);
  const a2 = new Float64Array(2);
  const b2 = new Float64Array(2);
  const distance = (from: Place, to: Place, s: Float64Array): number => {
    from.at(s, a2);
    to.at(s, b2);
    return Math.sqrt(square(a2[0]! - b2[0]!) + square(a2[1]! - b2[1]!) + SOFT * SOFT);
  };
  /** Adds weight d(d)/ds. */
  const pull = (from: Place, to: Place, s: Float64Array, weight: number, rS: Float64Array): void => {
    const d = distance(from, to, s);
    const gx = (weight * (a2[0]! - b2[0]!)) / d;
    const gy = (weight * (a2[1]! - b2[1]!)) / d;
    from.pull(s, gx, gy, rS);
    to.pull(s, -gx, -gy, rS);
  };
  return {
    value(s, a, sNext) {
      let sum = cost.value(a);
      for (const { from, to, near, scale, progress } of terms) {
        const d = distance(from, to, s);
        sum += near * (1 - d / scale) + progress * (d - distance(from, to, sNext));
      }
      return sum;
    },
    gradient(s, a, sNext, rS, rA, rSNext) {
      cost.gradient(a, rA);
      for (const { from, to, near, scale, progress } of terms) {
        pull(from, to, s, progress - near / scale, rS);
        pull(from, to, sNext, -progress, rSNext);
      }
    },
  };
}
