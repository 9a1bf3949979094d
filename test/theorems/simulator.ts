// A built-in task's simulator as a transition of quantities: its own steps and rewards, and its exact derivatives.

import { FeatureKind } from "../../src/abi.js";
import { Environments } from "../../src/env/environments.js";
import { type BasicFeature, type Feature, formsOf } from "../../src/env/features.js";
import { tasks } from "../../src/env/task.js";
import { init } from "../../src/node.js";
import type { TestFeature } from "../core/encoders.js";
import type { Numbers, Row } from "../oracle/equations.js";
import { given, held, type Quantity } from "../oracle/tape.js";
import type { Derivatives } from "./subject.js";

/** A task's features as the test core takes them. */
export function featuresOf(features: readonly Feature[]): TestFeature[] {
  const basic = (feature: BasicFeature) => ({
    kind: FeatureKind[feature.kind],
    forms: formsOf(feature),
    scale: feature.scale,
  });
  return features.map((feature) =>
    feature.kind === "sum" ? { sum: feature.of.map(basic), scale: feature.scale } : basic(feature),
  );
}

export class Simulator {
  readonly task;
  readonly #copy: Environments;

  constructor(copy: Environments) {
    this.task = copy.task;
    this.#copy = copy;
  }

  static async of(name: string, disturbance: number): Promise<Simulator> {
    const copy = new Environments(await init(), tasks[name]!, 1, 1, undefined, { disturbance });
    copy.reset(0);
    return new Simulator(copy);
  }

  /** The state after a reset. */
  start(seed: number): number[] {
    this.#copy.seed(seed);
    this.#copy.reset(0);
    return [...this.#copy.states];
  }

  /** The next state, with the disturbances of its own generator. */
  next(s: Numbers, a: Numbers): number[] {
    this.#copy.states.set(s);
    this.#copy.actions.set(a);
    this.#copy.step();
    return [...this.#copy.states];
  }

  /** All derivatives at a transition. */
  derivatives(s: Numbers, a: Numbers, sNext: Numbers): Required<Derivatives> {
    const { row } = this.#copy;
    row.s.set(s);
    row.a.set(a);
    row.sNext.set(sNext);
    this.#copy.rowJacobian();
    this.#copy.rowRewardGradient();
    const { rS, rA, rSNext, fS, fA } = row;
    return { rS: [...rS], rA: [...rA], rSNext: [...rSNext], fS: [...fS], fA: [...fA] };
  }

  readonly f = (s: Row, a: Row): Row => {
    const [S, A] = [s.length, a.length];
    const [from, act] = [s.map(held), a.map(held)];
    const next = this.next(from, act);
    if ([...s, ...a].every((x) => typeof x === "number")) return next;
    const { fS, fA } = this.derivatives(from, act, next);
    return next.map((x, i) => {
      return given(x, [...s, ...a], [...fS.slice(i * S, (i + 1) * S), ...fA.slice(i * A, (i + 1) * A)]);
    });
  };

  readonly reward = (s: Row, a: Row, sNext: Row): Quantity => {
    const [from, act, to] = [s.map(held), a.map(held), sNext.map(held)];
    const { rS, rA, rSNext } = this.derivatives(from, act, to);
    if ([...s, ...a].every((x) => typeof x === "number")) return this.#copy.rowReward();
    return given(this.#copy.rowReward(), [...s, ...a, ...sNext], [...rS, ...rA, ...rSNext]);
  };
}
