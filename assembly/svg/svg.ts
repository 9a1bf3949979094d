// The policy gradient of SVG(k) for every k (paper, section 4): pieces of trajectories of K steps, with the critic's gradient at the
// end of each, or nothing there. SVG(1), on-policy or from replay (algorithm 2), has pieces of one transition; SVG(inf) (algorithm 1) has
// one piece, an episode.

import { clearGradient } from "../nn/adam";
import { at, clear } from "../linalg/vector";
import { Batch } from "./batch";
import { Learner, stepPolicy } from "./learner";
import { modelForward, modelInfer, modelJacobian } from "./model";
import { policyInfer } from "./policy";
import { policyGradient, policyJacobian, trajectoryAdjoint, transitionAdjoint } from "./recursion";
import { valueForward, valueVjp } from "./value";

/**
 * Minus the gradient of the mean over P pieces of sum over rows of weight v_theta, into the policy's gradient block. Rows are in the
 * order of time, row t P + p; `weight` holds what the step at t counts, with the discount gamma^t. Needs the policy evaluated at the
 * batch's states (importanceRatios does it), and traps otherwise.
 * @param bootstraps Whether the critic says what comes after a piece; nothing comes without it.
 */
export function svgGradient<T>(learner: Learner, batch: Batch, K: i32, P: i32, bootstraps: bool): void {
  const policy = learner.policy;
  const model = learner.model;
  const B = K * P;
  if (policy.evaluated != batch.s) unreachable();
  endGradient<T>(learner, batch, (K - 1) * P, P, bootstraps);

  // infer both noises, so that the steps are the observed ones
  policyInfer<T>(policy, batch.a, B);
  if (!learner.exact) {
    modelForward<T>(model, batch.s, batch.a, B);
    modelInfer<T>(model, batch.s, batch.sNext, B);
  }
  if (K == 1) transitionAdjoint<T>(batch, model, learner.gamma, learner.rewardScale, B);
  else {
    if (!learner.exact) modelJacobian<T>(model, batch.fS, batch.fA, batch.s, B);
    policyJacobian<T>(batch, policy, B);
    trajectoryAdjoint<T>(batch, learner.gamma, learner.rewardScale, K, P);
  }
  clearGradient<T>(policy.parameters);
  policyGradient<T>(batch, policy, 1.0 / <f64>P, B);
}

/** One policy step, with the needs of svgGradient. Returns the gradient's norm before clipping. */
export function updatePolicy<T>(learner: Learner, batch: Batch, K: i32, P: i32, bootstraps: bool): f64 {
  svgGradient<T>(learner, batch, K, P, bootstraps);
  return stepPolicy<T>(learner);
}

/** v'_s' = V_s at the observed next states of the P rows from `first`, or 0. */
function endGradient<T>(learner: Learner, batch: Batch, first: i32, P: i32, bootstraps: bool): void {
  const value = learner.value;
  const S = batch.states;
  const vSNext = at<T>(batch.vSNext, first * S);
  clear<T>(vSNext, P * S);
  if (!bootstraps) return;
  const sNext = at<T>(batch.sNext, first * S);
  valueForward<T>(value, value.parameters.values, batch.values, sNext, P);
  for (let p = 0; p < P; ++p) store<T>(at<T>(batch.values, p), 1);
  valueVjp<T>(value, value.parameters.values, 0, vSNext, batch.values, sNext, P);
}
