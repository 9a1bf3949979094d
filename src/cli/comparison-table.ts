import {
  type AggregateResult,
  type Comparison,
  type Estimate,
  final,
  type GroupResult,
  type MeasureName,
} from "./comparison.js";
import { csv } from "./csv.js";
import { count, missing, significant } from "./page.js";

/** A comparison as rows of text: first what they hold, then one of every group, then one of every aggregate. */
export interface ComparisonTable {
  readonly head: readonly string[];
  readonly groups: readonly (readonly string[])[];
  readonly aggregates: readonly (readonly string[])[];
}

const percent = (value: number): string => String(Math.round(100 * value));

/** "412.3 [401.0, 425.5]", without the interval of a single run. */
function estimateInWords(name: MeasureName, { mean, low, high }: Estimate, runs: number): string {
  const share = name === "successes";
  const show = share ? percent : (value: number): string => significant(value, 4);
  const interval = runs === 1 ? "" : ` [${show(low)}, ${show(high)}]`;
  return `${show(mean)}${share ? " %" : ""}${interval}`;
}

function groupRow(
  { task, label, config, runs, solved, medianSteps, curves }: GroupResult,
  shown: readonly MeasureName[],
): string[] {
  const { at } = final(curves.return);
  return [
    task.name,
    label,
    String(runs.length),
    `${solved} of ${runs.length}`,
    medianSteps === Infinity ? missing : count(medianSteps),
    ...shown.map((name) => estimateInWords(name, final(curves[name]), runs.length)),
    at === config.steps ? count(at) : `${count(at)} of ${count(config.steps)}`,
  ];
}

function aggregateRow(
  { label, groups, curves: { successes } }: AggregateResult,
  shown: readonly MeasureName[],
): string[] {
  const runs = groups.reduce((sum, group) => sum + group.runs.length, 0);
  const solved = groups.reduce((sum, group) => sum + group.solved, 0);
  return [
    "all tasks",
    label,
    String(runs),
    `${solved} of ${runs}`,
    missing,
    ...shown.map((name) => (name === "successes" ? estimateInWords(name, final(successes), runs) : missing)),
    `${percent(final(successes).at)} % of training`,
  ];
}

/** The measures that are shown when one is asked for. */
export const shownMeasures = (measure: MeasureName): MeasureName[] =>
  measure === "successes" ? ["successes"] : [measure, "successes"];

/** The table for people. */
export function comparisonTable({ groups, aggregates }: Comparison, measure: MeasureName): ComparisonTable {
  const shown = shownMeasures(measure);
  return {
    head: ["task", "group", "seeds", "solved", "median steps to solved", ...shown, "steps"],
    groups: groups.map((group) => groupRow(group, shown)),
    aggregates: aggregates.map((aggregate) => aggregateRow(aggregate, shown)),
  };
}

const csvColumns = [
  ["task", "group", "seeds", "solved_seeds", "median_steps_to_solved", "steps", "configured_steps"],
  ...["return", "score", "successes"].map((name) => [name, `${name}_low`, `${name}_high`]),
].flat();

/** The table for programs, of all measures and in full precision; what there is none of is empty. */
export function comparisonCsv({ groups, aggregates }: Comparison): string {
  const numbers = ({ mean, low, high }: Estimate): number[] => [mean, low, high];
  const rows = groups.map(({ task, label, config, runs, solved, medianSteps, curves }) => [
    ...[task.name, label, runs.length, solved, medianSteps === Infinity ? "" : medianSteps],
    ...[final(curves.return).at, config.steps],
    ...[curves.return, curves.score, curves.successes].flatMap((curve) => numbers(final(curve))),
  ]);
  const all = aggregates.map(({ label, groups: some, curves: { successes } }) => [
    ...["all tasks", label, some.flatMap(({ runs }) => runs).length, some.reduce((sum, { solved }) => sum + solved, 0)],
    ...new Array<string>(9).fill(""),
    ...numbers(final(successes)),
  ]);
  return csv([csvColumns, ...rows, ...all]);
}
