import type { CoreSource } from "../../src/index.js";

/** What a training run comes to. */
export interface Outcome {
  /** Policy updates made. */
  readonly updates: number;
  /** SHA-256 of all trained parameters, as the package's `parameterHash` gives it. */
  readonly weights: string;
  /** SHA-256 of the lines that the run's `metrics.jsonl` would hold: evaluations and statistics. */
  readonly metrics: string;
}

/** Trains to the end with a configuration on a core. */
export function train(core: CoreSource, config: Readonly<Record<string, unknown>>): Promise<Outcome>;
