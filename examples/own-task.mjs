// Trains on a task of one's own, written in JavaScript: `node examples/own-task.mjs`. A point on a line is pushed to the origin.
// `npx valuegrad check examples/own-task.mjs` checks the environments that this module's default export makes.

import { realpathSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { exportPolicy, identity, init, resolveConfig, Trainer } from "valuegrad";

const STEP = 0.1; // s

/** What the learner must know of the task, and what people read about it. */
const task = {
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

/** What the reward is the sum of. */
const termsOf = (x, force) => ({ position: -(x ** 2), action: -0.1 * force ** 2 });

/** One environment, in Gymnasium's terms. */
class Point {
  task = task;
  #x = 0;
  #v = 0;
  #step = 0;
  #seed = 1;

  /** A number from 0 to 1; any generator of your own will do. */
  #random() {
    this.#seed = (this.#seed * 48271) % 2147483647;
    return this.#seed / 2147483647;
  }

  #start(terms) {
    return {
      observation: Float64Array.of(this.#x, this.#v),
      info: { terms, score: Math.abs(this.#x), failed: false },
    };
  }

  reset({ seed } = {}) {
    if (seed !== undefined) this.#seed = (seed % 2147483646) + 1;
    this.#x = 2 * this.#random() - 1;
    this.#v = 0;
    this.#step = 0;
    return this.#start({ position: 0, action: 0 });
  }

  step([force]) {
    const terms = termsOf(this.#x, force);
    this.#v += STEP * (Math.max(-1, Math.min(1, force)) - this.#v);
    this.#x += STEP * this.#v;
    this.#step += 1;
    return {
      ...this.#start(terms),
      reward: terms.position + terms.action,
      terminated: false,
      truncated: this.#step === task.episodeSteps,
    };
  }

  rewardGradient([x], [force]) {
    return { rS: [-2 * x, 0], rA: [-0.2 * force], rSNext: [0, 0] };
  }

  /** Lets the check compare the gradient with differences. */
  reward([x], [force]) {
    const { position, action } = termsOf(x, force);
    return position + action;
  }

  /** Everything that the future depends on: with this a run can be saved and resumed. */
  snapshot() {
    return new Uint8Array(Float64Array.of(this.#x, this.#v, this.#step, this.#seed).buffer);
  }

  restore(snapshot) {
    [this.#x, this.#v, this.#step, this.#seed] = new Float64Array(Uint8Array.from(snapshot).buffer);
  }
}

export default () => new Point();

async function train() {
  const config = resolveConfig({ steps: 2000, evaluationInterval: 500 }, task);
  const trainer = new Trainer(await init(), config, () => new Point());
  for (const { step, score, solved } of trainer.run()) {
    console.log(`${step} steps: ends ${score.toFixed(3)} m from the origin${solved ? ", solved" : ""}`);
  }
  console.log(`exported: an ONNX file of ${exportPolicy(trainer.agent.describePolicy()).length} bytes`);
}

// not when it is imported
if (import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href) await train();
