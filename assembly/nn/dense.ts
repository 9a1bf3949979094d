// A dense layer y = x W + b over a batch. W is input-major (I, padded(O)), b is (padded(O)), x is (B, padded(I)), y is
// (B, padded(O)). Padding is zero in all of them, and every function here keeps it so.

import { gemm, gemmTransposed, transpose } from "../linalg/gemm";
import { addColumnSums, padded } from "../linalg/vector";

/** y = b + x W. */
export function denseForward<T>(y: usize, x: usize, weight: usize, bias: usize, B: i32, I: i32, O: i32): void {
  const width = padded(O);
  gemm<T>(y, width, bias, 0, x, padded(I), weight, width, B, I, width);
}

/**
 * Pullback of dy: dWeight += x' dy, dBias += sum of dy over the batch, dx = dy W'. A null dWeight or dx is not wanted.
 * `transposed` is scratch of (O, padded(I)) numbers, `zeros` a row of padded(I) zeros.
 */
export function denseVjp<T>(
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
  const width = padded(O);
  const inputWidth = padded(I);
  if (dWeight) {
    gemmTransposed<T>(dWeight, width, dWeight, width, x, inputWidth, dy, width, I, B, width);
    addColumnSums<T>(dBias, dy, width, B, width);
  }
  if (dx) {
    transpose<T>(transposed, inputWidth, weight, width, I, O);
    gemm<T>(dx, inputWidth, zeros, 0, dy, width, transposed, inputWidth, B, O, inputWidth);
  }
}

/** Pushforward: dy = dx W + x dWeight + dBias. A null dWeight stands for zero. */
export function denseJvp<T>(
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
  const width = padded(O);
  const inputWidth = padded(I);
  gemm<T>(dy, width, dWeight ? dBias : zeros, 0, dx, inputWidth, weight, width, B, I, width);
  if (dWeight) gemm<T>(dy, width, dy, width, x, inputWidth, dWeight, width, B, I, width);
}
