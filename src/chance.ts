/** Random numbers outside the core, from exactly defined arithmetic only. */

/** A counter, scrambled: the same numbers everywhere for the same seed. */
export class Chance {
  #state: number;

  constructor(seed: number) {
    // both halves of a seed beyond 32 bits count
    this.#state = (seed % 0x1_0000_0000) + Math.imul(Math.floor(seed / 0x1_0000_0000), 0x2c1b3c6d);
  }

  #word(): number {
    this.#state = (this.#state + 0x9e3779b9) | 0;
    let word = this.#state;
    word = Math.imul(word ^ (word >>> 16), 0x21f0aaad);
    word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
    return (word ^ (word >>> 15)) >>> 0;
  }

  /** Uniform in [low, high). */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * (this.#word() / 0x1_0000_0000);
  }

  /** An integer from 0 to `end` - 1. */
  index(end: number): number {
    return Math.floor(this.uniform(0, end));
  }
}
