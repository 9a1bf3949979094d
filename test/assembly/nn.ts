// Layers, networks, encoder, Gaussian and optimiser, in both number types.

import * as optimisers from "../../assembly/nn/adam";
import { Parameters } from "../../assembly/nn/adam";
import * as layers from "../../assembly/nn/dense";
import * as encoders from "../../assembly/nn/encoder";
import { Encoder } from "../../assembly/nn/encoder";
import * as ensembles from "../../assembly/nn/ensemble";
import { Ensemble } from "../../assembly/nn/ensemble";
import * as gaussians from "../../assembly/nn/gaussian";
import { Gaussian } from "../../assembly/nn/gaussian";
import * as networks from "../../assembly/nn/mlp";
import { Mlp } from "../../assembly/nn/mlp";
import { Random } from "../../assembly/core/random";

export function denseForward32(y: usize, x: usize, weight: usize, bias: usize, B: i32, I: i32, O: i32): void {
  layers.denseForward<f32>(y, x, weight, bias, B, I, O);
}
export function denseForward64(y: usize, x: usize, weight: usize, bias: usize, B: i32, I: i32, O: i32): void {
  layers.denseForward<f64>(y, x, weight, bias, B, I, O);
}
export function denseVjp32(
  dx: usize,
  dWeight: usize,
  dBias: usize,
  dy: usize,
  x: usize,
  weight: usize,
  transposed: usize,
  zeros: usize,
  B: i32,
  I: i32,
  O: i32,
): void {
  layers.denseVjp<f32>(dx, dWeight, dBias, dy, x, weight, transposed, zeros, B, I, O);
}
export function denseVjp64(
  dx: usize,
  dWeight: usize,
  dBias: usize,
  dy: usize,
  x: usize,
  weight: usize,
  transposed: usize,
  zeros: usize,
  B: i32,
  I: i32,
  O: i32,
): void {
  layers.denseVjp<f64>(dx, dWeight, dBias, dy, x, weight, transposed, zeros, B, I, O);
}
export function denseJvp32(
  dy: usize,
  dx: usize,
  dWeight: usize,
  dBias: usize,
  x: usize,
  weight: usize,
  zeros: usize,
  B: i32,
  I: i32,
  O: i32,
): void {
  layers.denseJvp<f32>(dy, dx, dWeight, dBias, x, weight, zeros, B, I, O);
}
export function denseJvp64(
  dy: usize,
  dx: usize,
  dWeight: usize,
  dBias: usize,
  x: usize,
  weight: usize,
  zeros: usize,
  B: i32,
  I: i32,
  O: i32,
): void {
  layers.denseJvp<f64>(dy, dx, dWeight, dBias, x, weight, zeros, B, I, O);
}
export function mlpCreate32(sizes: usize, layerCount: i32, rows: i32): Mlp {
  return networks.mlpCreate<f32>(sizes, layerCount, rows);
}
export function mlpCreate64(sizes: usize, layerCount: i32, rows: i32): Mlp {
  return networks.mlpCreate<f64>(sizes, layerCount, rows);
}
export function mlpInitialise32(net: Mlp, block: usize, random: Random, lastScale: f64): void {
  networks.mlpInitialise<f32>(net, block, random, lastScale);
}
export function mlpInitialise64(net: Mlp, block: usize, random: Random, lastScale: f64): void {
  networks.mlpInitialise<f64>(net, block, random, lastScale);
}
export function mlpForward32(net: Mlp, block: usize, B: i32): void {
  networks.mlpForward<f32>(net, block, B);
}
export function mlpForward64(net: Mlp, block: usize, B: i32): void {
  networks.mlpForward<f64>(net, block, B);
}
export function mlpVjp32(net: Mlp, block: usize, gradient: usize, wantInput: bool, B: i32): void {
  networks.mlpVjp<f32>(net, block, gradient, wantInput, B);
}
export function mlpVjp64(net: Mlp, block: usize, gradient: usize, wantInput: bool, B: i32): void {
  networks.mlpVjp<f64>(net, block, gradient, wantInput, B);
}
export function mlpJvp32(net: Mlp, block: usize, direction: usize, B: i32): void {
  networks.mlpJvp<f32>(net, block, direction, B);
}
export function mlpJvp64(net: Mlp, block: usize, direction: usize, B: i32): void {
  networks.mlpJvp<f64>(net, block, direction, B);
}
export function ensembleCreate32(sizes: usize, layerCount: i32, dimensions: i32, rows: i32): Ensemble {
  return ensembles.ensembleCreate<f32>(sizes, layerCount, dimensions, rows);
}
export function ensembleCreate64(sizes: usize, layerCount: i32, dimensions: i32, rows: i32): Ensemble {
  return ensembles.ensembleCreate<f64>(sizes, layerCount, dimensions, rows);
}
export function ensembleInitialise32(net: Ensemble, block: usize, random: Random, lastScale: f64): void {
  ensembles.ensembleInitialise<f32>(net, block, random, lastScale);
}
export function ensembleInitialise64(net: Ensemble, block: usize, random: Random, lastScale: f64): void {
  ensembles.ensembleInitialise<f64>(net, block, random, lastScale);
}
export function ensembleForward32(net: Ensemble, block: usize, B: i32): void {
  ensembles.ensembleForward<f32>(net, block, B);
}
export function ensembleForward64(net: Ensemble, block: usize, B: i32): void {
  ensembles.ensembleForward<f64>(net, block, B);
}
export function ensembleVjp32(net: Ensemble, block: usize, gradient: usize, wantInput: bool, B: i32): void {
  ensembles.ensembleVjp<f32>(net, block, gradient, wantInput, B);
}
export function ensembleVjp64(net: Ensemble, block: usize, gradient: usize, wantInput: bool, B: i32): void {
  ensembles.ensembleVjp<f64>(net, block, gradient, wantInput, B);
}
export function ensembleJvp32(net: Ensemble, block: usize, direction: usize, B: i32): void {
  ensembles.ensembleJvp<f32>(net, block, direction, B);
}
export function ensembleJvp64(net: Ensemble, block: usize, direction: usize, B: i32): void {
  ensembles.ensembleJvp<f64>(net, block, direction, B);
}
export function encoderCreate32(
  states: i32,
  features: i32,
  summands: i32,
  outputs: usize,
  kinds: usize,
  starts: usize,
  indices: usize,
  coefficients: usize,
  scales: usize,
): Encoder {
  return encoders.encoderCreate<f32>(states, features, summands, outputs, kinds, starts, indices, coefficients, scales);
}
export function encoderCreate64(
  states: i32,
  features: i32,
  summands: i32,
  outputs: usize,
  kinds: usize,
  starts: usize,
  indices: usize,
  coefficients: usize,
  scales: usize,
): Encoder {
  return encoders.encoderCreate<f64>(states, features, summands, outputs, kinds, starts, indices, coefficients, scales);
}
export function encoderForward32(encoder: Encoder, phi: usize, phiRow: i32, s: usize, B: i32): void {
  encoders.encoderForward<f32>(encoder, phi, phiRow, s, B);
}
export function encoderForward64(encoder: Encoder, phi: usize, phiRow: i32, s: usize, B: i32): void {
  encoders.encoderForward<f64>(encoder, phi, phiRow, s, B);
}
export function encoderVjp32(encoder: Encoder, ds: usize, dphi: usize, phiRow: i32, s: usize, B: i32): void {
  encoders.encoderVjp<f32>(encoder, ds, dphi, phiRow, s, B);
}
export function encoderVjp64(encoder: Encoder, ds: usize, dphi: usize, phiRow: i32, s: usize, B: i32): void {
  encoders.encoderVjp<f64>(encoder, ds, dphi, phiRow, s, B);
}
export function encoderJvp32(encoder: Encoder, dphi: usize, phiRow: i32, ds: usize, s: usize, B: i32): void {
  encoders.encoderJvp<f32>(encoder, dphi, phiRow, ds, s, B);
}
export function encoderJvp64(encoder: Encoder, dphi: usize, phiRow: i32, ds: usize, s: usize, B: i32): void {
  encoders.encoderJvp<f64>(encoder, dphi, phiRow, ds, s, B);
}
export function gaussianCreate32(actions: i32, squash: i32, sigmaMin: f64, sigmaMax: f64, rows: i32): Gaussian {
  return gaussians.gaussianCreate<f32>(actions, squash, sigmaMin, sigmaMax, rows);
}
export function gaussianCreate64(actions: i32, squash: i32, sigmaMin: f64, sigmaMax: f64, rows: i32): Gaussian {
  return gaussians.gaussianCreate<f64>(actions, squash, sigmaMin, sigmaMax, rows);
}
export function gaussianForward32(gaussian: Gaussian, z: usize, zRow: i32, B: i32): void {
  gaussians.gaussianForward<f32>(gaussian, z, zRow, B);
}
export function gaussianForward64(gaussian: Gaussian, z: usize, zRow: i32, B: i32): void {
  gaussians.gaussianForward<f64>(gaussian, z, zRow, B);
}
export function gaussianSample32(gaussian: Gaussian, a: usize, eta: usize, B: i32): void {
  gaussians.gaussianSample<f32>(gaussian, a, eta, B);
}
export function gaussianSample64(gaussian: Gaussian, a: usize, eta: usize, B: i32): void {
  gaussians.gaussianSample<f64>(gaussian, a, eta, B);
}
export function gaussianInfer32(gaussian: Gaussian, eta: usize, a: usize, B: i32): void {
  gaussians.gaussianInfer<f32>(gaussian, eta, a, B);
}
export function gaussianInfer64(gaussian: Gaussian, eta: usize, a: usize, B: i32): void {
  gaussians.gaussianInfer<f64>(gaussian, eta, a, B);
}
export function gaussianSampleVjp32(
  gaussian: Gaussian,
  dz: usize,
  da: usize,
  eta: usize,
  etaLimit: f64,
  z: usize,
  zRow: i32,
  B: i32,
): void {
  gaussians.gaussianSampleVjp<f32>(gaussian, dz, da, eta, etaLimit, z, zRow, B);
}
export function gaussianSampleVjp64(
  gaussian: Gaussian,
  dz: usize,
  da: usize,
  eta: usize,
  etaLimit: f64,
  z: usize,
  zRow: i32,
  B: i32,
): void {
  gaussians.gaussianSampleVjp<f64>(gaussian, dz, da, eta, etaLimit, z, zRow, B);
}
export function gaussianSampleJvp32(
  gaussian: Gaussian,
  da: usize,
  dz: usize,
  eta: usize,
  z: usize,
  zRow: i32,
  B: i32,
): void {
  gaussians.gaussianSampleJvp<f32>(gaussian, da, dz, eta, z, zRow, B);
}
export function gaussianSampleJvp64(
  gaussian: Gaussian,
  da: usize,
  dz: usize,
  eta: usize,
  z: usize,
  zRow: i32,
  B: i32,
): void {
  gaussians.gaussianSampleJvp<f64>(gaussian, da, dz, eta, z, zRow, B);
}
export function gaussianLogProb32(gaussian: Gaussian, logProb: usize, a: usize, B: i32): void {
  gaussians.gaussianLogProb<f32>(gaussian, logProb, a, B);
}
export function gaussianLogProb64(gaussian: Gaussian, logProb: usize, a: usize, B: i32): void {
  gaussians.gaussianLogProb<f64>(gaussian, logProb, a, B);
}
export function gaussianLogProbVjp32(
  gaussian: Gaussian,
  dz: usize,
  dLogProb: usize,
  a: usize,
  z: usize,
  zRow: i32,
  B: i32,
): void {
  gaussians.gaussianLogProbVjp<f32>(gaussian, dz, dLogProb, a, z, zRow, B);
}
export function gaussianLogProbVjp64(
  gaussian: Gaussian,
  dz: usize,
  dLogProb: usize,
  a: usize,
  z: usize,
  zRow: i32,
  B: i32,
): void {
  gaussians.gaussianLogProbVjp<f64>(gaussian, dz, dLogProb, a, z, zRow, B);
}
export function gaussianLogProbJvp32(
  gaussian: Gaussian,
  dLogProb: usize,
  dz: usize,
  a: usize,
  z: usize,
  zRow: i32,
  B: i32,
): void {
  gaussians.gaussianLogProbJvp<f32>(gaussian, dLogProb, dz, a, z, zRow, B);
}
export function gaussianLogProbJvp64(
  gaussian: Gaussian,
  dLogProb: usize,
  dz: usize,
  a: usize,
  z: usize,
  zRow: i32,
  B: i32,
): void {
  gaussians.gaussianLogProbJvp<f64>(gaussian, dLogProb, dz, a, z, zRow, B);
}
export function parametersCreate32(count: i32): Parameters {
  return optimisers.parametersCreate<f32>(count);
}
export function parametersCreate64(count: i32): Parameters {
  return optimisers.parametersCreate<f64>(count);
}
export function clearGradient32(parameters: Parameters): void {
  optimisers.clearGradient<f32>(parameters);
}
export function clearGradient64(parameters: Parameters): void {
  optimisers.clearGradient<f64>(parameters);
}
export function adamStep32(parameters: Parameters): void {
  optimisers.adamStep<f32>(parameters);
}
export function adamStep64(parameters: Parameters): void {
  optimisers.adamStep<f64>(parameters);
}

