import type { Feature } from "./features.js";
import { footFeatures, type Joint, type Link, leggedFeatures, leggedState } from "./legged.js";
import type { CoreTask } from "./task.js";

const leg = (side: string): readonly Joint[] => [
  { name: `${side}_hip`, low: -0.349, high: 1.745, rate: 6 },
  { name: `${side}_knee`, low: -2.618, high: 0, rate: 8 },
  { name: `${side}_ankle`, low: -0.785, high: 0.785, rate: 10 },
];
const joints = [...leg("right"), ...leg("left")];
const torques = ["100 N m", "50 N m", "20 N m"];

/** Where the foot of the leg is whose hip is state dimension `hip`: its heel, and the height of its toe (models/walker.xml). */
function foot(hip: number): Feature[] {
  const links: Link[] = [
    { joints: [], x: 0, height: -0.2 },
    { joints: [hip], x: 0, height: -0.45 },
    { joints: [hip, hip + 1], x: 0, height: -0.5 },
  ];
  const toe: Link = { joints: [hip, hip + 1, hip + 2], x: 0.2, height: 0 };
  return [...footFeatures(links, 1, 0.06), footFeatures([...links, toe], 1, 0.06)[1]!];
}

/** Walk forward without a fall (assembly/env/walker.ts). */
export const walker: CoreTask = {
  name: "walker",
  summary: "walk forward on two legs without a fall",
  id: 12,
  model: "walker",
  state: leggedState(joints),
  action: joints.map(({ name }, k) => ({ name: `${name}_torque`, unit: torques[k % 3]!, low: -1, high: 1 })),
  controlStep: 0.05,
  episodeSteps: 200,
  start:
    "one leg forward and one back by up to 0.3 rad, knees bent by up to 0.1 rad, forward at up to 1 m/s, all but x with uniform noise of 0.05",
  failure: "the root is below 0.7 m or leans by more than 60 degrees",
  features: [
    ...leggedFeatures(joints, { usualHeight: 1.2, height: 0.3, velocity: 1.5, pitchRate: 3 }),
    ...foot(3),
    ...foot(6),
  ],
  predicted: Array.from({ length: 18 }, (_, i) => i),
  reward: [
    { name: "speed", formula: "2 v (2 - v / 2), v = (x' - x) / 0.05 s" },
    { name: "alive", formula: "1" },
    { name: "height", formula: "-(max(0, 1.2 - height') / 0.6)^2" },
    { name: "upright", formula: "0.5 (cos(pitch') - 1)" },
    { name: "action", formula: "-0.02 |action|^2" },
  ],
  score: { name: "speed", unit: "m/s", window: 200, threshold: 1, better: "higher", share: 0.8 },
  defaults: {
    steps: 50_000,
    gamma: 0.98,
    rewardScale: 0.05,
    learningStarts: 1_000,
    valueUpdates: 4,
    targetPeriod: 25,
    modelHidden: [40, 40],
    modelLearningRate: 1e-3,
    earlyTermination: "on",
    modelActions: "clipped",
    weights: "geometric",
    sigma: 0.3,
  },
};
