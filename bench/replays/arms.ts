/** Reachers and the gripper: whether the tip reaches and tracks its target, and whether the hand takes hold of the ball and carries it. */

import type { Moment, Watched } from "./episode.js";
import { distance, firstTime, type Measure, mean, share, since } from "./measure.js";

type Point = readonly [number, number];

const NEAR = 0.05;

const target = ({ state }: Moment): Point => [state[6]!, state[7]!];
const miss = (moment: Moment): number => distance(moment.sites.tip!, target(moment));

/** Seconds after which a tip is expected at a moving target. */
const CATCH_UP = 1.5;
/** Control steps. */
const LONGEST_LAG = 20;

/** Of the past places of the target, the age of the one that the tip is closest to on average, s. */
export function lag({ moments, task }: Watched): number {
  const first = Math.round(CATCH_UP / task.controlStep);
  const misses = Array.from({ length: Math.min(LONGEST_LAG, first) + 1 }, (_, age) =>
    mean(moments.slice(first).map((moment, i) => distance(moment.sites.tip!, target(moments[first + i - age]!)))),
  );
  return misses.indexOf(Math.min(...misses)) * task.controlStep;
}

const tip: readonly Measure[] = [
  {
    name: "time until the tip is within 0.05 m",
    unit: "s",
    of: (episode) => firstTime(episode, (m) => miss(m) <= NEAR),
  },
  ...[0.5, 1, 2, 4].map((time) => ({
    name: `distance after ${time} s`,
    unit: "m",
    of: (episode: Watched) => miss(since(episode, time)[0]!),
  })),
  { name: "distance at the end", unit: "m", of: ({ moments }) => miss(moments.at(-1)!) },
];

export const standingTarget: readonly Measure[] = [
  ...tip,
  {
    name: "largest distance after it was within 0.05 m",
    unit: "m",
    of: (episode) => {
      const time = firstTime(episode, (moment) => miss(moment) <= NEAR);
      return time === undefined ? undefined : Math.max(...since(episode, time).map(miss));
    },
  },
  {
    name: "tip's speed over the last second",
    unit: "m/s",
    of: ({ moments, task }) => {
      const last = moments.slice(-Math.round(1 / task.controlStep) - 1);
      return mean(last.slice(1).map(({ sites }, i) => distance(sites.tip!, last[i]!.sites.tip!))) / task.controlStep;
    },
  },
];

export const movingTarget: readonly Measure[] = [
  ...tip,
  { name: `mean distance after ${CATCH_UP} s`, unit: "m", of: (e) => mean(since(e, CATCH_UP).map(miss)) },
  {
    name: `time within 0.05 m after ${CATCH_UP} s`,
    unit: "1",
    of: (episode) => share(since(episode, CATCH_UP), (moment) => miss(moment) <= NEAR),
  },
  { name: "lag behind the target", unit: "s", of: lag },
  {
    name: "target's speed",
    unit: "m/s",
    of: ({ moments, task }) =>
      mean(moments.slice(1).map((m, i) => distance(target(m), target(moments[i]!)))) / task.controlStep,
  },
];

const site = ({ state }: Moment): Point => [state[14]!, state[15]!];
const ball = ({ state }: Moment): Point => [state[5]!, state[6]!];
const ballToSite = (moment: Moment): number => distance(ball(moment), site(moment));
/** Both fingers press on the ball. */
const grasped = ({ loads }: Moment): boolean => loads.has("ball finger_left") && loads.has("ball finger_right");
/** The ball is between the fingers, whether they press on it or not. */
const inHand = (moment: Moment): boolean => distance(ball(moment), moment.sites.grasp!) <= 0.035;

/** The moments from the first grasp on. */
function held({ moments }: Watched): readonly Moment[] {
  const at = moments.findIndex(grasped);
  return at < 0 ? [] : moments.slice(at);
}

export const gripper: readonly Measure[] = [
  { name: "distance from ball to site at the start", unit: "m", of: ({ moments }) => ballToSite(moments[0]!) },
  { name: "distance from ball to site at the end", unit: "m", of: ({ moments }) => ballToSite(moments.at(-1)!) },
  {
    name: "ball within 0.05 m of its site at the end",
    unit: "1",
    of: ({ moments }) => Number(ballToSite(moments.at(-1)!) <= NEAR),
  },
  { name: "time until both fingers press on the ball", unit: "s", of: (episode) => held(episode)[0]?.time },
  { name: "took hold of the ball", unit: "1", of: (episode) => Number(held(episode).length > 0) },
  {
    name: "time until the ball is within 0.05 m for 1 s",
    unit: "s",
    of: (episode) => firstTime(episode, (m) => ballToSite(m) <= NEAR, 1),
  },
  {
    name: "time with the ball between the fingers since the first grasp",
    unit: "1",
    of: (episode) => share(held(episode), inHand),
  },
  {
    name: "time with both fingers pressed on it since the first grasp",
    unit: "1",
    of: (episode) => share(held(episode), grasped),
  },
  {
    name: "times that the ball left the hand",
    unit: "",
    of: (episode) => {
      const moments = held(episode);
      return moments.filter((m, i) => i > 0 && !inHand(m) && inHand(moments[i - 1]!)).length;
    },
  },
  { name: "ball in the hand at the end", unit: "1", of: ({ moments }) => Number(inHand(moments.at(-1)!)) },
  {
    name: "part of the ball's way on which both fingers press on it",
    unit: "1",
    of: ({ moments }) => {
      let [pressed, all] = [0, 0];
      for (const [i, moment] of moments.slice(1).entries()) {
        const way = distance(ball(moment), ball(moments[i]!));
        all += way;
        if (grasped(moment) || grasped(moments[i]!)) pressed += way;
      }
      return all === 0 ? undefined : pressed / all;
    },
  },
];
