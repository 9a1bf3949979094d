/**
 * Derivatives from the returns of exact rollouts at two sides, with the same noise. Derivatives along the rollouts would be exact, but where
 * small causes grow (a falling pole, feet on the ground) no number of rollouts tells their mean.
 */

import type { AgentBatch } from "../batch.js";
import type { Chance } from "../chance.js";
import type { Meter } from "./meter.js";

/**
 * The gradient of E_a Q(s, a) by what the policy's mean depends on, at a batch's states (P, S), from the actions mu + sigma e and
 * mu - sigma e: (Q(mu + sigma e) - Q(mu - sigma e)) e / (2 sigma) has the mean E_a [Q_a] (Stein's identity). Draws e where the random numbers
 * stand. Leaves the transitions under mu + sigma e in the batch.
 * @param elapsed Steps of the states after their start.
 * @param steps Of the rollouts, with the first.
 * @param seed Of what comes after the actions.
 */
export function gradientOfReturns(
  meter: Meter,
  batch: AgentBatch,
  elapsed: readonly number[],
  steps: number,
  seed: number,
): Float32Array {
  const { exact, environments, config, copies: P } = meter;
  const count = environments.actions.length;
  batch.a.set(exact.rehearse(batch.s, P).subarray(0, count));
  const mean = exact.moments.mean.slice(0, count);
  const deviation = exact.moments.deviation.slice(0, count);
  const begin = (): void => {
    meter.seed(seed);
    meter.place(batch.s, elapsed);
  };
  begin();
  const ahead = meter.returns(steps, batch.a);
  begin();
  const behind = meter.returns(
    steps,
    mean.map((mu, k) => 2 * mu - batch.a[k]!),
  );
  begin();
  meter.step(batch, 0, batch.a);

  const { batch: one } = exact;
  one.s.set(batch.s);
  one.a.set(batch.a);
  exact.importanceRatios(one).fill(1);
  // a reward whose derivative by the action is all that there is
  one.rS.fill(0);
  one.rSNext.fill(0);
  const A = count / P;
  for (let k = 0; k < count; ++k) {
    const p = Math.floor(k / A);
    const slope = (ahead[p]! - behind[p]!) * (batch.a[k]! - mean[k]!);
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
  elapsed: readonly number[],
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
