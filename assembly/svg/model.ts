// The learned model s' = s + R(s) scale (mu(s, a) + sigma(s, a) xi), whose network sees the features of s and the action: one
// sub-network for every predicted dimension, or one for all (predictor.ts). Dimensions that are not predicted, such as a static goal,
// are copied: s' = s + xi. R(s) turns pairs of dimensions that are planar vectors out of their frames (frames.ts): their change is
// predicted, scaled and noisy in the frame. Without frames R is 1.
//
// Additive noise keeps sigma at 1, learned noise takes log sigma from a second output of every dimension. `scale` (one
// number for each dimension) brings state changes to about unit size.

import { allocNumbers, arenaAlloc } from "../core/arena";
import { exponential, hyperbolicTangent, logarithm } from "../core/math";
import { Random } from "../core/random";
import { Encoder, encoderForward, encoderJvp, encoderVjp, encoderVjpOfEach } from "../nn/encoder";
import { Parameters, parametersCreate } from "../nn/adam";
import {
  Predictor,
  predictorAllocateJacobian,
  predictorCreate,
  predictorForward,
  predictorInitialise,
  predictorInput,
  predictorInputDelta,
  predictorInputJacobian,
  predictorJvp,
  predictorOutput,
  predictorOutputDelta,
  predictorVjp,
} from "../nn/predictor";
import { addRows, at, clear, copyRows, padded } from "../linalg/vector";
import { Frames, framesAngleJvp, framesAngleVjp, framesTurn } from "./frames";

/** Bounds of a learned sigma, in units of `scale`. */
const SIGMA_MIN: f64 = 1e-3;
const SIGMA_MAX: f64 = 10;


@unmanaged
@final
export class Model {
  encoder: Encoder;
  net: Predictor;
  parameters: Parameters;
  states: i32;
  actions: i32;
  /**
   * Actions count up to this magnitude, as at actuators that clip them. Derivatives pass through the clipping: they are those at the
   * clipped action (the straight-through estimator, Bengio et al. 2013), so that a policy beyond the range finds its way back.
   */
  actionBound: f64;
  /** i32[D]: the state dimensions that are predicted. */
  predicted: usize;
  frames: Frames;
  /** T[D], positive. */
  scale: usize;
  /** Whether sigma is learned (two outputs) or 1 (one output). */
  learnedNoise: i32;
  middle: f64;
  halfRange: f64;
  /** xi (B, S) of the last inference. */
  xi: usize;
  /** T[D], one row's: changes or their adjoints, in the world or in the frames. */
  change: usize;
  /** T[D], one row's: changes in the frames. */
  body: usize;
  /** Of modelJacobian: T (rows, inputs, padded(D)), and a unit vector T[S]. */
  sensitivity: usize;
  unit: usize;
}

/**
 * sizes: i32[layers + 1], features + actions first, 1 (additive noise) or 2 (learned noise) last; predicted: i32[dimensions],
 * kept; frames: made for as many dimensions; single: whether one network predicts all of them. All scales start at 1.
 */
export function modelCreate<T>(
  encoder: Encoder,
  actions: i32,
  sizes: usize,
  layers: i32,
  predicted: usize,
  dimensions: i32,
  frames: Frames,
  single: i32,
  rows: i32,
): Model {
  const model = changetype<Model>(arenaAlloc(offsetof<Model>()));
  model.encoder = encoder;
  model.net = predictorCreate<T>(sizes, layers, dimensions, single, rows);
  const outputs = model.net.outputs;
  if (model.net.inputs != encoder.features + actions || outputs > 2) unreachable();
  model.parameters = parametersCreate<T>(model.net.count);
  model.states = encoder.states;
  model.actions = actions;
  model.actionBound = Infinity;
  model.predicted = predicted;
  model.frames = frames;
  model.scale = allocNumbers<T>(dimensions);
  for (let d = 0; d < dimensions; ++d) {
    if (<u32>load<i32>(predicted + ((<usize>d) << 2)) >= <u32>model.states) unreachable();
    store<T>(at<T>(model.scale, d), 1);
  }
  model.learnedNoise = outputs - 1;
  model.middle = 0.5 * (logarithm<f64>(SIGMA_MAX) + logarithm<f64>(SIGMA_MIN));
  model.halfRange = 0.5 * (logarithm<f64>(SIGMA_MAX) - logarithm<f64>(SIGMA_MIN));
  model.xi = allocNumbers<T>(rows * model.states);
  model.change = allocNumbers<T>(dimensions);
  model.body = allocNumbers<T>(dimensions);
  return model;
}

