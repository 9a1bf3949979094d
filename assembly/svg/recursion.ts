// The value-gradient recursion, one step backward in time (paper, equations 9 and 10), for B rows at once.
//
// | paper      | code              | meaning                                                                   |
// |------------|-------------------|---------------------------------------------------------------------------|
// | s, a, s'   | s, a, sNext       | state, action, next state                                                 |
// | eta, xi    | policy.eta, model.xi | noise of policy and model, inferred on real data                       |
// | f_s, f_a   | modelVjp, or fS, fA | derivatives of the transition: applied, or given (the true model's)     |
// | pi_s, pi_theta | policyVjp     | derivatives of the policy: applied, never formed                          |
// | r_s, r_a   | rS, rA, rSNext    | derivatives of the reward; a reward may depend on s' too                  |
// | v_s, v'_s' | vS, vSNext        | derivative of the value at s, at s'                                       |
//
//   q      = gamma v'_s' + r_s'           adjoint of s' (no v'_s' where the process ended)
//   dS, dA = q f_s + r_s, q f_a + r_a
//   v_s    = dS + dA pi_s                 equation 9
//   v_theta += weight dA pi_theta         equation 10
//
// SVG(1) takes v'_s' from the critic at the observed s' and needs the last line only.

import { at } from "../linalg/vector";
import { Batch } from "./batch";
import { Model, modelVjp } from "./model";
import { Policy, policyVjp } from "./policy";

/** q, dS and dA of a batch from its vSNext. `model` (at its last forward and xi) is used where the batch holds no Jacobians. */
export function transitionAdjoint<T>(batch: Batch, model: Model, gamma: f64, rewardScale: f64, B: i32): void {
  const S = batch.states;
  const A = batch.actions;
  const reward = <T>rewardScale;
  for (let b = 0; b < B; ++b) {
    const discount = <T>gamma * (<T>1 - load<T>(at<T>(batch.terminated, b)));
    for (let i = b * S; i < (b + 1) * S; ++i) {
      const later = discount * load<T>(at<T>(batch.vSNext, i));
      store<T>(at<T>(batch.q, i), later + reward * load<T>(at<T>(batch.rSNext, i)));
      store<T>(at<T>(batch.dS, i), reward * load<T>(at<T>(batch.rS, i)));
    }
    for (let k = b * A; k < (b + 1) * A; ++k) store<T>(at<T>(batch.dA, k), reward * load<T>(at<T>(batch.rA, k)));
  }
  if (batch.fS) {
    jacobianVjp<T>(batch.dS, batch.q, batch.fS, B, S, S);
    jacobianVjp<T>(batch.dA, batch.q, batch.fA, B, S, A);
  } else modelVjp<T>(model, batch.dS, batch.dA, batch.q, batch.s, B);
}

/** dx (B, N) += q (B, S) times jacobian (B, S, N), row by row. */
function jacobianVjp<T>(dx: usize, q: usize, jacobian: usize, B: i32, S: i32, N: i32): void {
  for (let b = 0; b < B; ++b) {
    for (let i = 0; i < S; ++i) {
      const g = load<T>(at<T>(q, b * S + i));
      for (let j = 0; j < N; ++j) {
        const slot = at<T>(dx, b * N + j);
        store<T>(slot, load<T>(slot) + g * load<T>(at<T>(jacobian, (b * S + i) * N + j)));
      }
    }
  }
}

/** vS (B, S) = dS + dA pi_s after transitionAdjoint, at the policy's last forward and eta: the next earlier step's vSNext. */
export function stateValueGradient<T>(batch: Batch, policy: Policy, vS: usize, B: i32): void {
  memory.copy(vS, batch.dS, (<usize>(B * batch.states)) << alignof<T>());
  policyVjp<T>(policy, vS, batch.dA, batch.s, false, B);
}

/**
 * Adds -share sum over rows of weight dA pi_theta to the policy's gradient after transitionAdjoint: minus, because the optimiser
 * descends. Overwrites dA.
 */
export function policyGradient<T>(batch: Batch, policy: Policy, share: f64, B: i32): void {
  const A = batch.actions;
  for (let b = 0; b < B; ++b) {
    const factor = <T>-share * load<T>(at<T>(batch.weight, b));
    for (let k = b * A; k < (b + 1) * A; ++k) store<T>(at<T>(batch.dA, k), factor * load<T>(at<T>(batch.dA, k)));
  }
  policyVjp<T>(policy, 0, batch.dA, batch.s, true, B);
}
