/** Products of small dense matrices, row-major, from an offset: enough for a backward pass, without allocation. */

/** c (m, n) += a (m, k) b (k, n). */
export function addProduct(
  c: Float64Array,
  a: Float64Array,
  aAt: number,
  b: Float64Array,
  bAt: number,
  m: number,
  k: number,
  n: number,
): void {
  for (let i = 0; i < m; ++i) {
    const row = i * n;
    for (let l = 0; l < k; ++l) {
      const factor = a[aAt + i * k + l]!;
      if (factor === 0) continue;
      const from = bAt + l * n;
      for (let j = 0; j < n; ++j) c[row + j]! += factor * b[from + j]!;
    }
  }
}

/** c (m, n) += a' b with a (k, m), b (k, n). */
export function addTransposedProduct(
  c: Float64Array,
  a: Float64Array,
  aAt: number,
  b: Float64Array,
  bAt: number,
  m: number,
  k: number,
  n: number,
): void {
  for (let l = 0; l < k; ++l) {
    const from = bAt + l * n;
    for (let i = 0; i < m; ++i) {
      const factor = a[aAt + l * m + i]!;
      if (factor === 0) continue;
      const row = i * n;
      for (let j = 0; j < n; ++j) c[row + j]! += factor * b[from + j]!;
    }
  }
}

/** m (n, n) becomes (m + m') / 2. */
export function symmetrise(m: Float64Array, n: number): void {
  for (let i = 0; i < n; ++i) {
    for (let j = 0; j < i; ++j) {
      const mean = (m[i * n + j]! + m[j * n + i]!) / 2;
      m[i * n + j] = mean;
      m[j * n + i] = mean;
    }
  }
}

/**
 * Factor of a symmetric positive definite m (n, n): its lower triangle becomes L of m = L L'.
 * @returns false where a pivot is not positive.
 */
export function cholesky(m: Float64Array, n: number): boolean {
  for (let i = 0; i < n; ++i) {
    for (let j = 0; j <= i; ++j) {
      let sum = m[i * n + j]!;
      for (let k = 0; k < j; ++k) sum -= m[i * n + k]! * m[j * n + k]!;
      if (i !== j) m[i * n + j] = sum / m[j * n + j]!;
      else if (!(sum > 0)) return false;
      else m[i * n + i] = Math.sqrt(sum);
    }
  }
  return true;
}

/** x (n), from `at`, every `stride`: becomes the solution of L L' x = x. */
export function solveCholesky(factor: Float64Array, n: number, x: Float64Array, at = 0, stride = 1): void {
  for (let i = 0; i < n; ++i) {
    let sum = x[at + i * stride]!;
    for (let k = 0; k < i; ++k) sum -= factor[i * n + k]! * x[at + k * stride]!;
    x[at + i * stride] = sum / factor[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; --i) {
    let sum = x[at + i * stride]!;
    for (let k = i + 1; k < n; ++k) sum -= factor[k * n + i]! * x[at + k * stride]!;
    x[at + i * stride] = sum / factor[i * n + i]!;
  }
}
