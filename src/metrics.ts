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
  /**
   * Norm of the value's derivative v_s' by the next state along what the policy's last gradients went through, at no more than 16 evenly
   * spaced steps from the first to the last; a root mean square over the trajectories of an update, a mean over the updates since the last
   * record. One number where a gradient goes through one step. Null before the first update.
   */
  readonly valueGradient: readonly number[] | null;
  /** Mean truncated importance weight, and effective sample size as a fraction of the batch; null before the first update. */
  readonly meanWeight: number | null;
  readonly effectiveSampleSize: number | null;
  /** Estimate of KL(behaviour || current) over replayed actions: mean of log p(a | s; theta_k) - log p(a | s; theta); null as above. */
  readonly klToBehaviour: number | null;
  /** Standard deviation of the policy, mean over the evaluation's start states and action dimensions. */
  readonly sigma: number;
  /** Fraction of training actions that the actuator clipped since the last record, null when no step was taken. */
  readonly clippedActions: number | null;
  /**
   * The model at recent transitions of training: sqrt(mean (s'_d - f_d(s, a))^2) / scale_d for every predicted dimension d, in its frame.
   * Null before the model's first update.
   */
  readonly modelErrors: readonly number[] | null;
  /**
   * Its Jacobians there against the simulator's, sqrt(sum |f^_s - f_s|^2 / sum |f_s - 1|^2) and sqrt(sum |f^_a - f_a|^2 / sum |f_a|^2),
   * over the predicted dimensions; these count in the model's scale, states as inputs in their standard deviation. Null before the
   * model's first update and where the simulator's are not known.
   */
  readonly stateJacobianError: number | null;
  readonly actionJacobianError: number | null;
  /**
   * The critic against the returns G_t = sum_k gamma^k r_(t+k) of episodes of the stochastic policy, in units of the scaled reward:
   * mean (V(s_t) - G_t), sqrt(mean (V(s_t) - G_t)^2), and the standard deviation of G_t. A time limit is no end: the critic completes
   * the return, and counts only states where gamma^(steps left) is at most 0.1. Null before the critic's first update, and where no
   * state counts.
   */
  readonly criticBias: number | null;
  readonly criticError: number | null;
  readonly returnDeviation: number | null;
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

/** The most points of a profile. */
export const POINTS = 16;

/** A running mean of a quantity along a horizon, at evenly spaced steps of it. */
export class Profile {
  /** Those beyond the longest horizon's steps stay empty. */
  readonly means: readonly Mean[] = Array.from({ length: POINTS }, () => new Mean());

  /** Adds one horizon of `steps` steps, whose quantity at step t is `at(t)`. */
  add(steps: number, at: (t: number) => number): void {
    const points = Math.min(POINTS, steps);
    for (let i = 0; i < points; ++i) {
      this.means[i]!.add(at(points === 1 ? 0 : Math.round((i * (steps - 1)) / (points - 1))));
    }
  }

  /** The means since the last call, null when nothing was added. */
  take(): number[] | null {
    const values = this.means.flatMap((mean) => mean.take() ?? []);
    return values.length === 0 ? null : values.map(toFourDigits);
  }
}

/** Lists need no more digits. */
export const toFourDigits = (value: number): number => Number(value.toPrecision(4));
