import { Source } from "../core/numbers.js";
import type { Oracle } from "./mujoco.js";
import type { FeatureModel } from "./xml.js";

/** Random states in which contacts, limits and their combinations are frequent. */

export interface State {
  readonly q: readonly number[];
  readonly v: readonly number[];
  readonly u: readonly number[];
}

/**
 * free: anywhere in (and a little beyond) the ranges; touching: the first such draw with a contact; multiple: the one with most contacts
 * of several; grazing: just across the boundary between a draw with fewer and a draw with more contacts; moving: what the model itself
 * comes to under random controls, so that things lie, slide and roll.
 */
export const KINDS = ["free", "touching", "multiple", "grazing", "moving"] as const;
export type Kind = (typeof KINDS)[number];

const SPEEDS = [0, 0.01, 1, 6];
const TRIES = 30;
const PROBES = 60;
const BISECTIONS = 24;
/** Beyond this a moving state has flown away. */
const FASTEST = 200;

export class Sampler {
  readonly #oracle: Oracle;
  readonly #source: Source;
  readonly #ranges: readonly (readonly [number, number])[];
  /** Whether anything ever touches. */
  readonly touches: boolean;

  constructor(oracle: Oracle, model: FeatureModel, seed: number) {
    const { slides = 0.4, hinges = Math.PI } = model;
    this.#oracle = oracle;
    this.#source = new Source(seed);
    this.#ranges = Array.from({ length: oracle.dofs }, (_, j) => {
      const { hinge, range, drawn } = oracle.joint(j);
      if (range === undefined) {
        const reach = hinge ? hinges : slides;
        return [drawn - reach, drawn + reach];
      }
      const beyond = 0.05 * (range[1] - range[0]);
      return [range[0] - beyond, range[1] + beyond];
    });
    this.touches = Array.from({ length: PROBES }).some(() => this.#count(this.#position()) > 0);
  }

  /** A state of a kind; free or moving where nothing touches. */
  draw(kind: Kind): State {
    for (let attempt = 0; ; attempt++) {
      const state = this.#attempt(this.touches || kind === "moving" ? kind : "free");
      this.#evaluate(state.q);
      if (!this.#oracle.crossing) return state;
      if (attempt === 100) throw new Error("segments cross in every state");
    }
  }

  /**
   * A state from which trajectories start, where little touches yet; a tame one is slow and in the middle of the ranges, so that no
   * mechanism without limits winds itself up to speeds at which rounding errors grow fast.
   */
  start(tame = false): State {
    const share = tame ? 0.3 : 1;
    const draw = (): State => {
      const { q, v, u } = this.draw("free");
      const middle = this.#ranges.map(([low, high]) => (low + high) / 2);
      const towards = (x: number, j: number) => middle[j]! + share * (x - middle[j]!);
      return { q: q.map(towards), v: v.map((rate) => (share * rate) / 6), u };
    };
    let best = draw();
    let fewest = this.#count(best.q);
    for (let i = 0; i < TRIES && fewest > 0; i++) {
      const state = draw();
      const count = this.#count(state.q);
      if (count < fewest) [best, fewest] = [state, count];
    }
    return best;
  }

  /** Beyond the ranges at times, or a tenth of that. */
  controls(tame = false): number[] {
    const reach = tame ? 0.15 : 1.5;
    return this.#source.array(this.#oracle.controls, -reach, reach);
  }

  #attempt(kind: Kind): State {
    const source = this.#source;
    const u = this.controls();
    if (kind === "moving") return { ...this.#moved(), u };
    const speed = SPEEDS[source.below(SPEEDS.length)]!;
    return { q: this.#place(kind), v: source.array(this.#oracle.dofs, -speed, speed), u };
  }

  #place(kind: Kind): number[] {
    if (kind === "free") return this.#position();
    if (kind === "grazing") return this.#graze();
    let best = this.#position();
    let most = this.#count(best);
    for (let i = 0; i < TRIES && (kind === "multiple" || most === 0); i++) {
      const q = this.#position();
      const count = this.#count(q);
      if (count > most) [best, most] = [q, count];
    }
    return best;
  }

  /** Bisects between two draws for the place where a contact appears, and steps 1e-8 to 1e-3 of the way into it. */
  #graze(): number[] {
    let outside = this.#position();
    let inside = this.#position();
    for (let i = 0; i < TRIES && this.#count(outside) === this.#count(inside); i++) inside = this.#position();
    if (this.#count(outside) > this.#count(inside)) [outside, inside] = [inside, outside];
    const between = (share: number) => outside.map((x, j) => x + share * (inside[j]! - x));
    const fewest = this.#count(outside);
    let [low, high] = [0, 1];
    for (let i = 0; i < BISECTIONS; i++) {
      const middle = (low + high) / 2;
      if (this.#count(between(middle)) > fewest) high = middle;
      else low = middle;
    }
    return between(Math.min(1, high + 10 ** this.#source.uniform(-8, -3)));
  }

  #moved(): { q: number[]; v: number[] } {
    const oracle = this.#oracle;
    const speed = this.#source.uniform(0, 2);
    for (let attempt = 0; attempt < TRIES; attempt++) {
      oracle.set(this.#position(), this.#source.array(oracle.dofs, -speed, speed), this.controls());
      oracle.step(1 + this.#source.below(150));
      const { q, v } = oracle;
      if (v.every((rate) => Math.abs(rate) < FASTEST)) return { q, v };
    }
    return { q: this.#position(), v: new Array<number>(oracle.dofs).fill(0) };
  }

  #position(): number[] {
    return this.#ranges.map(([low, high]) => this.#source.uniform(low, high));
  }

  #evaluate(q: readonly number[]): void {
    const { dofs, controls } = this.#oracle;
    this.#oracle.set(q, new Array<number>(dofs).fill(0), new Array<number>(controls).fill(0));
    this.#oracle.collide();
  }

  #count(q: readonly number[]): number {
    this.#evaluate(q);
    return this.#oracle.contactCount;
  }
}
