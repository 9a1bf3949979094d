import type { Environment, StepResult } from "../../src/env/environment.js";
import { identity } from "../../src/env/features.js";
import type { Task } from "../../src/env/task.js";

const STEP = 0.1;

/** A task of a user's own. */
export const task: Task = {
  name: "point",
  summary: "push a point through syrup to the origin",
  state: [
    { name: "position", unit: "m", low: -Infinity, high: Infinity },
    { name: "velocity", unit: "m/s", low: -Infinity, high: Infinity },
  ],
  action: [{ name: "force", unit: "N", low: -1, high: 1 }],
  controlStep: STEP,
  episodeSteps: 60,
  start: "at rest between -1 and 1 m",
  features: [...identity(0, 1), ...identity(1, 1)],
  predicted: [0, 1],
  reward: [
    { name: "position", formula: "-position^2" },
    { name: "action", formula: "-0.1 action^2" },
  ],
  score: { name: "distance", unit: "m", window: 10, threshold: 0.1, better: "lower", share: 0.8 },
  defaults: { gamma: 0.9, rewardScale: 1, learningStarts: 300, policyLearningRate: 1e-3 },
};

/** A damped point on a line, with everything that an environment may have. */
export class Point implements Environment {
  readonly task: Task = task;
  state: [x: number, v: number, step: number, seed: number] = [0, 0, 0, 1];

  reset({ seed }: { readonly seed?: number } = {}) {
    if (seed !== undefined) this.state[3] = (seed % 2147483646) + 1;
    this.state[3] = (this.state[3] * 48271) % 2147483647;
    this.state = [(2 * this.state[3]) / 2147483647 - 1, 0, 0, this.state[3]];
    return this.give(0, 0);
  }

  give(position: number, action: number) {
    const [x, v] = this.state;
    return {
      observation: Float64Array.of(x, v),
      info: { terms: { position, action }, score: Math.abs(x), failed: false },
    };
  }

  step(action: ArrayLike<number>): StepResult {
    const force = action[0]!;
    let [x, v, step, seed] = this.state;
    const [position, cost] = [-(x ** 2), -0.1 * force ** 2];
    v += STEP * (Math.max(-1, Math.min(1, force)) - v);
    x += STEP * v;
    step += 1;
    this.state = [x, v, step, seed];
    return { ...this.give(position, cost), reward: position + cost, terminated: false, truncated: step === 60 };
  }

  reward([x]: Float64Array, [force]: Float64Array): number {
    return -(x! ** 2) - 0.1 * force! ** 2;
  }

  rewardGradient([x]: Float64Array, [force]: Float64Array) {
    return { rS: [-2 * x!, 0], rA: [-0.2 * force!], rSNext: [0, 0] };
  }

  transitionJacobian(_: Float64Array, [force]: Float64Array) {
    const slope = Math.abs(force!) <= 1 ? STEP : 0;
    return { fS: [1, STEP * (1 - STEP), 0, 1 - STEP], fA: [STEP * slope, slope] };
  }

  snapshot(): Uint8Array {
    return new Uint8Array(Float64Array.from(this.state).buffer);
  }

  restore(snapshot: Uint8Array): void {
    this.state = [...new Float64Array(snapshot.slice().buffer)] as typeof this.state;
  }
}
