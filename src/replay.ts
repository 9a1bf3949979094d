/** Where a minibatch of transitions goes: the learner's batch. */
export interface TransitionBatch {
  /** (B, S), (B, A), (B, S), (B). */
  readonly s: Float32Array;
  readonly a: Float32Array;
  readonly sNext: Float32Array;
  readonly reward: Float32Array;
  readonly terminated: Float32Array;
  readonly behaviourLogProb: Float32Array;
}

/**
 * Everything that was experienced, a structure of arrays; when full, the oldest transition makes room. `terminated` (the process ended,
 * nothing follows) and `truncated` (a time limit, the next state still has a value) are kept apart.
 */
export class Replay {
  readonly capacity: number;
  readonly states: number;
  readonly actions: number;
  readonly s: Float32Array;
  readonly a: Float32Array;
  readonly sNext: Float32Array;
  readonly reward: Float32Array;
  readonly behaviourLogProb: Float32Array;
  readonly terminated: Uint8Array;
  readonly truncated: Uint8Array;
  #size = 0;
  #next = 0;

  constructor(capacity: number, states: number, actions: number) {
    this.capacity = capacity;
    this.states = states;
    this.actions = actions;
    this.s = new Float32Array(capacity * states);
    this.a = new Float32Array(capacity * actions);
    this.sNext = new Float32Array(capacity * states);
    this.reward = new Float32Array(capacity);
    this.behaviourLogProb = new Float32Array(capacity);
    this.terminated = new Uint8Array(capacity);
    this.truncated = new Uint8Array(capacity);
  }

  /** Bytes that a transition takes. */
  static bytesPerTransition(states: number, actions: number): number {
    return 4 * (2 * states + actions + 2) + 2;
  }

  /** Transitions held. */
  get size(): number {
    return this.#size;
  }

  /** Where the next transition goes. */
  get next(): number {
    return this.#next;
  }

  /** Takes up a restored buffer, whose arrays the caller has filled. */
  resume(size: number, next: number): void {
    this.#size = size;
    this.#next = next;
  }

  /** Adds the transition whose state, action and next state begin at the given offsets of their arrays. */
  add(
    s: ArrayLike<number>,
    a: ArrayLike<number>,
    reward: number,
    sNext: ArrayLike<number>,
    behaviourLogProb: number,
    terminated: boolean,
    truncated: boolean,
  ): void {
    const at = this.#next;
    const { states, actions } = this;
    for (let i = 0; i < states; ++i) {
      this.s[at * states + i] = s[i]!;
      this.sNext[at * states + i] = sNext[i]!;
    }
    for (let k = 0; k < actions; ++k) this.a[at * actions + k] = a[k]!;
    this.reward[at] = reward;
    this.behaviourLogProb[at] = behaviourLogProb;
    this.terminated[at] = terminated ? 1 : 0;
    this.truncated[at] = truncated ? 1 : 0;
    this.#next = at + 1 === this.capacity ? 0 : at + 1;
    if (this.#size < this.capacity) this.#size += 1;
  }

  /** The standard deviation of the changes of state dimension `i` over all transitions held; 1 where it never changes. */
  changeDeviation(i: number): number {
    let sum = 0;
    let squares = 0;
    for (let at = i; at < this.#size * this.states; at += this.states) {
      const change = this.sNext[at]! - this.s[at]!;
      sum += change;
      squares += change * change;
    }
    const mean = sum / this.#size;
    const variance = squares / this.#size - mean * mean;
    return variance > 1e-12 ? Math.sqrt(variance) : 1;
  }

  /** Copies the first `count` of the transitions named by `indices` into a batch. */
  gather(indices: Int32Array, count: number, batch: TransitionBatch): void {
    const { states, actions } = this;
    for (let b = 0; b < count; ++b) {
      const from = indices[b]!;
      for (let i = 0; i < states; ++i) {
        batch.s[b * states + i] = this.s[from * states + i]!;
        batch.sNext[b * states + i] = this.sNext[from * states + i]!;
      }
      for (let k = 0; k < actions; ++k) batch.a[b * actions + k] = this.a[from * actions + k]!;
      batch.reward[b] = this.reward[from]!;
      batch.terminated[b] = this.terminated[from]!;
      batch.behaviourLogProb[b] = this.behaviourLogProb[from]!;
    }
  }
}
