// The diagonal Gaussian at the end of a policy network. A row of network outputs z holds A numbers for the mean and A for the
// standard deviation:
//
//   mu = tanh(z_mu) or z_mu,  sigma = exp(middle + halfRange tanh(z_sigma)),  a = mu + sigma eta
//
// so sigma stays within its bounds and keeps a gradient. Density, noise inference and weights use this unclipped action.

import { allocNumbers, arenaAlloc } from "../core/arena";
import { exponential, hyperbolicTangent, logarithm } from "../core/math";
import { at } from "../linalg/vector";

export enum Squash {
  None,
  Tanh,
}

const HALF_LOG_TWO_PI: f64 = 0.9189385332046727;


@unmanaged
@final
export class Gaussian {
  /** A: dimensions of the action. */
  actions: i32;
  squash: i32;
  /** log sigma = middle + halfRange tanh(z_sigma). */
  middle: f64;
  halfRange: f64;
  /** Moments of the last forward, T, (B, A) each. */
  mean: usize;
  deviation: usize;
}

/** Traps unless 0 < sigmaMin < sigmaMax. */
export function gaussianCreate<T>(actions: i32, squash: i32, sigmaMin: f64, sigmaMax: f64, rows: i32): Gaussian {
  if (!(sigmaMin > 0 && sigmaMax > sigmaMin)) unreachable();
  const gaussian = changetype<Gaussian>(arenaAlloc(offsetof<Gaussian>()));
  gaussian.actions = actions;
  gaussian.squash = squash;
  const low = logarithm<f64>(sigmaMin);
  const high = logarithm<f64>(sigmaMax);
  gaussian.middle = 0.5 * (high + low);
  gaussian.halfRange = 0.5 * (high - low);
  gaussian.mean = allocNumbers<T>(rows * actions);
  gaussian.deviation = allocNumbers<T>(rows * actions);
  return gaussian;
}

/** The z_sigma at which the deviation is sigma, which lies strictly between the bounds. */
export function gaussianDeviationInput(gaussian: Gaussian, sigma: f64): f64 {
  const t = (logarithm<f64>(sigma) - gaussian.middle) / gaussian.halfRange;
  return 0.5 * logarithm<f64>((1 + t) / (1 - t));
}

/** mean, deviation (B, A) of outputs z (B, zRow). */
export function gaussianForward<T>(gaussian: Gaussian, z: usize, zRow: i32, B: i32): void {
  const A = gaussian.actions;
  for (let b = 0; b < B; ++b) {
    for (let i = 0; i < A; ++i) {
      const zMean = load<T>(at<T>(z, i));
      const zDeviation = load<T>(at<T>(z, A + i));
      store<T>(at<T>(gaussian.mean, b * A + i), gaussian.squash ? hyperbolicTangent<T>(zMean) : zMean);
      store<T>(
        at<T>(gaussian.deviation, b * A + i),
        exponential<T>(<T>gaussian.middle + <T>gaussian.halfRange * hyperbolicTangent<T>(zDeviation)),
      );
    }
    z = at<T>(z, zRow);
  }
}

/** d mean / d z_mu at a mean. */
@inline
function meanSlope<T>(gaussian: Gaussian, mean: T): T {
  return gaussian.squash ? <T>1 - mean * mean : <T>1;
}

/** d sigma / d z_sigma at a deviation whose z_sigma is given. */
@inline
function deviationSlope<T>(gaussian: Gaussian, deviation: T, zDeviation: T): T {
  const t = hyperbolicTangent<T>(zDeviation);
  return deviation * <T>gaussian.halfRange * (<T>1 - t * t);
}

/** a (B, A) = mean + deviation eta at the last forward. */
export function gaussianSample<T>(gaussian: Gaussian, a: usize, eta: usize, B: i32): void {
  const count = B * gaussian.actions;
  for (let i = 0; i < count; ++i) {
    const deviation = load<T>(at<T>(gaussian.deviation, i));
    store<T>(at<T>(a, i), load<T>(at<T>(gaussian.mean, i)) + deviation * load<T>(at<T>(eta, i)));
  }
}

/** The noise (B, A) that makes the policy choose a: eta = (a - mean) / deviation (paper, section 4.1). */
export function gaussianInfer<T>(gaussian: Gaussian, eta: usize, a: usize, B: i32): void {
  const count = B * gaussian.actions;
  for (let i = 0; i < count; ++i) {
    const deviation = load<T>(at<T>(gaussian.deviation, i));
    store<T>(at<T>(eta, i), (load<T>(at<T>(a, i)) - load<T>(at<T>(gaussian.mean, i))) / deviation);
  }
}

