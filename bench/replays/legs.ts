/** Monoped, half-cheetahs and walker: how fast they go, what they stand on, and how their feet take turns. */

import type { Moment, Watched } from "./episode.js";
import { degrees, type Measure, mean, share, since } from "./measure.js";

const height = ({ state }: Moment): number => state[1]!;
const pitch = ({ state }: Moment): number => degrees(state[2]!);
/** Whether a geom bears anything. */
const bears =
  (geom: string) =>
  ({ loads }: Moment): boolean =>
    loads.has(`floor ${geom}`);
const inAir = ({ loads }: Moment): boolean => loads.size === 0;

/** The part of the floor's push that goes through some geoms. */
export function borneBy({ moments }: Watched, geoms: readonly string[]): number | undefined {
  let [own, all] = [0, 0];
  for (const { loads } of moments) {
    for (const force of loads.values()) all += force;
    for (const geom of geoms) own += loads.get(`floor ${geom}`) ?? 0;
  }
  return all === 0 ? undefined : own / all;
}

const speed = (episode: Watched): number => {
  const [first, last] = [episode.moments[0]!, episode.moments.at(-1)!];
  return (last.state[0]! - first.state[0]!) / last.time;
};

/** The moments at which something begins to be so. */
const beginnings = (moments: readonly Moment[], holds: (moment: Moment) => boolean): readonly Moment[] =>
  moments.filter((moment, i) => i > 0 && holds(moment) && !holds(moments[i - 1]!));

/** Of the way forward of a point of a foot, the part that it goes while the foot bears something: nothing in clean steps. */
function dragged({ moments }: Watched, geom: string, point: string): number {
  let [borne, all] = [0, 0];
  for (const [i, moment] of moments.slice(1).entries()) {
    const before = moments[i]!;
    const way = moment.sites[point]![0] - before.sites[point]![0];
    all += way;
    if (bears(geom)(moment) && bears(geom)(before)) borne += way;
  }
  return borne / all;
}

/** Of the touchdowns of either foot, the part that follows one of the other foot. */
export function alternation({ moments }: Watched, [one, other]: readonly [string, string]): number | undefined {
  const touchdowns = moments.flatMap((moment, i) =>
    i === 0 ? [] : [one, other].filter((foot) => bears(foot)(moment) && !bears(foot)(moments[i - 1]!)),
  );
  return share(
    touchdowns.slice(1).map((foot, i) => foot !== touchdowns[i]),
    Boolean,
  );
}

const lowest = (values: readonly number[]): number => Math.min(...values);
const highest = (values: readonly number[]): number => Math.max(...values);
const range = (name: string, of: (moment: Moment) => number, unit: string, from: number): Measure[] => [
  { name: `lowest ${name}`, unit, of: (episode) => lowest(since(episode, from).map(of)) },
  { name: `highest ${name}`, unit, of: (episode) => highest(since(episode, from).map(of)) },
];

/** Seconds after which a monoped has landed, and a runner is under way. */
const LANDED = 2;

export const monoped: readonly Measure[] = [
  {
    name: "stands after 10 s",
    unit: "1",
    of: ({ moments }) => Number(moments.at(-1)!.score === 1 && !moments.some(({ failed }) => failed)),
  },
  { name: "time until the fall", unit: "s", of: ({ moments }) => moments.find(({ failed }) => failed)?.time },
  ...range("pitch after 2 s", pitch, "deg", LANDED),
  ...range("root after 2 s", height, "m", LANDED),
  { name: "time with the foot in the air after 2 s", unit: "1", of: (episode) => share(since(episode, LANDED), inAir) },
  { name: "hops after 2 s", unit: "", of: (episode) => beginnings(since(episode, LANDED), (m) => !inAir(m)).length },
  {
    name: "heel's way along the floor after 2 s",
    unit: "m",
    of: (episode) => {
      const places = since(episode, LANDED).map(({ sites }) => sites.heel![0]);
      return places.slice(1).reduce((sum, x, i) => sum + Math.abs(x - places[i]!), 0);
    },
  },
  { name: "weight on the foot", unit: "1", of: (episode) => borneBy(episode, ["foot"]) },
];

