// The core's learner in f64 and, of the same weights, the equations that judge it.

import { createFrames, DEVIATIONS, type Deviation, type TestFrame } from "../core/agents.js";
import { ensembleSlots, fill, mlpSlots, type Slot, widthsOf } from "../core/blocks.js";
import { createEncoder, type TestFeature } from "../core/encoders.js";
import { Core } from "../core/instantiate.js";
import type { Source } from "../core/numbers.js";
import {
  criticEquation,
  ModelEquations,
  type Numbers,
  type Observed,
  PolicyEquations,
  type Row,
} from "../oracle/equations.js";

/** A learner for a problem. */
export interface Spec {
  readonly states: number;
  readonly actions: number;
  readonly features: readonly TestFeature[];
  readonly policyHidden: readonly number[];
  readonly squash: "none" | "tanh";
  readonly deviation: Deviation;
  readonly sigma: readonly [low: number, high: number];
  readonly etaLimit: number;
  /** What the critic values. */
  readonly critic: "states" | "actions";
  readonly valueHidden: readonly number[];
  readonly modelHidden: readonly number[];
  readonly noise: "additive" | "learned";
  /** The state dimensions that the model predicts, and what their changes count in. */
  readonly predicted: readonly number[];
  readonly scales: Numbers;
  readonly frames: readonly TestFrame[];
  readonly gamma: number;
  readonly rewardScale: number;
}

/** What the core is told of a transition: the reward's derivatives and, of an exact model, the Jacobians (row-major). */
export interface Derivatives {
  readonly rS: Numbers;
  readonly rA: Numbers;
  readonly rSNext: Numbers;
  readonly fS?: Numbers;
  readonly fA?: Numbers;
}

/** A network in the core: where its parameters are. */
interface Held {
  readonly address: number;
  readonly slots: readonly Slot[];
  readonly values: number;
  readonly gradient: number;
}

export class Subject {
  readonly spec: Spec;
  readonly #core = new Core(64);
  readonly #exact: boolean;
  readonly #steps: number;
  readonly #pieces: number;
  readonly #policy: Held;
  readonly #value: Held;
  readonly #model: Held;
  readonly #batch: number;
  readonly #learner: number;
  #ratios: Numbers = [];