export function modelInitialise<T>(model: Model, random: Random, lastScale: f64): void {
  predictorInitialise<T>(model.net, model.parameters.values, random, lastScale);
}

/** mu and sigma at s (B, S), a (B, A). */
export function modelForward<T>(model: Model, s: usize, a: usize, B: i32): void {
  const net = model.net;
  const F = model.encoder.features;
  const A = model.actions;
  const row = padded(net.inputs);
  const input = predictorInput(net);
  encoderForward<T>(model.encoder, input, row, s, B);
  copyRows<T>(at<T>(input, F), row, a, A, B, A);
  const bound = <T>model.actionBound;
  for (let b = 0; b < B; ++b) {
    for (let k = 0; k < A; ++k) {
      const slot = at<T>(input, b * row + F + k);
      store<T>(slot, max<T>(-bound, min<T>(bound, load<T>(slot))));
    }
  }
  predictorForward<T>(net, model.parameters.values, B);
}

/** The address of mu[b, d] in a level of outputs or their deltas; that of z_sigma[b, d] is one stride further. */
@inline
function outputAt<T>(model: Model, block: usize, b: i32, d: i32): usize {
  return at<T>(block, b * model.net.row + d);
}


@inline
function sigmaOf<T>(model: Model, output: usize): T {
  if (!model.learnedNoise) return 1;
  const z = load<T>(at<T>(output, model.net.stride));
  return exponential<T>(<T>model.middle + <T>model.halfRange * hyperbolicTangent<T>(z));
}

/** d sigma / d z_sigma. */
@inline
function sigmaSlope<T>(model: Model, output: usize, sigma: T): T {
  const t = hyperbolicTangent<T>(load<T>(at<T>(output, model.net.stride)));
  return sigma * <T>model.halfRange * (<T>1 - t * t);
}

/** The state dimension that sub-network d predicts. */
@inline
export function predictedAt(model: Model, d: i32): i32 {
  return load<i32>(model.predicted + ((<usize>d) << 2));
}

/** changes (D) = scale (mu + sigma xi) of row b at the last forward, xi (S): what s changes by, in the frames. */
@inline
function bodyChanges<T>(model: Model, changes: usize, xi: usize, b: i32): void {
  for (let d = 0; d < model.net.dimensions; ++d) {
    const output = outputAt<T>(model, predictorOutput(model.net), b, d);
    const change = load<T>(output) + sigmaOf<T>(model, output) * load<T>(at<T>(xi, predictedAt(model, d)));
    store<T>(at<T>(changes, d), load<T>(at<T>(model.scale, d)) * change);
  }
}

/** model.change = sNext - s of one row, turned into the frames. */
@inline
function observedChanges<T>(model: Model, s: usize, sNext: usize): void {
  for (let d = 0; d < model.net.dimensions; ++d) {
    const i = predictedAt(model, d);
    store<T>(at<T>(model.change, d), load<T>(at<T>(sNext, i)) - load<T>(at<T>(s, i)));
  }
  framesTurn<T>(model.frames, model.change, s, <T>-1);
}

