import type { Dimension } from "../onnx/policy.js";
import { angle, identity, inFrame, type LinearForm, polar, vectorSum } from "./features.js";
import type { CoreTask } from "./task.js";

const dimension = (name: string, unit: string, low: number, high: number): Dimension => ({ name, unit, low, high });
const free = (name: string, unit: string): Dimension => dimension(name, unit, -Infinity, Infinity);
const degrees = (value: number): number => (value / 180) * Math.PI;
const torque = (joint: string, unit: string): Dimension => dimension(`${joint}_torque`, unit, -1, 1);

/** The hand's heading. */
const hand: LinearForm = [
  [0, 1],
  [1, 1],
  [2, 1],
];

/** Take hold of a ball and bring it to a site (assembly/env/gripper.ts). */
export const gripper: CoreTask = {
  name: "gripper",
  summary: "take hold of a ball with two fingers and bring it to a site",
  id: 8,
  model: "gripper",
  state: [
    free("shoulder_angle", "rad"),
    free("elbow_angle", "rad"),
    free("wrist_angle", "rad"),
    dimension("finger_left_angle", "rad", degrees(-45), degrees(24)),
    dimension("finger_right_angle", "rad", degrees(-45), degrees(24)),
    dimension("ball_x", "m", -0.3, 0.3),
    dimension("ball_y", "m", -0.3, 0.3),
    free("shoulder_rate", "rad/s"),
    free("elbow_rate", "rad/s"),
    free("wrist_rate", "rad/s"),
    free("finger_left_rate", "rad/s"),
    free("finger_right_rate", "rad/s"),
    free("ball_velocity_x", "m/s"),
    free("ball_velocity_y", "m/s"),
    dimension("site_x", "m", -0.24, 0.24),
    dimension("site_y", "m", -0.24, 0.24),
  ],
  action: [
    torque("shoulder", "0.1 Nm"),
    torque("elbow", "0.06 Nm"),
    torque("wrist", "0.03 Nm"),
    torque("finger_left", "0.03 Nm"),
    torque("finger_right", "0.03 Nm"),
  ],
  controlStep: 0.05,
  episodeSteps: 150,
  start: "a random arm at rest with open fingers, the ball and the site at random places within reach",
  // all of it as the hand sees it: the ball from the grasp, the site from the ball, the ball's velocity, joints and rates
  features: [
    ...vectorSum(
      [
        inFrame([[5, 1]], [[6, 1]], hand, 1),
        polar(
          -0.12,
          [1, 2].map((joint) => [joint, -1] as const),
        ),
        polar(-0.12, [[2, -1]]),
        polar(-0.07, []),
      ],
      0.1,
    ),
    ...inFrame(
      [
        [14, 1],
        [5, -1],
      ],
      [
        [15, 1],
        [6, -1],
      ],
      hand,
      0.2,
    ),
    ...inFrame([[12, 1]], [[13, 1]], hand, 0.3),
    ...angle(1),
    ...angle(2),
    ...identity(3, 0.4),
    ...identity(4, 0.4),
    ...identity(7, 3),
    ...identity(8, 5),
    ...identity(9, 8),
    ...identity(10, 8),
    ...identity(11, 8),
  ],
  predicted: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13],
  frames: [
    { x: 5, y: 6, angle: hand },
    { x: 12, y: 13, angle: hand },
  ],
  constant: [14, 15],
  markers: ({ 14: x, 15: y }) => [{ name: "site", x: x!, y: y!, radius: 0.05 }],
  // held = 3 (0.5 - ball_to_site) / (1 + (hand_to_ball^2 + 0.2 (left_tip_to_ball^2 + right_tip_to_ball^2)) / 0.05^2)
  reward: [
    { name: "hand", formula: "-5 hand_to_ball'" },
    { name: "held", formula: "5 held'" },
    { name: "progress", formula: "40 (hand_to_ball - held - (hand_to_ball - held)')" },
    { name: "action", formula: "-0.01 |action|^2" },
  ],
  score: { name: "distance from ball to site", unit: "m", window: 20, threshold: 0.05, better: "lower", share: 0.8 },
  defaults: {
    gamma: 0.95,
    rewardScale: 0.1,
    policyLearningRate: 5e-4,
    valueUpdates: 4,
    targetPeriod: 25,
    steps: 40_000,
    modelActions: "clipped",
    weights: "geometric",
    modelHidden: [40, 40],
    modelLearningRate: 1e-3,
    // an untrained hand touches the ball so rarely that it takes this long until the scale of its motion is known
    learningStarts: 2000,
  },
};
