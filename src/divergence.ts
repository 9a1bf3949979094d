/** KL of the policy to those that acted, kept near a target by what it costs. */

/** What the weight is multiplied with where the divergence is above its target, and divided by where it is below. */
const STEP = 1.01;
/** How many times larger or smaller than at the start the weight may become. */
const RANGE = 1000;

/** The weight for the next update, after one at which the divergence was estimated. */
export function adaptedWeight(weight: number, divergence: number, target: number, initial: number): number {
  const next = divergence > target ? weight * STEP : weight / STEP;
  return Math.min(initial * RANGE, Math.max(initial / RANGE, next));
}
