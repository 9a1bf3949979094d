/** What is measured in episodes, and how numbers of several episodes are told. */

import { median } from "../../src/cli/statistics.js";
import { succeeds } from "../../src/env/task.js";
import type { Moment, Watched } from "./episode.js";

/** A number of an episode; undefined where the episode has none, such as the time of what did not happen. */
export interface Measure {
  readonly name: string;
  /** "1" for shares: of the time, or of the episodes where it is 0 or 1. */
  readonly unit: string;
  readonly of: (episode: Watched) => number | undefined;
}

export interface Summary {
  /** Episodes that have the number. */
  readonly counted: number;
  readonly mean: number;
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
}

export function summarise(values: readonly (number | undefined)[]): Summary {
  const known = values.filter((value) => value !== undefined);
  return {
    counted: known.length,
    mean: mean(known),
    median: known.length === 0 ? Number.NaN : median(known),
    lowest: known.length === 0 ? Number.NaN : Math.min(...known),
    highest: known.length === 0 ? Number.NaN : Math.max(...known),
  };
}

/** NaN of nothing. */
export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

export const distance = ([ax, ay]: readonly [number, number], [bx, by]: readonly [number, number]): number =>
  Math.sqrt((ax - bx) ** 2 + (ay - by) ** 2);

/** An angle between -180 and 180, from rad to degrees. */
export function degrees(angle: number): number {
  const turns = angle / (2 * Math.PI);
  return 360 * (turns - Math.round(turns));
}

/** The share of a list of which something is so; undefined of nothing. */
export const share = <T>(list: readonly T[], holds: (one: T) => boolean): number | undefined =>
  list.length === 0 ? undefined : list.filter(holds).length / list.length;

/** When something is so for the first time, and stays so for `seconds`; undefined where it never is. */
export function firstTime(
  { moments, task }: Watched,
  holds: (moment: Moment) => boolean,
  seconds = 0,
): number | undefined {
  const steps = Math.round(seconds / task.controlStep);
  const at = moments.findIndex(
    (_, i) => i + steps < moments.length && moments.slice(i, i + steps + 1).every((moment) => holds(moment)),
  );
  return at < 0 ? undefined : moments[at]!.time;
}

/** The moments from a time on. */
export const since = ({ moments }: Watched, time: number): readonly Moment[] =>
  moments.filter((moment) => moment.time >= time - 1e-9);

/** The task's own score, averaged over its window. */
const scoreOf = ({ task, moments }: Watched): number =>
  mean(moments.slice(-task.score.window).map(({ score }) => score));

/** What is measured on every task, by its own standard. */
export const standard: readonly Measure[] = [
  { name: "score", unit: "", of: scoreOf },
  {
    name: "success",
    unit: "1",
    of: (episode) =>
      Number(succeeds(episode.task.score, scoreOf(episode)) && !episode.moments.some(({ failed }) => failed)),
  },
];
