import type { Task } from "../env/task.js";
import type { MetricsRecord } from "../metrics.js";
import { common, type Group, type Grouping, groupBy, groupRuns } from "./groups.js";
import type { RunResult } from "./results.js";
import { bootstrapInterval, interquartileMean, median } from "./statistics.js";

/** What runs can be compared by. */
export interface Measure {
  readonly title: string;
  readonly meaning: (task: Task) => string;
  readonly of: (record: MetricsRecord) => number;
  /** The value from which an evaluation is good enough, and what to write at its line. */
  readonly threshold?: (task: Task) => { readonly y: number; readonly label: string };
}

export const measures = {
  return: {
    title: "Return",
    meaning: () => "sum of an episode's rewards",
    of: (record) => record.evaluationReturn,
  },
  score: {
    title: "Score",
    meaning: ({ score }) => `${score.name}${score.unit === "1" ? "" : `, ${score.unit}`}`,
    of: (record) => record.score,
    threshold: ({ score }) => ({ y: score.threshold, label: `${score.name} ${score.threshold}` }),
  },
  successes: {
    title: "Successes",
    meaning: () => "share of the evaluation episodes that succeed",
    of: (record) => record.successes,
    threshold: ({ score }) => ({ y: score.share, label: `solved from ${Math.round(100 * score.share)} %` }),
  },
} as const satisfies Record<string, Measure>;

export type MeasureName = keyof typeof measures;

/** An interquartile mean over runs and its 95 % interval, which of a single run is the mean itself. */
export interface Estimate {
  /** Where on the curve it stands. */
  readonly at: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** At least one estimate, in order. */
export type Curve = readonly Estimate[];

/** What the runs of a group achieve. */
export interface GroupResult extends Group {
  /** Runs that an evaluation found solved. */
  readonly solved: number;
  /** Median over the runs of the environment steps to the first such evaluation; Infinity when half of them have none. */
  readonly medianSteps: number;
  /** By environment steps, at those that all runs share. */
  readonly curves: Readonly<Record<MeasureName, Curve>>;
}

/** What the runs of like groups achieve on all tasks. */
export interface AggregateResult extends Pick<Group, "setting" | "label"> {
  readonly groups: readonly GroupResult[];
  /** By the share of the training steps, at those that all runs share. */
  readonly curves: { readonly successes: Curve };
}

export interface Comparison extends Omit<Grouping, "groups"> {
  readonly groups: readonly GroupResult[];
  /** Of the settings that every task has a group of; none of a single task. */
  readonly aggregates: readonly AggregateResult[];
}

/** The values of a measure that the runs of a group have at its steps. */
function samples({ steps, runs }: Group, of: Measure["of"]): Map<number, number[]> {
  const byStep = runs.map(({ metrics }) => new Map(metrics.map((record) => [record.step, of(record)])));
  return new Map(steps.map((step) => [step, byStep.map((values) => values.get(step)!)]));
}

/** A curve over what one or more groups have in common. */
function curveOf(strata: readonly ReadonlyMap<number, readonly number[]>[]): Curve {
  return common(strata.map((values) => [...values.keys()])).map((at) => {
    const values = strata.map((stratum) => stratum.get(at)!);
    const [low, high] = bootstrapInterval(values);
    return { at, mean: interquartileMean(values.flat()), low, high };
  });
}

function resultOf(group: Group): GroupResult {
  const stepsToSolved = group.runs.map(({ metrics }) => metrics.find(({ solved }) => solved)?.step ?? Infinity);
  const curve = (of: Measure["of"]): Curve => curveOf([samples(group, of)]);
  return {
    ...group,
    solved: stepsToSolved.filter(Number.isFinite).length,
    medianSteps: median(stepsToSolved),
    curves: {
      return: curve(measures.return.of),
      score: curve(measures.score.of),
      successes: curve(measures.successes.of),
    },
  };
}

function aggregateOf(groups: readonly GroupResult[]): AggregateResult {
  const shares = groups.map((group) => {
    const byStep = samples(group, measures.successes.of);
    return new Map([...byStep].map(([step, values]) => [step / group.config.steps, values]));
  });
  const { setting, config } = groups[0]!;
  const label = setting === "" ? config.algorithm : setting;
  return { setting, label, groups, curves: { successes: curveOf(shares) } };
}

/** The last estimate of a curve. */
export const final = (curve: Curve): Estimate => curve.at(-1)!;

/**
 * Compares runs, no two of the same configuration; the order of the runs does not matter.
 * @throws UsageError when the runs of a group share no evaluation step.
 */
export function compareRuns(runs: readonly RunResult[]): Comparison {
  const { groups, differing } = groupRuns(runs);
  const results = groups.map(resultOf);
  const taskCount = new Set(groups.map(({ task }) => task)).size;
  const alike = groupBy(results, ({ setting }) => setting).filter(
    ({ length }) => taskCount > 1 && length === taskCount,
  );
  const aggregates = alike.map(aggregateOf).filter(({ curves }) => curves.successes.length > 0);
  return { groups: results, differing, aggregates };
}
