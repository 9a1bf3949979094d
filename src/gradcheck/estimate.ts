/** What is known of an estimator of a gradient from samples of it. */

/** What an estimator takes its parts from. */
export interface Source {
  /** Transitions of the policy as it is, of the replay, with importance weights, or of the model, with noise that is drawn. */
  readonly data: "fresh" | "replayed" | "simulated";
  /** Whose derivatives of the transition; none where the critic judges actions, or likelihood ratios take the place of derivatives. */
  readonly model: "exact" | "learned" | "none";
  /** What says the value after the last step, or how it changes: exact rollouts, the critic, or nothing. */
  readonly value: "exact" | "critic" | "nothing";
}

/** What tells sources apart. */
export const sourceKeys = ["data", "model", "value"] as const;

/** Estimators seen on the same samples. */
export interface Contest {
  readonly reference: Estimate;
  readonly estimators: readonly Estimator[];
}

export interface Estimator {
  readonly source: Source;
  /** Whether it is what the algorithm goes along. */
  readonly own: boolean;
  readonly estimate: Estimate;
}

/** An estimator, of vectors of `length`, of every source. */
export function estimatorsOf(sources: readonly Source[], own: Source, length: number): Estimator[] {
  return sources.map((source) => ({
    source,
    own: sourceKeys.every((key) => source[key] === own[key]),
    estimate: new Estimate(length),
  }));
}

/** A running mean and spread of vectors, each the mean of a group of samples. */
export class Estimate {
  readonly #sum: Float64Array;
  #squares = 0;
  #groups = 0;

  constructor(length: number) {
    this.#sum = new Float64Array(length);
  }

  add(group: Float32Array): void {
    for (let i = 0; i < this.#sum.length; ++i) {
      this.#sum[i] = this.#sum[i]! + group[i]!;
      this.#squares += group[i]! * group[i]!;
    }
    this.#groups += 1;
  }

  /** The mean over all groups. */
  get mean(): Float64Array {
    return this.#sum.map((x) => x / this.#groups);
  }

  /** Variance of a group's mean, all components together. */
  get variance(): number {
    const { mean } = this;
    return (Math.max(0, this.#squares / this.#groups - dot(mean, mean)) * this.#groups) / (this.#groups - 1);
  }

  get groups(): number {
    return this.#groups;
  }
}

/** Square of the length of what is estimated, and its share in that of the estimate's mean, from 0 (all noise) to 1. */
function signalOf({ mean, variance, groups }: Estimate): { readonly square: number; readonly share: number } {
  const all = dot(mean, mean);
  const square = Math.max(0, all - variance / groups);
  return { square, share: square / all };
}

/**
 * |mean| / sqrt(E |g - mean|^2) of the gradients g that the algorithm goes along; the mean's own noise is taken off.
 * @param ratio Samples of such a gradient per sample of a group.
 */
export function signalToNoise(estimate: Estimate, ratio: number): number {
  return Math.sqrt((signalOf(estimate).square * ratio) / estimate.variance);
}

/** How an estimator's mean compares with the reference's. */
export interface Comparison {
  readonly cosine: number;
  /** What the noise of both would leave of a cosine of 1, where they share none. */
  readonly ceiling: number;
  /** Its length over the reference's, both less their noise. */
  readonly length: number;
  /** The length of the difference over the reference's, with all noise. */
  readonly bias: number;
}

export function compare(estimate: Estimate, reference: Estimate): Comparison {
  const [mean, truth] = [estimate.mean, reference.mean];
  const difference = mean.map((x, i) => x - truth[i]!);
  const [signal, whole] = [signalOf(estimate), signalOf(reference)];
  return {
    cosine: cosine(mean, truth),
    ceiling: Math.sqrt(signal.share * whole.share),
    length: Math.sqrt(signal.square / whole.square),
    bias: Math.sqrt(dot(difference, difference) / dot(truth, truth)),
  };
}

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; ++i) sum += a[i]! * b[i]!;
  return sum;
}

export const cosine = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
