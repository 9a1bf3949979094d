// Kernels on flat blocks, in both number types.

import * as turns from "../../assembly/linalg/angles";
import * as gemms from "../../assembly/linalg/gemm";
import * as stacks from "../../assembly/linalg/lanewise";
import * as vectors from "../../assembly/linalg/vector";

export function gemm32(
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
  gemms.gemm<f32>(c, cRow, init, initRow, a, aRow, b, bRow, M, K, N);
}
export function gemm64(
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
  gemms.gemm<f64>(c, cRow, init, initRow, a, aRow, b, bRow, M, K, N);
}
export function gemmTransposed32(
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
  gemms.gemmTransposed<f32>(c, cRow, init, initRow, a, aRow, b, bRow, M, K, N);
}
export function gemmTransposed64(
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
  gemms.gemmTransposed<f64>(c, cRow, init, initRow, a, aRow, b, bRow, M, K, N);
}
export function transpose32(out: usize, outRow: i32, inp: usize, inpRow: i32, rows: i32, columns: i32): void {
  gemms.transpose<f32>(out, outRow, inp, inpRow, rows, columns);
}
export function transpose64(out: usize, outRow: i32, inp: usize, inpRow: i32, rows: i32, columns: i32): void {
  gemms.transpose<f64>(out, outRow, inp, inpRow, rows, columns);
}
export function lanewiseGemm32(
  c: usize,
  cRow: i32,
  cColumn: i32,
  init: usize,
  initRow: i32,
  initColumn: i32,
  a: usize,
  aRow: i32,
  aStep: i32,
  b: usize,
  bStep: i32,
  bColumn: i32,
  M: i32,
  K: i32,
  N: i32,
  D: i32,
): void {
  stacks.lanewiseGemm<f32>(c, cRow, cColumn, init, initRow, initColumn, a, aRow, aStep, b, bStep, bColumn, M, K, N, D);
}
export function lanewiseGemm64(
  c: usize,
  cRow: i32,
  cColumn: i32,
  init: usize,
  initRow: i32,
  initColumn: i32,
  a: usize,
  aRow: i32,
  aStep: i32,
  b: usize,
  bStep: i32,
  bColumn: i32,
  M: i32,
  K: i32,
  N: i32,
  D: i32,
): void {
  stacks.lanewiseGemm<f64>(c, cRow, cColumn, init, initRow, initColumn, a, aRow, aStep, b, bStep, bColumn, M, K, N, D);
}
export function tanhInPlace32(y: usize, count: i32): void {
  vectors.tanhInPlace<f32>(y, count);
}
export function tanhInPlace64(y: usize, count: i32): void {
  vectors.tanhInPlace<f64>(y, count);
}
export function tanhDerivativeInPlace32(dy: usize, y: usize, count: i32): void {
  vectors.tanhDerivativeInPlace<f32>(dy, y, count);
}
export function tanhDerivativeInPlace64(dy: usize, y: usize, count: i32): void {
  vectors.tanhDerivativeInPlace<f64>(dy, y, count);
}
export function addColumnSums32(sums: usize, a: usize, aRow: i32, rows: i32, columns: i32): void {
  vectors.addColumnSums<f32>(sums, a, aRow, rows, columns);
}
export function addColumnSums64(sums: usize, a: usize, aRow: i32, rows: i32, columns: i32): void {
  vectors.addColumnSums<f64>(sums, a, aRow, rows, columns);
}
export function sumOfSquares32(block: usize, count: i32): f64 {
  return vectors.sumOfSquares<f32>(block, count);
}
export function sumOfSquares64(block: usize, count: i32): f64 {
  return vectors.sumOfSquares<f64>(block, count);
}
export function sinesAndCosines32(sines: usize, cosines: usize, angles: usize, count: i32): void {
  turns.sinesAndCosines<f32>(sines, cosines, angles, count);
}
export function sinesAndCosines64(sines: usize, cosines: usize, angles: usize, count: i32): void {
  turns.sinesAndCosines<f64>(sines, cosines, angles, count);
}
