// The stochastic policy a = pi(s, eta; theta): encoder, network, diagonal Gaussian.

import { allocNumbers, arenaAlloc } from "../core/arena";
import { Random, randomNormals } from "../core/random";
import { Encoder, encoderForward, encoderJvp, encoderVjp } from "../nn/encoder";
import {
  Gaussian,
  gaussianCreate,
  gaussianDeviationInput,
  gaussianForward,
  gaussianInfer,
  gaussianLogProb,
  gaussianLogProbJvp,
  gaussianLogProbVjp,
  gaussianSample,
  gaussianSampleJvp,
  gaussianSampleVjp,
} from "../nn/gaussian";
import { Parameters, parametersCreate } from "../nn/adam";
import {
  Mlp,
  mlpCreate,
  mlpForward,
  mlpInitialise,
  mlpInput,
  mlpInputDelta,
  mlpJvp,
  mlpOutput,
  mlpOutputDelta,
  mlpSize,
  mlpVjp,
} from "../nn/mlp";
import { at, padded } from "../linalg/vector";

/** What sigma depends on. */
export enum Deviation {
  /** Nothing: it keeps its initial value. */
  Fixed,
  /** A learned number for each action dimension. */
  Learned,
  /** The state: the network's second half of outputs. */
  StateDependent,
}


@unmanaged
@final
export class Policy {
  encoder: Encoder;
  net: Mlp;
  gaussian: Gaussian;
  parameters: Parameters;
  deviation: i32;
  /** Largest |eta| that counts in the pullback to sigma. */
  etaLimit: f64;
  /** eta (B, A) of the last sample or inference. */
  eta: usize;
  /** Where the states of the last forward stand, 0 when the parameters have changed since. */
  evaluated: usize;
}

/** sizes: i32[layers + 1], features first, 2 A last. */
export function policyCreate<T>(
  encoder: Encoder,
  sizes: usize,
  layers: i32,
  rows: i32,
  squash: i32,
  deviation: i32,
  sigmaMin: f64,
  sigmaMax: f64,
  etaLimit: f64,
): Policy {
  const policy = changetype<Policy>(arenaAlloc(offsetof<Policy>()));
  policy.encoder = encoder;
  policy.net = mlpCreate<T>(sizes, layers, rows);
  const outputs = mlpSize(policy.net, layers);
  if (mlpSize(policy.net, 0) != encoder.features || outputs & 1) unreachable();
  const actions = outputs >> 1;
  policy.gaussian = gaussianCreate<T>(actions, squash, sigmaMin, sigmaMax, rows);
  policy.parameters = parametersCreate<T>(policy.net.count);
  policy.deviation = deviation;
  policy.etaLimit = etaLimit;
  policy.eta = allocNumbers<T>(rows * actions);
  return policy;
}

/** Offset of the last layer's weights, whose bias follows them. */
@inline
function lastLayer<T>(policy: Policy, block: usize): usize {
  const net = policy.net;
  return at<T>(block, load<i32>(net.offsets + ((<usize>(net.layers - 1)) << 2)));
}

/** Zeroes what must not act on sigma in a block of the parameters' shape: its weights unless it depends on the state. */
function clearDeviationWeights<T>(policy: Policy, block: usize): void {
  const A = policy.gaussian.actions;
  const inputs = mlpSize(policy.net, policy.net.layers - 1);
  const weight = lastLayer<T>(policy, block);
  for (let i = 0; i < inputs; ++i) {
    for (let k = 0; k < A; ++k) store<T>(at<T>(weight, i * padded(2 * A) + A + k), 0);
  }
}


@inline
function deviationBias<T>(policy: Policy, block: usize): usize {
  const A = policy.gaussian.actions;
  const inputs = mlpSize(policy.net, policy.net.layers - 1);
  return at<T>(lastLayer<T>(policy, block), inputs * padded(2 * A) + A);
}

/** Draws weights; the mean starts near 0 and the deviation at sigma. */
export function policyInitialise<T>(policy: Policy, random: Random, lastScale: f64, sigma: f64): void {
  const values = policy.parameters.values;
  mlpInitialise<T>(policy.net, values, random, lastScale);
  if (policy.deviation != Deviation.StateDependent) clearDeviationWeights<T>(policy, values);
  const input = <T>gaussianDeviationInput(policy.gaussian, sigma);
  for (let k = 0; k < policy.gaussian.actions; ++k) store<T>(at<T>(deviationBias<T>(policy, values), k), input);
  policy.evaluated = 0;
}

/** Mean and deviation at s (B, S). */
export function policyForward<T>(policy: Policy, s: usize, B: i32): void {
  const net = policy.net;
  encoderForward<T>(policy.encoder, mlpInput(net), padded(policy.encoder.features), s, B);
  mlpForward<T>(net, policy.parameters.values, B);
  gaussianForward<T>(policy.gaussian, mlpOutput(net), padded(2 * policy.gaussian.actions), B);
  policy.evaluated = s;
}

