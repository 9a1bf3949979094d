import type { Controller } from "../../src/evaluate.js";
import { endOf } from "./arms.js";

const LINK = 0.12;
const HAND = 0.07;
/** The hand waits this far inside of the ball before it goes for it, m. */
const APPROACH = 0.085;
const BALL = 5;
const RATES = 7;
const SITE = 14;
const GAINS = [3, 3, 3];
const DAMPING = [0.375, 0.3, 0.15];
/** The action that carries the fingers' springs, for every rad that they are bent from their rest. */
const SPRING = 0.02 / 0.03;
const OPEN = -Math.PI / 6;

enum Stage {
  Approach,
  Advance,
  Carry,
}

const wrap = (angle: number) => angle - 2 * Math.PI * Math.round(angle / (2 * Math.PI));
const bounded = (x: number, bound: number) => Math.max(-bound, Math.min(bound, x));

/** The arm's angles that put the grasp at a place with the hand at a heading, the elbow bent to the side that is nearer. */
function anglesFor([x, y]: readonly [number, number], heading: number, q: ArrayLike<number>): number[] {
  const wrist = [x - HAND * Math.cos(heading), y - HAND * Math.sin(heading)] as const;
  const reach = Math.min(Math.hypot(...wrist), 1.9999 * LINK);
  const bend = 2 * Math.acos(reach / (2 * LINK));
  const solutions = [bend, -bend].map((elbow) => {
    const shoulder = Math.atan2(wrist[1], wrist[0]) - elbow / 2;
    return [shoulder, elbow, heading - shoulder - elbow];
  });
  const change = (angles: number[]) => Math.abs(wrap(angles[0]! - q[0]!)) + Math.abs(wrap(angles[1]! - q[1]!));
  return change(solutions[0]!) <= change(solutions[1]!) ? solutions[0]! : solutions[1]!;
}

/** Goes to a place inside of the ball, advances with open fingers, closes them, and turns and reaches with the ball to the site. */
export function graspAndCarry(count: number): Controller {
  const stages = new Array<Stage>(count).fill(Stage.Approach);
  const ages = new Array<number>(count).fill(0);
  return (states, actions, step) => {
    for (let i = 0; i < count; ++i) {
      if (step === 0) stages[i] = Stage.Approach;
      const s = Array.from(states.subarray(16 * i, 16 * i + 16));
      const [ballX, ballY, siteX, siteY] = [s[BALL]!, s[BALL + 1]!, s[SITE]!, s[SITE + 1]!];
      const [x, y] = endOf([LINK, LINK, HAND], s);
      const heading = s[0]! + s[1]! + s[2]!;
      const [radius, direction] = [Math.hypot(ballX, ballY), Math.atan2(ballY, ballX)];
      const distance = Math.hypot(x - ballX, y - ballY);
      let [to, turn, finger] = [radius, direction, 0.5];
      if (stages[i] === Stage.Approach) {
        to = Math.max(0.03, radius - APPROACH);
        finger = -0.3;
        const away = Math.hypot(x - to * Math.cos(turn), y - to * Math.sin(turn));
        if (away < 0.025 && Math.abs(wrap(heading - turn)) < 0.25) [stages[i], ages[i]] = [Stage.Advance, 0];
      } else if (stages[i] === Stage.Advance) {
        finger = -0.15;
        ages[i]! += 1;
        if (distance < 0.012 || (ages[i]! > 12 && distance < 0.045)) [stages[i], ages[i]] = [Stage.Carry, 0];
      } else {
        ages[i]! += 1;
        if (ages[i]! < 6) turn = heading;
        else {
          turn = direction + bounded(wrap(Math.atan2(siteY, siteX) - direction), 0.25);
          to = radius + bounded(Math.hypot(siteX, siteY) - radius, 0.03);
        }
        if (distance > 0.05) stages[i] = Stage.Approach;
      }
      const place: [number, number] =
        stages[i] === Stage.Carry && ages[i]! < 6 ? [ballX, ballY] : [to * Math.cos(turn), to * Math.sin(turn)];
      const angles = anglesFor(place, turn, s);
      for (let j = 0; j < 3; ++j) {
        actions[5 * i + j] = GAINS[j]! * wrap(angles[j]! - s[j]!) - DAMPING[j]! * s[RATES + j]!;
      }
      for (let j = 3; j < 5; ++j)
        actions[5 * i + j] = SPRING * (s[j]! - OPEN) + 3 * (finger - s[j]!) - 0.1 * s[RATES + j]!;
    }
  };
}