/** sNext (B, S) = s + R scale (mu + sigma xi) at the last forward, xi (B, S). */
export function modelStep<T>(model: Model, sNext: usize, s: usize, xi: usize, B: i32): void {
  const S = model.states;
  for (let i = 0; i < B * S; ++i) store<T>(at<T>(sNext, i), load<T>(at<T>(s, i)) + load<T>(at<T>(xi, i)));
  for (let b = 0; b < B; ++b) {
    bodyChanges<T>(model, model.change, at<T>(xi, b * S), b);
    framesTurn<T>(model.frames, model.change, at<T>(s, b * S), 1);
    for (let d = 0; d < model.net.dimensions; ++d) {
      const i = b * S + predictedAt(model, d);
      store<T>(at<T>(sNext, i), load<T>(at<T>(s, i)) + load<T>(at<T>(model.change, d)));
    }
  }
}

/**
 * The noise that leads from s, a to sNext: xi = (R^-1 (sNext - s) / scale - mu) / sigma (paper, section 4.1), at the last forward.
 */
export function modelInfer<T>(model: Model, s: usize, sNext: usize, B: i32): void {
  const S = model.states;
  for (let i = 0; i < B * S; ++i) store<T>(at<T>(model.xi, i), load<T>(at<T>(sNext, i)) - load<T>(at<T>(s, i)));
  for (let b = 0; b < B; ++b) {
    observedChanges<T>(model, at<T>(s, b * S), at<T>(sNext, b * S));
    for (let d = 0; d < model.net.dimensions; ++d) {
      const output = outputAt<T>(model, predictorOutput(model.net), b, d);
      const change = load<T>(at<T>(model.change, d)) / load<T>(at<T>(model.scale, d));
      const xi = (change - load<T>(output)) / sigmaOf<T>(model, output);
      store<T>(at<T>(model.xi, b * S + predictedAt(model, d)), xi);
    }
  }
}

/** Pullback of q (B, S), the adjoint of s', at the last forward and the current xi: ds (B, S) += q f_s, da (B, A) += q f_a. */
export function modelVjp<T>(model: Model, ds: usize, da: usize, q: usize, s: usize, B: i32): void {
  const S = model.states;
  const A = model.actions;
  const net = model.net;
  const frames = model.frames;
  for (let b = 0; b < B; ++b) {
    for (let d = 0; d < net.dimensions; ++d) {
      store<T>(at<T>(model.change, d), load<T>(at<T>(q, b * S + predictedAt(model, d))));
    }
    if (frames.count) {
      framesTurn<T>(frames, model.change, at<T>(s, b * S), <T>-1);
      bodyChanges<T>(model, model.body, at<T>(model.xi, b * S), b);
      framesAngleVjp<T>(frames, at<T>(ds, b * S), model.change, model.body);
    }
    for (let d = 0; d < net.dimensions; ++d) {
      const i = b * S + predictedAt(model, d);
      const g = load<T>(at<T>(model.change, d)) * load<T>(at<T>(model.scale, d));
      const delta = outputAt<T>(model, predictorOutputDelta(net), b, d);
      store<T>(delta, g);
      if (model.learnedNoise) {
        const output = outputAt<T>(model, predictorOutput(net), b, d);
        const slope = sigmaSlope<T>(model, output, sigmaOf<T>(model, output));
        store<T>(at<T>(delta, net.stride), g * load<T>(at<T>(model.xi, i)) * slope);
      }
    }
  }
  predictorVjp<T>(net, model.parameters.values, 0, true, B);
  const row = padded(net.inputs);
  const dInput = predictorInputDelta(net);
  for (let i = 0; i < B * S; ++i) {
    const slot = at<T>(ds, i);
    store<T>(slot, load<T>(slot) + load<T>(at<T>(q, i)));
  }
  encoderVjp<T>(model.encoder, ds, dInput, row, s, B);
  addRows<T>(da, A, at<T>(dInput, model.encoder.features), row, B, A);
}

/** Room for modelJacobian. */
export function modelAllocateJacobian<T>(model: Model): void {
  const net = model.net;
  predictorAllocateJacobian<T>(net);
  model.sensitivity = allocNumbers<T>(net.rows * net.inputs * padded(net.dimensions));
  model.unit = allocNumbers<T>(model.states);
}

