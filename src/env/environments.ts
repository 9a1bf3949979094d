import { type EnvironmentHandle, type Pointer, Stream } from "../abi.js";
import { addressOf, byteView, float64View, int32View, placeBytes } from "../views.js";
import type { Core } from "../wasm.js";
import { modelBlock } from "./models.js";
import type { CoreTask } from "./task.js";
import { concatenate, type GradientBatch, type JacobianBatch, type VectorEnvironment } from "./vector.js";

/** What an environment may do otherwise than its task's defaults. */
export interface EnvironmentOptions {
  /**
   * Standard deviation of the normal disturbance of every step, 0 or more: of the actions, in units of the actuators' range (hand: of
   * the force on its ball, N).
   */
  readonly disturbance?: number;
  /** Whether a failure ends the process. */
  readonly earlyTermination?: boolean;
}

/** One transition in f64 and the exact derivatives at it: write `s`, `a`, `sNext`, call, read. All live. */
export interface TransitionRow {
  readonly s: Float64Array;
  readonly a: Float64Array;
  readonly sNext: Float64Array;
  readonly rS: Float64Array;
  readonly rA: Float64Array;
  readonly rSNext: Float64Array;
  /** (S, S) and (S, A), row-major. */
  readonly fS: Float64Array;
  readonly fA: Float64Array;
}

interface Views
  extends Pick<
    VectorEnvironment,
    "states" | "actions" | "rewards" | "terms" | "scores" | "terminated" | "truncated" | "failed"
  > {
  readonly hidden: Float64Array;
  readonly trouble: Int32Array;
  readonly elapsed: Int32Array;
  readonly row: TransitionRow;
  /** What a snapshot copies, in order. */
  readonly parts: readonly Uint8Array[];
}

/**
 * Copies of a built-in task, stepped together in the core. `terminated` is an end of the process, `truncated` a time limit: after the
 * latter the last state still has a value. A copy that ended wants a reset. All arrays are live.
 */
export class Environments implements VectorEnvironment {
  readonly task: CoreTask;
  readonly count: number;
  readonly #core: Core;
  readonly #handle: EnvironmentHandle;
  readonly #stream: number;
  #lazyViews: Views | undefined;

  /**
   * @param stream Whose random numbers these copies use; the default is the training environments'.
   * @throws Error when the core is sealed; RangeError when an option is out of its range.
   */
  constructor(
    core: Core,
    task: CoreTask,
    count: number,
    seed: number,
    stream: number = Stream.Environment,
    options: EnvironmentOptions = {},
  ) {
    core.expectOpen();
    const { disturbance = task.defaults?.disturbance ?? 0, earlyTermination = false } = options;
    if (!(disturbance >= 0 && Number.isFinite(disturbance))) {
      throw new RangeError(`disturbance is ${disturbance}: it must be 0 or more`);
    }
    if (!(Number.isInteger(count) && count >= 1)) throw new RangeError(`count is ${count}: it must be 1 or more`);
    this.task = task;
    this.count = count;
    this.#core = core;
    this.#stream = stream;
    const block = modelBlock(task.model);
    const { exports } = core;
    this.#handle = exports.environmentCreate(
      task.id,
      placeBytes(core, block),
      block.length,
      count,
      BigInt(seed),
      stream,
    );
    exports.environmentConfigure(this.#handle, earlyTermination ? 1 : 0, disturbance);
  }

