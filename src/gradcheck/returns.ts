/**
 * Derivatives from the returns of exact rollouts at two sides, with the same noise. Derivatives along the rollouts would be exact, but where
 * small causes grow (a falling pole, feet on the ground) no number of rollouts tells their mean.
 */

import type { Chance } from "../chance.js";
import type { Meter } from "./meter.js";
import type { Trajectories } from "./trajectories.js";

/**
 * The gradient of the weighted mean of E_a Q(s, a) by what the policy's mean depends on, at states (P, S), from actions a = mu + sigma e
 * of the policy, (P, A), and their mirror images mu - sigma e: (Q(mu + sigma e) - Q(mu - sigma e)) e / (2 sigma) has the mean E_a [Q_a]
 * (Stein's identity).
 * @param elapsed Steps of the states after their start.
 * @param steps Of the rollouts, with the first.
 * @param seed Of what comes after the actions.
 * @param weights (P).
 */
export function gradientOfReturns(
  meter: Meter,
  { s, a }: Pick<Trajectories, "s" | "a">,
  elapsed: ArrayLike<number>,
  steps: number,
  seed: number,
  weights: ArrayLike<number>,
): Float32Array {
  const { exact, config, copies: P } = meter;
  exact.actDeterministically(s, P);
  const mean = exact.moments.mean.slice(0, a.length);
  const deviation = exact.moments.deviation.slice(0, a.length);
  const returnsOf = (first: Float32Array): Float64Array => {
    meter.seed(seed);
    meter.place(s, elapsed);
    return meter.returns(steps, first);
  };
  const ahead = returnsOf(a);
  const behind = returnsOf(mean.map((mu, k) => 2 * mu - a[k]!));

  const { batch: one } = exact;
  one.s.set(s);
  one.a.set(a);
  exact.importanceRatios(one).set(weights);
  // a reward whose derivative by the action is all that there is
  one.rS.fill(0);
  one.rSNext.fill(0);
  const A = a.length / P;
  for (let k = 0; k < a.length; ++k) {
    const p = Math.floor(k / A);
    const slope = (ahead[p]! - behind[p]!) * (a[k]! - mean[k]!);
    one.rA[k] = slope / (2 * deviation[k]! * deviation[k]! * config.rewardScale);
  }
  return exact.policyGradient(one, P, false);
}

/**
 * V_s of the policy as it is at states (P, S), unbiased for the value smoothed over the distance to both sides.
 * @param elapsed Steps of the states after their start.
 * @param distances By dimension; where 0, the derivative is taken to be 0.
 */
export function valueGradient(
  meter: Meter,
  states: Float32Array,
  elapsed: ArrayLike<number>,
  steps: number,
  distances: Float64Array,
  chance: Chance,
): Float32Array {
  const S = distances.length;
  // one random direction for each state (Spall: Multivariate stochastic approximation using a simultaneous perturbation, 1992)
  const direction = Float32Array.from(states, (_, i) => (chance.uniform() < 0.5 ? -1 : 1) * distances[i % S]!);
  const seed = chance.index(0x8000_0000);
  const side = (sign: number): Float64Array => {
    meter.seed(seed);
    meter.place(
      states.map((x, i) => x + sign * direction[i]!),
      elapsed,
    );
    return meter.returns(steps);
  };
  const [ahead, behind] = [side(1), side(-1)];
  return direction.map((distance, i) => {
    const p = Math.floor(i / S);
    return distance === 0 ? 0 : (ahead[p]! - behind[p]!) / (2 * distance);
  });
}
