import { cosSin } from "../mjcf/trigonometry.js";
import type { Dimension } from "../onnx/policy.js";
import { identity, inFrame, type LinearForm } from "./features.js";
import type { CoreTask } from "./task.js";

/** A chain of links in a viscous plane turns to a goal and undulates to it (assembly/env/swimmer.ts). */
function swimmer(links: number, id: number): CoreTask {
  const joints = Array.from({ length: links - 1 }, (_, k) => k + 1);
  const range = (2 * Math.PI) / links;
  // index of the velocities
  const n = links + 2;
  const number = (name: string, unit: string, bound = Infinity): Dimension => ({
    name,
    unit,
    low: -bound,
    high: bound,
  });
  // the links' mean angle: joint k turns the links - k ones behind it
  const body: LinearForm = [[2, 1], ...joints.map((k) => [2 + k, (links - k) / links] as const)];
  return {
    name: `swimmer${links}`,
    summary: `undulate a chain of ${links} links through a viscous plane to a goal`,
    id,
    model: `swimmer${links}`,
    state: [
      number("x", "m"),
      number("y", "m"),
      number("heading", "rad"),
      ...joints.map((k) => number(`joint${k}_angle`, "rad", range)),
      number("x_velocity", "m/s"),
      number("y_velocity", "m/s"),
      number("heading_rate", "rad/s"),
      ...joints.map((k) => number(`joint${k}_rate`, "rad/s")),
    ],
    action: joints.map((k) => number(`joint${k}_torque`, "5 N m", 1)),
    controlStep: 0.1,
    episodeSteps: 200,
    start: `at rest, the centre of mass 0.5 to ${links} m from the goal in any direction, any heading, joints bent up to half of their range`,
    // the dynamics depend neither on where the swimmer is nor on where it heads: everything is seen from its body
    features: [
      ...inFrame([[0, -1]], [[1, -1]], body, links / 3),
      ...joints.flatMap((k) => identity(2 + k, range / 2)),
      ...inFrame([[n, 1]], [[n + 1, 1]], body, 0.05 * links),
      ...identity(n + 2, 3),
      ...joints.flatMap((k) => identity(n + 2 + k, 5)),
    ],
    predicted: Array.from({ length: 2 * n }, (_, i) => i),
    frames: [
      { x: 0, y: 1, angle: body },
      { x: n, y: n + 1, angle: body },
    ],
    pose: (s) => {
      // link 1's centre in the place of the centre of mass
      let [x, y, angle] = [s[0]!, s[1]!, 0];
      for (let link = 1; link <= links; ++link) {
        angle += s[link + 1]!;
        const weight = link === 1 ? (links - 1) / (2 * links) : (links - link + 0.5) / links;
        const [c, sine] = cosSin(angle);
        x += weight * c;
        y += weight * sine;
      }
      return [x, y, ...Array.from(s).slice(2, n)];
    },
    markers: () => [{ name: "goal", x: 0, y: 0, radius: 0.5 }],
    reward: [
      { name: "progress", formula: "20 (distance - next distance)" },
      { name: "distance", formula: "-0.05 next distance" },
      { name: "action", formula: `-0.2 |action|^2 / ${joints.length}` },
    ],
    score: { name: "distance", unit: "m", window: 10, threshold: 0.5, better: "lower", share: 0.8 },
    defaults: {
      evaluationInterval: 2_000,
      learningStarts: 1_000,
      targetPeriod: 25,
      ...(links === 3
        ? { steps: 20_000, gamma: 0.97, valueUpdates: 3, policyLearningRate: 1e-3, sigma: 0.8 }
        : {
            steps: links === 5 ? 60_000 : 100_000,
            valueUpdates: 4,
            // a body that lies across the way to the goal has to turn first
            gamma: 0.98,
            policyLearningRate: 5e-4,
            modelActions: "clipped" as const,
            weights: "geometric" as const,
            modelHidden: [40, 40],
            modelLearningRate: 1e-3,
          }),
    },
  };
}

/** Swimmers by their names. */
export const swimmers: Readonly<Record<string, CoreTask>> = {
  swimmer3: swimmer(3, 3),
  swimmer5: swimmer(5, 4),
  swimmer7: swimmer(7, 5),
};