/** fS (B, S, S) and fA (B, S, A), the derivatives of s' by s and a, at the last forward and the current xi. */
export function modelJacobian<T>(model: Model, fS: usize, fA: usize, s: usize, B: i32): void {
  const S = model.states;
  const A = model.actions;
  const F = model.encoder.features;
  const net = model.net;
  const width = padded(net.dimensions);
  // of the changes in the frames
  for (let b = 0; b < B; ++b) {
    for (let d = 0; d < net.dimensions; ++d) {
      const scale = load<T>(at<T>(model.scale, d));
      const delta = outputAt<T>(model, predictorOutputDelta(net), b, d);
      store<T>(delta, scale);
      if (model.learnedNoise) {
        const output = outputAt<T>(model, predictorOutput(net), b, d);
        const slope = sigmaSlope<T>(model, output, sigmaOf<T>(model, output));
        const xi = load<T>(at<T>(model.xi, b * S + predictedAt(model, d)));
        store<T>(at<T>(delta, net.stride), scale * xi * slope);
      }
    }
  }
  predictorInputJacobian<T>(net, model.parameters.values, model.sensitivity, B);
  clear<T>(fS, B * S * S);
  clear<T>(fA, B * S * A);
  const row = net.inputs * width;
  encoderVjpOfEach<T>(model.encoder, fS, model.predicted, model.sensitivity, row, net.dimensions, width, s, B);
  for (let b = 0; b < B; ++b) {
    const sensitivity = at<T>(model.sensitivity, b * row);
    const toState = at<T>(fS, b * S * S);
    const toAction = at<T>(fA, b * S * A);
    for (let d = 0; d < net.dimensions; ++d) {
      const i = predictedAt(model, d);
      for (let k = 0; k < A; ++k) {
        store<T>(at<T>(toAction, i * A + k), load<T>(at<T>(sensitivity, (F + k) * width + d)));
      }
    }
    if (model.frames.count) {
      bodyChanges<T>(model, model.body, at<T>(model.xi, b * S), b);
      for (let j = 0; j < S; ++j) turnColumn<T>(model, toState, S, j, at<T>(s, b * S), true);
      for (let k = 0; k < A; ++k) turnColumn<T>(model, toAction, A, k, at<T>(s, b * S), false);
    }
    for (let i = 0; i < S; ++i) {
      const slot = at<T>(toState, i * S + i);
      store<T>(slot, load<T>(slot) + 1);
    }
  }
}

/** Turns column j of one row's Jacobian (S, N) out of the frames; by a state, the frames turn, too. */
function turnColumn<T>(model: Model, jacobian: usize, N: i32, j: i32, s: usize, byState: bool): void {
  const D = model.net.dimensions;
  for (let d = 0; d < D; ++d) {
    store<T>(at<T>(model.change, d), load<T>(at<T>(jacobian, predictedAt(model, d) * N + j)));
  }
  if (byState) {
    store<T>(at<T>(model.unit, j), 1);
    framesAngleJvp<T>(model.frames, model.change, model.body, model.unit);
    store<T>(at<T>(model.unit, j), 0);
  }
  framesTurn<T>(model.frames, model.change, s, 1);
  for (let d = 0; d < D; ++d) {
    store<T>(at<T>(jacobian, predictedAt(model, d) * N + j), load<T>(at<T>(model.change, d)));
  }
}

