import { type Config, type SettingName, settings, UsageError } from "../config.js";
import { type Task, tasks } from "../env/task.js";
import { showDefault } from "./info.js";
import { configHash } from "./load.js";
import type { RunResult } from "./results.js";

/** Runs that differ in their seeds only. */
export interface Group {
  readonly task: Task;
  /** What distinguishes the group, in words: "svg1-er, sigma 0.5"; empty where nothing does but the task. */
  readonly setting: string;
  /** The same for people: the task's name in place of nothing. */
  readonly label: string;
  /** The configuration of the first run. */
  readonly config: Config;
  /** By seed. */
  readonly runs: readonly RunResult[];
  /** The environment steps at which all runs were evaluated, in order, at least one. */
  readonly steps: readonly number[];
}

/** How runs fall into groups. */
export interface Grouping {
  /** By task, in the order of all tasks, then by what distinguishes them. */
  readonly groups: readonly Group[];
  /** What distinguishes groups of a task, and the algorithm where it differs between any two. */
  readonly differing: readonly SettingName[];
}

/** The elements that all lists hold, in the order of the first. */
export function common(lists: readonly (readonly number[])[]): number[] {
  const [first = [], ...others] = lists;
  const sets = others.map((list) => new Set(list));
  return first.filter((value) => sets.every((set) => set.has(value)));
}

/** Lists of the values that have a key in common, in the order of the keys' first appearance. */
export function groupBy<T>(values: readonly T[], keyOf: (value: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const key = keyOf(value);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [value]);
    else group.push(value);
  }
  return [...groups.values()];
}

/** The distinct values of a setting, as text. */
export function valuesOf(configs: readonly Config[], name: SettingName): string[] {
  return [...new Set(configs.map((config) => showDefault(config[name])))];
}

/** Every setting but those that runs are grouped by. */
export const comparable = (Object.keys(settings) as SettingName[]).filter((name) => name !== "task" && name !== "seed");

function differingSettings(configs: readonly Config[]): SettingName[] {
  const byTask = groupBy(configs, ({ task }) => task);
  return comparable.filter((name) => {
    const compared = name === "algorithm" ? [configs] : byTask;
    return compared.some((some) => valuesOf(some, name).length > 1);
  });
}

/** Whether one configuration comes before another: numbers by size, words by the alphabet. */
function compareBy(names: readonly SettingName[], a: Config, b: Config): number {
  for (const name of names) {
    const [left, right] = [a[name], b[name]];
    if (typeof left === "number" && typeof right === "number" && left !== right) return left - right;
    const [one, other] = [showDefault(left), showDefault(right)];
    if (one !== other) return one < other ? -1 : 1;
  }
  return 0;
}

function inWords(config: Config, differing: readonly SettingName[]): string {
  const words = differing.map((name) => (name === "algorithm" ? config[name] : `${name} ${showDefault(config[name])}`));
  return words.join(", ");
}

function groupOf(runs: readonly RunResult[], differing: readonly SettingName[]): Group {
  const bySeed = runs.toSorted((a, b) => a.config.seed - b.config.seed);
  const { config } = bySeed[0]!;
  const setting = inWords(config, differing);
  const label = setting === "" ? config.task : setting;
  const steps = common(bySeed.map(({ metrics }) => metrics.map(({ step }) => step)));
  if (steps.length === 0) {
    throw new UsageError(
      `${config.task}, ${label}: its runs share no evaluation step, so that nothing can be compared`,
    );
  }
  return { task: tasks[config.task]!, setting, label, config, runs: bySeed, steps };
}

/**
 * Groups runs, no two of the same configuration. The order of the runs does not matter.
 * @throws UsageError when the runs of a group share no evaluation step.
 */
export function groupRuns(runs: readonly RunResult[]): Grouping {
  const alike = groupBy(runs, ({ config }) => configHash({ ...config, seed: 0 }));
  const differing = differingSettings(alike.map(([first]) => first!.config));
  const order = Object.keys(tasks);
  const place = ({ config }: Group): number => order.indexOf(config.task);
  const groups = alike
    .map((some) => groupOf(some, differing))
    .sort((a, b) => place(a) - place(b) || compareBy(differing, a.config, b.config));
  return { groups, differing };
}
