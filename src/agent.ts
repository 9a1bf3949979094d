import {
  type BatchHandle,
  Deviation,
  type LearnerHandle,
  type ModelHandle,
  type PolicyHandle,
  type RandomHandle,
  Squash,
  Stream,
  type ValueHandle,
} from "./abi.js";
import type { Config } from "./config.js";
import type { Task } from "./env/task.js";
import { createEncoder, createFrames } from "./forms.js";
import { ensembleSlots, mlpSlots, Network } from "./network.js";
import type { PolicyDescription } from "./onnx/policy.js";
import type { TransitionBatch } from "./replay.js";
import { byteView, float32View, int32View, placeInt32 } from "./views.js";
import type { Core } from "./wasm.js";

/** What an agent must know of its task. */
export type AgentTask = Pick<Task, "name" | "state" | "action" | "features" | "predicted" | "frames">;

/** The settings that shape an agent and its updates. */
export type AgentConfig = Pick<
  Config,
  | "seed"
  | "batch"
  | "modelLearningRate"
  | "valueLearningRate"
  | "policyLearningRate"
  | "gamma"
  | "rewardScale"
  | "targetPeriod"
  | "etaLimit"
  | "gradientLimit"
  | "squash"
  | "deviation"
  | "sigma"
  | "sigmaMin"
  | "sigmaMax"
  | "policyHidden"
  | "valueHidden"
  | "model"
  | "modelHidden"
  | "modelNoise"
>;

/** The learner's batch in the core: transitions, weights, the derivatives of the reward and of the transition, each a live array. */
export interface AgentBatch extends TransitionBatch {
  readonly rows: number;
  /** Importance ratios, then weights, (B). */
  readonly weight: Float32Array;
  /** r_s (B, S), r_a (B, A), r_s' (B, S). */
  readonly rS: Float32Array;
  readonly rA: Float32Array;
  readonly rSNext: Float32Array;
  /** f_s (B, S, S), f_a (B, S, A) of the true transition where `model` is "exact", else empty: the learned model is used. */
  readonly fS: Float32Array;
  readonly fA: Float32Array;
}

/** Last layers start this much smaller, so that an untrained network says next to nothing. */
const LAST_LAYER_SCALE = 0.1;

/**
 * A learner in the core: policy, critic and model with their optimisers, and the three updates of SVG(1) with experience replay. Every
 * call works on arrays in the core's memory; none allocates.
 */
export class Agent {
  readonly task: AgentTask;
  readonly config: AgentConfig;
  readonly policy: Network;
  readonly value: Network;
  readonly model: Network;
  readonly #core: Core;
  readonly #actingRows: number;
  readonly #policy: PolicyHandle;
  readonly #value: ValueHandle;
  readonly #model: ModelHandle;
  readonly #batch: BatchHandle;
  readonly #learner: LearnerHandle;
  readonly #noise: RandomHandle;
  readonly #sampling: RandomHandle;
  readonly #verification: RandomHandle;
  readonly #policySizes: readonly number[];
  readonly #statesPointer: number;
  readonly #actionsPointer: number;
  readonly #logProbsPointer: number;
  readonly #valuesPointer: number;
  readonly #indicesPointer: number;
  #lazyBatch: AgentBatch | undefined;
  #lazyActing:
    | {
        states: Float32Array;
        actions: Float32Array;
        logProbs: Float32Array;
        mean: Float32Array;
        deviation: Float32Array;
      }
    | undefined;
  #lazyIndices: Int32Array | undefined;

