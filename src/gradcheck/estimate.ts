/** What is known of an estimator of a gradient from samples of it. */

/** What an estimator takes its parts from. */
export interface Source {
  /** Of the policy as it is, or of the replay, with importance weights. */
  readonly actions: "fresh" | "replayed";
  /** Whose derivatives of the transition; none where the critic judges actions. */
  readonly model: "exact" | "learned" | "none";
  /** What says how the value after the last step changes: exact rollouts, the critic, or nothing. */
  readonly value: "exact" | "critic" | "nothing";
}

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
  const keys = ["actions", "model", "value"] as const;
  return sources.map((source) => ({
    source,
    own: keys.every((key) => source[key] === own[key]),
    estimate: new Estimate(length),
  }));
}

/** A running mean and spread of vectors, each the mean of a group of samples. */
export class Estimate {
  /** Means of the groups of even and of odd number, not yet divided. */
  readonly #halves: readonly [Float64Array, Float64Array];
  #squares = 0;
  #groups = 0;

  constructor(length: number) {
    this.#halves = [new Float64Array(length), new Float64Array(length)];
  }

  add(group: Float32Array): void {
    const half = this.#halves[this.#groups % 2]!;
    for (let i = 0; i < half.length; ++i) {
      half[i] = half[i]! + group[i]!;
      this.#squares += group[i]! * group[i]!;
    }
    this.#groups += 1;
  }

  /** The mean over all groups. */
  get mean(): Float64Array {
    const [even, odd] = this.#halves;
    return even.map((x, i) => (x + odd[i]!) / this.#groups);
  }

  /** Cosine between the mean of one half of the groups and that of the other: what noise leaves of 1. */
  get agreement(): number {
    return cosine(...this.#halves);
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

/**
 * |mean| / sqrt(E |g - mean|^2) of the gradients g that the algorithm goes along; the mean's own noise is taken off.
 * @param ratio Samples of such a gradient per sample of a group.
 */
export function signalToNoise({ mean, variance, groups }: Estimate, ratio: number): number {
  return Math.sqrt((Math.max(0, dot(mean, mean) - variance / groups) * ratio) / variance);
}

/** How an estimator's mean compares with the reference's. */
export interface Comparison {
  readonly cosine: number;
  /** Its length, and that of the difference, over the reference's length. */
  readonly length: number;
  readonly bias: number;
}

export function compare(estimate: Estimate, reference: Estimate): Comparison {
  const [mean, truth] = [estimate.mean, reference.mean];
  const length = Math.sqrt(dot(truth, truth));
  const difference = mean.map((x, i) => x - truth[i]!);
  return {
    cosine: cosine(mean, truth),
    length: Math.sqrt(dot(mean, mean)) / length,
    bias: Math.sqrt(dot(difference, difference)) / length,
  };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; ++i) sum += a[i]! * b[i]!;
  return sum;
}

const cosine = (a: Float64Array, b: Float64Array): number => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