// what does not depend on the number type
export function mlpCount(net: Mlp): i32 {
  return net.count;
}
export function mlpInput(net: Mlp): usize {
  return networks.mlpInput(net);
}
export function mlpOutput(net: Mlp): usize {
  return networks.mlpOutput(net);
}
export function mlpInputDelta(net: Mlp): usize {
  return networks.mlpInputDelta(net);
}
export function mlpOutputDelta(net: Mlp): usize {
  return networks.mlpOutputDelta(net);
}
/** Values and deltas of a level. */
export function mlpValues(net: Mlp, level: i32): usize {
  return load<usize>(net.values + <usize>level * sizeof<usize>());
}
export function mlpDeltas(net: Mlp, level: i32): usize {
  return load<usize>(net.deltas + <usize>level * sizeof<usize>());
}
export function ensembleCount(net: Ensemble): i32 {
  return net.count;
}
export function ensembleInput(net: Ensemble): usize {
  return ensembles.ensembleInput(net);
}
export function ensembleOutput(net: Ensemble): usize {
  return ensembles.ensembleOutput(net);
}
export function ensembleInputDelta(net: Ensemble): usize {
  return ensembles.ensembleInputDelta(net);
}
export function ensembleOutputDelta(net: Ensemble): usize {
  return ensembles.ensembleOutputDelta(net);
}
export function ensembleValues(net: Ensemble, level: i32): usize {
  return load<usize>(net.values + <usize>level * sizeof<usize>());
}
export function ensembleDeltas(net: Ensemble, level: i32): usize {
  return load<usize>(net.deltas + <usize>level * sizeof<usize>());
}
export function gaussianMean(gaussian: Gaussian): usize {
  return gaussian.mean;
}
export function gaussianDeviation(gaussian: Gaussian): usize {
  return gaussian.deviation;
}
export { gaussianDeviationInput } from "../../assembly/nn/gaussian";