  /**
   * @param actingRows Largest number of states that `act` takes at once.
   * @throws Error when the core is sealed, or the task has features or frames that cannot be computed.
   */
  constructor(core: Core, task: AgentTask, config: AgentConfig, actingRows = 1) {
    core.expectOpen();
    const { exports } = core;
    const S = task.state.length;
    const A = task.action.length;
    const rows = Math.max(config.batch, actingRows);
    this.task = task;
    this.config = config;
    this.#core = core;
    this.#actingRows = actingRows;

    const encoder = createEncoder(core, S, task.features);
    const features = task.features.length;

    this.#policySizes = [features, ...config.policyHidden, 2 * A];
    this.#policy = exports.policyCreate(
      encoder,
      placeInt32(core, this.#policySizes),
      this.#policySizes.length - 1,
      rows,
      Squash[config.squash],
      Deviation[config.deviation],
      config.sigmaMin,
      config.sigmaMax,
      config.etaLimit,
    );
    this.policy = new Network(core, "policy", exports.policyParameters(this.#policy), mlpSlots(this.#policySizes));

    const valueSizes = [features, ...config.valueHidden, 1];
    this.#value = exports.valueCreate(encoder, placeInt32(core, valueSizes), valueSizes.length - 1, rows);
    this.value = new Network(core, "value", exports.valueParameters(this.#value), mlpSlots(valueSizes));

    const modelSizes = [features + A, ...config.modelHidden, config.modelNoise === "learned" ? 2 : 1];
    this.#model = exports.modelCreate(
      encoder,
      A,
      placeInt32(core, modelSizes),
      modelSizes.length - 1,
      placeInt32(core, task.predicted),
      task.predicted.length,
      createFrames(core, S, task.predicted, task.frames ?? []),
      rows,
    );
    this.model = new Network(
      core,
      "model",
      exports.modelParameters(this.#model),
      ensembleSlots(modelSizes, task.predicted.length),
    );

    this.#batch = exports.batchCreate(config.batch, S, A);
    if (config.model === "exact") exports.batchAllocateJacobians(this.#batch);
    this.#learner = exports.learnerCreate(
      this.#policy,
      this.#model,
      this.#value,
      this.#batch,
      config.gamma,
      config.rewardScale,
      config.targetPeriod,
    );
    this.#statesPointer = core.alloc(4 * actingRows * S);
    this.#actionsPointer = core.alloc(4 * actingRows * A);
    this.#logProbsPointer = core.alloc(4 * actingRows);
    this.#valuesPointer = core.alloc(4 * actingRows);
    this.#indicesPointer = core.alloc(4 * config.batch);

    const seed = BigInt(config.seed);
    this.#noise = exports.randomCreate(seed, Stream.PolicyNoise, 0);
    this.#sampling = exports.randomCreate(seed, Stream.ReplaySampling, 0);
    this.#verification = exports.randomCreate(seed, Stream.Verification, 0);
    exports.policyInitialise(
      this.#policy,
      exports.randomCreate(seed, Stream.Initialisation, 0),
      LAST_LAYER_SCALE,
      config.sigma,
    );
    exports.valueInitialise(this.#value, exports.randomCreate(seed, Stream.Initialisation, 1), LAST_LAYER_SCALE);
    exports.modelInitialise(this.#model, exports.randomCreate(seed, Stream.Initialisation, 2), LAST_LAYER_SCALE);
    this.policy.configure(config.policyLearningRate, config.gradientLimit);
    this.value.configure(config.valueLearningRate, config.gradientLimit);
    this.model.configure(config.modelLearningRate, config.gradientLimit);
  }

  get #acting() {
    this.#lazyActing ??= {
      states: float32View(this.#core, this.#statesPointer, this.#actingRows * this.task.state.length),
      actions: float32View(this.#core, this.#actionsPointer, this.#actingRows * this.task.action.length),
      logProbs: float32View(this.#core, this.#logProbsPointer, this.#actingRows),
      mean: float32View(
        this.#core,
        this.#core.exports.policyMean(this.#policy),
        this.#actingRows * this.task.action.length,
      ),
      deviation: float32View(
        this.#core,
        this.#core.exports.policyDeviation(this.#policy),
        this.#actingRows * this.task.action.length,
      ),
    };
    return this.#lazyActing;
  }

  /** The batch that the updates work on, (config.batch) rows. */
  get batch(): AgentBatch {
    this.#lazyBatch ??= this.#makeBatch();
    return this.#lazyBatch;
  }

  #makeBatch(): AgentBatch {
    const core = this.#core;
    const { exports } = core;
    const B = this.config.batch;
    const S = this.task.state.length;
    const A = this.task.action.length;
    const handle = this.#batch;
    const exact = this.config.model === "exact" ? B * S : 0;
    return {
      rows: B,
      s: float32View(core, exports.batchS(handle), B * S),
      a: float32View(core, exports.batchA(handle), B * A),
      sNext: float32View(core, exports.batchSNext(handle), B * S),
      reward: float32View(core, exports.batchReward(handle), B),
      terminated: float32View(core, exports.batchTerminated(handle), B),
      behaviourLogProb: float32View(core, exports.batchBehaviourLogProb(handle), B),
      weight: float32View(core, exports.batchWeight(handle), B),
      rS: float32View(core, exports.batchRS(handle), B * S),
      rA: float32View(core, exports.batchRA(handle), B * A),
      rSNext: float32View(core, exports.batchRSNext(handle), B * S),
      fS: float32View(core, exports.batchFS(handle), exact * S),
      fA: float32View(core, exports.batchFA(handle), exact * A),
    };
  }

  /** Actions (rows, A) of the last `act` or `actDeterministically`, in units of the actuator, not clipped. */
  get actions(): Float32Array {
    return this.#acting.actions;
  }

  /** log p(a | s) of the last `act`'s actions, (rows). */
  get logProbs(): Float32Array {
    return this.#acting.logProbs;
  }

  /** Mean and standard deviation (rows, A) of the policy at the last acted states. Valid until the next update. */
  get moments(): { readonly mean: Float32Array; readonly deviation: Float32Array } {
    return this.#acting;
  }

  #evaluate(states: ArrayLike<number>, rows: number): void {
    if (rows < 1 || rows > this.#actingRows) {
      throw new RangeError(`rows is ${rows}: this agent acts on 1 to ${this.#actingRows} states at once`);
    }
    const count = rows * this.task.state.length;
    const inputs = this.#acting.states;
    for (let i = 0; i < count; ++i) inputs[i] = states[i]!;
    this.#core.exports.policyForward(this.#policy, this.#statesPointer, rows);
  }

  /** Samples actions for states (rows, S) into `actions`, with their log-densities in `logProbs`. */
  act(states: ArrayLike<number>, rows = 1): Float32Array {
    this.#evaluate(states, rows);
    const { exports } = this.#core;
    exports.policySample(this.#policy, this.#actionsPointer, this.#noise, rows);
    exports.policyLogProb(this.#policy, this.#logProbsPointer, this.#actionsPointer, rows);
    return this.#acting.actions;
  }

  /** Puts the policy's mean at states (rows, S) into `actions`. Draws no random number. */
  actDeterministically(states: ArrayLike<number>, rows = 1): Float32Array {
    this.#evaluate(states, rows);
    const { actions, mean } = this.#acting;
    const count = rows * this.task.action.length;
    for (let k = 0; k < count; ++k) actions[k] = mean[k]!;
    return actions;
  }

  /** The critic's estimate, in units of the scaled reward, at states (rows, S). */
  valueOf(states: ArrayLike<number>, rows = 1): Float32Array {
    const count = rows * this.task.state.length;
    const inputs = this.#acting.states;
    for (let i = 0; i < count; ++i) inputs[i] = states[i]!;
    this.#core.exports.valueForward(this.#value, this.#valuesPointer, this.#statesPointer, rows);
    return float32View(this.#core, this.#valuesPointer, rows);
  }

  /** The last sampled indices, (config.batch), live. */
  get indices(): Int32Array {
    this.#lazyIndices ??= int32View(this.#core, this.#indicesPointer, this.config.batch);
    return this.#lazyIndices;
  }

  /** `config.batch` random indices below `bound`, from the replay stream. The array is reused. */
  sampleIndices(bound: number): Int32Array {
    this.#core.exports.randomIndices(this.#sampling, this.#indicesPointer, this.config.batch, bound);
    return this.indices;
  }

  /** One step of the model on the batch's s, a, sNext. Returns the squared error of a dimension in units of its scale. */
  updateModel(): number {
    return this.#core.exports.updateModel(this.#learner, this.config.batch);
  }

  /** Puts the density ratios of current and behaviour policy into the batch's `weight`. */
  importanceRatios(): Float32Array {
    this.#core.exports.importanceRatios(this.#learner, this.config.batch);
    return this.batch.weight;
  }

  /** One step of fitted policy evaluation on the batch, with its weights. Returns the weighted squared error. */
  updateValue(): number {
    return this.#core.exports.updateValue(this.#learner, this.config.batch);
  }

  /**
   * One policy step on the batch, with its weights and the derivatives of its rewards (and, where `model` is "exact", of its
   * transitions). `importanceRatios` must have been called on this batch.
   * Returns the gradient's norm before clipping.
   */
  updatePolicy(): number {
    return this.#core.exports.updatePolicy(this.#learner, this.config.batch);
  }

  /** What one unit of each predicted state change is, (D), in its frame where it has one. The model learns changes divided by it. */
  get modelScale(): Float32Array {
    return float32View(this.#core, this.#core.exports.modelScale(this.#model), this.task.predicted.length);
  }

  /** Critic updates so far, which decide when the target is copied. */
  get valueUpdates(): number {
    return this.#core.exports.learnerValueUpdates(this.#learner);
  }

  set valueUpdates(count: number) {
    this.#core.exports.learnerResume(this.#learner, count);
  }

  /** Address of the critic's target block, for checkpoints. */
  get valueTarget(): number {
    return this.#core.exports.valueTarget(this.#value);
  }

  /** The states of the generators for policy noise and replay sampling, live. */
  get generators(): { readonly noise: Uint8Array; readonly sampling: Uint8Array } {
    const bytes = this.#core.exports.randomBytes();
    return { noise: byteView(this.#core, this.#noise, bytes), sampling: byteView(this.#core, this.#sampling, bytes) };
  }

  /** `count` standard normal numbers for testing a policy with: the same for every call on agents of one seed. */
  verificationNoise(count: number): Float32Array {
    const { exports } = this.#core;
    const chunk = this.#acting.states;
    const noise = new Float32Array(count);
    exports.randomSeed(this.#verification, BigInt(this.config.seed), Stream.Verification, 0);
    for (let at = 0; at < count; at += chunk.length) {
      const length = Math.min(chunk.length, count - at);
      exports.randomNormals(this.#verification, this.#statesPointer, length);
      noise.set(chunk.subarray(0, length), at);
    }
    return noise;
  }

  /** The policy as plain arrays, for export. */
  describePolicy(): PolicyDescription {
    const tensors = this.policy.tensors();
    const layers = [];
    for (let layer = 0; layer + 1 < this.#policySizes.length; ++layer) {
      layers.push({
        inputs: this.#policySizes[layer]!,
        outputs: this.#policySizes[layer + 1]!,
        weight: tensors[2 * layer]!.data,
        bias: tensors[2 * layer + 1]!.data,
      });
    }
    const { exports } = this.#core;
    return {
      task: this.task.name,
      state: this.task.state,
      action: this.task.action,
      features: this.task.features,
      layers,
      squash: this.config.squash,
      logSigma: {
        middle: exports.policyLogSigmaMiddle(this.#policy),
        halfRange: exports.policyLogSigmaHalfRange(this.#policy),
      },
    };
  }
}
