// What the algorithms share: the updates of model and critic (paper, algorithm 4, and what it was compared with), importance weights,
// and the policy's step down a gradient that the algorithm has put into the policy's block. All work on a batch that the caller has
// filled.

import { arenaAlloc } from "../core/arena";
import { exponential } from "../core/math";
import { Random } from "../core/random";
import { adamStep, clearGradient } from "../nn/adam";
import { at, clear } from "../linalg/vector";
import { Batch, discountAfter } from "./batch";
import { Model, modelForward, modelLossVjp, modelStep } from "./model";
import { Policy, policyForward, policyLogProb, policySample } from "./policy";
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
  /** Noise of actions that never happened; null where the policy that is learned is its mean (DPG), and its noise only explores. */
  imagination: Random;
  /** Whether the critic descends its Bellman residual through the model, instead of approaching a target that is held. */
  residual: i32;
  /** Critic updates so far. */
  valueUpdates: i32;
  /** What KL(behaviour || current) costs the policy; 0 until the caller sets it. */
  klWeight: f32;
  /** Density ratios are raised to this power. */
  ratioExponent: f64;
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
  learner.ratioExponent = 1;
  return learner;
}

/** How the critic learns. Until this is called the learned policy is its mean, and the critic approaches targets. */
export function learnerConfigure(learner: Learner, imagination: Random, residual: i32): void {
  learner.imagination = imagination;
  learner.residual = residual;
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
 * weight = (p(a | s; theta) / p(a | s; theta_k))^ratioExponent, from the ratio of the current policy's density and the behaviour's. The
 * caller truncates it. Leaves the policy evaluated at the batch, which updatePolicy builds on. Returns minus the mean logarithm of the
 * ratios, which estimates KL(behaviour || current).
 */
export function importanceRatios<T>(learner: Learner, batch: Batch, B: i32): f64 {
  policyForward<T>(learner.policy, batch.s, B);
  policyLogProb<T>(learner.policy, batch.weight, batch.a, B);
  const exponent = <T>learner.ratioExponent;
  let divergence: f64 = 0;
  for (let b = 0; b < B; ++b) {
    const slot = at<T>(batch.weight, b);
    const logRatio = load<T>(slot) - load<T>(at<T>(batch.behaviourLogProb, b));
    divergence -= <f64>logRatio;
    store<T>(slot, exponential<T>(exponent * logRatio));
  }
  return divergence / <f64>B;
}

/**
 * The learned policy's actions at states (B, S), drawn anew, or its means. They stay until its next forward or the next draw. Leaves
 * the policy evaluated at these states.
 */
export function imagineActions<T>(learner: Learner, batch: Batch, s: usize, B: i32): usize {
  const policy = learner.policy;
  policyForward<T>(policy, s, B);
  if (!learner.imagination) return policy.gaussian.mean;
  policySample<T>(policy, batch.imaginedA, learner.imagination, B);
  return batch.imaginedA;
}

/** The scaled reward of row b, and what comes later, discounted, unless the process ended. */
@inline
export function returnOf<T>(learner: Learner, batch: Batch, b: i32, later: T): T {
  const reward = <T>learner.rewardScale * load<T>(at<T>(batch.reward, b));
  return reward + discountAfter<T>(batch, learner.gamma, b) * later;
}

/**
 * One step of the critic: of fitted policy evaluation, down the gradient of weight / 2 (y - V(s))^2 with y = r + gamma V_target(s'), or
 * y = r where the process ended; every targetPeriod-th step renews the target. With the action in its place Q(s, a) approaches
 * y = r + gamma Q_target(s', a'), a' the learned policy's at s'. Or down the Bellman residual. Returns the mean weighted squared error.
 */
export function updateValue<T>(learner: Learner, batch: Batch, B: i32): f64 {
  const value = learner.value;
  const parameters = value.parameters;
  const values = parameters.values;
  clearGradient<T>(parameters);
  const aNext = value.actions ? imagineActions<T>(learner, batch, batch.sNext, B) : 0;
  valueForward<T>(value, learner.residual ? values : value.target, batch.values, batch.sNext, aNext, B);
  for (let b = 0; b < B; ++b) {
    store<T>(at<T>(batch.targets, b), returnOf<T>(learner, batch, b, load<T>(at<T>(batch.values, b))));
  }
  valueForward<T>(value, values, batch.values, batch.s, batch.a, B);
  let loss: f64 = 0;
  for (let b = 0; b < B; ++b) {
    const weight = load<T>(at<T>(batch.weight, b));
    const error = load<T>(at<T>(batch.values, b)) - load<T>(at<T>(batch.targets, b));
    loss += <f64>weight * <f64>error * <f64>error;
    store<T>(at<T>(batch.values, b), (weight * error) / <T>B);
  }
  valueVjp<T>(value, values, parameters.gradient, 0, 0, batch.values, batch.s, B);
  if (learner.residual) residualVjp<T>(learner, batch, B);
  adamStep<T>(parameters);
  learner.valueUpdates += 1;
  if (learner.valueUpdates % learner.targetPeriod == 0) valueCopyTarget<T>(value);
  return loss / <f64>B;
}

/**
 * The other half of the gradient of half the squared Bellman residual of V, weight (r + gamma V(s') - V(s)) gamma V_nu(s''): s'' is what
 * the model expects after another action of the policy at s. With independent samples in both factors the expected gradient is
 * the product of the expected residual and the expected derivative, zero at the policy's value even where the model is wrong; with s' in
 * both it would be the expectation of a square, lowest elsewhere (double sampling).
 */
function residualVjp<T>(learner: Learner, batch: Batch, B: i32): void {
  const value = learner.value;
  const parameters = value.parameters;
  const model = learner.model;
  modelForward<T>(model, batch.s, imagineActions<T>(learner, batch, batch.s, B), B);
  clear<T>(model.xi, B * model.states);
  modelStep<T>(model, batch.imaginedSNext, batch.s, model.xi, B);
  for (let b = 0; b < B; ++b) {
    const slot = at<T>(batch.values, b);
    store<T>(slot, -discountAfter<T>(batch, learner.gamma, b) * load<T>(slot));
  }
  valueForward<T>(value, parameters.values, batch.targets, batch.imaginedSNext, 0, B);
  valueVjp<T>(value, parameters.values, parameters.gradient, 0, 0, batch.values, batch.imaginedSNext, B);
}

/** Adam's step of the policy down its gradient block. Returns the gradient's norm before clipping. */
export function stepPolicy<T>(learner: Learner): f64 {
  adamStep<T>(learner.policy.parameters);
  learner.policy.evaluated = 0;
  return learner.policy.parameters.norm;
}
