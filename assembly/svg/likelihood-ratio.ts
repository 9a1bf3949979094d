// The policy gradient by likelihood ratios (Williams 1992), which value gradients are compared with (paper, section 6): how much better
// than expected an action turned out to be, times grad log p(a | s; theta). It needs no model and no derivative of a value. AC has
// pieces of one transition, REINFORCE has one piece, an episode.

import { clearGradient } from "../nn/adam";
import { at } from "../linalg/vector";
import { Batch, lastStep } from "./batch";
import { addDivergenceGradient } from "./divergence";
import { Learner, returnOf, stepPolicy } from "./learner";
import { policyLogProbVjp } from "./policy";
import { valueForward } from "./value";

/**
 * Advantages of P pieces of at most K steps, row t P + p, into the batch's `values`: the rewards that followed in the piece, and what
 * came after it, less V(s). Over one transition that is the TD error r + gamma V(s') - V(s). 0 beyond a piece's end.
 * @param bootstraps Whether the critic says what comes after a piece; nothing comes without it, or where the process ended.
 */
export function advantages<T>(learner: Learner, batch: Batch, K: i32, P: i32, bootstraps: bool): void {
  const value = learner.value;
  const parameters = value.parameters.values;
  if (bootstraps) valueForward<T>(value, parameters, batch.values, batch.sNext, 0, K * P);
  for (let b = K * P - 1; b >= 0; --b) {
    const t = b / P;
    const end = lastStep(batch, b - t * P);
    if (t > end) continue;
    const after = bootstraps ? load<T>(at<T>(batch.values, b)) : <T>0;
    const later = t == end ? after : load<T>(at<T>(batch.targets, b + P));
    store<T>(at<T>(batch.targets, b), returnOf<T>(learner, batch, b, later));
  }
  valueForward<T>(value, parameters, batch.values, batch.s, 0, K * P);
  for (let b = 0; b < K * P; ++b) {
    const slot = at<T>(batch.values, b);
    const over = b / P > lastStep(batch, b % P);
    store<T>(slot, over ? <T>0 : load<T>(at<T>(batch.targets, b)) - load<T>(slot));
  }
}

/**
 * Minus the mean over P pieces of the sum over their rows of weight A grad log p(a | s; theta), into the policy's gradient block. Needs
 * the policy evaluated at the batch's states (importanceRatios does it), and traps otherwise.
 */
export function likelihoodRatioGradient<T>(learner: Learner, batch: Batch, K: i32, P: i32, bootstraps: bool): void {
  const policy = learner.policy;
  if (policy.evaluated != batch.s) unreachable();
  advantages<T>(learner, batch, K, P, bootstraps);
  for (let b = 0; b < K * P; ++b) {
    const slot = at<T>(batch.values, b);
    store<T>(slot, (-load<T>(at<T>(batch.weight, b)) * load<T>(slot)) / <T>P);
  }
  clearGradient<T>(policy.parameters);
  policyLogProbVjp<T>(policy, 0, batch.values, batch.a, batch.s, true, K * P);
}

/** One policy step, with the needs of likelihoodRatioGradient. Returns the gradient's norm before clipping. */
export function updatePolicyByLikelihoodRatio<T>(
  learner: Learner,
  batch: Batch,
  K: i32,
  P: i32,
  bootstraps: bool,
): f64 {
  likelihoodRatioGradient<T>(learner, batch, K, P, bootstraps);
  addDivergenceGradient<T>(learner, batch, K * P);
  return stepPolicy<T>(learner);
}
