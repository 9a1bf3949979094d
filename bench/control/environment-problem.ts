/** A built-in task without disturbances as a control problem. */

import { type CoreTask, Environments, init } from "../../src/node.js";
import type { ControlProblem } from "./problem.js";

/** What a plan is charged for a body that sinks: weight (max(0, low - h') / 0.3)^2 a step, h' the next state's dimension 1, m. */
export interface Sinking {
  readonly low: number;
  readonly weight: number;
}

const SINKING_SCALE = 0.3;

/**
 * The state is the task's, followed by what nobody observes (H): S + H numbers. Derivatives take the latter for constant. Planners
 * know no falls, so that they may kneel or crawl: a charge for sinking keeps them up. It is no part of what is reported.
 */
export class EnvironmentProblem implements ControlProblem {
  readonly task: CoreTask;
  sinking: Sinking | undefined;
  readonly states: number;
  readonly actions: number;
  readonly #environment: Environments;
  readonly #observed: number;

  private constructor(task: CoreTask, environment: Environments) {
    this.task = task;
    this.#environment = environment;
    this.#observed = task.state.length;
    this.states = task.state.length + environment.hidden.length;
    this.actions = task.action.length;
  }

  static async load(task: CoreTask): Promise<EnvironmentProblem> {
    return new EnvironmentProblem(task, new Environments(await init(), task, 1, 1, undefined, { disturbance: 0 }));
  }

  /** The start state of a seed. */
  start(seed: number): Float64Array {
    const environment = this.#environment;
    environment.seed(seed);
    environment.reset(0);
    return Float64Array.of(...environment.states, ...environment.hidden);
  }

  step(s: Float64Array, a: Float64Array, sNext: Float64Array): void {
    const environment = this.#environment;
    environment.states.set(s.subarray(0, this.#observed));
    environment.hidden.set(s.subarray(this.#observed));
    environment.actions.set(a);
    environment.step();
    sNext.set(environment.states);
    sNext.set(environment.hidden, this.#observed);
  }

  jacobian(s: Float64Array, a: Float64Array, fS: Float64Array, fA: Float64Array): void {
    const [all, S, A] = [this.states, this.#observed, this.actions];
    const { row } = this.#environment;
    row.s.set(s.subarray(0, S));
    row.a.set(a);
    this.#environment.rowJacobian();
    fS.fill(0);
    fA.fill(0);
    for (let i = 0; i < all; ++i) fS[i * all + i] = 1;
    for (let i = 0; i < S; ++i) {
      for (let j = 0; j < S; ++j) fS[i * all + j] = row.fS[i * S + j]!;
      for (let j = 0; j < A; ++j) fA[i * A + j] = row.fA[i * A + j]!;
    }
  }

  #place(s: Float64Array, a: Float64Array, sNext: Float64Array): void {
    const { row } = this.#environment;
    const S = this.#observed;
    for (let i = 0; i < S; ++i) {
      row.s[i] = s[i]!;
      row.sNext[i] = sNext[i]!;
    }
    row.a.set(a);
  }

  reward(s: Float64Array, a: Float64Array, sNext: Float64Array): number {
    this.#place(s, a, sNext);
    const { sinking } = this;
    if (sinking === undefined) return this.#environment.rowReward();
    const depth = Math.max(0, sinking.low - sNext[1]!) / SINKING_SCALE;
    return this.#environment.rowReward() - sinking.weight * depth * depth;
  }

  rewardGradient(
    s: Float64Array,
    a: Float64Array,
    sNext: Float64Array,
    rS: Float64Array,
    rA: Float64Array,
    rSNext: Float64Array,
  ): void {
    this.#place(s, a, sNext);
    this.#environment.rowRewardGradient();
    const { row } = this.#environment;
    rS.fill(0);
    rSNext.fill(0);
    rS.set(row.rS);
    rA.set(row.rA);
    rSNext.set(row.rSNext);
    const { sinking } = this;
    if (sinking === undefined) return;
    rSNext[1]! += (2 * sinking.weight * Math.max(0, sinking.low - sNext[1]!)) / (SINKING_SCALE * SINKING_SCALE);
  }
}
