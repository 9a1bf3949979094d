/** Values of the state that a plan ends in. */

import type { ControlProblem, TerminalValue } from "./problem.js";

/** `weight` times the reward of resting in the state, r(s, 0, s): what that many further steps would bring if it could stay. */
export function restValue(problem: ControlProblem, weight: number): TerminalValue {
  const { states: S, actions: A } = problem;
  const rest = new Float64Array(A);
  const rS = new Float64Array(S);
  const rA = new Float64Array(A);
  const rSNext = new Float64Array(S);
  return {
    value: (s) => weight * problem.reward(s, rest, s),
    gradient(s, vS) {
      problem.rewardGradient(s, rest, s, rS, rA, rSNext);
      for (let i = 0; i < S; ++i) vS[i] = weight * (rS[i]! + rSNext[i]!);
    },
  };
}
