/** Random changes of action sequences that are smooth in time. */

import type { Chance } from "../../src/chance.js";

const SPREADS = [0.05, 0.15, 0.4, 1] as const;
const INTERVALS = [2, 4, 8, 16] as const;

/** A standard normal number (Box and Muller 1958). */
export function normal(chance: Chance): number {
  return Math.sqrt(-2 * Math.log(1 - chance.uniform())) * Math.cos(2 * Math.PI * chance.uniform());
}

/** Adds piecewise linear noise: normal numbers of a random spread at knots a random number of steps apart. */
export class Perturbation {
  readonly #actions: number;
  readonly #chance: Chance;
  readonly #from: Float64Array;
  readonly #to: Float64Array;

  constructor(actions: number, chance: Chance) {
    this.#actions = actions;
    this.#chance = chance;
    this.#from = new Float64Array(actions);
    this.#to = new Float64Array(actions);
  }

  #draw(knot: Float64Array, spread: number): void {
    for (let i = 0; i < knot.length; ++i) knot[i] = spread * normal(this.#chance);
  }

  /** Writes `actions` (T, A) with noise; both may be the same array. Bounds are the caller's business. */
  apply(actions: Float64Array, out: Float64Array): void {
    const A = this.#actions;
    const steps = actions.length / A;
    const spread = SPREADS[this.#chance.index(SPREADS.length)]!;
    const interval = INTERVALS[this.#chance.index(INTERVALS.length)]!;
    this.#draw(this.#to, spread);
    for (let t = 0; t < steps; ++t) {
      const phase = t % interval;
      if (phase === 0) {
        this.#from.set(this.#to);
        this.#draw(this.#to, spread);
      }
      const share = phase / interval;
      for (let i = 0; i < A; ++i) {
        out[t * A + i] = actions[t * A + i]! + (1 - share) * this.#from[i]! + share * this.#to[i]!;
      }
    }
  }
}
