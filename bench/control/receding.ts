/** Receding-horizon control: plan some steps ahead, play the first of them, plan again from where that led. */

import { Chance } from "../../src/chance.js";
import { Optimiser, type OptimiserOptions } from "./optimiser.js";
import { Perturbation } from "./perturbation.js";
import { type ControlProblem, rollout, type Trajectory } from "./problem.js";

export interface RecedingOptions extends OptimiserOptions {
  /** Steps ahead. */
  readonly horizon: number;
  /** Steps played between plans. */
  readonly replan?: number;
  /** Newton steps a plan; the first plan gets `firstIterations`. */
  readonly iterations?: number;
  readonly firstIterations?: number;
  /** Actions (T, A) of an episode to start each plan's unseen end from; zero without. */
  readonly guess?: Float64Array;
  /** Random changes of the plan to try before its Newton steps, and the seed of their generator. */
  readonly samples?: number;
  readonly seed?: number;
  /** Called after every plan. */
  readonly progress?: (step: number, plan: Optimiser) => void;
}

/**
 * An episode of `steps` from s0. A plan starts from the one before, shifted; its end is the guess's part of the same times. Near the
 * end of the episode plans get shorter, and a terminal value then asks for more than the return: `Optimiser` without one can polish.
 */
export function recede(
  problem: ControlProblem,
  s0: Float64Array,
  steps: number,
  {
    horizon,
    replan = 1,
    iterations = 3,
    firstIterations = 50,
    guess,
    samples = 0,
    seed = 1,
    progress,
    ...options
  }: RecedingOptions,
): Trajectory {
  const { states: S, actions: A } = problem;
  const optimiser = new Optimiser(problem, horizon, options);
  const played = new Float64Array(steps * A);
  const s = s0.slice();
  // the plan, at the times of the episode
  const plan = guess?.slice(0, steps * A) ?? new Float64Array(steps * A);
  const perturbation = new Perturbation(A, new Chance(seed));
  const tried = new Float64Array(horizon * A);
  for (let t = 0; t < steps; t += replan) {
    const end = Math.min(t + horizon, steps);
    optimiser.start(s, plan.subarray(t * A, end * A), t > 0);
    optimiser.damping = Math.min(optimiser.damping, options.damping ?? 1);
    for (let k = 0; k < samples; ++k) {
      perturbation.apply(optimiser.actions.subarray(0, (end - t) * A), tried);
      optimiser.consider(tried);
    }
    optimiser.improve(t === 0 ? firstIterations : iterations);
    const count = Math.min(replan, steps - t);
    plan.set(optimiser.actions.subarray(0, (end - t) * A), t * A);
    played.set(optimiser.actions.subarray(0, count * A), t * A);
    s.set(optimiser.states.subarray(count * S, (count + 1) * S));
    progress?.(t + count, optimiser);
  }
  return rollout(problem, s0, played);
}
