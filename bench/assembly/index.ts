// What bench/kernels.ts measures: the machine's own multiply-add limit, and the core's kernels one by one. The whole update is
// measured through the release interface, which the same module exports.

import { Parameters, adamStep, clearGradient, parametersCreate } from "../../assembly/nn/adam";
import * as ensembles from "../../assembly/nn/ensemble";
import { Ensemble } from "../../assembly/nn/ensemble";
import * as products from "../../assembly/linalg/gemm";
import * as mlps from "../../assembly/nn/mlp";
import { Mlp } from "../../assembly/nn/mlp";
import * as vectors from "../../assembly/linalg/vector";

export { limit12, limit14 } from "./limit";

// products and passes
export function gemm(
  c: usize,
  cRow: i32,
  init: usize,
  initRow: i32,
  a: usize,
  aRow: i32,
  b: usize,
  bRow: i32,
  M: i32,
  K: i32,
  N: i32,
): void {
  products.gemm<f32>(c, cRow, init, initRow, a, aRow, b, bRow, M, K, N);
}
export function gemmTransposed(
  c: usize,
  cRow: i32,
  init: usize,
  initRow: i32,
  a: usize,
  aRow: i32,
  b: usize,
  bRow: i32,
  M: i32,
  K: i32,
  N: i32,
): void {
  products.gemmTransposed<f32>(c, cRow, init, initRow, a, aRow, b, bRow, M, K, N);
}
export function tanhInPlace(y: usize, count: i32): void {
  vectors.tanhInPlace<f32>(y, count);
}

// networks; `gradient` 0 is not allowed here: every pullback makes parameter and input gradients
export function parametersOf(count: i32): Parameters {
  return parametersCreate<f32>(count);
}
export function adam(parameters: Parameters): void {
  adamStep<f32>(parameters);
}
export function mlpCreate(sizes: usize, layers: i32, rows: i32): Mlp {
  return mlps.mlpCreate<f32>(sizes, layers, rows);
}
export function mlpCount(net: Mlp): i32 {
  return net.count;
}
export function mlpInput(net: Mlp): usize {
  return mlps.mlpInput(net);
}
export function mlpOutput(net: Mlp): usize {
  return mlps.mlpOutput(net);
}
export function mlpInputDelta(net: Mlp): usize {
  return mlps.mlpInputDelta(net);
}
export function mlpOutputDelta(net: Mlp): usize {
  return mlps.mlpOutputDelta(net);
}
export function mlpForward(net: Mlp, parameters: Parameters, B: i32): void {
  mlps.mlpForward<f32>(net, parameters.values, B);
}
export function ensembleCreate(sizes: usize, layers: i32, dimensions: i32, rows: i32): Ensemble {
  return ensembles.ensembleCreate<f32>(sizes, layers, dimensions, rows);
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
export function ensembleForward(net: Ensemble, parameters: Parameters, B: i32): void {
  ensembles.ensembleForward<f32>(net, parameters.values, B);
}

export function mlpForwardBackward(net: Mlp, parameters: Parameters, B: i32): void {
  mlps.mlpForward<f32>(net, parameters.values, B);
  clearGradient<f32>(parameters);
  mlps.mlpVjp<f32>(net, parameters.values, parameters.gradient, true, B);
}

export function ensembleForwardBackward(net: Ensemble, parameters: Parameters, B: i32): void {
  ensembles.ensembleForward<f32>(net, parameters.values, B);
  clearGradient<f32>(parameters);
  ensembles.ensembleVjp<f32>(net, parameters.values, parameters.gradient, true, B);
}
