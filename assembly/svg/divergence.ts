// KL(behaviour || current): how far the policy has gone from those that acted. Over replayed actions the mean of
// log p(a | s; theta_k) - log p(a | s; theta) estimates it.

import { at } from "../linalg/vector";
import { Batch } from "./batch";
import { Learner } from "./learner";
import { policyLogProbVjp } from "./policy";

/**
 * Policy's gradient += klWeight times the derivative of the estimate over the batch. Leaves it alone with klWeight 0. Needs the policy
 * evaluated at the batch's states, and traps otherwise.
 */
export function addDivergenceGradient<T>(learner: Learner, batch: Batch, B: i32): void {
  const policy = learner.policy;
  if (learner.klWeight == 0) return;
  if (policy.evaluated != batch.s) unreachable();
  const share = <T>(-(<f64>learner.klWeight) / <f64>B);
  for (let b = 0; b < B; ++b) store<T>(at<T>(batch.values, b), share);
  policyLogProbVjp<T>(policy, 0, batch.values, batch.a, batch.s, true, B);
}
