// Cholesky factorisation of small dense symmetric matrices, in place and row-major: A = L L', L in the lower triangle, the diagonal
// holding the inverses of L's. Upper triangles are never read.

import { at } from "../linalg/vector";

/** Factors a (n, n). Returns false, leaving a useless factor, when a is not positive definite. */
export function factor(a: usize, n: i32): bool {
  const row = (<usize>n) << 3;
  for (let i = 0; i < n; ++i) {
    const ai = a + <usize>i * row;
    let diagonal = load<f64>(ai + ((<usize>i) << 3));
    for (let j = 0; j < i; ++j) {
      const aj = a + <usize>j * row;
      let sum = load<f64>(ai + ((<usize>j) << 3));
      for (let k: usize = 0; k < (<usize>j) << 3; k += 8) sum -= load<f64>(ai + k) * load<f64>(aj + k);
      sum *= load<f64>(aj + ((<usize>j) << 3));
      store<f64>(ai + ((<usize>j) << 3), sum);
      diagonal -= sum * sum;
    }
    if (!(diagonal > 0)) return false;
    store<f64>(ai + ((<usize>i) << 3), 1 / Math.sqrt(diagonal));
  }
  return true;
}

/** x = A^-1 x with the factor of A. */
export function solve(a: usize, x: usize, n: i32): void {
  const row = (<usize>n) << 3;
  for (let i = 0; i < n; ++i) {
    const ai = a + <usize>i * row;
    let sum = load<f64>(at<f64>(x, i));
    for (let k: usize = 0; k < (<usize>i) << 3; k += 8) sum -= load<f64>(ai + k) * load<f64>(x + k);
    store<f64>(at<f64>(x, i), sum * load<f64>(ai + ((<usize>i) << 3)));
  }
  for (let i = n - 1; i >= 0; --i) {
    const ai = a + <usize>i * row;
    const value = load<f64>(at<f64>(x, i)) * load<f64>(ai + ((<usize>i) << 3));
    store<f64>(at<f64>(x, i), value);
    for (let k: usize = 0; k < (<usize>i) << 3; k += 8) store<f64>(x + k, load<f64>(x + k) - value * load<f64>(ai + k));
  }
}

/** y = a x for a symmetric (n, n) matrix of which both triangles are there. */
export function symmetricProduct(y: usize, a: usize, x: usize, n: i32): void {
  const row = (<usize>n) << 3;
  for (let i = 0; i < n; ++i) {
    let sum: f64 = 0;
    for (let k: usize = 0; k < row; k += 8) sum += load<f64>(a + k) * load<f64>(x + k);
    store<f64>(at<f64>(y, i), sum);
    a += row;
  }
}

/** x (n, width) = A^-1 x with the factor of A, all columns at once. */
export function solveRows(a: usize, x: usize, n: i32, width: i32): void {
  const row = (<usize>width) << 3;
  for (let i = 0; i < n; ++i) {
    const xi = x + <usize>i * row;
    for (let k = 0; k < i; ++k) {
      const weight = load<f64>(at<f64>(a, i * n + k));
      if (weight != 0) subtractScaled(xi, weight, x + <usize>k * row, row);
    }
    scaleRow(xi, load<f64>(at<f64>(a, i * n + i)), row);
  }
  for (let i = n - 1; i >= 0; --i) {
    const xi = x + <usize>i * row;
    scaleRow(xi, load<f64>(at<f64>(a, i * n + i)), row);
    for (let k = 0; k < i; ++k) {
      const weight = load<f64>(at<f64>(a, i * n + k));
      if (weight != 0) subtractScaled(x + <usize>k * row, weight, xi, row);
    }
  }
}


@inline
function subtractScaled(y: usize, weight: f64, x: usize, bytes: usize): void {
  for (let j: usize = 0; j < bytes; j += 8) store<f64>(y + j, load<f64>(y + j) - weight * load<f64>(x + j));
}


@inline
function scaleRow(y: usize, weight: f64, bytes: usize): void {
  for (let j: usize = 0; j < bytes; j += 8) store<f64>(y + j, load<f64>(y + j) * weight);
}
