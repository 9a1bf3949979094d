/** Importance weights w = p(a | s; theta) / p(a | s; theta_k) of replayed actions (paper, section 4.2). */

/**
 * Brings ratios, in place, to weights of which none exceeds `limit`, and for pieces of several steps no product of them from a
 * piece's start up to any of its steps. A ratio that overflowed counts as the limit, one that is no number (both densities vanished)
 * as 0.
 * @param steps Steps of a piece; row t pieces + p is step t of piece p.
 */
export function truncateWeights(ratios: Float32Array, pieces: number, limit: number, steps = 1): void {
  for (let p = 0; p < pieces; ++p) {
    let product = 1;
    for (let row = p; row < steps * pieces; row += pieces) {
      const ratio = ratios[row]!;
      const next = product === 0 || Number.isNaN(ratio) ? 0 : Math.min(product * ratio, limit);
      ratios[row] = next === 0 ? 0 : next / product;
      product = next;
    }
  }
}

/** Puts the products of pieces' weights up to each piece's end, (pieces), at the front of `products`. */
export function pieceWeights(
  weights: Float32Array,
  ends: ArrayLike<number>,
  pieces: number,
  products: Float32Array,
): void {
  for (let p = 0; p < pieces; ++p) {
    let product = 1;
    for (let t = 0; t <= ends[p]!; ++t) product *= weights[t * pieces + p]!;
    products[p] = product;
  }
}

/** Mean of the first `count` weights. */
export function meanWeight(weights: Float32Array, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; ++i) sum += weights[i]!;
  return sum / count;
}

/**
 * Effective sample size of the first `count` weights as a fraction of `count`: (sum w)^2 / (count sum w^2), from 1 / count (one sample
 * carries all) to 1 (all weigh the same); 0 when every weight is 0.
 */
export function effectiveSampleSize(weights: Float32Array, count: number): number {
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < count; ++i) {
    const weight = weights[i]!;
    sum += weight;
    squares += weight * weight;
  }
  return squares === 0 ? 0 : (sum * sum) / (count * squares);
}
