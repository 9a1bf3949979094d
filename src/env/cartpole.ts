import { angle, identity } from "./features.js";
import type { CoreTask } from "./task.js";

/** What both tasks on the cart-pole share (assembly/env/cartpole.ts). */
const shared = {
  model: "cartpole",
  state: [
    { name: "cart_position", unit: "m", low: -1.8, high: 1.8 },
    { name: "pole_angle", unit: "rad", low: -Infinity, high: Infinity },
    { name: "cart_velocity", unit: "m/s", low: -Infinity, high: Infinity },
    { name: "pole_rate", unit: "rad/s", low: -Infinity, high: Infinity },
  ],
  action: [{ name: "cart_force", unit: "10 N", low: -1, high: 1 }],
  controlStep: 0.04,
  episodeSteps: 250,
  predicted: [0, 1, 2, 3],
} as const;

const reward = (positionCost: string) => [
  { name: "upright", formula: "(1 + cos(angle)) (1 + 0.1^(rate^2 / 25)) / 2" },
  { name: "position", formula: `-${positionCost} position^2` },
  { name: "action", formula: "-0.2 action^2" },
];

/** Swing a pole up and balance it by pushing a cart. */
export const cartpole: CoreTask = {
  ...shared,
  name: "cartpole",
  summary: "push a cart so that its pole swings up and stays balanced",
  id: 1,
  start: "the pole hangs at rest, all four numbers with normal noise of 0.01",
  features: [...identity(0, 2), ...angle(1), ...identity(2, 3), ...identity(3, 6)],
  reward: reward("0.1"),
  score: { name: "cos(angle)", unit: "1", window: 125, threshold: 0.95, better: "higher", share: 0.8 },
  defaults: { policyLearningRate: 1e-3, policyUpdates: 2, learningStarts: 64 },
};

/** Keep a pole balanced by pushing its cart, under random forces. */
export const cartpoleBalance: CoreTask = {
  ...shared,
  name: "cartpole-balance",
  summary: "push a cart so that its upright pole does not fall",
  id: 2,
  start: "position within 0.1 m of the middle, angle within 0.034 rad of upright, velocities with normal noise of 0.01",
  failure: "the pole is more than 0.2 rad from upright",
  features: [...identity(0, 1), ...identity(1, 0.1), ...identity(2, 1), ...identity(3, 0.5)],
  reward: reward("1"),
  score: { name: "distance from the middle", unit: "m", window: 250, threshold: 0.2, better: "lower", share: 0.8 },
  defaults: { disturbance: 0.05, earlyTermination: "on", sigma: 0.15, valueUpdates: 4 },
  goal: () => [0, 0, 0, 0],
};
