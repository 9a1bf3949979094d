// What the algorithms share: the updates of model and critic (fitted policy evaluation, paper, algorithm 4), importance weights, and
// the policy's step down a gradient that the algorithm has put into the policy's block. All work on a batch that the caller has filled.

import { arenaAlloc } from "../core/arena";
import { exponential } from "../core/math";
import { adamStep, clearGradient } from "../nn/adam";
import { at, clear } from "../linalg/vector";
import { Batch } from "./batch";
import { Model, modelLossVjp } from "./model";
import { Policy, policyForward, policyLogProb } from "./policy";
import { Value, valueCopyTarget, valueForward, valueVjp } from "./value";


@unmanaged
@final
export class Learner {
  policy: Policy;
  model: Model;
  value: Value;
  /** Whether batches bring the true transition's Jacobians, in the place of the model's. */
  exact: i32;
  gamma: f64;
  /** Rewards count times this. */
  rewardScale: f64;
  /** C of algorithm 4: critic updates between two copies of the target. */
  targetPeriod: i32;
  /** Critic updates so far. */
  valueUpdates: i32;
}

export function learnerCreate(
  policy: Policy,
  model: Model,
  value: Value,
  exact: i32,
  gamma: f64,
  rewardScale: f64,
  targetPeriod: i32,
): Learner {
  const learner = changetype<Learner>(arenaAlloc(offsetof<Learner>()));
  learner.policy = policy;
  learner.model = model;
  learner.value = value;
  learner.exact = exact;
  learner.gamma = gamma;
  learner.rewardScale = rewardScale;
  learner.targetPeriod = targetPeriod;
  return learner;
}

/** One model step on s, a, sNext. Returns the mean squared error of a dimension, in units of its scale. */
export function updateModel<T>(learner: Learner, batch: Batch, B: i32): f64 {
  const model = learner.model;
  clearGradient<T>(model.parameters);
  const error = modelLossVjp<T>(model, batch.s, batch.a, batch.sNext, B);
  adamStep<T>(model.parameters);
  return error;
}

/**
 * weight = p(a | s; theta) / p(a | s; theta_k), the ratio of the current policy's density and the behaviour's. The caller
 * truncates it. Leaves the policy evaluated at the batch, which updatePolicy builds on.
 */
export function importanceRatios<T>(learner: Learner, batch: Batch, B: i32): void {
  policyForward<T>(learner.policy, batch.s, B);
  policyLogProb<T>(learner.policy, batch.weight, batch.a, B);
  for (let b = 0; b < B; ++b) {
    const slot = at<T>(batch.weight, b);
    store<T>(slot, exponential<T>(load<T>(slot) - load<T>(at<T>(batch.behaviourLogProb, b))));
  }
}

/**
 * One step of fitted policy evaluation: down the gradient of weight / 2 (y - V(s))^2 with y = r + gamma V_target(s'), or y = r
 * where the process ended; every targetPeriod-th step renews the target. Returns the mean weighted squared error.
 */
export function updateValue<T>(learner: Learner, batch: Batch, B: i32): f64 {
  const value = learner.value;
  const parameters = value.parameters;
  clearGradient<T>(parameters);
  valueForward<T>(value, value.target, batch.values, batch.sNext, B);
  for (let b = 0; b < B; ++b) {
    const discount = <T>learner.gamma * (<T>1 - load<T>(at<T>(batch.terminated, b)));
    const reward = <T>learner.rewardScale * load<T>(at<T>(batch.reward, b));
    store<T>(at<T>(batch.targets, b), reward + discount * load<T>(at<T>(batch.values, b)));
  }
  valueForward<T>(value, parameters.values, batch.values, batch.s, B);
  let loss: f64 = 0;
  for (let b = 0; b < B; ++b) {
    const weight = load<T>(at<T>(batch.weight, b));
    const error = load<T>(at<T>(batch.values, b)) - load<T>(at<T>(batch.targets, b));
    loss += <f64>weight * <f64>error * <f64>error;
    store<T>(at<T>(batch.values, b), (weight * error) / <T>B);
  }
  valueVjp<T>(value, parameters.values, parameters.gradient, 0, batch.values, batch.s, B);
  adamStep<T>(parameters);
  learner.valueUpdates += 1;
  if (learner.valueUpdates % learner.targetPeriod == 0) valueCopyTarget<T>(value);
  return loss / <f64>B;
}

/** Adam's step of the policy down its gradient block. Returns the gradient's norm before clipping. */
export function stepPolicy<T>(learner: Learner): f64 {
  adamStep<T>(learner.policy.parameters);
  learner.policy.evaluated = 0;
  return learner.policy.parameters.norm;
}
