import { footFeatures, type Joint, leggedFeatures, leggedState } from "./legged.js";
import type { CoreTask } from "./task.js";

const joints: readonly Joint[] = [
  { name: "bthigh", low: -0.52, high: 1.05, rate: 10 },
  { name: "bshin", low: -0.785, high: 0.785, rate: 10 },
  { name: "bfoot", low: -0.4, high: 0.785, rate: 10 },
  { name: "fthigh", low: -1, high: 0.7, rate: 10 },
  { name: "fshin", low: -1.2, high: 0.87, rate: 10 },
  { name: "ffoot", low: -0.5, high: 0.5, rate: 10 },
];
/** Where the toes are (models/cheetah.xml). */
const toes = [
  [
    { joints: [], x: -0.5, height: 0 },
    { joints: [3], x: 0.16, height: -0.25 },
    { joints: [3, 4], x: -0.28, height: -0.14 },
    { joints: [3, 4, 5], x: 0.055, height: -0.188 },
  ],
  [
    { joints: [], x: 0.5, height: 0 },
    { joints: [6], x: -0.14, height: -0.24 },
    { joints: [6, 7], x: 0.13, height: -0.18 },
    { joints: [6, 7, 8], x: 0.085, height: -0.128 },
  ],
].flatMap((links) => footFeatures(links, -1, 0.046));
const torque = (name: string, unit: string) => ({ name, unit, low: -1, high: 1 });

/** Run forward (assembly/env/cheetah.ts). */
export const cheetah: CoreTask = {
  name: "cheetah",
  summary: "run forward on two legs, upright",
  id: 10,
  model: "cheetah",
  state: leggedState(joints),
  action: [
    torque("bthigh_torque", "120 N m"),
    torque("bshin_torque", "90 N m"),
    torque("bfoot_torque", "60 N m"),
    torque("fthigh_torque", "120 N m"),
    torque("fshin_torque", "60 N m"),
    torque("ffoot_torque", "30 N m"),
  ],
  controlStep: 0.05,
  episodeSteps: 200,
  start: "standing on its toes, joints, pitch and all velocities uniform within 0.1 of the reference pose at rest",
  features: [...leggedFeatures(joints, { usualHeight: 0.6, height: 0.2, velocity: 1.5, pitchRate: 3 }), ...toes],
  predicted: Array.from({ length: 18 }, (_, i) => i),
  reward: [
    { name: "speed", formula: "(x' - x) / 0.05 s" },
    { name: "upright", formula: "0.5 cos(pitch')" },
    { name: "action", formula: "-0.05 |action|^2" },
  ],
  score: { name: "speed while upright", unit: "m/s", window: 200, threshold: 2, better: "higher", share: 0.8 },
  defaults: {
    steps: 15_000,
    gamma: 0.98,
    rewardScale: 0.05,
    learningStarts: 1_000,
    valueUpdates: 4,
    targetPeriod: 25,
    modelHidden: [40, 40],
    modelLearningRate: 1e-3,
  },
};

/** The same with springs in its joints. */
export const cheetahSprings: CoreTask = {
  ...cheetah,
  name: "cheetah-springs",
  summary: "run forward on two springy legs, upright",
  id: 11,
  model: "cheetah-springs",
};
