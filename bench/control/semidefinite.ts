/** The nearest negative semidefinite matrix (Frobenius norm): eigenvalues above zero become zero. */

const SWEEPS = 30;

/**
 * Eigenvalues by Jacobi's cyclic rotations, of symmetric matrices up to (n, n). Rows and columns that are coupled to no other are
 * clipped by themselves, so that the cost is that of the coupled block.
 */
export class NegativePart {
  readonly #coupled: Int32Array;
  readonly #m: Float64Array;
  readonly #vectors: Float64Array;

  constructor(n: number) {
    this.#coupled = new Int32Array(n);
    this.#m = new Float64Array(n * n);
    this.#vectors = new Float64Array(n * n);
  }

  /** Clips the symmetric (n, n) matrix that starts at `at`, in place. */
  clip(matrix: Float64Array, at: number, n: number): void {
    const size = this.#gather(matrix, at, n);
    if (size === 0) return;
    this.#diagonalise(size);
    this.#scatter(matrix, at, n, size);
  }

  /** Copies the coupled block and returns its size; clips what is uncoupled. */
  #gather(matrix: Float64Array, at: number, n: number): number {
    const coupled = this.#coupled;
    let size = 0;
    for (let i = 0; i < n; ++i) {
      let alone = true;
      for (let j = 0; j < n && alone; ++j) alone = i === j || matrix[at + i * n + j] === 0;
      if (!alone) coupled[size++] = i;
      else if (matrix[at + i * n + i]! > 0) matrix[at + i * n + i] = 0;
    }
    for (let i = 0; i < size; ++i) {
      for (let j = 0; j < size; ++j) {
        this.#m[i * size + j] = matrix[at + coupled[i]! * n + coupled[j]!]!;
        this.#vectors[i * size + j] = i === j ? 1 : 0;
      }
    }
    return size;
  }

  /** m becomes diagonal; the eigenvectors are the columns of `vectors`. */
  #diagonalise(n: number): void {
    const m = this.#m;
    for (let sweep = 0; sweep < SWEEPS; ++sweep) {
      let off = 0;
      let on = 0;
      for (let p = 0; p < n; ++p) {
        on += m[p * n + p]! ** 2;
        for (let q = p + 1; q < n; ++q) off += m[p * n + q]! ** 2;
      }
      if (off <= 1e-24 * (on + off)) return;
      for (let p = 0; p < n; ++p) {
        for (let q = p + 1; q < n; ++q) {
          if (m[p * n + q] !== 0) this.#rotate(p, q, n);
        }
      }
    }
  }

  /** Golub and Van Loan, Matrix Computations, 8.5: the rotation that makes m_pq zero. */
  #rotate(p: number, q: number, n: number): void {
    const m = this.#m;
    const vectors = this.#vectors;
    const tau = (m[q * n + q]! - m[p * n + p]!) / (2 * m[p * n + q]!);
    const tangent = (tau >= 0 ? 1 : -1) / (Math.abs(tau) + Math.sqrt(1 + tau * tau));
    const c = 1 / Math.sqrt(1 + tangent * tangent);
    const s = tangent * c;
    for (let k = 0; k < n; ++k) {
      const a = m[k * n + p]!;
      const b = m[k * n + q]!;
      m[k * n + p] = c * a - s * b;
      m[k * n + q] = s * a + c * b;
    }
    for (let k = 0; k < n; ++k) {
      const a = m[p * n + k]!;
      const b = m[q * n + k]!;
      m[p * n + k] = c * a - s * b;
      m[q * n + k] = s * a + c * b;
      const v = vectors[k * n + p]!;
      const w = vectors[k * n + q]!;
      vectors[k * n + p] = c * v - s * w;
      vectors[k * n + q] = s * v + c * w;
    }
    m[p * n + q] = 0;
    m[q * n + p] = 0;
  }

  /** Writes the sum of min(eigenvalue, 0) v v' back. */
  #scatter(matrix: Float64Array, at: number, n: number, size: number): void {
    const coupled = this.#coupled;
    const vectors = this.#vectors;
    for (let i = 0; i < size; ++i) {
      for (let j = 0; j <= i; ++j) {
        let sum = 0;
        for (let k = 0; k < size; ++k) {
          const value = this.#m[k * size + k]!;
          if (value < 0) sum += value * vectors[i * size + k]! * vectors[j * size + k]!;
        }
        matrix[at + coupled[i]! * n + coupled[j]!] = sum;
        matrix[at + coupled[j]! * n + coupled[i]!] = sum;
      }
    }
  }
}