/** a (B, A) at the last forward, with fresh noise. */
export function policySample<T>(policy: Policy, a: usize, random: Random, B: i32): void {
  randomNormals<T>(random, policy.eta, B * policy.gaussian.actions);
  gaussianSample<T>(policy.gaussian, a, policy.eta, B);
}

/** eta = the noise that makes the policy choose a (B, A), at the last forward. */
@inline
export function policyInfer<T>(policy: Policy, a: usize, B: i32): void {
  gaussianInfer<T>(policy.gaussian, policy.eta, a, B);
}

/** logProb (B) = log p(a | s; theta) at the last forward. */
@inline
export function policyLogProb<T>(policy: Policy, logProb: usize, a: usize, B: i32): void {
  gaussianLogProb<T>(policy.gaussian, logProb, a, B);
}

/**
 * Pullback of da (B, A) at the last forward and the current eta: ds (B, S) += da pi_s unless ds is null, and the parameters'
 * gradient += da pi_theta if `wantParameters`.
 */
export function policyVjp<T>(policy: Policy, ds: usize, da: usize, s: usize, wantParameters: bool, B: i32): void {
  const net = policy.net;
  const width = padded(2 * policy.gaussian.actions);
  gaussianSampleVjp<T>(policy.gaussian, mlpOutputDelta(net), da, policy.eta, policy.etaLimit, mlpOutput(net), width, B);
  outputVjp<T>(policy, ds, s, wantParameters, B);
}

/** Pullback of the network's output delta: into ds (B, S) unless null, and into the parameters that the policy learns. */
function outputVjp<T>(policy: Policy, ds: usize, s: usize, wantParameters: bool, B: i32): void {
  const net = policy.net;
  const gradient = wantParameters ? policy.parameters.gradient : 0;
  mlpVjp<T>(net, policy.parameters.values, gradient, ds != 0, B);
  if (ds) encoderVjp<T>(policy.encoder, ds, mlpInputDelta(net), padded(policy.encoder.features), s, B);
  if (gradient && policy.deviation != Deviation.StateDependent) {
    clearDeviationWeights<T>(policy, gradient);
    if (policy.deviation == Deviation.Fixed) {
      for (let k = 0; k < policy.gaussian.actions; ++k) store<T>(at<T>(deviationBias<T>(policy, gradient), k), 0);
    }
  }
}

/** Pushforward of ds (B, S) and of a parameter direction unless null: da (B, A) at the last forward and the current eta. */
export function policyJvp<T>(policy: Policy, da: usize, ds: usize, direction: usize, s: usize, B: i32): void {
  const net = policy.net;
  outputJvp<T>(policy, ds, direction, s, B);
  gaussianSampleJvp<T>(
    policy.gaussian,
    da,
    mlpOutputDelta(net),
    policy.eta,
    mlpOutput(net),
    padded(2 * policy.gaussian.actions),
    B,
  );
}

/** Pushforward of ds (B, S) and of a parameter direction unless null to the network's output delta. */
function outputJvp<T>(policy: Policy, ds: usize, direction: usize, s: usize, B: i32): void {
  const net = policy.net;
  encoderJvp<T>(policy.encoder, mlpInputDelta(net), padded(policy.encoder.features), ds, s, B);
  mlpJvp<T>(net, policy.parameters.values, direction, B);
}

/**
 * Pullback of dLogProb (B) through log p(a | s; theta) at the last forward, a (B, A) held: ds (B, S) += unless null, and the
 * parameters' gradient += dLogProb grad log p if `wantParameters`. The noise that a stands for counts in full, whatever etaLimit is.
 */
export function policyLogProbVjp<T>(
  policy: Policy,
  ds: usize,
  dLogProb: usize,
  a: usize,
  s: usize,
  wantParameters: bool,
  B: i32,
): void {
  const net = policy.net;
  const width = padded(2 * policy.gaussian.actions);
  gaussianLogProbVjp<T>(policy.gaussian, mlpOutputDelta(net), dLogProb, a, mlpOutput(net), width, B);
  outputVjp<T>(policy, ds, s, wantParameters, B);
}

/** Pushforward of ds (B, S) and of a parameter direction unless null: dLogProb (B) at the last forward, a (B, A) held. */
export function policyLogProbJvp<T>(
  policy: Policy,
  dLogProb: usize,
  ds: usize,
  direction: usize,
  a: usize,
  s: usize,
  B: i32,
): void {
  const net = policy.net;
  const width = padded(2 * policy.gaussian.actions);
  outputJvp<T>(policy, ds, direction, s, B);
  gaussianLogProbJvp<T>(policy.gaussian, dLogProb, mlpOutputDelta(net), a, mlpOutput(net), width, B);
}