/** Pullback of da through a = mean + deviation eta: dz (B, zRow), whose padding is left alone. |eta| counts up to etaLimit. */
export function gaussianSampleVjp<T>(
  gaussian: Gaussian,
  dz: usize,
  da: usize,
  eta: usize,
  etaLimit: f64,
  z: usize,
  zRow: i32,
  B: i32,
): void {
  const A = gaussian.actions;
  const limit = <T>etaLimit;
  for (let b = 0; b < B; ++b) {
    for (let i = 0; i < A; ++i) {
      const g = load<T>(at<T>(da, b * A + i));
      const noise = max<T>(-limit, min<T>(limit, load<T>(at<T>(eta, b * A + i))));
      const mean = load<T>(at<T>(gaussian.mean, b * A + i));
      const deviation = load<T>(at<T>(gaussian.deviation, b * A + i));
      store<T>(at<T>(dz, i), g * meanSlope<T>(gaussian, mean));
      store<T>(at<T>(dz, A + i), g * noise * deviationSlope<T>(gaussian, deviation, load<T>(at<T>(z, A + i))));
    }
    z = at<T>(z, zRow);
    dz = at<T>(dz, zRow);
  }
}

/** Pushforward of dz through a = mean + deviation eta: da (B, A). eta counts in full: the limit is the pullback's. */
export function gaussianSampleJvp<T>(
  gaussian: Gaussian,
  da: usize,
  dz: usize,
  eta: usize,
  z: usize,
  zRow: i32,
  B: i32,
): void {
  const A = gaussian.actions;
  for (let b = 0; b < B; ++b) {
    for (let i = 0; i < A; ++i) {
      const mean = load<T>(at<T>(gaussian.mean, b * A + i));
      const deviation = load<T>(at<T>(gaussian.deviation, b * A + i));
      const slope = deviationSlope<T>(gaussian, deviation, load<T>(at<T>(z, A + i)));
      store<T>(
        at<T>(da, b * A + i),
        meanSlope<T>(gaussian, mean) * load<T>(at<T>(dz, i)) +
          load<T>(at<T>(eta, b * A + i)) * slope * load<T>(at<T>(dz, A + i)),
      );
    }
    z = at<T>(z, zRow);
    dz = at<T>(dz, zRow);
  }
}

/** logProb (B) = log p(a | s) at the last forward, a (B, A). */
export function gaussianLogProb<T>(gaussian: Gaussian, logProb: usize, a: usize, B: i32): void {
  const A = gaussian.actions;
  for (let b = 0; b < B; ++b) {
    let sum: T = 0;
    for (let i = 0; i < A; ++i) {
      const deviation = load<T>(at<T>(gaussian.deviation, b * A + i));
      const eta = (load<T>(at<T>(a, b * A + i)) - load<T>(at<T>(gaussian.mean, b * A + i))) / deviation;
      sum -= <T>0.5 * eta * eta + logarithm<T>(deviation) + <T>HALF_LOG_TWO_PI;
    }
    store<T>(at<T>(logProb, b), sum);
  }
}

/** Pullback of dLogProb (B), a held: dz (B, zRow), whose padding is left alone. */
export function gaussianLogProbVjp<T>(
  gaussian: Gaussian,
  dz: usize,
  dLogProb: usize,
  a: usize,
  z: usize,
  zRow: i32,
  B: i32,
): void {
  const A = gaussian.actions;
  for (let b = 0; b < B; ++b) {
    const g = load<T>(at<T>(dLogProb, b));
    for (let i = 0; i < A; ++i) {
      const mean = load<T>(at<T>(gaussian.mean, b * A + i));
      const deviation = load<T>(at<T>(gaussian.deviation, b * A + i));
      const eta = (load<T>(at<T>(a, b * A + i)) - mean) / deviation;
      // d logProb / d mean = eta / deviation, d logProb / d deviation = (eta^2 - 1) / deviation
      store<T>(at<T>(dz, i), ((g * eta) / deviation) * meanSlope<T>(gaussian, mean));
      const slope = deviationSlope<T>(gaussian, deviation, load<T>(at<T>(z, A + i)));
      store<T>(at<T>(dz, A + i), ((g * (eta * eta - <T>1)) / deviation) * slope);
    }
    z = at<T>(z, zRow);
    dz = at<T>(dz, zRow);
  }
}

/** Pushforward of dz to dLogProb (B), a held. */
export function gaussianLogProbJvp<T>(
  gaussian: Gaussian,
  dLogProb: usize,
  dz: usize,
  a: usize,
  z: usize,
  zRow: i32,
  B: i32,
): void {
  const A = gaussian.actions;
  for (let b = 0; b < B; ++b) {
    let sum: T = 0;
    for (let i = 0; i < A; ++i) {
      const mean = load<T>(at<T>(gaussian.mean, b * A + i));
      const deviation = load<T>(at<T>(gaussian.deviation, b * A + i));
      const eta = (load<T>(at<T>(a, b * A + i)) - mean) / deviation;
      const slope = deviationSlope<T>(gaussian, deviation, load<T>(at<T>(z, A + i)));
      sum += (eta / deviation) * meanSlope<T>(gaussian, mean) * load<T>(at<T>(dz, i));
      sum += ((eta * eta - <T>1) / deviation) * slope * load<T>(at<T>(dz, A + i));
    }
    store<T>(at<T>(dLogProb, b), sum);
    z = at<T>(z, zRow);
    dz = at<T>(dz, zRow);
  }
}