  /**
   * @param steps Largest number of steps of a piece.
   * @param exact Whether the transition's Jacobians are given, in the place of the learned model's.
   * @param walks Whether the core forms all Jacobians and walks along the pieces, as it must where they have several steps.
   */
  constructor(
    spec: Spec,
    { steps, pieces, exact, walks = steps > 1 }: { steps: number; pieces: number; exact: boolean; walks?: boolean },
  ) {
    const core = this.#core;
    const { states, actions, features, predicted } = spec;
    const rows = steps * pieces;
    this.spec = spec;
    this.#exact = exact;
    this.#steps = steps;
    this.#pieces = pieces;
    const hold = (kind: string, address: number, slots: readonly Slot[]): Held => {
      const parameters = core.plain(`${kind}Parameters`, address);
      const [values, gradient] = ["Values", "Gradient"].map((name) => core.plain(`parameters${name}`, parameters));
      return { address, slots, values: values!, gradient: gradient! };
    };
    const encoder = createEncoder(core, states, features);
    const policySizes = [features.length, ...spec.policyHidden, 2 * actions];
    const policy = core.run(
      "policyCreate",
      encoder,
      widthsOf(core, policySizes),
      policySizes.length - 1,
      rows,
      spec.squash === "tanh" ? 1 : 0,
      DEVIATIONS[spec.deviation],
      ...spec.sigma,
      spec.etaLimit,
    );
    this.#policy = hold("policy", policy, mlpSlots(policySizes));
    const valued = spec.critic === "actions" ? actions : 0;
    const valueSizes = [features.length + valued, ...spec.valueHidden, 1];
    const value = core.run("valueCreate", encoder, valued, widthsOf(core, valueSizes), valueSizes.length - 1, rows);
    this.#value = hold("value", value, mlpSlots(valueSizes));
    const modelSizes = [features.length + actions, ...spec.modelHidden, spec.noise === "learned" ? 2 : 1];
    const model = core.run(
      "modelCreate",
      encoder,
      actions,
      widthsOf(core, modelSizes),
      modelSizes.length - 1,
      core.putIntegers(predicted),
      predicted.length,
      createFrames(core, states, predicted.length, spec.frames),
      0,
      rows,
    );
    this.#model = hold("model", model, ensembleSlots(modelSizes, predicted.length));
    core.set(core.plain("modelScale", model), spec.scales);
    core.run("modelAllocateJacobian", model);
    this.#batch = core.run("batchCreate", rows, states, actions);
    if (walks) core.run("batchAllocatePolicyJacobian", this.#batch);
    if (walks || exact) {
      const [fS, fA] = [core.alloc(rows * states * states), core.alloc(rows * states * actions)];
      core.plain("batchGiveJacobians", this.#batch, fS, fA);
    }
    const { gamma, rewardScale } = spec;
    this.#learner = core.plain("learnerCreate", policy, model, value, exact ? 1 : 0, gamma, rewardScale, 1);
    core.plain("learnerConfigure", this.#learner, core.plain("randomCreate", 1n, 6, 0), 0);
  }

  /** Random weights of size `size`. */
  randomise(source: Source, size = { policy: 1, model: 1, value: 1 }): void {
    for (const [{ values, slots }, most] of [
      [this.#policy, size.policy],
      [this.#model, size.model],
      [this.#value, size.value],
    ] as const) {
      this.#core.set(
        values,
        fill(slots, source).map((x) => most * x),
      );
    }
    // the core keeps a deviation's weights at zero where it does not depend on the state
    if (this.spec.deviation !== "state-dependent") {
      const { role, theta } = this;
      this.theta = theta.map((x, at) => (role[at] === "deviation weight" ? 0 : x));
    }
  }

  /** What the policy's parameters lead to: the deviation only, or the mean, too. */
  get role(): readonly ("padding" | "deviation weight" | "deviation bias" | "mean")[] {
    const { slots } = this.#policy;
    return slots.map(({ layer, input, output, padding }) => {
      if (padding) return "padding";
      if (layer < slots.at(-1)!.layer || output < this.spec.actions) return "mean";
      return input === "bias" ? "deviation bias" : "deviation weight";
    });
  }

  get theta(): number[] {
    return this.#core.get(this.#policy.values, this.#policy.slots.length);
  }

  set theta(values: Numbers) {
    this.#core.set(this.#policy.values, values);
  }

  get valueWeights(): number[] {
    return this.#core.get(this.#value.values, this.#value.slots.length);
  }

  set valueWeights(values: Numbers) {
    this.#core.set(this.#value.values, values);
  }

  set modelWeights(values: Numbers) {
    this.#core.set(this.#model.values, values);
  }

  /** The policy with other parameters, or its own. */
  policy(theta: Row = this.theta): PolicyEquations {
    return new PolicyEquations({ ...this.spec, slots: this.#policy.slots }, theta);
  }

  get model(): ModelEquations {
    const weights = this.#core.get(this.#model.values, this.#model.slots.length);
    return new ModelEquations({ ...this.spec, slots: this.#model.slots }, weights);
  }

  get critic() {
    return criticEquation({ ...this.spec, slots: this.#value.slots }, this.valueWeights);
  }

  #put(name: string, values: Numbers): void {
    this.#core.set(this.#core.plain(`batch${name}`, this.#batch), values);
  }

  /** Writes pieces into the batch, in the order of time. What stands behind the end of a shorter one is to count for nothing. */
  observe(pieces: readonly (readonly Observed[])[], derivatives: (row: Observed, t: number) => Derivatives): void {
    const core = this.#core;
    const rows = Array.from({ length: this.#steps }, (_, t) =>
      pieces.map((piece) => {
        const row = piece[t] ?? { ...piece[0]!, ratio: 7 };
        return { ...row, ...derivatives(row, t) };
      }),
    ).flat();
    const ends = core.plain("batchEnds", this.#batch);
    if (ends !== 0) {
      const last = pieces.map(({ length }) => length - 1);
      new Int32Array(core.memory.buffer, ends, last.length).set(last);
    }
    this.#ratios = rows.map(({ ratio }) => ratio);
    const all = (read: (row: (typeof rows)[number]) => Numbers) => rows.flatMap((row) => [...read(row)]);
    this.#put(
      "S",
      all(({ s }) => s),
    );
    this.#put(
      "A",
      all(({ a }) => a),
    );
    this.#put(
      "SNext",
      all(({ sNext }) => sNext),
    );
    this.#put(
      "Terminated",
      all(({ terminated }) => [terminated ? 1 : 0]),
    );
    this.#put(
      "RS",
      all(({ rS }) => rS),
    );
    this.#put(
      "RA",
      all(({ rA }) => rA),
    );
    this.#put(
      "RSNext",
      all(({ rSNext }) => rSNext),
    );
    if (!this.#exact) return;
    this.#put(
      "FS",
      all(({ fS }) => fS!),
    );
    this.#put(
      "FA",
      all(({ fA }) => fA!),
    );
  }

  /** Ratios of the densities of the observed actions, by the core, where another policy's had these logarithms. */
  ratios(behaviourLogDensities: Numbers): number[] {
    const core = this.#core;
    this.#put("BehaviourLogProb", behaviourLogDensities);
    core.run("importanceRatios", this.#learner, this.#batch, behaviourLogDensities.length);
    return core.get(core.plain("batchWeight", this.#batch), behaviourLogDensities.length);
  }

  /** The gradient by theta of the mean value of the observed pieces, by the core. */
  gradient(bootstraps: boolean): number[] {
    const core = this.#core;
    core.run("importanceRatios", this.#learner, this.#batch, this.#ratios.length);
    this.#put("Weight", this.#ratios);
    core.run("svgGradient", this.#learner, this.#batch, this.#steps, this.#pieces, bootstraps ? 1 : 0);
    return this.#ascent;
  }

  /** The gradient by theta of the mean value of the observed actions, by the core: SVG(0). */
  actionGradient(): number[] {
    this.#core.run("svg0Gradient", this.#learner, this.#batch, this.#ratios.length);
    return this.#ascent;
  }

  /** The policy's gradient block, which leads down. */
  get #ascent(): number[] {
    const core = this.#core;
    return core.get(this.#policy.gradient, this.#policy.slots.length).map((g) => -g);
  }
}
