import type { Dimension } from "../onnx/policy.js";
import { angle, identity, inFrame, type LinearForm, polar, vectorSum } from "./features.js";
import type { CoreTask } from "./task.js";

const joint = (name: string): Dimension => ({ name, unit: "rad", low: -Infinity, high: Infinity });
const rate = (name: string): Dimension => ({ name, unit: "rad/s", low: -Infinity, high: Infinity });

const fromShoulder = (...angles: number[]): LinearForm => angles.map((index) => [index, 1] as const);

/** What both reachers share (assembly/env/reacher.ts). */
const reacher = {
  model: "reacher",
  action: [
    { name: "shoulder_torque", unit: "0.05 Nm", low: -1, high: 1 },
    { name: "elbow_torque", unit: "0.03 Nm", low: -1, high: 1 },
    { name: "wrist_torque", unit: "0.02 Nm", low: -1, high: 1 },
  ],
  controlStep: 0.05,
  episodeSteps: 100,
  // the way from target to tip as the first link sees it, joints and rates: the heading of the whole does not matter
  features: [
    ...vectorSum(
      [
        polar(0.12, []),
        polar(0.12, fromShoulder(1)),
        polar(0.1, fromShoulder(1, 2)),
        inFrame([[6, -1]], [[7, -1]], fromShoulder(0), 1),
      ],
      0.1,
    ),
    ...angle(1),
    ...angle(2),
    ...identity(3, 3),
    ...identity(4, 5),
    ...identity(5, 8),
  ],
  predicted: [0, 1, 2, 3, 4, 5],
  markers: ({ 6: x, 7: y }: ArrayLike<number>) => [{ name: "target", x: x!, y: y!, radius: 0.05 }],
  reward: [
    { name: "distance", formula: "-5 distance'" },
    { name: "progress", formula: "40 (distance - distance')" },
    { name: "action", formula: "-0.01 |action|^2" },
  ],
} as const satisfies Partial<CoreTask>;

const stateWith = (target: number): readonly Dimension[] => [
  joint("shoulder_angle"),
  joint("elbow_angle"),
  joint("wrist_angle"),
  rate("shoulder_rate"),
  rate("elbow_rate"),
  rate("wrist_rate"),
  { name: "target_x", unit: "m", low: -target, high: target },
  { name: "target_y", unit: "m", low: -target, high: target },
];

const score = { name: "distance from tip to target", unit: "m", window: 20, better: "lower" } as const;

const defaults = {
  gamma: 0.9,
  rewardScale: 0.2,
  policyLearningRate: 1e-3,
  targetPeriod: 25,
} as const;

/** Bring the tip to one of four corners. */
export const reacher4Target: CoreTask = {
  ...reacher,
  name: "reacher-4target",
  summary: "bring the tip of a three-joint arm to one of four corners of its box",
  id: 6,
  state: stateWith(0.2),
  constant: [6, 7],
  start: "a random arm at rest, its tip clear of the walls, and one of four corners",
  score: { ...score, threshold: 0.05, share: 0.9 },
  defaults,
};

/** Follow a target that moves at a speed and heading that are not observed. */
export const reacherMoving: CoreTask = {
  ...reacher,
  name: "reacher-moving",
  summary: "follow a target that moves through the arm's box, with its tip",
  id: 7,
  state: stateWith(0.22),
  start: "a random arm at rest, a random target with a random heading and 0.05 to 0.2 m/s",
  score: { ...score, threshold: 0.05, share: 0.8 },
  defaults: { ...defaults, policyLearningRate: 5e-4, valueUpdates: 4, steps: 12_000 },
};
