import { type EnvironmentHandle, Stream } from "../abi.js";
import { byteView, float64View, int32View } from "../views.js";
import type { Core } from "../wasm.js";
import type { Task } from "./task.js";

interface Views {
  readonly states: Float64Array;
  readonly actions: Float64Array;
  readonly rewards: Float64Array;
  readonly terminated: Int32Array;
  readonly truncated: Int32Array;
  readonly elapsed: Int32Array;
  readonly generators: readonly Uint8Array[];
}

/**
 * Copies of one task, stepped together in the core. `terminated` is an end of the process, `truncated` a time limit: after the latter
 * the last state still has a value. A copy that ended wants a reset.
 */
export class Environments {
  readonly task: Task;
  readonly count: number;
  readonly #core: Core;
  readonly #handle: EnvironmentHandle;
  readonly #stream: number;
  #lazyViews: Views | undefined;

  /**
   * @param stream Whose random numbers these copies use; the default is the training environments'.
   * @throws Error when the core is sealed.
   */
  constructor(core: Core, task: Task, count: number, seed: number, stream: number = Stream.Environment) {
    core.expectOpen();
    this.task = task;
    this.count = count;
    this.#core = core;
    this.#stream = stream;
    this.#handle = core.exports.environmentCreate(task.id, count, BigInt(seed), stream);
  }

  get #views(): Views {
    this.#lazyViews ??= this.#makeViews();
    return this.#lazyViews;
  }

  #makeViews(): Views {
    const core = this.#core;
    const { exports } = core;
    const generators = [];
    for (let i = 0; i < this.count; ++i) {
      generators.push(byteView(core, exports.environmentGenerator(this.#handle, i), exports.randomBytes()));
    }
    return {
      states: float64View(core, exports.environmentS(this.#handle), this.count * this.task.state.length),
      actions: float64View(core, exports.environmentA(this.#handle), this.count * this.task.action.length),
      rewards: float64View(core, exports.environmentReward(this.#handle), this.count),
      terminated: int32View(core, exports.environmentTerminated(this.#handle), this.count),
      truncated: int32View(core, exports.environmentTruncated(this.#handle), this.count),
      elapsed: int32View(core, exports.environmentElapsed(this.#handle), this.count),
      generators,
    };
  }

  /** States (count, S). */
  get states(): Float64Array {
    return this.#views.states;
  }

  /** Actions (count, A) for the next step. */
  get actions(): Float64Array {
    return this.#views.actions;
  }

  /** Rewards (count) of the last step. */
  get rewards(): Float64Array {
    return this.#views.rewards;
  }

  /** 1 where the last step ended the process, (count). */
  get terminated(): Int32Array {
    return this.#views.terminated;
  }

  /** 1 where the last step reached the time limit, (count). */
  get truncated(): Int32Array {
    return this.#views.truncated;
  }

  /** Steps since the last reset, (count). */
  get elapsed(): Int32Array {
    return this.#views.elapsed;
  }

  /** Everything that a copy's future depends on besides actions, for checkpoints. */
  get generators(): readonly Uint8Array[] {
    return this.#views.generators;
  }

  /** Restarts the random numbers. */
  seed(seed: number): void {
    this.#core.exports.environmentSeed(this.#handle, BigInt(seed), this.#stream);
  }

  /** Puts copy `index` into a new start state. */
  reset(index: number): void {
    this.#core.exports.environmentReset(this.#handle, index);
  }

  /** One control step of every copy. */
  step(): void {
    this.#core.exports.environmentStep(this.#handle);
  }

  /** The task's own measure of copy `index`'s state. */
  score(index: number): number {
    return this.#core.exports.environmentScore(this.#handle, index);
  }
}
