import type { Frame } from "./env/frames.js";
import { cosSin } from "./mjcf/trigonometry.js";

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

/** Transitions as columns: s (N, S), a (N, A), sNext (N, S), the others (N). */
export interface TransitionColumns {
  readonly s: Float32Array;
  readonly a: Float32Array;
  readonly sNext: Float32Array;
  readonly reward: Float32Array;
  readonly behaviourLogProb: Float32Array;
  readonly terminated: Uint8Array;
  readonly truncated: Uint8Array;
}

/** The columns' names, and the numbers that a transition has in each. */
export const columnWidths = (states: number, actions: number): Record<keyof TransitionColumns, number> => ({
  s: states,
  a: actions,
  sNext: states,
  reward: 1,
  behaviourLogProb: 1,
  terminated: 1,
  truncated: 1,
});

/** The numbers `from` to `to` - 1. */
export const consecutive = (from: number, to: number): Int32Array =>
  Int32Array.from({ length: to - from }, (_, i) => from + i);

/**
 * Everything that was experienced, a structure of arrays; when full, the oldest transition makes room. `terminated` (the process ended,
 * nothing follows) and `truncated` (a time limit, the next state still has a value) are kept apart. Transitions are numbered from 0 in
 * the order in which they were added.
 */
export class Replay implements TransitionColumns {
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
  #added = 0;

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

  /** Transitions ever added. */
  get added(): number {
    return this.#added;
  }

  /** Transitions held: the last ones. */
  get size(): number {
    return Math.min(this.#added, this.capacity);
  }

  /** The number of the transition that stands at an index of the arrays. */
  numberAt(index: number): number {
    return index + this.capacity * Math.floor((this.#added - 1 - index) / this.capacity);
  }

  /** Copies of the transitions with these numbers, which must be held. */
  read(numbers: ArrayLike<number>): TransitionColumns {
    const copies = this.#columns().map(([name, data, width]) => {
      const copy = data.slice(0, numbers.length * width);
      for (let row = 0; row < numbers.length; ++row) {
        const at = (numbers[row]! % this.capacity) * width;
        copy.set(data.subarray(at, at + width), row * width);
      }
      return [name, copy];
    });
    return Object.fromEntries(copies) as TransitionColumns;
  }

  /** Puts transitions at their numbers' places, those too old to be held left out. For restored buffers, after `resume`. */
  write(numbers: ArrayLike<number>, columns: TransitionColumns): void {
    const oldest = this.#added - this.size;
    for (const [name, data, width] of this.#columns()) {
      for (let row = 0; row < numbers.length; ++row) {
        if (numbers[row]! < oldest) continue;
        const at = (numbers[row]! % this.capacity) * width;
        data.set(columns[name].subarray(row * width, (row + 1) * width), at);
      }
    }
  }

  #columns(): [name: keyof TransitionColumns, data: Float32Array | Uint8Array, width: number][] {
    const widths = Object.entries(columnWidths(this.states, this.actions));
    return (widths as [keyof TransitionColumns, number][]).map(([name, width]) => [name, this[name], width]);
  }

  /** Takes up a restored buffer, to which `added` transitions were ever added; the caller writes those held. */
  resume(added: number): void {
    this.#added = added;
  }

