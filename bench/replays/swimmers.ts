/** Swimmers: whether they turn to the goal and swim there, and how. */

import type { Moment, Watched } from "./episode.js";
import { degrees, firstTime, type Measure, mean, share } from "./measure.js";

const RADIUS = 0.5;

const toGoal = ({ state }: Moment): number => Math.sqrt(state[0]! ** 2 + state[1]! ** 2);

/** Where the links point to on average, rad. */
function heading({ state }: Moment): number {
  const links = state.length / 2 - 2;
  let angle = state[2]!;
  for (let joint = 1; joint < links; ++joint) angle += ((links - joint) / links) * state[2 + joint]!;
  return angle;
}

/** How far the goal is from straight ahead of the nose, degrees. */
const offNose = (moment: Moment): number =>
  Math.abs(degrees(Math.atan2(-moment.state[1]!, -moment.state[0]!) - heading(moment)));

/** The moments until the goal is reached, all where it never is. */
function approach({ moments }: Watched): readonly Moment[] {
  const at = moments.findIndex((moment) => toGoal(moment) <= RADIUS);
  return at < 0 ? moments : moments.slice(0, at + 1);
}

/** How far the body is from lying along the way to the goal, whichever end leads, degrees. */
const crossway = (moment: Moment): number => Math.min(offNose(moment), 180 - offNose(moment));

/** The share of the way on which the body moves in the direction of its nose. */
function headFirst(episode: Watched): number | undefined {
  const moments = approach(episode);
  let [ahead, all] = [0, 0];
  for (const [i, moment] of moments.slice(1).entries()) {
    const before = moments[i]!;
    const [dx, dy] = [moment.state[0]! - before.state[0]!, moment.state[1]! - before.state[1]!];
    const angle = heading(before);
    const length = Math.sqrt(dx * dx + dy * dy);
    all += length;
    if (dx * Math.cos(angle) + dy * Math.sin(angle) > 0) ahead += length;
  }
  return all === 0 ? undefined : ahead / all;
}

/** The mean of something over the second half of the way to the goal. */
function later(episode: Watched, of: (moment: Moment) => number): number {
  const moments = approach(episode);
  return mean(moments.slice(Math.floor(moments.length / 2)).map(of));
}

export const swimmer: readonly Measure[] = [
  { name: "distance at the start", unit: "m", of: ({ moments }) => toGoal(moments[0]!) },
  { name: "distance at the end", unit: "m", of: ({ moments }) => toGoal(moments.at(-1)!) },
  { name: "reached 0.5 m", unit: "1", of: ({ moments }) => Number(moments.some((m) => toGoal(m) <= RADIUS)) },
  { name: "time until 0.5 m", unit: "s", of: (episode) => firstTime(episode, (m) => toGoal(m) <= RADIUS) },
  {
    name: "time within 0.5 m after that",
    unit: "1",
    of: ({ moments }) => {
      const at = moments.findIndex((moment) => toGoal(moment) <= RADIUS);
      return at < 0 ? undefined : share(moments.slice(at), (moment) => toGoal(moment) <= RADIUS);
    },
  },
  { name: "goal from straight ahead at the start", unit: "deg", of: ({ moments }) => offNose(moments[0]!) },
  { name: "goal from straight ahead on the second half of the way", unit: "deg", of: (e) => later(e, offNose) },
  { name: "body across the way at the start", unit: "deg", of: ({ moments }) => crossway(moments[0]!) },
  { name: "body across the way on its second half", unit: "deg", of: (e) => later(e, crossway) },
  {
    name: "body across the way on its second half when the goal is 2 m or more away",
    unit: "deg",
    of: (episode) => (toGoal(episode.moments[0]!) >= 2 ? later(episode, crossway) : undefined),
  },
  { name: "part of the way swum head first", unit: "1", of: headFirst },
  {
    name: "turned to a goal that was behind",
    unit: "1",
    of: (episode) => (offNose(episode.moments[0]!) > 90 ? Number(later(episode, offNose) < 90) : undefined),
  },
];
