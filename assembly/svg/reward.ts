// A learned reward r(s, a), where the task does not give its reward's derivatives: a network over features and action, of the critic's
// kind, fitted to the rewards that were seen, in the critic's units: times rewardScale. A reward that depends on s' too is averaged over
// s' given s and a. So its derivative by s' is 0, and what an action does to it by way of s' is in that by the action.

import { at, clear } from "../linalg/vector";
import { adamStep, clearGradient } from "../nn/adam";
import { Batch } from "./batch";
import { Value, valueForward, valueGradient, valueVjp } from "./value";

/**
 * One step down the gradient of half the mean squared error at the batch's rewards. Returns the mean squared error of the scaled
 * reward.
 */
export function updateReward<T>(reward: Value, rewardScale: f64, batch: Batch, B: i32): f64 {
  const parameters = reward.parameters;
  clearGradient<T>(parameters);
  valueForward<T>(reward, parameters.values, batch.values, batch.s, batch.a, B);
  let squares: f64 = 0;
  for (let b = 0; b < B; ++b) {
    const slot = at<T>(batch.values, b);
    const error = load<T>(slot) - <T>rewardScale * load<T>(at<T>(batch.reward, b));
    squares += <f64>error * <f64>error;
    store<T>(slot, error / <T>B);
  }
  valueVjp<T>(reward, parameters.values, parameters.gradient, 0, 0, batch.values, batch.s, B);
  adamStep<T>(parameters);
  return squares / <f64>B;
}

/** The batch's rS, rA and rSNext: derivatives of the learned reward at its s and a, in the task's units. */
export function rewardDerivatives<T>(reward: Value, rewardScale: f64, batch: Batch, B: i32): void {
  clear<T>(batch.rS, B * batch.states);
  clear<T>(batch.rA, B * batch.actions);
  clear<T>(batch.rSNext, B * batch.states);
  valueGradient<T>(reward, batch.rS, batch.rA, batch.values, <T>(1 / rewardScale), batch.s, batch.a, B);
}
