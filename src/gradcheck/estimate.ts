/** What is known of an estimator of a gradient from samples of it. */

/** What an estimator takes its parts from. */
export interface Source {
  /** Of the policy as it is, or of the replay, with importance weights. */
  readonly actions: "fresh" | "replayed";
  /** Whose derivatives of the transition. */
  readonly model: "exact" | "learned";
  /** What says how the value after the last step changes: exact rollouts, the critic, or nothing. */
  readonly value: "exact" | "critic" | "nothing";
}

/** Estimators seen on the same samples. */
export interface Contest {
  readonly reference: Estimate;
  /** What the algorithm goes along. */
  readonly own: Estimate;
  readonly estimates: readonly Estimate[];
}

/** One estimator of every source, as vectors of `length`; the first is the reference. */
export function contestOf(sources: readonly Source[], own: Source, length: number): Contest {
  const estimates = sources.map((source) => new Estimate(source, length));
  const same = (a: Source, b: Source) => a.actions === b.actions && a.model === b.model && a.value === b.value;
  return { reference: estimates[0]!, own: estimates.find(({ source }) => same(source, own))!, estimates };
}

/** A running mean and spread of vectors, each the mean of a group of samples. */
export class Estimate {
  readonly source: Source;
  /** Means of the groups of even and of odd number, not yet divided. */
  readonly #halves: readonly [Float64Array, Float64Array];
  #squares = 0;
  #groups = 0;

  constructor(source: Source, length: number) {
    this.source = source;
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

/** How an estimator compares with the reference. */
export interface Comparison {
  readonly source: Source;
  /** Cosine between the estimator's mean and the reference's; length of its mean, and of the difference, over the reference's length. */
  readonly cosine: number;
  readonly length: number;
  readonly bias: number;
  /** |mean| / sqrt(E |g - mean|^2) of the gradients g that the algorithm goes along; the mean's own noise is taken off. */
  readonly signalToNoise: number;
}

/** @param ratio Samples of a gradient that the algorithm goes along, per sample of a group. */
export function compare(estimate: Estimate, reference: Estimate, ratio: number): Comparison {
  const [mean, truth] = [estimate.mean, reference.mean];
  const length = Math.sqrt(dot(truth, truth));
  const difference = mean.map((x, i) => x - truth[i]!);
  const { variance, groups } = estimate;
  const signal = Math.max(0, dot(mean, mean) - variance / groups);
  return {
    source: estimate.source,
    cosine: cosine(mean, truth),
    length: Math.sqrt(dot(mean, mean)) / length,
    bias: Math.sqrt(dot(difference, difference)) / length,
    signalToNoise: Math.sqrt((signal * ratio) / variance),
  };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; ++i) sum += a[i]! * b[i]!;
  return sum;
}

const cosine = (a: Float64Array, b: Float64Array): number => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
