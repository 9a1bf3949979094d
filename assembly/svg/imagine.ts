// Simulated trajectories: what the planner learns along in the place of real ones. Actions are drawn from the policy, next states from
// the model, s' = f(s, pi(s, eta), xi), with fresh eta and xi. svgGradient infers both noises from the rows, and finds those that were drawn.
//
// Additive noise keeps sigma at 1 in the model's units, which is more than the true noise: there xi is drawn as large as the residuals of
// real transitions. Nothing fails in a simulation: it is as long as the trajectory that it takes the place of, and ends as that did.

import { allocNumbers, arenaAlloc } from "../core/arena";
import { Random, randomNormal } from "../core/random";
import { at, clear } from "../linalg/vector";
import { Batch } from "./batch";
import { Model, modelForward, modelInfer, modelStep, predictedAt } from "./model";
import { Policy, policyForward, policyLogProb, policySample } from "./policy";


@unmanaged
@final
export class Imagination {
  policy: Policy;
  model: Model;
  random: Random;
  /** The state dimension that holds the time, or -1, and the seconds by which a step advances it. */
  clock: i32;
  controlStep: f64;
  /** Deviation of xi, T[S]; 0 where the state is copied. */
  deviation: usize;
}

export function imaginationCreate<T>(
  policy: Policy,
  model: Model,
  random: Random,
  clock: i32,
  controlStep: f64,
): Imagination {
  const imagination = changetype<Imagination>(arenaAlloc(offsetof<Imagination>()));
  imagination.policy = policy;
  imagination.model = model;
  imagination.random = random;
  imagination.clock = clock;
  imagination.controlStep = controlStep;
  imagination.deviation = allocNumbers<T>(model.states);
  return imagination;
}

/** The deviation of xi: 1 where sigma is learned, else the root mean square of what B real transitions leave unexplained. */
export function imaginationMeasure<T>(imagination: Imagination, batch: Batch, B: i32): void {
  const model = imagination.model;
  const S = model.states;
  clear<T>(imagination.deviation, S);
  modelForward<T>(model, batch.s, batch.a, B);
  modelInfer<T>(model, batch.s, batch.sNext, B);
  for (let d = 0; d < model.net.dimensions; ++d) {
    const i = predictedAt(model, d);
    let squares: f64 = 0;
    for (let b = 0; b < B; ++b) {
      const xi = <f64>load<T>(at<T>(model.xi, b * S + i));
      squares += xi * xi;
    }
    store<T>(at<T>(imagination.deviation, i), model.learnedNoise ? <T>1 : <T>sqrt<f64>(squares / <f64>B));
  }
}

/**
 * Simulates P trajectories of K steps from the states of the batch's first P rows: overwrites s, a, sNext and behaviourLogProb, rows
 * t P + p. Rewards stay as they are. Leaves the policy evaluated at single steps.
 */
export function imagine<T>(imagination: Imagination, batch: Batch, K: i32, P: i32): void {
  const policy = imagination.policy;
  const model = imagination.model;
  const S = batch.states;
  const bytes = (<usize>(P * S)) << alignof<T>();
  for (let t = 0; t < K; ++t) {
    const s = at<T>(batch.s, t * P * S);
    const a = at<T>(batch.a, t * P * batch.actions);
    const sNext = at<T>(batch.sNext, t * P * S);
    if (t) memory.copy(s, sNext - bytes, bytes);
    policyForward<T>(policy, s, P);
    policySample<T>(policy, a, imagination.random, P);
    policyLogProb<T>(policy, at<T>(batch.behaviourLogProb, t * P), a, P);
    modelForward<T>(model, s, a, P);
    drawNoise<T>(imagination, P);
    modelStep<T>(model, sNext, s, model.xi, P);
  }
  policy.evaluated = 0;
}

/** xi (P, S) of one step: normal where the model predicts, and what copied dimensions change by. */
function drawNoise<T>(imagination: Imagination, P: i32): void {
  const model = imagination.model;
  const S = model.states;
  clear<T>(model.xi, P * S);
  for (let p = 0; p < P; ++p) {
    const xi = at<T>(model.xi, p * S);
    for (let d = 0; d < model.net.dimensions; ++d) {
      const i = predictedAt(model, d);
      store<T>(at<T>(xi, i), load<T>(at<T>(imagination.deviation, i)) * <T>randomNormal(imagination.random));
    }
    if (imagination.clock >= 0) store<T>(at<T>(xi, imagination.clock), <T>imagination.controlStep);
  }
}
