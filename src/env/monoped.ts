import type { Feature } from "./features.js";
import { footFeatures, type Joint, type Link, leggedFeatures, leggedState } from "./legged.js";
import type { CoreTask } from "./task.js";

const joints: readonly Joint[] = [
  { name: "waist", low: -0.524, high: 0.524, rate: 5 },
  { name: "hip", low: -2.967, high: 0.175, rate: 5 },
  { name: "knee", low: 0.087, high: 2.618, rate: 8 },
  { name: "ankle", low: -0.785, high: 0.785, rate: 8 },
];
const torque = (name: string, unit: string) => ({ name, unit, low: -1, high: 1 });

/** From the root to the ankle, and from there to heel and toe (models/monoped.xml). */
const leg: readonly Link[] = [
  { joints: [], x: 0, height: -0.05 },
  { joints: [3], x: 0, height: -0.2 },
  { joints: [3, 4], x: 0, height: -0.33 },
  { joints: [3, 4, 5], x: 0, height: -0.32 },
];
const foot = (x: number): Feature[] => footFeatures([...leg, { joints: [3, 4, 5, 6], x, height: 0 }], -1, 0.04);

/** Land on one leg and stay standing (assembly/env/monoped.ts). */
export const monoped: CoreTask = {
  name: "monoped",
  summary: "land on one leg and stay standing while its motors tremble",
  id: 9,
  model: "monoped",
  state: leggedState(joints),
  action: [
    torque("waist_torque", "30 N m"),
    torque("hip_torque", "40 N m"),
    torque("knee_torque", "30 N m"),
    torque("ankle_torque", "10 N m"),
  ],
  controlStep: 0.04,
  episodeSteps: 200,
  start:
    "dropped at rest from 0.05 to 0.2 m, knee bent by 0.2 to 0.7 rad, hip and ankle by minus half of that, pitch, waist and ankle with uniform noise of 0.05 rad",
  failure: "the root is below 0.5 m or leans by more than 60 degrees",
  features: [
    ...leggedFeatures(joints, { usualHeight: 0.9, height: 0.3, velocity: 1.5, pitchRate: 3 }),
    ...foot(-0.08),
    ...foot(0.17),
  ],
  predicted: Array.from({ length: 14 }, (_, i) => i),
  reward: [
    { name: "alive", formula: "1" },
    { name: "height", formula: "-(max(0, 0.9 - height') / 0.6)^2" },
    { name: "upright", formula: "0.5 (cos(pitch') - 1)" },
    { name: "motion", formula: "-0.001 m / (1 + m / 200), m = |velocities'|^2" },
    { name: "action", formula: "-0.02 |action|^2" },
  ],
  score: { name: "share of the time standing", unit: "1", window: 100, threshold: 0.95, better: "higher", share: 0.95 },
  defaults: {
    steps: 12_000,
    gamma: 0.98,
    rewardScale: 0.05,
    learningStarts: 1_000,
    modelHidden: [40, 40],
    modelLearningRate: 1e-3,
    earlyTermination: "on",
    disturbance: 0.05,
    evaluationEpisodes: 20,
  },
};
