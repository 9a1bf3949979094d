/** Values of the state that a plan ends in. */

import type { ControlProblem, TerminalValue } from "./problem.js";

/** `weight` times the reward of resting in the state, r(s, 0, s): what that many further steps would bring if it could stay. */
export const restValue = (problem: ControlProblem, weight: number): TerminalValue => coastValue(problem, weight, 0);

/**
 * `weight` times the reward of coasting on from a state (q, v, rest), r(s, 0, (q + duration v, v, rest)): what that many further control
 * steps of `duration` seconds would bring if all could go on as it is. Posture and speed both count.
 * @param n Coordinates in q.
 */
export function coastValue(
  problem: ControlProblem,
  weight: number,
  duration: number,
  n = problem.states / 2,
): TerminalValue {
  const { states: S, actions: A } = problem;
  const rest = new Float64Array(A);
  const sNext = new Float64Array(S);
  const rS = new Float64Array(S);
  const rA = new Float64Array(A);
  const rSNext = new Float64Array(S);
  const advance = (s: Float64Array): void => {
    sNext.set(s);
    if (duration > 0) for (let i = 0; i < n; ++i) sNext[i]! += duration * s[n + i]!;
  };
  return {
    value(s) {
      advance(s);
      return weight * problem.reward(s, rest, sNext);
    },
    gradient(s, vS) {
      advance(s);
      problem.rewardGradient(s, rest, sNext, rS, rA, rSNext);
      for (let i = 0; i < S; ++i) vS[i] = weight * (rS[i]! + rSNext[i]!);
      if (duration > 0) for (let i = 0; i < n; ++i) vS[n + i]! += weight * duration * rSNext[i]!;
    },
  };
}