  /** Where the transition stands that `age` held ones are older than. */
  indexAt(age: number): number {
    return (this.#added - this.size + age) % this.capacity;
  }

  /** Where the transition stands that came `steps` after the one at an index. */
  indexAfter(index: number, steps: number): number {
    return (index + steps) % this.capacity;
  }

  /**
   * Where the last `count` transitions stand, in the order in which they were added.
   * @throws RangeError when fewer are held.
   */
  last(count: number): Int32Array {
    if (count > this.size) throw new RangeError(`count is ${count}: the replay holds ${this.size} transitions`);
    return consecutive(this.size - count, this.size).map((age) => this.indexAt(age));
  }

  /** Where `count` transitions stand that are spread evenly over the last `span`, both at most those held; the newest is one of them. */
  spread(count: number, span: number): Int32Array {
    return consecutive(0, count).map((i) => this.indexAt(this.size - 1 - Math.floor(((count - 1 - i) * span) / count)));
  }

  /** Whether an episode ends with the transition at an index. */
  isEnd(index: number): boolean {
    return this.terminated[index] === 1 || this.truncated[index] === 1;
  }

  /** Whether the newest transition is its episode's last. */
  get episodeEnded(): boolean {
    return this.isEnd(this.indexAt(this.size - 1));
  }

  /** Transitions held of episodes that are over: the oldest ones. */
  get finished(): number {
    let count = this.size;
    while (count > 0 && !this.isEnd(this.indexAt(count - 1))) count -= 1;
    return count;
  }

  /** Transitions from the one at an index to the end of its episode, which must be over, both included. */
  restLength(index: number): number {
    let length = 1;
    while (length < this.size && !this.isEnd(this.indexAfter(index, length - 1))) length += 1;
    return length;
  }

  /**
   * Where the transitions of trajectory pieces stand that begin at the given indices. Each is over after `steps` transitions, with its
   * episode, or with the newest transition; what is left of its rows repeats its last one.
   * @param rows Filled: row t pieces + p is step t of piece p.
   * @param ends Filled: the last step of each piece.
   */
  pieces(starts: ArrayLike<number>, pieces: number, steps: number, rows: Int32Array, ends: Int32Array): void {
    const newest = this.indexAt(this.size - 1);
    for (let p = 0; p < pieces; ++p) {
      let at = starts[p]!;
      let end = 0;
      rows[p] = at;
      for (let t = 1; t < steps; ++t) {
        if (end === t - 1 && at !== newest && !this.isEnd(at)) {
          at = this.indexAfter(at, 1);
          end = t;
        }
        rows[t * pieces + p] = at;
      }
      ends[p] = end;
    }
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
    const at = this.#added % this.capacity;
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
    this.#added += 1;
  }

  /**
   * The standard deviations, over all transitions held, of what a model predicts: the changes of the state dimensions `predicted`,
   * those of a framed pair seen in its frame. 1 where nothing ever changes. (D)
   */
  changeDeviations(predicted: readonly number[], frames: readonly Frame[] = []): number[] {
    const { s, sNext } = this;
    const deviations = predicted.map((i) => this.#deviation((row) => sNext[row + i]! - s[row + i]!));
    for (const { x, y, angle } of frames) {
      // the change of (x, y) along a coordinate of the frame: 0 or 1
      const seen = (coordinate: number): number =>
        this.#deviation((row) => {
          let turn = 0;
          for (const [index, coefficient] of angle) turn += coefficient * s[row + index]!;
          const [c, n] = cosSin(turn);
          const alongX = sNext[row + x]! - s[row + x]!;
          const alongY = sNext[row + y]! - s[row + y]!;
          return coordinate === 0 ? c * alongX + n * alongY : c * alongY - n * alongX;
        });
      deviations[predicted.indexOf(x)] = seen(0);
      deviations[predicted.indexOf(y)] = seen(1);
    }
    return deviations;
  }

  /** The standard deviation of a number of the transition whose states begin at `row`, or 1. */
  #deviation(value: (row: number) => number): number {
    let sum = 0;
    let squares = 0;
    for (let row = 0; row < this.size * this.states; row += this.states) {
      const x = value(row);
      sum += x;
      squares += x * x;
    }
    const mean = sum / this.size;
    const variance = squares / this.size - mean * mean;
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

  /**
   * The same for transitions of finished episodes, each lengthened to the end of its episode as if that were one step: the reward is the
   * discounted return of the rest, sNext the state at its end. That is n - 1 steps further away than a next state, and counts
   * gamma^(n - 1) as much: discounting is ending with a chance, so `terminated` is 1 - gamma^(n - 1), or 1 where the process ended.
   */
  gatherReturns(indices: Int32Array, count: number, batch: TransitionBatch, gamma: number): void {
    this.gather(indices, count, batch);
    const { states } = this;
    for (let b = 0; b < count; ++b) {
      const start = indices[b]!;
      const length = this.restLength(start);
      const end = this.indexAfter(start, length - 1);
      let sum = 0;
      let survival = 1;
      for (let i = 0; i < length; ++i) {
        if (i > 0) survival *= gamma;
        sum += survival * this.reward[this.indexAfter(start, i)]!;
      }
      for (let i = 0; i < states; ++i) batch.sNext[b * states + i] = this.sNext[end * states + i]!;
      batch.reward[b] = sum;
      batch.terminated[b] = this.terminated[end] === 1 ? 1 : 1 - survival;
    }
  }
}
