// A batch of transitions in the core's memory, with the buffers that one backward step fills. The caller writes the transitions
// and the reward's derivatives; the learner never sees an environment.

import { allocNumbers, arenaAlloc } from "../core/arena";
import { at } from "../linalg/vector";


@unmanaged
@final
export class Batch {
  rows: i32;
  states: i32;
  actions: i32;
  /** s (B, S), a (B, A), sNext (B, S), reward (B). */
  s: usize;
  a: usize;
  sNext: usize;
  reward: usize;
  /** 1 where the process ended with this transition, 0 elsewhere (also at a time limit), (B). */
  terminated: usize;
  /** log p(a | s) of the policy that acted, (B). */
  behaviourLogProb: usize;
  /** Importance weight, (B). */
  weight: usize;
  /** Derivatives of the reward r(s, a, s'): r_s (B, S), r_a (B, A), r_s' (B, S). */
  rS: usize;
  rA: usize;
  rSNext: usize;
  /** Jacobians of the transition, (B, S, S) and (B, S, A), or null where the learned model's pullback is applied instead. */
  fS: usize;
  fA: usize;
  /** Jacobian of the policy, (B, A, S), for walks over pieces of several steps; null where all are of one step. */
  piS: usize;
  /** i32 (P): the step of each piece after which it is over; its later rows count for nothing. 0 unless written. */
  ends: usize;
  /** v'_s' (B, S): derivative of the value at the next state. */
  vSNext: usize;
  /** Adjoint of s' (B, S), then of s (B, S) and a (B, A) through model and reward. */
  q: usize;
  dS: usize;
  dA: usize;
  /** What never happened: actions of the current policy (B, A), next states that the model expects (B, S). */
  imaginedA: usize;
  imaginedSNext: usize;
  /** Values or their adjoints, and the critic's regression targets, (B). */
  values: usize;
  targets: usize;
}

export function batchCreate<T>(rows: i32, states: i32, actions: i32): Batch {
  const batch = changetype<Batch>(arenaAlloc(offsetof<Batch>()));
  batch.rows = rows;
  batch.states = states;
  batch.actions = actions;
  batch.s = allocNumbers<T>(rows * states);
  batch.a = allocNumbers<T>(rows * actions);
  batch.sNext = allocNumbers<T>(rows * states);
  batch.reward = allocNumbers<T>(rows);
  batch.terminated = allocNumbers<T>(rows);
  batch.behaviourLogProb = allocNumbers<T>(rows);
  batch.weight = allocNumbers<T>(rows);
  batch.rS = allocNumbers<T>(rows * states);
  batch.rA = allocNumbers<T>(rows * actions);
  batch.rSNext = allocNumbers<T>(rows * states);
  batch.vSNext = allocNumbers<T>(rows * states);
  batch.q = allocNumbers<T>(rows * states);
  batch.dS = allocNumbers<T>(rows * states);
  batch.dA = allocNumbers<T>(rows * actions);
  batch.imaginedA = allocNumbers<T>(rows * actions);
  batch.imaginedSNext = allocNumbers<T>(rows * states);
  batch.values = allocNumbers<T>(rows);
  batch.targets = allocNumbers<T>(rows);
  batch.ends = arenaAlloc((<usize>rows) << 2);
  return batch;
}

/** Room for the Jacobians of the transition: from now on they are used in the place of the learned model's pullback. */
export function batchAllocateJacobians<T>(batch: Batch): void {
  batch.fS = allocNumbers<T>(batch.rows * batch.states * batch.states);
  batch.fA = allocNumbers<T>(batch.rows * batch.states * batch.actions);
}

/** Room for the policy's Jacobian: from now on pieces may have several steps, and the transition's Jacobians are needed, too. */
export function batchAllocatePolicyJacobian<T>(batch: Batch): void {
  batch.piS = allocNumbers<T>(batch.rows * batch.actions * batch.states);
}

/** The last step of piece p. */
@inline
export function lastStep(batch: Batch, p: i32): i32 {
  return load<i32>(batch.ends + ((<usize>p) << 2));
}

/** What counts of what comes after the transition of row b: gamma, or nothing where the process ended. */
@inline
export function discountAfter<T>(batch: Batch, gamma: f64, b: i32): T {
  return <T>gamma * (<T>1 - load<T>(at<T>(batch.terminated, b)));
}
