import type { Task } from "./task.js";

/** Transitions (rows) whose reward is differentiated: s (B, S), a (B, A), sNext (B, S) in, rS (B, S), rA (B, A), rSNext (B, S) out. */
export interface GradientBatch {
  readonly rows: number;
  readonly s: Float32Array;
  readonly a: Float32Array;
  readonly sNext: Float32Array;
  readonly rS: Float32Array;
  readonly rA: Float32Array;
  readonly rSNext: Float32Array;
}

/** States and actions at which the transition is differentiated: s (B, S), a (B, A) in, fS (B, S, S), fA (B, S, A) out. */
export interface JacobianBatch {
  readonly rows: number;
  readonly s: Float32Array;
  readonly a: Float32Array;
  readonly fS: Float32Array;
  readonly fA: Float32Array;
}

/** Copies of a task as the trainer steps them: built-in ones (`Environments`), or a user's own (`WrappedEnvironments`). Arrays are live. */
export interface VectorEnvironment {
  readonly task: Task;
  readonly count: number;
  /** States (count, S). */
  readonly states: Float64Array;
  /** Actions (count, A) for the next step. */
  readonly actions: Float64Array;
  /** Rewards (count) of the last step, and their terms (count, K). */
  readonly rewards: Float64Array;
  readonly terms: Float64Array;
  /** What success is judged by, of the last step, (count). */
  readonly scores: Float64Array;
  /** 1 where the last step ended the process, (count). */
  readonly terminated: Int32Array;
  /** 1 where the last step reached the time limit, (count). */
  readonly truncated: Int32Array;
  /** 1 where the state is a failure, (count). */
  readonly failed: Int32Array;
  /** Bits of `Trouble` (plant.ts) that the last step's simulation met, (count), where there is a simulation. */
  readonly trouble?: Int32Array;
  /** Restarts the random numbers. */
  seed(seed: number): void;
  /** Puts copy `index` into a new start state. */
  reset(index: number): void;
  /** One control step of every copy. */
  step(): void;
  /** Derivatives of the reward at a batch of transitions, where they are known. The arrays of the core's own batch stay in the core. */
  rewardGradient?(batch: GradientBatch): void;
  /** Jacobians of the true transition, where they are known. */
  transitionJacobian?(batch: JacobianBatch): void;
  /** Everything that the copies' future depends on besides actions. */
  snapshot(): Uint8Array;
  /** @throws RangeError when the snapshot is of another number of copies or another task. */
  restore(snapshot: Uint8Array): void;
}

/** @throws RangeError when the value is no finite number. */
export function expectNumber(what: string, value: unknown): void {
  if (!Number.isFinite(value)) throw new RangeError(`${what} is ${value}: it must be finite`);
}

/** @throws RangeError when the values are not `length` finite numbers. */
export function expectNumbers(what: string, values: ArrayLike<number>, length: number): void {
  if (values.length !== length) throw new RangeError(`${what} has ${values.length} numbers: it must have ${length}`);
  for (let i = 0; i < length; ++i) {
    if (!Number.isFinite(values[i])) expectNumber(`${what}[${i}]`, values[i]);
  }
}

/** @throws RangeError when the value is not a boolean. */
export function expectBoolean(what: string, value: unknown): void {
  if (typeof value !== "boolean") throw new RangeError(`${what} is ${value}: it must be true or false`);
}

export function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
