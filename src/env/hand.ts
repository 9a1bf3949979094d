import { identity } from "./features.js";
import type { CoreTask } from "./task.js";

const free = { low: -Infinity, high: Infinity };

/** Bring a hand and a ball on a spring to one of two places in time (assembly/env/hand.ts). */
export const hand: CoreTask = {
  name: "hand",
  summary: "move a hand so that a ball on a spring rests at one of two places, below the hand, after 10 s",
  id: 0,
  model: "hand",
  closedForm: true,
  state: [
    { name: "hand_x", unit: "m", ...free },
    { name: "hand_z", unit: "m", ...free },
    { name: "ball_x", unit: "m", ...free },
    { name: "ball_z", unit: "m", ...free },
    { name: "ball_velocity_x", unit: "m/s", ...free },
    { name: "ball_velocity_z", unit: "m/s", ...free },
    { name: "target", unit: "-1 left, 1 right", low: -1, high: 1 },
    { name: "time", unit: "s", low: 0, high: 10 },
  ],
  action: [
    { name: "hand_velocity_x", unit: "1.5 m/s", low: -1, high: 1 },
    { name: "hand_velocity_z", unit: "1.5 m/s", low: -1, high: 1 },
  ],
  controlStep: 0.01,
  episodeSteps: 1000,
  finite: true,
  clock: 7,
  start: "at rest, the ball at (0, 0) below the hand at (0, 1); the target is left or right with equal chances",
  features: [0, 1, 2, 3, 4, 5].flatMap((index) => identity(index, 2)).concat(identity(6, 1), identity(7, 5)),
  predicted: [0, 1, 2, 3, 4, 5],
  constant: [6],
  reward: [
    { name: "ball", formula: "-(ball - (2 target, 2))^2 in the last step" },
    { name: "hand", formula: "-(hand - (2 target, 3))^2 in the last step" },
    { name: "speed", formula: "-0.1 ball velocity^2 in the last step" },
    { name: "action", formula: "-0.001 * 0.01 (1.5 action)^2" },
  ],
  score: { name: "final cost", unit: "m^2", window: 1, threshold: 0.05, better: "lower", share: 0.8 },
  // critics need the one reward of an episode at once: a target that is renewed brings it one step back every time
  defaults: { gamma: 1, disturbance: 1, steps: 20_000, valueLearning: "returns" },
  springs: [["hand", "ball"]],
  markers: ({ 6: target }) => [
    { name: "hand", x: 2 * target!, y: 3, radius: 0.15 },
    { name: "ball", x: 2 * target!, y: 2, radius: 0.15 },
  ],
  goal: ({ 6: target, 7: time }) => [2 * target!, 3, 2 * target!, 2, 0, 0, target!, time!],
};
