// The policy gradient of SVG(0) (paper, algorithm 3): the critic's derivative by the action, pulled back through the policy at the noise
// that its action shows. No importance weight, as in the box: the critic answers for the action, but replayed actions are still those of
// earlier policies, and so is eta, which biases the gradient of sigma. DPG (Silver et al. 2014) is the same at no noise, where the action
// is the policy's mean and only the mean moves.

import { clearGradient } from "../nn/adam";
import { at, clear } from "../linalg/vector";
import { Batch } from "./batch";
import { addDivergenceGradient } from "./divergence";
import { Learner, stepPolicy } from "./learner";
import { policyForward, policyInfer } from "./policy";
import { policyGradient } from "./recursion";
import { valueGradient } from "./value";

/** Minus the gradient of the mean over B rows of Q(s, pi(s, eta)), into the policy's gradient block. */
export function svg0Gradient<T>(learner: Learner, batch: Batch, B: i32): void {
  const policy = learner.policy;
  policyForward<T>(policy, batch.s, B);
  let a = batch.a;
  if (learner.imagination) policyInfer<T>(policy, a, B);
  else {
    a = policy.gaussian.mean;
    clear<T>(policy.eta, B * batch.actions);
  }
  for (let b = 0; b < B; ++b) store<T>(at<T>(batch.weight, b), 1);
  clear<T>(batch.dA, B * batch.actions);
  valueGradient<T>(learner.value, 0, batch.dA, batch.values, 1, batch.s, a, B);
  clearGradient<T>(policy.parameters);
  policyGradient<T>(batch, policy, 1.0 / <f64>B, B);
}

/** One policy step. Returns the gradient's norm before clipping. */
export function updatePolicyByCritic<T>(learner: Learner, batch: Batch, B: i32): f64 {
  svg0Gradient<T>(learner, batch, B);
  addDivergenceGradient<T>(learner, batch, B);
  return stepPolicy<T>(learner);
}
