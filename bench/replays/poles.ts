/** Cart-poles and the hand. */

import type { Moment } from "./episode.js";
import { degrees, firstTime, type Measure, since } from "./measure.js";

const lean = ({ state }: Moment): number => Math.abs(degrees(state[1]!));
const away = ({ state }: Moment): number => Math.abs(state[0]!);
const upright = (moment: Moment): boolean => lean(moment) <= 18;
const largest = (moments: readonly Moment[], of: (moment: Moment) => number): number | undefined =>
  moments.length === 0 ? undefined : Math.max(...moments.map(of));

export const swingUp: readonly Measure[] = [
  { name: "time until upright within 18 degrees for 1 s", unit: "s", of: (episode) => firstTime(episode, upright, 1) },
  {
    name: "largest angle from a second after that",
    unit: "deg",
    of: (episode) => {
      const time = firstTime(episode, upright, 1);
      return time === undefined ? undefined : largest(since(episode, time + 1), lean);
    },
  },
  { name: "largest angle in the last 5 s", unit: "deg", of: (episode) => largest(since(episode, 5), lean) },
  { name: "angle at the end", unit: "deg", of: ({ moments }) => lean(moments.at(-1)!) },
  { name: "cart farthest from the middle", unit: "m", of: ({ moments }) => largest(moments, away) },
  { name: "cart from the middle at the end", unit: "m", of: ({ moments }) => away(moments.at(-1)!) },
  {
    name: "cart farthest from the middle in the last 5 s",
    unit: "m",
    of: (episode) => largest(since(episode, 5), away),
  },
];

export const balance: readonly Measure[] = [
  { name: "fell", unit: "1", of: ({ moments }) => Number(moments.some(({ failed }) => failed)) },
  { name: "largest angle", unit: "deg", of: ({ moments }) => largest(moments, lean) },
  { name: "largest angle in the last 5 s", unit: "deg", of: (episode) => largest(since(episode, 5), lean) },
  { name: "cart farthest from the middle", unit: "m", of: ({ moments }) => largest(moments, away) },
  { name: "cart from the middle at the end", unit: "m", of: ({ moments }) => away(moments.at(-1)!) },
];

/** How far a place in the state is from where it belongs at the end, m; places begin at dimension `at`. */
const missed = ({ state }: Moment, at: number, height: number): number =>
  Math.sqrt((state[at]! - 2 * state[6]!) ** 2 + (state[at + 1]! - height) ** 2);

export const hand: readonly Measure[] = [
  { name: "hand from its place at the end", unit: "m", of: ({ moments }) => missed(moments.at(-1)!, 0, 3) },
  { name: "ball from its place at the end", unit: "m", of: ({ moments }) => missed(moments.at(-1)!, 2, 2) },
  {
    name: "ball's speed at the end",
    unit: "m/s",
    of: ({ moments }) => Math.sqrt(moments.at(-1)!.state[4]! ** 2 + moments.at(-1)!.state[5]! ** 2),
  },
];
