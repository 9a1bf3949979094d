import type { BatchHandle } from "./abi.js";
import type { TransitionBatch } from "./replay.js";
import { float32View, int32View } from "./views.js";
import type { Core } from "./wasm.js";

/** A batch of the learner in the core: transitions, weights, the derivatives of the reward and of the transition, each a live array. */
export interface AgentBatch extends TransitionBatch {
  /** Rows in use, B. */
  readonly rows: number;
  /** Importance ratios, then weights, (B). The policy's update turns those of pieces into what a step counts at its piece's start. */
  readonly weight: Float32Array;
  /** r_s (B, S), r_a (B, A), r_s' (B, S). */
  readonly rS: Float32Array;
  readonly rA: Float32Array;
  readonly rSNext: Float32Array;
  /** f_s (B, S, S), f_a (B, S, A), which the caller gives where `model` is "exact"; empty where the model's pullback is applied. */
  readonly fS: Float32Array;
  readonly fA: Float32Array;
  /** Derivative of the value at the next states, of the last policy update, (B, S). */
  readonly vSNext: Float32Array;
  /** The step after which each piece of several steps is over, (P); row t P + p is step t of piece p. */
  readonly ends: Int32Array;
}

/** A batch's place in the core. */
export class HeldBatch {
  readonly handle: BatchHandle;
  /** Rows that there is room for. */
  readonly capacity: number;
  readonly #core: Core;
  readonly #states: number;
  readonly #actions: number;
  readonly #jacobians: boolean;
  #live: AgentBatch | undefined;
  #rows: number;

  /** @param walks Whether it holds pieces of several steps, which takes the Jacobians of transition and policy. */
  constructor(core: Core, capacity: number, states: number, actions: number, jacobians: boolean, walks = false) {
    const { exports } = core;
    this.#core = core;
    this.capacity = capacity;
    this.#rows = capacity;
    this.#states = states;
    this.#actions = actions;
    this.#jacobians = jacobians || walks;
    this.handle = exports.batchCreate(capacity, states, actions);
    if (this.#jacobians) exports.batchAllocateJacobians(this.handle);
    if (walks) exports.batchAllocatePolicyJacobian(this.handle);
  }

  /** The arrays of the rows in use. */
  get live(): AgentBatch {
    this.#live ??= this.#views();
    return this.#live;
  }

  /** @throws RangeError when there is not so much room. */
  use(rows: number): AgentBatch {
    if (!(rows >= 1 && rows <= this.capacity))
      throw new RangeError(`rows is ${rows}: this batch holds 1 to ${this.capacity}`);
    if (rows !== this.#rows) this.#live = undefined;
    this.#rows = rows;
    return this.live;
  }

  #views(): AgentBatch {
    const { exports } = this.#core;
    const [B, S, A] = [this.#rows, this.#states, this.#actions];
    const view = (pointer: number, width: number): Float32Array => float32View(this.#core, pointer, B * width);
    const rows = this.#jacobians ? S : 0;
    return {
      rows: B,
      s: view(exports.batchS(this.handle), S),
      a: view(exports.batchA(this.handle), A),
      sNext: view(exports.batchSNext(this.handle), S),
      reward: view(exports.batchReward(this.handle), 1),
      terminated: view(exports.batchTerminated(this.handle), 1),
      behaviourLogProb: view(exports.batchBehaviourLogProb(this.handle), 1),
      weight: view(exports.batchWeight(this.handle), 1),
      rS: view(exports.batchRS(this.handle), S),
      rA: view(exports.batchRA(this.handle), A),
      rSNext: view(exports.batchRSNext(this.handle), S),
      fS: view(exports.batchFS(this.handle), rows * S),
      fA: view(exports.batchFA(this.handle), rows * A),
      vSNext: view(exports.batchVSNext(this.handle), S),
      ends: int32View(this.#core, exports.batchEnds(this.handle), B),
    };
  }
}