  get #views(): Views {
    this.#lazyViews ??= this.#makeViews();
    return this.#lazyViews;
  }

  #makeViews(): Views {
    const core = this.#core;
    const handle = this.#handle;
    const { exports } = core;
    const { count } = this;
    const S = exports.environmentStates(handle);
    const A = exports.environmentActions(handle);
    const floats = (read: (handle: EnvironmentHandle) => Pointer, length: number) =>
      float64View(core, read(handle), length);
    const ints = (read: (handle: EnvironmentHandle) => Pointer) => int32View(core, read(handle), count);
    const states = floats(exports.environmentS, count * S);
    const hidden = floats(exports.environmentHidden, count * exports.environmentHiddenStates(handle));
    const elapsed = ints(exports.environmentElapsed);
    const bytesOf = (view: Float64Array | Int32Array) => byteView(core, view.byteOffset, view.byteLength);
    const parts = [states, hidden, elapsed].map(bytesOf);
    for (let i = 0; i < count; ++i) {
      parts.push(byteView(core, exports.environmentGenerator(handle, i), exports.randomBytes()));
    }
    return {
      states,
      hidden,
      actions: floats(exports.environmentA, count * A),
      rewards: floats(exports.environmentReward, count),
      terms: floats(exports.environmentTerms, count * exports.environmentTermCount(handle)),
      scores: floats(exports.environmentScore, count),
      terminated: ints(exports.environmentTerminated),
      truncated: ints(exports.environmentTruncated),
      failed: ints(exports.environmentFailed),
      trouble: ints(exports.environmentTrouble),
      elapsed,
      row: {
        s: floats(exports.rowS, S),
        a: floats(exports.rowA, A),
        sNext: floats(exports.rowSNext, S),
        rS: floats(exports.rowRS, S),
        rA: floats(exports.rowRA, A),
        rSNext: floats(exports.rowRSNext, S),
        fS: floats(exports.rowFS, S * S),
        fA: floats(exports.rowFA, S * A),
      },
      parts,
    };
  }

  get states(): Float64Array {
    return this.#views.states;
  }

  /** What nobody observes (count, H), such as a moving target's velocity. */
  get hidden(): Float64Array {
    return this.#views.hidden;
  }

  get actions(): Float64Array {
    return this.#views.actions;
  }

  get rewards(): Float64Array {
    return this.#views.rewards;
  }

  get terms(): Float64Array {
    return this.#views.terms;
  }

  get scores(): Float64Array {
    return this.#views.scores;
  }

  get terminated(): Int32Array {
    return this.#views.terminated;
  }

  get truncated(): Int32Array {
    return this.#views.truncated;
  }

  get failed(): Int32Array {
    return this.#views.failed;
  }

  /** Bits of `Trouble` (plant.ts) that the last step's simulation met, (count). */
  get trouble(): Int32Array {
    return this.#views.trouble;
  }

  /** Steps since the last reset, (count). */
  get elapsed(): Int32Array {
    return this.#views.elapsed;
  }

  /** What the core knows of the task; the registry says the same. */
  get sizes() {
    const { exports } = this.#core;
    return {
      states: exports.environmentStates(this.#handle),
      actions: exports.environmentActions(this.#handle),
      terms: exports.environmentTermCount(this.#handle),
      steps: exports.environmentSteps(this.#handle),
      /** s. */
      controlStep: exports.environmentControlStep(this.#handle),
      /** Whether the last step ends the process. */
      finite: exports.environmentFinite(this.#handle) !== 0,
      /** Whether it knows failures. */
      fails: exports.environmentFails(this.#handle) !== 0,
    };
  }

  /** Restarts the random numbers. */
  seed(seed: number): void {
    this.#core.exports.environmentSeed(this.#handle, BigInt(seed), this.#stream);
  }

  /** Puts copy `index` into a new start state. */
  reset(index: number): void {
    if (!(Number.isInteger(index) && index >= 0 && index < this.count)) {
      throw new RangeError(`index is ${index}: there are copies 0 to ${this.count - 1}`);
    }
    this.#core.exports.environmentReset(this.#handle, index);
  }

  /** One control step of every copy. */
  step(): void {
    this.#core.exports.environmentStep(this.#handle);
  }

  snapshot(): Uint8Array {
    return concatenate(this.#views.parts);
  }

  restore(snapshot: Uint8Array): void {
    const { parts } = this.#views;
    const size = parts.reduce((sum, { length }) => sum + length, 0);
    if (snapshot.length !== size) {
      throw new RangeError(
        `the snapshot has ${snapshot.length} bytes: one of ${this.count} copies of ${this.task.name} has ${size}`,
      );
    }
    let at = 0;
    for (const part of parts) {
      part.set(snapshot.subarray(at, at + part.length));
      at += part.length;
    }
  }

  /** The arrays must be views of this core's memory. */
  rewardGradient({ rows, rS, rA, rSNext, s, a, sNext }: GradientBatch): void {
    const core = this.#core;
    core.exports.rewardGradient(
      this.#handle,
      addressOf(core, rS),
      addressOf(core, rA),
      addressOf(core, rSNext),
      addressOf(core, s),
      addressOf(core, a),
      addressOf(core, sNext),
      rows,
    );
  }

  /** The arrays must be views of this core's memory. */
  transitionJacobian({ fS, fA, s, a, rows }: JacobianBatch): void {
    const core = this.#core;
    core.exports.transitionJacobian(
      this.#handle,
      addressOf(core, fS),
      addressOf(core, fA),
      addressOf(core, s),
      addressOf(core, a),
      rows,
    );
  }

  /** One transition in f64, for whoever wants derivatives of full precision. */
  get row(): TransitionRow {
    return this.#views.row;
  }

  /** The reward of the row's s, a, sNext. */
  rowReward(): number {
    return this.#core.exports.rowReward(this.#handle);
  }

  /** Puts the reward's derivatives at the row's s, a, sNext into its rS, rA, rSNext. */
  rowRewardGradient(): void {
    this.#core.exports.rowRewardGradient(this.#handle);
  }

  /** Puts the Jacobians of the transition, without disturbances, at the row's s, a into its fS, fA. */
  rowJacobian(): void {
    this.#core.exports.rowJacobian(this.#handle);
  }
}