/** Height of the highest point of the head (models/cheetah.xml). */
const nose = ({ state }: Moment): number => state[1]! - 0.715 * Math.sin(state[2]!) + 0.197 * Math.cos(state[2]!);
const parts = ["foot", "shin", "thigh"].map((part) => [part, [`b${part}`, `f${part}`]] as const);

export const cheetah: readonly Measure[] = [
  { name: "speed", unit: "m/s", of: speed },
  ...range("pitch", pitch, "deg", 0),
  ...range("torso", height, "m", 0),
  ...range("top of the head", nose, "m", 0),
  ...parts.map(([part, geoms]) => ({
    name: `weight on the ${part === "foot" ? "feet" : `${part}s`}`,
    unit: "1",
    of: (episode: Watched) => borneBy(episode, geoms),
  })),
  { name: "weight on torso and head", unit: "1", of: (episode) => borneBy(episode, ["torso", "head"]) },
  ...(["bfoot", "ffoot"] as const).map((foot) => ({
    name: `time on the ${foot === "bfoot" ? "back" : "front"} foot`,
    unit: "1",
    of: ({ moments }: Watched) => share(moments, bears(foot)),
  })),
  { name: "time in the air", unit: "1", of: ({ moments }) => share(moments, inAir) },
  {
    name: "touchdowns of the back foot",
    unit: "1/s",
    of: ({ moments }) => beginnings(moments, bears("bfoot")).length / moments.at(-1)!.time,
  },
  {
    name: "pitched by more than 45 degrees",
    unit: "1",
    of: ({ moments }) => Number(moments.some((moment) => Math.abs(pitch(moment)) > 45)),
  },
  { name: "upside down", unit: "1", of: ({ moments }) => share(moments, (m) => Math.abs(pitch(m)) > 90) },
];

const feet = ["right_foot", "left_foot"] as const;

export const walker: readonly Measure[] = [
  { name: "speed", unit: "m/s", of: speed },
  { name: "fell", unit: "1", of: ({ moments }) => Number(moments.some(({ failed }) => failed)) },
  { name: "time until the fall", unit: "s", of: ({ moments }) => moments.find(({ failed }) => failed)?.time },
  ...range("pitch", pitch, "deg", 0),
  ...range("torso", height, "m", 0),
  { name: "touchdowns that follow the other foot's", unit: "1", of: (episode) => alternation(episode, feet) },
  {
    name: "touchdowns of both feet",
    unit: "1/s",
    of: ({ moments }) =>
      feet.reduce((sum, foot) => sum + beginnings(moments, bears(foot)).length, 0) / moments.at(-1)!.time,
  },
  {
    name: "time with the right foot ahead",
    unit: "1",
    of: ({ moments }) => share(moments, ({ sites }) => sites.right_heel![0] > sites.left_heel![0]),
  },
  {
    name: "time on one foot",
    unit: "1",
    of: ({ moments }) => share(moments, (m) => feet.filter((f) => bears(f)(m)).length === 1),
  },
  { name: "time on both feet", unit: "1", of: ({ moments }) => share(moments, (m) => feet.every((f) => bears(f)(m))) },
  { name: "time in the air", unit: "1", of: ({ moments }) => share(moments, inAir) },
  { name: "weight on the feet", unit: "1", of: (episode) => borneBy(episode, feet) },
  { name: "weight on the right foot", unit: "1", of: (episode) => borneBy(episode, ["right_foot"]) },
  { name: "right foot's way on the floor", unit: "1", of: (episode) => dragged(episode, "right_foot", "right_heel") },
  { name: "left foot's way on the floor", unit: "1", of: (episode) => dragged(episode, "left_foot", "left_heel") },
  {
    name: "mean bend of the knees",
    unit: "deg",
    of: ({ moments }) => mean(moments.map(({ state }) => degrees(-(state[4]! + state[7]!) / 2))),
  },
];
