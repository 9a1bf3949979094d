import type { Environment, Start } from "./environment.js";
import type { Task } from "./task.js";
import { taskProblems } from "./task-problems.js";
import {
  concatenate,
  expectBoolean,
  expectNumber,
  expectNumbers,
  type GradientBatch,
  type JacobianBatch,
  type VectorEnvironment,
} from "./vector.js";

/** Copies of a user's own environment for the trainer, stepped one after the other. */
export class WrappedEnvironments implements VectorEnvironment {
  readonly task: Task;
  readonly count: number;
  readonly states: Float64Array;
  readonly actions: Float64Array;
  readonly rewards: Float64Array;
  readonly terms: Float64Array;
  readonly scores: Float64Array;
  readonly terminated: Int32Array;
  readonly truncated: Int32Array;
  readonly failed: Int32Array;
  readonly #copies: readonly Environment[];
  readonly #stream: number;
  #seed: number;
  /** Whether a copy's random numbers have begun since the last seed. */
  readonly #seeded: boolean[];
  /** Defined where the copies know their reward's derivatives. */
  readonly rewardGradient?: (batch: GradientBatch) => void;
  /** Defined where the copies know their Jacobians. */
  readonly transitionJacobian?: (batch: JacobianBatch) => void;

  /** @throws RangeError when the environment's task is not a task's description. */
  constructor(make: () => Environment, count: number, seed: number, stream: number) {
    this.#copies = Array.from({ length: count }, make);
    const [problem] = taskProblems(this.#copies[0]!.task);
    if (problem !== undefined) throw new RangeError(`the environment's task cannot be used: ${problem}`);
    this.task = this.#copies[0]!.task;
    this.count = count;
    this.#seed = seed;
    this.#stream = stream;
    this.#seeded = new Array<boolean>(count).fill(false);
    this.states = new Float64Array(count * this.task.state.length);
    this.actions = new Float64Array(count * this.task.action.length);
    this.rewards = new Float64Array(count);
    this.terms = new Float64Array(count * this.task.reward.length);
    this.scores = new Float64Array(count);
    this.terminated = new Int32Array(count);
    this.truncated = new Int32Array(count);
    this.failed = new Int32Array(count);
    if (this.#copies[0]!.rewardGradient !== undefined) this.rewardGradient = (batch) => this.#gradient(batch);
    if (this.#copies[0]!.transitionJacobian !== undefined) this.transitionJacobian = (batch) => this.#jacobian(batch);
  }

  seed(seed: number): void {
    this.#seed = seed;
    this.#seeded.fill(false);
  }

  #observe(index: number, { observation, info }: Start): void {
    const { name, state, reward } = this.task;
    expectNumbers(`${name}'s observation`, observation, state.length);
    this.states.set(observation, index * state.length);
    if (info?.terms === undefined) throw new RangeError(`${name}'s info.terms is missing`);
    for (const [k, term] of reward.entries()) {
      const value = info.terms[term.name];
      expectNumber(`${name}'s info.terms.${term.name}`, value);
      this.terms[index * reward.length + k] = value!;
    }
    expectNumber(`${name}'s info.score`, info.score);
    expectBoolean(`${name}'s info.failed`, info.failed);
    this.scores[index] = info.score;
    this.failed[index] = info.failed ? 1 : 0;
  }

  reset(index: number): void {
    const copy = this.#copies[index]!;
    // a seed of its own for every copy of every stream; exact below 2^53
    const own = (this.#seed % 0x1_0000_0000) * 0x10_0000 + this.#stream * 0x1_0000 + index;
    this.#observe(index, this.#seeded[index] ? copy.reset() : copy.reset({ seed: own }));
    this.#seeded[index] = true;
    this.terminated[index] = 0;
    this.truncated[index] = 0;
  }

  step(): void {
    const A = this.task.action.length;
    this.#copies.forEach((copy, i) => {
      // copies that ended idle until their reset
      if (this.terminated[i] === 1 || this.truncated[i] === 1) return;
      const result = copy.step(this.actions.slice(i * A, (i + 1) * A));
      this.#observe(i, result);
      const { name } = this.task;
      expectNumber(`${name}'s reward`, result.reward);
      expectBoolean(`${name}'s terminated`, result.terminated);
      expectBoolean(`${name}'s truncated`, result.truncated);
      this.rewards[i] = result.reward;
      this.terminated[i] = result.terminated ? 1 : 0;
      this.truncated[i] = result.truncated ? 1 : 0;
    });
  }

  #gradient({ rows, s, a, sNext, rS, rA, rSNext }: GradientBatch): void {
    const S = this.task.state.length;
    const A = this.task.action.length;
    for (let b = 0; b < rows; ++b) {
      const row = this.#copies[0]!.rewardGradient!(
        Float64Array.from(s.subarray(b * S, (b + 1) * S)),
        Float64Array.from(a.subarray(b * A, (b + 1) * A)),
        Float64Array.from(sNext.subarray(b * S, (b + 1) * S)),
      );
      write(`${this.task.name}'s rS`, rS, row.rS, b, S);
      write(`${this.task.name}'s rA`, rA, row.rA, b, A);
      write(`${this.task.name}'s rSNext`, rSNext, row.rSNext, b, S);
    }
  }

  #jacobian({ rows, s, a, fS, fA }: JacobianBatch): void {
    const S = this.task.state.length;
    const A = this.task.action.length;
    for (let b = 0; b < rows; ++b) {
      const row = this.#copies[0]!.transitionJacobian!(
        Float64Array.from(s.subarray(b * S, (b + 1) * S)),
        Float64Array.from(a.subarray(b * A, (b + 1) * A)),
      );
      write(`${this.task.name}'s fS`, fS, row.fS, b, S * S);
      write(`${this.task.name}'s fA`, fA, row.fA, b, S * A);
    }
  }

  snapshot(): Uint8Array {
    const parts = this.#copies.map((copy) => {
      if (copy.snapshot === undefined || copy.restore === undefined) {
        throw new Error(`${this.task.name} can't be saved: its environment has no snapshot and restore`);
      }
      return copy.snapshot();
    });
    const states = new Uint8Array(this.states.buffer);
    const seeded = Uint8Array.from(this.#seeded, Number);
    const lengths = new Uint8Array(Uint32Array.from(parts, ({ length }) => length).buffer);
    return concatenate([lengths, states, seeded, ...parts]);
  }

  restore(snapshot: Uint8Array): void {
    const wrong = new RangeError(`this is no snapshot of ${this.count} copies of ${this.task.name}`);
    const head = 4 * this.count + this.states.byteLength + this.count;
    if (snapshot.length < head) throw wrong;
    const lengths = [...new Uint32Array(snapshot.slice(0, 4 * this.count).buffer)];
    if (snapshot.length !== head + lengths.reduce((sum, length) => sum + length, 0)) throw wrong;
    new Uint8Array(this.states.buffer).set(snapshot.subarray(4 * this.count, head - this.count));
    let at = head;
    this.#copies.forEach((copy, i) => {
      this.#seeded[i] = snapshot[head - this.count + i] === 1;
      if (copy.restore === undefined) throw new Error(`${this.task.name} can't be restored: it has no restore`);
      copy.restore(snapshot.slice(at, at + lengths[i]!));
      at += lengths[i]!;
    });
  }
}

function write(what: string, to: Float32Array, values: ArrayLike<number>, row: number, length: number): void {
  expectNumbers(what, values, length);
  to.set(values, row * length);
}
