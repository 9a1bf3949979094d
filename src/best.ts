import type { MetricsRecord } from "./metrics.js";
import type { Network } from "./network.js";

/** Which evaluation is the best so far: the one with the most successes, of equals the highest return, then the first. */
export interface BestEvaluation {
  readonly step: number;
  readonly successes: number;
  readonly evaluationReturn: number;
}

/** The policy of the best evaluation so far. Solved tasks dip at times, so the last policy need not be the one to deploy. */
export class BestPolicy {
  evaluation: BestEvaluation = { step: 0, successes: -1, evaluationReturn: 0 };
  /** Its values, a copy of the network's block. */
  readonly values: Float32Array;
  readonly #policy: Network;

  constructor(policy: Network) {
    this.#policy = policy;
    this.values = policy.values.slice();
  }

  /** Keeps the current policy if its evaluation is better than all before. */
  consider({ step, successes, evaluationReturn }: MetricsRecord): void {
    const best = this.evaluation;
    const more = successes - best.successes || evaluationReturn - best.evaluationReturn;
    if (!(more > 0)) return;
    this.evaluation = { step, successes, evaluationReturn };
    this.values.set(this.#policy.values);
  }

  /** Calls, with its step, with the best policy in the place of the current one, which comes back. */
  async inPlace<Result>(call: (step: number) => Promise<Result>): Promise<Result> {
    const current = this.#policy.values.slice();
    this.#policy.values.set(this.values);
    try {
      return await call(this.evaluation.step);
    } finally {
      this.#policy.values.set(current);
    }
  }
}
