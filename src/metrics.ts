/**
 * One line of a run's `metrics.jsonl`: what was measured at an evaluation, and over the training steps since the one before.
 * Nothing in it depends on the clock, so the file is a function of configuration and seed; times go to `timing.jsonl`.
 */
export interface MetricsRecord {
  /** Environment steps taken so far. */
  readonly step: number;
  /** Training episodes finished so far. */
  readonly episodes: number;
  /** Policy updates made so far. */
  readonly updates: number;
  /** Mean, lowest and highest undiscounted return of the evaluation episodes (deterministic policy). */
  readonly evaluationReturn: number;
  readonly evaluationReturnLow: number;
  readonly evaluationReturnHigh: number;
  /** What the task judges success by, averaged over the end of the evaluation episodes (cart-pole: cos theta). */
  readonly score: number;
  /** Share of the evaluation episodes that succeeded, and whether it is large enough for the task to count as solved. */
  readonly successes: number;
  readonly solved: boolean;
  /** Mean return of the training episodes that ended since the last record, null when none did. */
  readonly trainingReturn: number | null;
  /**
   * Means over the updates since the last record, null before the first update: squared error of a predicted dimension in units of
   * its scale; squared error of the scaled learned reward (null without one); weighted squared TD error of the critic; norm of the policy gradient before clipping.
   */
  readonly modelError: number | null;
  readonly rewardError: number | null;
  readonly valueError: number | null;
  readonly policyGradientNorm: number | null;
  /** Mean truncated importance weight, and effective sample size as a fraction of the batch; null before the first update. */
  readonly meanWeight: number | null;
  readonly effectiveSampleSize: number | null;
  /** Estimate of KL(behaviour || current) over replayed actions: mean of log p(a | s; theta_k) - log p(a | s; theta); null as above. */
  readonly klToBehaviour: number | null;
  /** Standard deviation of the policy, mean over the evaluation's start states and action dimensions. */
  readonly sigma: number;
  /** Fraction of training actions that the actuator clipped since the last record, null when no step was taken. */
  readonly clippedActions: number | null;
}

/** One line of `timing.jsonl`: wall-clock facts about the same evaluation, which differ from run to run. */
export interface TimingRecord {
  readonly step: number;
  /** Wall-clock seconds since training began. */
  readonly seconds: number;
  readonly updatesPerSecond: number;
}

/** A running mean that forgets everything when it is read. */
export class Mean {
  #sum = 0;
  #count = 0;

  add(value: number): void {
    this.#sum += value;
    this.#count += 1;
  }

  /** The mean since the last call, null when nothing was added. */
  take(): number | null {
    const mean = this.#count === 0 ? null : this.#sum / this.#count;
    this.#sum = 0;
    this.#count = 0;
    return mean;
  }

  /** For checkpoints. */
  get state(): [sum: number, count: number] {
    return [this.#sum, this.#count];
  }

  set state([sum, count]: readonly [sum: number, count: number]) {
    this.#sum = sum;
    this.#count = count;
  }
}
