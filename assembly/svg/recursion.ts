// The value-gradient recursion, one step backward in time (paper, equations 9 and 10), for B rows at once.
//
// | paper      | code              | meaning                                                                   |
// |------------|-------------------|---------------------------------------------------------------------------|
// | s, a, s'   | s, a, sNext       | state, action, next state                                                 |
// | eta, xi    | policy.eta, model.xi | noise of policy and model, inferred on real data                       |
// | f_s, f_a   | modelVjp, or fS, fA | derivatives of the transition: applied, or given (the true model's)     |
// | pi_s, pi_theta | policyVjp, or piS | derivatives of the policy: applied, or formed where steps follow        |
// | r_s, r_a   | rS, rA, rSNext    | derivatives of the reward; a reward may depend on s' too                  |
// | v_s, v'_s' | vS, vSNext        | derivative of the value at s, at s'                                       |
//
//   q      = gamma v'_s' + r_s'           adjoint of s' (no v'_s' where the process ended)
//   dS, dA = q f_s + r_s, q f_a + r_a
//   v_s    = dS + dA pi_s                 equation 9
//   v_theta += dA pi_theta                equation 10
//
// Where another policy acted, the expectation over the action at s takes the ratio of both densities as a weight: v_s and v_theta of
// the step count times it, and with them all that passes through them.
//
// SVG(1) takes v'_s' from the critic at the observed s' and needs the last line only. Over several steps every row's Jacobians are
// formed first, all rows at once, so that only products of small matrices are left to be made in the order of time.

import { at, clear } from "../linalg/vector";
import { Batch, discountAfter, lastStep } from "./batch";
import { Model, modelVjp } from "./model";
import { Policy, policyVjp } from "./policy";

/** q, dS and dA of a batch from its vSNext. `model` (at its last forward and xi) is used where the batch holds no Jacobians. */
export function transitionAdjoint<T>(batch: Batch, model: Model, gamma: f64, rewardScale: f64, B: i32): void {
  rewardAdjoint<T>(batch, gamma, rewardScale, 0, B);
  if (batch.fS) jacobianAdjoint<T>(batch, 0, B);
  else modelVjp<T>(model, batch.dS, batch.dA, batch.q, batch.s, B);
}

/** q, and the part of dS and dA that does not pass through the transition, of the rows from `first` to before `end`. */
function rewardAdjoint<T>(batch: Batch, gamma: f64, rewardScale: f64, first: i32, end: i32): void {
  const S = batch.states;
  const A = batch.actions;
  const reward = <T>rewardScale;
  for (let b = first; b < end; ++b) {
    const discount = discountAfter<T>(batch, gamma, b);
    for (let i = b * S; i < (b + 1) * S; ++i) {
      const later = discount * load<T>(at<T>(batch.vSNext, i));
      store<T>(at<T>(batch.q, i), later + reward * load<T>(at<T>(batch.rSNext, i)));
      store<T>(at<T>(batch.dS, i), reward * load<T>(at<T>(batch.rS, i)));
    }
    for (let k = b * A; k < (b + 1) * A; ++k) store<T>(at<T>(batch.dA, k), reward * load<T>(at<T>(batch.rA, k)));
  }
}

/** Adds the part of dS and dA that passes through the transition. */
function jacobianAdjoint<T>(batch: Batch, first: i32, end: i32): void {
  const S = batch.states;
  const A = batch.actions;
  for (let b = first; b < end; ++b) {
    const q = at<T>(batch.q, b * S);
    addProduct<T>(at<T>(batch.dS, b * S), q, at<T>(batch.fS, b * S * S), S, S);
    addProduct<T>(at<T>(batch.dA, b * A), q, at<T>(batch.fA, b * S * A), S, A);
  }
}

/** x (N) += y (M) times matrix (M, N). */
function addProduct<T>(x: usize, y: usize, matrix: usize, M: i32, N: i32): void {
  for (let i = 0; i < M; ++i) {
    const g = load<T>(at<T>(y, i));
    for (let j = 0; j < N; ++j) {
      const slot = at<T>(x, j);
      store<T>(slot, load<T>(slot) + g * load<T>(at<T>(matrix, i * N + j)));
    }
  }
}

