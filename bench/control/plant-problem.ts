/** A mechanism with a reward of one's own as a control problem. */

import { readFileSync } from "node:fs";
import { readModel } from "../../src/mjcf/read.js";
import { init } from "../../src/node.js";
import { Plant } from "../../src/plant.js";
import type { ControlProblem } from "./problem.js";

export interface Reward {
  value(s: Float64Array, a: Float64Array, sNext: Float64Array): number;
  /** Adds to rS, rA, rSNext, which are zero. */
  gradient(
    s: Float64Array,
    a: Float64Array,
    sNext: Float64Array,
    rS: Float64Array,
    rA: Float64Array,
    rSNext: Float64Array,
  ): void;
}

/** State (q, v) of one copy of a model, stepped `substeps` time steps at a time; the controls are the actions. */
export class PlantProblem implements ControlProblem {
  readonly states: number;
  readonly actions: number;
  readonly plant: Plant;
  readonly #substeps: number;
  readonly #reward: Reward;
  readonly #start: Float64Array;

  private constructor(plant: Plant, substeps: number, reward: Reward) {
    this.plant = plant;
    this.states = 2 * plant.model.dofs.length;
    this.actions = plant.model.actuators.length;
    this.#substeps = substeps;
    this.#reward = reward;
    plant.reset(0);
    this.#start = plant.states.slice();
  }

  /** @param name A file in models/, without its ending. */
  static async load(name: string, substeps: number, reward: Reward): Promise<PlantProblem> {
    const text = readFileSync(new URL(`../../models/${name}.xml`, import.meta.url), "utf8");
    const plant = new Plant(await init(), readModel(text, `${name}.xml`), 1, substeps);
    plant.reset(0);
    return new PlantProblem(plant, substeps, reward);
  }

  /** (q, v) of the reference pose at rest. */
  reference(): Float64Array {
    return this.#start.slice(0, this.states);
  }

  /** Nothing of an earlier step stays: the solver's warm start is reset, too. */
  #place(s: Float64Array, a: Float64Array): void {
    const { states } = this.plant;
    states.set(this.#start);
    states.set(s);
    states.set(a, this.states);
  }

  step(s: Float64Array, a: Float64Array, sNext: Float64Array): void {
    this.#place(s, a);
    this.plant.step(this.#substeps);
    const { states } = this.plant;
    for (let i = 0; i < this.states; ++i) sNext[i] = states[i]!;
  }

  jacobian(s: Float64Array, a: Float64Array, fS: Float64Array, fA: Float64Array): void {
    const { states: S, actions: A } = this;
    this.#place(s, a);
    const jacobian = this.plant.jacobian(0, this.#substeps);
    for (let i = 0; i < S; ++i) {
      for (let j = 0; j < S; ++j) fS[i * S + j] = jacobian[i * (S + A) + j]!;
      for (let j = 0; j < A; ++j) fA[i * A + j] = jacobian[i * (S + A) + S + j]!;
    }
  }

  reward(s: Float64Array, a: Float64Array, sNext: Float64Array): number {
    return this.#reward.value(s, a, sNext);
  }

  rewardGradient(
    s: Float64Array,
    a: Float64Array,
    sNext: Float64Array,
    rS: Float64Array,
    rA: Float64Array,
    rSNext: Float64Array,
  ): void {
    rS.fill(0);
    rA.fill(0);
    rSNext.fill(0);
    this.#reward.gradient(s, a, sNext, rS, rA, rSNext);
  }
}
