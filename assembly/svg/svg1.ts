// SVG(1) with experience replay (paper, algorithm 2), with fitted policy evaluation (algorithm 4). Three updates, each on the
// batch that the caller has filled: model, critic, policy.

import { arenaAlloc } from "../core/arena";
import { exponential } from "../core/math";
import { adamStep, clearGradient } from "../nn/adam";
import { at, clear } from "../linalg/vector";
import { Batch } from "./batch";
import { Model, modelForward, modelInfer, modelLossVjp } from "./model";
import { Policy, policyForward, policyInfer, policyLogProb } from "./policy";
import { policyGradient, transitionAdjoint } from "./recursion";
import { Value, valueCopyTarget, valueForward, valueVjp } from "./value";


@unmanaged
@final
export class Learner {
  policy: Policy;
  model: Model;
  value: Value;
  batch: Batch;
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
  batch: Batch,
  gamma: f64,
  rewardScale: f64,
  targetPeriod: i32,
): Learner {
  const learner = changetype<Learner>(arenaAlloc(offsetof<Learner>()));
  learner.policy = policy;
  learner.model = model;
  learner.value = value;
  learner.batch = batch;
  learner.gamma = gamma;
  learner.rewardScale = rewardScale;
  learner.targetPeriod = targetPeriod;
  return learner;
}

/** One model step on s, a, sNext. Returns the mean squared error of a dimension, in units of its scale. */
export function updateModel<T>(learner: Learner, B: i32): f64 {
  const model = learner.model;
  const batch = learner.batch;
  clearGradient<T>(model.parameters);
  const error = modelLossVjp<T>(model, batch.s, batch.a, batch.sNext, B);
  adamStep<T>(model.parameters);
  return error;
}

/**
 * weight = p(a | s; theta) / p(a | s; theta_k), the ratio of the current policy's density and the behaviour's. The caller
 * truncates it. Leaves the policy evaluated at the batch, which updatePolicy builds on.
 */
export function importanceRatios<T>(learner: Learner, B: i32): void {
  const batch = learner.batch;
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
export function updateValue<T>(learner: Learner, B: i32): f64 {
  const value = learner.value;
  const batch = learner.batch;
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

/**
 * The policy gradient of algorithm 2 into the policy's gradient block. Needs importanceRatios after the batch was last filled; traps
 * when the policy has been evaluated elsewhere, or changed, since.
 */
export function svg1Gradient<T>(learner: Learner, B: i32): void {
  const batch = learner.batch;
  const policy = learner.policy;
  const value = learner.value;
  if (policy.evaluated != batch.s) unreachable();

  // v'_s' = V_s at the observed next state
  valueForward<T>(value, value.parameters.values, batch.values, batch.sNext, B);
  for (let b = 0; b < B; ++b) store<T>(at<T>(batch.values, b), 1);
  clear<T>(batch.vSNext, B * batch.states);
  valueVjp<T>(value, value.parameters.values, 0, batch.vSNext, batch.values, batch.sNext, B);

  // infer both noises, so that the step is the observed one
  policyInfer<T>(policy, batch.a, B);
  if (!batch.fS) {
    modelForward<T>(learner.model, batch.s, batch.a, B);
    modelInfer<T>(learner.model, batch.s, batch.sNext, B);
  }

  transitionAdjoint<T>(batch, learner.model, learner.gamma, learner.rewardScale, B);
  clearGradient<T>(policy.parameters);
  policyGradient<T>(batch, policy, 1.0 / <f64>B, B);
}

/** One policy step, with the needs of svg1Gradient. Returns the gradient's norm before clipping. */
export function updatePolicy<T>(learner: Learner, B: i32): f64 {
  svg1Gradient<T>(learner, B);
  adamStep<T>(learner.policy.parameters);
  learner.policy.evaluated = 0;
  return learner.policy.parameters.norm;
}
