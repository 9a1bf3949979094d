/** What the planners of this folder solve, and what they hand back. Vectors and matrices are flat, row-major Float64Arrays. */

/** A deterministic control problem with exact first derivatives: S states, A actions, each bounded to [-1, 1]. Rewards are maximised. */
export interface ControlProblem {
  readonly states: number;
  readonly actions: number;
  /** s' (S) of a control step from s (S) under a (A). */
  step(s: Float64Array, a: Float64Array, sNext: Float64Array): void;
  /** f_s (S, S) and f_a (S, A) at (s, a). */
  jacobian(s: Float64Array, a: Float64Array, fS: Float64Array, fA: Float64Array): void;
  /** r(s, a, s'). */
  reward(s: Float64Array, a: Float64Array, sNext: Float64Array): number;
  /** r_s (S), r_a (A) and r_s' (S), each with the other two arguments held. */
  rewardGradient(
    s: Float64Array,
    a: Float64Array,
    sNext: Float64Array,
    rS: Float64Array,
    rA: Float64Array,
    rSNext: Float64Array,
  ): void;
}

/** What a state is worth where a plan ends: added to the rewards before it. */
export interface TerminalValue {
  value(s: Float64Array): number;
  /** v_s (S). */
  gradient(s: Float64Array, vS: Float64Array): void;
}

/** T control steps. */
export interface Trajectory {
  readonly steps: number;
  /** (T + 1, S). */
  readonly states: Float64Array;
  /** (T, A), within [-1, 1]. */
  readonly actions: Float64Array;
  /** (T). */
  readonly rewards: Float64Array;
  /** Sum of the rewards; without a terminal value. */
  readonly total: number;
}

export const clamp = (value: number): number => (value > 1 ? 1 : value < -1 ? -1 : value);

/** Plays `actions` (T, A), bounded to [-1, 1], from s0 (S). A problem's copy of what it is given is all that it may keep. */
export function rollout(problem: ControlProblem, s0: Float64Array, actions: Float64Array): Trajectory {
  const { states: S, actions: A } = problem;
  const steps = actions.length / A;
  const states = new Float64Array((steps + 1) * S);
  const bounded = actions.map(clamp);
  const rewards = new Float64Array(steps);
  states.set(s0);
  let total = 0;
  for (let t = 0; t < steps; ++t) {
    const s = states.subarray(t * S, (t + 1) * S);
    const a = bounded.subarray(t * A, (t + 1) * A);
    const sNext = states.subarray((t + 1) * S, (t + 2) * S);
    problem.step(s, a, sNext);
    rewards[t] = problem.reward(s, a, sNext);
    total += rewards[t]!;
  }
  return { steps, states, actions: bounded, rewards, total };
}