/** Pushforward of ds (B, S) and da (B, A) to dsNext (B, S), at the last forward and the current xi. */
export function modelJvp<T>(model: Model, dsNext: usize, ds: usize, da: usize, s: usize, B: i32): void {
  const S = model.states;
  const A = model.actions;
  const net = model.net;
  const row = padded(net.inputs);
  const dInput = predictorInputDelta(net);
  encoderJvp<T>(model.encoder, dInput, row, ds, s, B);
  copyRows<T>(at<T>(dInput, model.encoder.features), row, da, A, B, A);
  predictorJvp<T>(net, model.parameters.values, 0, B);
  memory.copy(dsNext, ds, (<usize>(B * S)) << alignof<T>());
  const frames = model.frames;
  for (let b = 0; b < B; ++b) {
    for (let d = 0; d < net.dimensions; ++d) {
      const i = b * S + predictedAt(model, d);
      const delta = outputAt<T>(model, predictorOutputDelta(net), b, d);
      let change = load<T>(delta);
      if (model.learnedNoise) {
        const output = outputAt<T>(model, predictorOutput(net), b, d);
        const slope = sigmaSlope<T>(model, output, sigmaOf<T>(model, output));
        change += load<T>(at<T>(model.xi, i)) * slope * load<T>(at<T>(delta, net.stride));
      }
      store<T>(at<T>(model.change, d), load<T>(at<T>(model.scale, d)) * change);
    }
    if (frames.count) {
      bodyChanges<T>(model, model.body, at<T>(model.xi, b * S), b);
      framesAngleJvp<T>(frames, model.change, model.body, at<T>(ds, b * S));
      framesTurn<T>(frames, model.change, at<T>(s, b * S), 1);
    }
    for (let d = 0; d < net.dimensions; ++d) {
      const i = b * S + predictedAt(model, d);
      store<T>(at<T>(dsNext, i), load<T>(at<T>(ds, i)) + load<T>(at<T>(model.change, d)));
    }
  }
}

/**
 * Adds the gradient of the mean negative log-likelihood of B transitions (up to a constant; with additive noise half the squared
 * error), whose errors count in the frames, and returns the mean squared error of a predicted dimension in units of its scale.
 */
export function modelLossVjp<T>(model: Model, s: usize, a: usize, sNext: usize, B: i32): f64 {
  const S = model.states;
  const net = model.net;
  const D = net.dimensions;
  modelForward<T>(model, s, a, B);
  let squares: f64 = 0;
  const share = <T>1 / <T>B;
  for (let b = 0; b < B; ++b) {
    observedChanges<T>(model, at<T>(s, b * S), at<T>(sNext, b * S));
    for (let d = 0; d < D; ++d) {
      const output = outputAt<T>(model, predictorOutput(net), b, d);
      const delta = outputAt<T>(model, predictorOutputDelta(net), b, d);
      const change = load<T>(at<T>(model.change, d)) / load<T>(at<T>(model.scale, d));
      const error = load<T>(output) - change;
      squares += <f64>error * <f64>error;
      const sigma = sigmaOf<T>(model, output);
      // log-likelihood per dimension: -(error / sigma)^2 / 2 - log sigma
      store<T>(delta, (share * error) / (sigma * sigma));
      if (model.learnedNoise) {
        const ratio = error / sigma;
        store<T>(
          at<T>(delta, net.stride),
          ((share * (<T>1 - ratio * ratio)) / sigma) * sigmaSlope<T>(model, output, sigma),
        );
      }
    }
  }
  predictorVjp<T>(net, model.parameters.values, model.parameters.gradient, false, B);
  return squares / <f64>(B * D);
}

/** errors (D): each predicted dimension's mean square error at B transitions, in the frames and in units of its scale. */
export function modelErrors<T>(model: Model, errors: usize, s: usize, a: usize, sNext: usize, B: i32): void {
  const S = model.states;
  const D = model.net.dimensions;
  modelForward<T>(model, s, a, B);
  clear<T>(errors, D);
  for (let b = 0; b < B; ++b) {
    observedChanges<T>(model, at<T>(s, b * S), at<T>(sNext, b * S));
    for (let d = 0; d < D; ++d) {
      const change = load<T>(at<T>(model.change, d)) / load<T>(at<T>(model.scale, d));
      const error = load<T>(outputAt<T>(model, predictorOutput(model.net), b, d)) - change;
      store<T>(at<T>(errors, d), load<T>(at<T>(errors, d)) + (error * error) / <T>B);
    }
  }
}
