/** Importance weights w = p(a | s; theta) / p(a | s; theta_k) of replayed actions (paper, section 4.2). */

/**
 * Brings the first `count` ratios, in place, to weights: at most `limit`. A ratio that overflowed counts as the limit, one that is
 * no number (both densities vanished) as 0.
 */
export function truncateWeights(ratios: Float32Array, count: number, limit: number): void {
  for (let i = 0; i < count; ++i) {
    const ratio = ratios[i]!;
    ratios[i] = Number.isNaN(ratio) ? 0 : Math.min(ratio, limit);
  }
}

/** Multiplies the weights of trajectory pieces, row t pieces + p, by gamma^t: what a step at t counts at the piece's start. */
export function discountWeights(weights: Float32Array, steps: number, pieces: number, gamma: number): void {
  let discount = 1;
  for (let t = 0; t < steps; ++t) {
    for (let row = t * pieces; row < (t + 1) * pieces; ++row) weights[row] = discount * weights[row]!;
    discount *= gamma;
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
