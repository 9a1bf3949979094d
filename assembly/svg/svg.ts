// The policy gradient of SVG(k) for every k (paper, section 4): pieces of trajectories of K steps, with the critic's gradient at the
// end of each, or nothing there. SVG(1), on-policy or from replay (algorithm 2), has pieces of one transition; SVG(inf) (algorithm 1) has
// one piece, an episode.

import { clearGradient } from "../nn/adam";
import { at, clear } from "../linalg/vector";
import { Batch, lastStep } from "./batch";
import { addDivergenceGradient } from "./divergence";
import { Learner, stepPolicy } from "./learner";
import { modelForward, modelInfer, modelJacobian } from "./model";
import { policyInfer } from "./policy";
import { accumulateWeights, policyGradient, policyJacobian, trajectoryAdjoint, transitionAdjoint } from "./recursion";
import { valueGradient } from "./value";

/**
 * Minus the gradient of the mean value over P pieces of at most K steps, into the policy's gradient block. Rows are in the order of
 * time, row t P + p; `weight` holds the ratio of the densities of the row's action; pieces of several steps end where the batch's
 * `ends` say. Needs the policy evaluated at the batch's states (importanceRatios does it) and, for pieces of several steps, the
 * policy's Jacobian, and traps otherwise. Overwrites the weights of such pieces.
 * @param bootstraps Whether the critic says what comes after a piece; nothing comes without it.
 */
export function svgGradient<T>(learner: Learner, batch: Batch, K: i32, P: i32, bootstraps: bool): void {
  const policy = learner.policy;
  const model = learner.model;
  const B = K * P;
  if (policy.evaluated != batch.s || (K > 1 && !batch.piS)) unreachable();
  const walks = batch.piS != 0;
  if (walks) endGradients<T>(learner, batch, K, P, bootstraps);
  else endGradient<T>(learner, batch, batch.vSNext, batch.sNext, P, bootstraps);

  // infer both noises, so that the steps are the observed ones
  policyInfer<T>(policy, batch.a, B);
  if (!learner.exact) {
    modelForward<T>(model, batch.s, batch.a, B);
    modelInfer<T>(model, batch.s, batch.sNext, B);
  }
  if (!walks) transitionAdjoint<T>(batch, model, learner.gamma, learner.rewardScale, B);
  else {
    if (!learner.exact) modelJacobian<T>(model, batch.fS, batch.fA, batch.s, B);
    policyJacobian<T>(batch, policy, B);
    trajectoryAdjoint<T>(batch, learner.gamma, learner.rewardScale, K, P);
    accumulateWeights<T>(batch, learner.gamma, K, P);
  }
  clearGradient<T>(policy.parameters);
  policyGradient<T>(batch, policy, 1.0 / <f64>P, B);
}

/** One policy step, with the needs of svgGradient. Returns the gradient's norm before clipping. */
export function updatePolicy<T>(learner: Learner, batch: Batch, K: i32, P: i32, bootstraps: bool): f64 {
  svgGradient<T>(learner, batch, K, P, bootstraps);
  addDivergenceGradient<T>(learner, batch, K * P);
  return stepPolicy<T>(learner);
}

/** v (P, S) = V_s at next states (P, S), or 0. */
function endGradient<T>(learner: Learner, batch: Batch, v: usize, sNext: usize, P: i32, bootstraps: bool): void {
  clear<T>(v, P * batch.states);
  if (bootstraps) valueGradient<T>(learner.value, v, 0, batch.values, 1, sNext, 0, P);
}

/** v'_s' = V_s at the next states where the pieces end, and 0 at all others; q and dS serve to bring them together. */
function endGradients<T>(learner: Learner, batch: Batch, K: i32, P: i32, bootstraps: bool): void {
  const S = batch.states;
  const bytes = (<usize>S) << alignof<T>();
  clear<T>(batch.vSNext, K * P * S);
  for (let p = 0; p < P; ++p) memory.copy(at<T>(batch.q, p * S), at<T>(batch.sNext, lastRow(batch, p, P) * S), bytes);
  endGradient<T>(learner, batch, batch.dS, batch.q, P, bootstraps);
  for (let p = 0; p < P; ++p) memory.copy(at<T>(batch.vSNext, lastRow(batch, p, P) * S), at<T>(batch.dS, p * S), bytes);
}

/** The last row of piece p. */
@inline
function lastRow(batch: Batch, p: i32, P: i32): i32 {
  return lastStep(batch, p) * P + p;
}
