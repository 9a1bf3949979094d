import { angle, identity } from "./features.js";
import type { CoreTask } from "./task.js";

/** Swing a pole up and balance it by pushing a cart (assembly/env/cartpole.ts). */
export const cartpole: CoreTask = {
  name: "cartpole",
  summary: "push a cart so that its pole swings up and stays balanced",
  id: 1,
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
  start: "the pole hangs at rest, all four numbers with normal noise of 0.01",
  features: [...identity(0, 2), ...angle(1), ...identity(2, 3), ...identity(3, 6)],
  predicted: [0, 1, 2, 3],
  reward: [
    { name: "height", formula: "cos(angle)" },
    { name: "position", formula: "-0.1 position^2" },
    { name: "rate", formula: "-0.001 rate^2" },
    { name: "action", formula: "-0.01 action^2" },
  ],
  score: { name: "cos(angle)", unit: "1", window: 125, threshold: 0.95, better: "higher", share: 0.8 },
};
