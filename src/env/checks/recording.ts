/** Episodes of an environment under drawn actions, and the same ones again. */

import type { Chance } from "../../chance.js";
import type { Row, Subject } from "./subject.js";

/** An episode as it went. */
export interface Episode {
  /** The first episode's: the others go on with the random numbers. */
  readonly seed: number | undefined;
  /** The start, then a row for every action. */
  readonly rows: Row[];
  readonly actions: Float64Array[];
}

export interface Recording {
  readonly episodes: readonly Episode[];
  /** What was not finite and ended the recording, of which it is no part: "observation x is NaN after step 3 of episode 1". */
  readonly notFinite: string | undefined;
}

/** A place in a recording: before step `step`, counted from 0, of an episode. */
export interface Place {
  readonly episode: number;
  readonly step: number;
}

/** "step 3 of episode 1", both counted from 1. */
export const inWords = ({ episode, step }: Place): string => `step ${step + 1} of episode ${episode + 1}`;

/** Longer episodes are left here. */
export const MOST_STEPS = 5000;
/** Control steps that an action is held for, in episodes where it is held. */
const HOLD = 5;
/** Magnitudes of extreme actions: the bounds, and far beyond. */
const EXTREMES = [-10, -1, 1, 10];

/** By turns: a new action within its bounds in every step; one that is held and sometimes beyond them; extreme ones, held. */
function drawAction(
  kind: number,
  step: number,
  last: Float64Array | undefined,
  size: number,
  chance: Chance,
): Float64Array {
  if (kind % 3 > 0 && last !== undefined && step % HOLD !== 0) return last;
  const draw = [
    () => chance.uniform(-1, 1),
    () => chance.uniform(-1.5, 1.5),
    () => EXTREMES[chance.index(EXTREMES.length)]!,
  ][kind % 3]!;
  return Float64Array.from({ length: size }, draw);
}

/** Records `count` episodes: the first from a seed, the others without one. */
export function record(subject: Subject, count: number, seed: number, chance: Chance): Recording {
  const { layout } = subject;
  const { task } = layout;
  const episodes: Episode[] = [];
  for (let episode = 0; episode < count; ++episode) {
    const own = episode === 0 ? seed : undefined;
    const rows: Row[] = [];
    const actions: Float64Array[] = [];
    episodes.push({ seed: own, rows, actions });
    let row = subject.reset(own);
    for (;;) {
      const wrong = row.findIndex((value) => !Number.isFinite(value));
      if (wrong >= 0) {
        const action = actions.pop();
        const place =
          action === undefined ? `the reset of episode ${episode + 1}` : inWords({ episode, step: actions.length });
        const under = action === undefined ? "" : ` under action ${action.join(", ")}`;
        if (rows.length === 0) episodes.pop();
        return { episodes, notFinite: `${layout.names[wrong]} is ${row[wrong]} after ${place}${under}` };
      }
      rows.push(row);
      const step = actions.length;
      if (layout.ended(row) || step === Math.min(task.episodeSteps, MOST_STEPS)) break;
      actions.push(drawAction(episode, step, actions.at(-1), task.action.length, chance));
      row = subject.step(actions[step]!);
    }
    subject.look();
  }
  return { episodes, notFinite: undefined };
}

/** What differs first between two rows: "observation x is 1, not 2". */
export function difference(names: readonly string[], found: Row, expected: Row): string | undefined {
  const at = names.findIndex((_, i) => !Object.is(found[i], expected[i]));
  return at < 0 ? undefined : `${names[at]} is ${found[at]}, not ${expected[at]}`;
}

/** The number of transitions of episodes. */
export const stepsOf = (episodes: readonly Episode[]): number =>
  episodes.reduce((sum, { actions }) => sum + actions.length, 0);

/**
 * Plays recorded episodes again to their end.
 * @param from Where the environment stands already; else it begins with the first episode's reset.
 * @param visit Is told every place before its step is taken.
 * @returns the first difference to the recording; undefined where there is none.
 */
export function replay(
  subject: Subject,
  episodes: readonly Episode[],
  from?: Place,
  visit?: (place: Place) => void,
): string | undefined {
  const { names } = subject.layout;
  for (let episode = from?.episode ?? 0; episode < episodes.length; ++episode) {
    const { seed, rows, actions } = episodes[episode]!;
    const standing = from?.episode === episode;
    if (!standing) {
      const start = difference(names, subject.reset(seed), rows[0]!);
      if (start !== undefined) return `at the start of episode ${episode + 1} ${start}`;
    }
    for (let step = standing ? from.step : 0; step < actions.length; ++step) {
      visit?.({ episode, step });
      const change = difference(names, subject.step(actions[step]!), rows[step + 1]!);
      if (change !== undefined) return `after ${inWords({ episode, step })} ${change}`;
    }
  }
  return undefined;
}
