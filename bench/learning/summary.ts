// What the stored results say: a table, and a picture of every task.

import { writeFileSync } from "node:fs";
import type { Algorithm } from "../../src/algorithms/algorithm.js";
import { algorithms } from "../../src/algorithms/algorithms.js";
import { lineChart, palette } from "../../src/cli/plot.js";
import { bootstrapInterval, interquartileMean, median } from "../../src/cli/statistics.js";
import { tasks } from "../../src/env/task.js";
import { configOf } from "./cell.js";
import type { PairStore, SeedResult } from "./store.js";

/** The index of the first record that counts as solved, or -1. */
const solvedIndex = ({ records }: SeedResult): number => records.findIndex(({ solved }) => solved);

const number = (value: number): string =>
  Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));

const steps = (value: number): string => (Number.isFinite(value) ? value.toLocaleString("en-US") : "never");

/** One row: solved seeds, steps and seconds to solved, later evaluations, final return and score. */
function row({ task, algorithm, results }: PairStore): string {
  const reached = results.map((result) => {
    const at = solvedIndex(result);
    return { step: at < 0 ? Number.POSITIVE_INFINITY : result.records[at]!.step, seconds: result.seconds[at] };
  });
  const solved = reached.filter(({ step }) => Number.isFinite(step));
  const later = results.flatMap((result) => {
    const at = solvedIndex(result);
    return at < 0 ? [] : result.records.slice(at + 1);
  });
  const last = results.map(({ records }) => records.at(-1)!);
  const returns = last.map(({ evaluationReturn }) => evaluationReturn);
  const [low, high] = bootstrapInterval([returns]);
  const scores = last.map(({ score }) => score);
  const { unit } = tasks[task]!.score;
  const seconds = solved.map((r) => r.seconds).filter((s) => s !== undefined);
  return [
    "",
    task,
    algorithm,
    `${solved.length} of ${results.length}`,
    `${steps(median(reached.map(({ step }) => step)))} of ${steps(last[0]!.step)}`,
    solved.length * 2 > results.length && seconds.length === solved.length ? number(median(seconds)) : "",
    later.length === 0 ? "" : `${later.filter((record) => record.solved).length} of ${later.length}`,
    `${last.filter((record) => record.solved).length}`,
    `${number(interquartileMean(returns))} (${number(low)} to ${number(high)})`,
    `${number(Math.min(...scores))} to ${number(Math.max(...scores))}${unit === "1" ? "" : ` ${unit}`}`,
    "",
  ]
    .join(" | ")
    .trim();
}

/** A Markdown table of pairs that have results. */
export function table(stores: readonly PairStore[]): string {
  const order = Object.keys(tasks);
  const filled = stores
    .filter(({ results }) => results.length > 0)
    .sort((a, b) => order.indexOf(a.task) - order.indexOf(b.task));
  return [
    "| task | algorithm | seeds solved | steps to solved, median | seconds to solved, median | solved evaluations after that | solved at the end | final return: interquartile mean (95 %) | final score, worst and best seed |",
    "|---|---|---|---|---|---|---|---|---|",
    ...filled.map(row),
    "",
  ].join("\n");
}

/** Whether an algorithm's policy learns from fresh data, and so for more steps. */
function isFresh({ task, algorithm }: PairStore): boolean {
  const { pieces }: Algorithm = algorithms[algorithm];
  const own = pieces?.(tasks[task]!, configOf(task, algorithm, 1));
  return own !== undefined && !own.replayed;
}

/** Draws a task: one picture, or one of the algorithms with a replay and a second, PATH-fresh, where there are more than colours. */
export async function drawTask(path: string, stores: readonly PairStore[]): Promise<void> {
  if (stores.length <= palette.length) return await draw(path, stores);
  await draw(
    path,
    stores.filter((store) => !isFresh(store)),
  );
  await draw(path.replace(/\.svg$/, "-fresh.svg"), stores.filter(isFresh));
}

/** The medians of algorithms or, where there is one algorithm alone, every seed, too. */
async function draw(path: string, stores: readonly PairStore[]): Promise<void> {
  const curve = ({ records }: SeedResult) => records.map((r) => [r.step, r.evaluationReturn] as const);
  const middle = ({ algorithm, results }: PairStore) => ({
    name: `${algorithm}, median of ${results.length} seeds`,
    points: results[0]!.records.map(
      ({ step }, i) => [step, median(results.map(({ records }) => records[i]!.evaluationReturn))] as const,
    ),
  });
  const [only, ...others] = stores;
  const faint =
    others.length > 0 ? [] : only!.results.map((result) => ({ name: "one seed", faint: true, points: curve(result) }));
  const picture = await lineChart({
    xTitle: "environment steps",
    yTitle: "return of an episode",
    width: 720,
    height: 360,
    series: [...faint, ...stores.map(middle)],
  });
  writeFileSync(path, picture);
}
