import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { configHash } from "../../src/cli/load.js";
import type { CellResult } from "../../src/cli/results.js";
import { type Config, resolveConfig } from "../../src/config.js";
import type { MetricsRecord } from "../../src/metrics.js";

/** Results of runs that nobody made, as files. */

const record: MetricsRecord = {
  step: 0,
  episodes: 0,
  updates: 0,
  evaluationReturn: -1,
  evaluationReturnLow: -2,
  evaluationReturnHigh: 0,
  score: 0.5,
  successes: 0,
  solved: false,
  trainingReturn: null,
  modelError: null,
  rewardError: null,
  valueError: null,
  policyGradientNorm: null,
  valueGradient: null,
  meanWeight: null,
  effectiveSampleSize: null,
  klToBehaviour: null,
  sigma: 0.5,
  clippedActions: null,
  modelErrors: null,
  stateJacobianError: null,
  actionJacobianError: null,
  criticBias: null,
  criticError: null,
  returnDeviation: null,
};

/** Evaluations at steps, with these returns and shares of successes, of which 0.8 are enough. */
export const evaluations = (
  rows: readonly (readonly [step: number, evaluationReturn: number, successes?: number])[],
): MetricsRecord[] =>
  rows.map(([step, evaluationReturn, successes = 0]) => ({
    ...record,
    step,
    evaluationReturn,
    successes,
    solved: successes >= 0.8,
  }));

/** A finished cell. */
export function cellOf(settings: Partial<Config>, metrics: readonly MetricsRecord[]): CellResult {
  const config = resolveConfig(settings);
  return { cell: configHash(config), config, metrics, policy: "0".repeat(64) };
}

export const jsonLines = (values: readonly unknown[]): string =>
  values.map((value) => `${JSON.stringify(value)}\n`).join("");

/** Writes a file of cells, one a line, and gives its path. */
export function writeCells(path: string, cells: readonly CellResult[]): string {
  writeFileSync(path, jsonLines(cells));
  return path;
}

/** Writes a run folder, and gives its path. */
export function writeRun(folder: string, { cell, config, metrics }: CellResult): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "config.json"), JSON.stringify({ version: "0.1.0", hash: cell, config }));
  writeFileSync(join(folder, "metrics.jsonl"), jsonLines(metrics));
  return folder;
}