/** The batch's piS at the policy's last forward and eta. Overwrites dS and dA. */
export function policyJacobian<T>(batch: Batch, policy: Policy, B: i32): void {
  const S = batch.states;
  const A = batch.actions;
  for (let k = 0; k < A; ++k) {
    clear<T>(batch.dA, B * A);
    clear<T>(batch.dS, B * S);
    for (let b = 0; b < B; ++b) store<T>(at<T>(batch.dA, b * A + k), 1);
    policyVjp<T>(policy, batch.dS, batch.dA, batch.s, false, B);
    for (let b = 0; b < B; ++b) {
      memory.copy(at<T>(batch.piS, (b * A + k) * S), at<T>(batch.dS, b * S), (<usize>S) << alignof<T>());
    }
  }
}

/** What adjoints are multiplied by when one grows beyond what leaves room for the sums of a gradient. */
const SHRINKING: f64 = 1 / (<f64>(1 << 30) * <f64>(1 << 30));

/** Multiplies the adjoints of the rows from `first` to before `end`, and every vSNext, by SHRINKING. */
function shrink<T>(batch: Batch, first: i32, end: i32): void {
  const S = batch.states;
  const A = batch.actions;
  multiply<T>(batch.vSNext, 0, end * S, <T>SHRINKING);
  multiply<T>(batch.q, first * S, end * S, <T>SHRINKING);
  multiply<T>(batch.dS, first * S, end * S, <T>SHRINKING);
  multiply<T>(batch.dA, first * A, end * A, <T>SHRINKING);
}


@inline
function multiply<T>(block: usize, from: i32, to: i32, factor: T): void {
  for (let i = from; i < to; ++i) store<T>(at<T>(block, i), factor * load<T>(at<T>(block, i)));
}

/**
 * The recursion over P pieces of trajectories of at most K steps each: q, dS and dA of every row, from the vSNext of the pieces'
 * last transitions (`ends`), all Jacobians, the reward's derivatives and the weights. Rows are in the order of time, row t P + p.
 * Fills in the earlier transitions' vSNext. Along an unstable trajectory adjoints outgrow the numbers that there are: beyond 1e20 in
 * f32, 1e280 in f64, all of them are multiplied by 2^-60, as often as needed, which leaves their directions.
 */
export function trajectoryAdjoint<T>(batch: Batch, gamma: f64, rewardScale: f64, K: i32, P: i32): void {
  const S = batch.states;
  const A = batch.actions;
  const longest: T = sizeof<T>() == 4 ? <T>1e20 : <T>1e280;
  for (let t = K - 1; t >= 0; --t) {
    rewardAdjoint<T>(batch, gamma, rewardScale, t * P, (t + 1) * P);
    jacobianAdjoint<T>(batch, t * P, (t + 1) * P);
    if (t == 0) break;
    let largest: T = 0;
    for (let p = 0; p < P; ++p) {
      if (t > lastStep(batch, p)) continue;
      const b = t * P + p;
      const vS = at<T>(batch.vSNext, (b - P) * S);
      memory.copy(vS, at<T>(batch.dS, b * S), (<usize>S) << alignof<T>());
      addProduct<T>(vS, at<T>(batch.dA, b * A), at<T>(batch.piS, b * A * S), A, S);
      const weight = load<T>(at<T>(batch.weight, b));
      for (let i = 0; i < S; ++i) {
        const g = weight * load<T>(at<T>(vS, i));
        store<T>(at<T>(vS, i), g);
        largest = max<T>(largest, abs<T>(g));
      }
    }
    if (largest > longest) {
      shrink<T>(batch, t * P, K * P);
      rewardScale *= SHRINKING;
    }
  }
}

/**
 * Turns the weights of steps into what their v_theta count at the start of a piece: gamma^t times the product of the weights up to
 * the step's own, and nothing after the piece's end.
 */
export function accumulateWeights<T>(batch: Batch, gamma: f64, K: i32, P: i32): void {
  for (let b = P; b < K * P; ++b) {
    const slot = at<T>(batch.weight, b);
    const t = b / P;
    const over = t > lastStep(batch, b - t * P);
    store<T>(slot, over ? <T>0 : <T>gamma * load<T>(at<T>(batch.weight, b - P)) * load<T>(slot));
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
