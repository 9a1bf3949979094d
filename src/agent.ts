import {
  Deviation,
  type ImaginationHandle,
  type LearnerHandle,
  type ModelHandle,
  type PolicyHandle,
  type RandomHandle,
  Squash,
  Stream,
  type ValueHandle,
} from "./abi.js";
import type { Algorithm } from "./algorithms/algorithm.js";
import { algorithms } from "./algorithms/algorithms.js";
import { type AgentBatch, HeldBatch } from "./batch.js";
import type { Config } from "./config.js";
import type { Task } from "./env/task.js";
import { createEncoder, createFrames } from "./forms.js";
import { mlpSlots, Network, predictorSlots } from "./network.js";
import type { PolicyDescription } from "./onnx/policy.js";
import { byteView, float32View, int32View, placeBytes, placeInt32 } from "./views.js";
import type { Core } from "./wasm.js";

/** What an agent must know of its task. */
export type AgentTask = Pick<
  Task,
  "name" | "state" | "action" | "controlStep" | "features" | "predicted" | "frames" | "clock"
>;

/** The settings that shape an agent and its updates. */
export type AgentConfig = Pick<
  Config,
  | "algorithm"
  | "seed"
  | "batch"
  | "modelLearningRate"
  | "valueLearningRate"
  | "policyLearningRate"
  | "gamma"
  | "rewardScale"
  | "targetPeriod"
  | "valueLearning"
  | "weights"
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
  | "modelNetwork"
  | "modelNoise"
  | "modelActions"
  | "reward"
  | "rewardHidden"
>;

/** So many pieces of trajectories, each of at most so many steps. */
export interface Pieces {
  readonly count: number;
  readonly steps: number;
  /** Whether they begin anywhere in the replay; else they are the newest transitions, all of which it must hold. */
  readonly replayed?: boolean;
}

/** Transitions that the model is examined at, at most. */
export const PROBE_ROWS = 64;

/** Last layers start this much smaller, so that an untrained network says next to nothing. */
const LAST_LAYER_SCALE = 0.1;

/** To which power the density ratio of an action of A dimensions is raised to give its importance weight. */
const ratioExponents: Readonly<Record<Config["weights"], (A: number) => number>> = {
  full: () => 1,
  geometric: (A) => 1 / A,
  none: () => 0,
};

/**
 * A learner in the core: policy, critic and model with their optimisers, and their updates. Every call works on arrays in the core's
 * memory; none allocates.
 */
export class Agent {
  readonly task: AgentTask;
  readonly config: AgentConfig;
  /** What the critic judges: states, V(s), or actions in them, Q(s, a). */
  readonly critic: "state" | "action";
  readonly policy: Network;
  readonly value: Network;
  readonly model: Network;
  /** The learned reward, where `reward` is "learned". */
  readonly reward: Network | undefined;
  readonly #core: Core;
  readonly #actingRows: number;
  readonly #policy: PolicyHandle;
  readonly #value: ValueHandle;
  readonly #model: ModelHandle;
  readonly #reward: ValueHandle | undefined;
  readonly #batch: HeldBatch;
  readonly #pieces: HeldBatch | undefined;
  readonly #probe: HeldBatch;
  readonly #learner: LearnerHandle;
  readonly #noise: RandomHandle;
  readonly #sampling: RandomHandle;
  readonly #imagination: RandomHandle;
  readonly #verification: RandomHandle;
  readonly #imagined: ImaginationHandle;
  readonly #rehearsal: RandomHandle;
  readonly #policySizes: readonly number[];
  readonly #statesPointer: number;
  readonly #actionsPointer: number;
  readonly #logProbsPointer: number;
  readonly #valuesPointer: number;
  readonly #nextStatesPointer: number;
  readonly #quietPointer: number;
  readonly #indicesPointer: number;
  readonly #errorsPointer: number;
  readonly #jacobianPointers: readonly [fS: number, fA: number];
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
  #lazyKlWeight: Float32Array | undefined;
  #klToBehaviour = 0;

  /**
   * @param actingRows Largest number of states that `act` takes at once.
   * @param pieces Room for pieces of trajectories, where the policy does not learn from single transitions of a minibatch.
   * @throws Error when the core is sealed, or the task has features or frames that cannot be computed.
   */
  constructor(core: Core, task: AgentTask, config: AgentConfig, actingRows = 1, pieces?: Pieces) {
    core.expectOpen();
    const { exports } = core;
    const S = task.state.length;
    const A = task.action.length;
    const pieceRows = pieces === undefined ? 0 : pieces.steps * pieces.count;
    const rows = Math.max(config.batch, actingRows, pieceRows, PROBE_ROWS);
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

    const { policyGradient, deterministic = false }: Algorithm = algorithms[config.algorithm];
    this.critic = policyGradient === "action value" ? "action" : "state";
    const judged = this.critic === "action" ? A : 0;
    const valueSizes = [features + judged, ...config.valueHidden, 1];
    this.#value = exports.valueCreate(encoder, judged, placeInt32(core, valueSizes), valueSizes.length - 1, rows);
    this.value = new Network(core, "value", exports.valueParameters(this.#value), mlpSlots(valueSizes));

    const single = config.modelNetwork === "single";
    const modelSizes = [features + A, ...config.modelHidden, config.modelNoise === "learned" ? 2 : 1];
    this.#model = exports.modelCreate(
      encoder,
      A,
      placeInt32(core, modelSizes),
      modelSizes.length - 1,
      placeInt32(core, task.predicted),
      task.predicted.length,
      createFrames(core, S, task.predicted, task.frames ?? []),
      single ? 1 : 0,
      rows,
    );
    if (config.modelActions === "clipped") exports.modelBoundActions(this.#model, 1);
    this.model = new Network(
      core,
      "model",
      exports.modelParameters(this.#model),
      predictorSlots(modelSizes, task.predicted.length, single),
    );

    const rewardSizes = [features + A, ...config.rewardHidden, 1];
    if (config.reward === "learned") {
      this.#reward = exports.valueCreate(encoder, A, placeInt32(core, rewardSizes), rewardSizes.length - 1, rows);
      this.reward = new Network(core, "reward", exports.valueParameters(this.#reward), mlpSlots(rewardSizes));
    }

    const exact = config.model === "exact";
    this.#batch = new HeldBatch(core, config.batch, S, A, exact);
    if (pieces !== undefined) this.#pieces = new HeldBatch(core, pieceRows, S, A, exact, pieces.steps > 1);
    exports.modelAllocateJacobian(this.#model);
    this.#probe = new HeldBatch(core, PROBE_ROWS, S, A, true);
    this.#errorsPointer = core.alloc(4 * task.predicted.length);
    this.#jacobianPointers = [core.alloc(4 * PROBE_ROWS * S * S), core.alloc(4 * PROBE_ROWS * S * A)];
    const seed = BigInt(config.seed);
    this.#noise = exports.randomCreate(seed, Stream.PolicyNoise, 0);
    this.#sampling = exports.randomCreate(seed, Stream.ReplaySampling, 0);
    this.#imagination = exports.randomCreate(seed, Stream.Imagination, 0);
    this.#verification = exports.randomCreate(seed, Stream.Verification, 0);
    this.#rehearsal = exports.randomCreate(seed, Stream.Diagnosis, 0);
    this.#learner = exports.learnerCreate(
      this.#policy,
      this.#model,
      this.#value,
      exact ? 1 : 0,
      config.gamma,
      config.rewardScale,
      // the semi-gradient of temporal differences has the critic itself for a target
      config.valueLearning === "td" ? 1 : config.targetPeriod,
    );
    const residual = config.valueLearning === "residual" ? 1 : 0;
    exports.learnerConfigure(this.#learner, deterministic ? 0 : this.#imagination, residual);
    exports.learnerSetRatioExponent(this.#learner, ratioExponents[config.weights](A));
    this.#statesPointer = core.alloc(4 * actingRows * S);
    this.#actionsPointer = core.alloc(4 * actingRows * A);
    this.#logProbsPointer = core.alloc(4 * actingRows);
    this.#valuesPointer = core.alloc(4 * actingRows);
    this.#nextStatesPointer = core.alloc(4 * actingRows * S);
    // xi without noise: only the clock goes on
    const quiet = Float32Array.from({ length: actingRows * S }, (_, i) =>
      i % S === task.clock ? task.controlStep : 0,
    );
    this.#quietPointer = placeBytes(core, new Uint8Array(quiet.buffer));
    this.#indicesPointer = core.alloc(4 * config.batch);

    this.#imagined = exports.imaginationCreate(
      this.#policy,
      this.#model,
      this.#imagination,
      task.clock ?? -1,
      task.controlStep,
    );
    exports.policyInitialise(
      this.#policy,
      exports.randomCreate(seed, Stream.Initialisation, 0),
      LAST_LAYER_SCALE,
      config.sigma,
    );
    exports.valueInitialise(this.#value, exports.randomCreate(seed, Stream.Initialisation, 1), LAST_LAYER_SCALE);
    exports.modelInitialise(this.#model, exports.randomCreate(seed, Stream.Initialisation, 2), LAST_LAYER_SCALE);
    if (this.#reward !== undefined) {
      exports.valueInitialise(this.#reward, exports.randomCreate(seed, Stream.Initialisation, 3), LAST_LAYER_SCALE);
    }
    this.reward?.configure(config.modelLearningRate, config.gradientLimit);
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

  /** The minibatch that the updates work on, (config.batch) rows. */
  get batch(): AgentBatch {
    return this.#batch.live;
  }

  /**
   * The batch for `rows` transitions of trajectory pieces.
   * @throws RangeError when there is not so much room.
   */
  pieces(rows: number): AgentBatch {
    if (this.#pieces === undefined) throw new RangeError("this agent was made without room for pieces of trajectories");
    return this.#pieces.use(rows);
  }

  /** Transitions of pieces that there is room for. */
  get pieceCapacity(): number {
    return this.#pieces?.capacity ?? 0;
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

  #setStates(states: ArrayLike<number>, rows: number): void {
    if (rows < 1 || rows > this.#actingRows) {
      throw new RangeError(`rows is ${rows}: this agent acts on 1 to ${this.#actingRows} states at once`);
    }
    const count = rows * this.task.state.length;
    const inputs = this.#acting.states;
    for (let i = 0; i < count; ++i) inputs[i] = states[i]!;
  }

  #evaluate(states: ArrayLike<number>, rows: number): void {
    this.#setStates(states, rows);
    this.#core.exports.policyForward(this.#policy, this.#statesPointer, rows);
  }

  /** Samples actions for states (rows, S) into `actions`, with their log-densities in `logProbs`. */
  act(states: ArrayLike<number>, rows = 1): Float32Array {
    return this.#sample(states, rows, this.#noise);
  }

  #sample(states: ArrayLike<number>, rows: number, noise: RandomHandle): Float32Array {
    this.#evaluate(states, rows);
    const { exports } = this.#core;
    exports.policySample(this.#policy, this.#actionsPointer, noise, rows);
    exports.policyLogProb(this.#policy, this.#logProbsPointer, this.#actionsPointer, rows);
    return this.#acting.actions;
  }

  /** As `act`, with noise that training does not draw from; `beginRehearsal` starts it over. */
  rehearse(states: ArrayLike<number>, rows = 1): Float32Array {
    return this.#sample(states, rows, this.#rehearsal);
  }

  beginRehearsal(seed = this.config.seed): void {
    this.#core.exports.randomSeed(this.#rehearsal, BigInt(seed), Stream.Diagnosis, 0);
  }

  /** Puts the policy's mean at states (rows, S) into `actions`. Draws no random number. */
  actDeterministically(states: ArrayLike<number>, rows = 1): Float32Array {
    this.#evaluate(states, rows);
    const { actions, mean } = this.#acting;
    const count = rows * this.task.action.length;
    for (let k = 0; k < count; ++k) actions[k] = mean[k]!;
    return actions;
  }

  /** The critic's estimate, in units of the scaled reward, at states (rows, S); that of actions, at the policy's mean. */
  valueOf(states: ArrayLike<number>, rows = 1): Float32Array {
    this.#setStates(states, rows);
    const { exports } = this.#core;
    if (this.critic === "action") exports.policyForward(this.#policy, this.#statesPointer, rows);
    const mean = exports.policyMean(this.#policy);
    exports.valueForward(this.#value, this.#valuesPointer, this.#statesPointer, mean, rows);
    return float32View(this.#core, this.#valuesPointer, rows);
  }

  /** The states (rows, S) to which the model leads from states (rows, S) by actions (rows, A), without noise. */
  predict(states: ArrayLike<number>, actions: ArrayLike<number>, rows = 1): Float32Array {
    this.#setStates(states, rows);
    const { exports } = this.#core;
    const { state, action } = this.task;
    for (let k = 0; k < rows * action.length; ++k) this.actions[k] = actions[k]!;
    exports.modelForward(this.#model, this.#statesPointer, this.#actionsPointer, rows);
    exports.modelStep(this.#model, this.#nextStatesPointer, this.#statesPointer, this.#quietPointer, rows);
    return float32View(this.#core, this.#nextStatesPointer, rows * state.length);
  }

  /**
   * The batch for `rows` transitions that the model is examined at, which no update uses.
   * @throws RangeError when they are more than PROBE_ROWS.
   */
  probe(rows: number): AgentBatch {
    return this.#probe.use(rows);
  }

  /** Mean square error of each predicted dimension at the probe's s, a, sNext, in its frame and in units of its scale, (D). */
  modelErrors(): Float32Array {
    const { handle, live } = this.#probe;
    const { exports } = this.#core;
    const at = [exports.batchS(handle), exports.batchA(handle), exports.batchSNext(handle)] as const;
    exports.modelErrors(this.#model, this.#errorsPointer, ...at, live.rows);
    return float32View(this.#core, this.#errorsPointer, this.task.predicted.length);
  }

  /** The model's Jacobians fS (B, S, S), fA (B, S, A) at the probe's s, a and the noise that leads to its sNext. */
  modelJacobian(): { readonly fS: Float32Array; readonly fA: Float32Array } {
    const { handle, live } = this.#probe;
    const { exports } = this.#core;
    const [fS, fA] = this.#jacobianPointers;
    this.#inferNoise(this.#probe);
    exports.modelJacobian(this.#model, fS, fA, exports.batchS(handle), live.rows);
    return {
      fS: float32View(this.#core, fS, live.fS.length),
      fA: float32View(this.#core, fA, live.fA.length),
    };
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
    return this.#core.exports.updateModel(this.#learner, this.#batch.handle, this.config.batch);
  }

  /**
   * The model's noise xi (B, S) that leads from the batch's s, a to its sNext; the change of a dimension that is not predicted. Valid
   * until the next update.
   */
  inferModelNoise(): Float32Array {
    this.#inferNoise(this.#batch);
    return float32View(this.#core, this.#core.exports.modelXi(this.#model), this.#batch.live.s.length);
  }

  #inferNoise({ handle, live: { rows } }: HeldBatch): void {
    const { exports } = this.#core;
    const s = exports.batchS(handle);
    exports.modelForward(this.#model, s, exports.batchA(handle), rows);
    exports.modelInfer(this.#model, s, exports.batchSNext(handle), rows);
  }

  /** One step of the learned reward on the batch's s, a, reward. Returns the squared error of the scaled reward. */
  updateReward(): number {
    return this.#core.exports.updateReward(
      this.#reward!,
      this.config.rewardScale,
      this.#batch.handle,
      this.config.batch,
    );
  }

  /** Puts the learned reward's derivatives into a batch's rS, rA and rSNext: the minibatch's, or the pieces'. */
  differentiateReward(batch = this.batch): void {
    this.#core.exports.rewardDerivatives(this.#reward!, this.config.rewardScale, this.#held(batch).handle, batch.rows);
  }

  /** Puts the density ratios of current and behaviour policy into a batch's `weight`: the minibatch's, or the pieces'. */
  importanceRatios(batch = this.batch): Float32Array {
    this.#klToBehaviour = this.#core.exports.importanceRatios(this.#learner, this.#held(batch).handle, batch.rows);
    return batch.weight;
  }

  /** KL(behaviour || current), estimated over the batch that `importanceRatios` was last called on. */
  get klToBehaviour(): number {
    return this.#klToBehaviour;
  }

  /** What a unit of it costs the policy in its updates, (1), live; 0 until it is set. */
  get klWeight(): Float32Array {
    this.#lazyKlWeight ??= float32View(this.#core, this.#core.exports.learnerKlWeight(this.#learner), 1);
    return this.#lazyKlWeight;
  }

  #held(batch: AgentBatch): HeldBatch {
    return this.#pieces?.live === batch ? this.#pieces : this.#batch;
  }

  /** One step of the critic on the batch, with its weights, as `valueLearning` says. Returns the weighted squared error. */
  updateValue(): number {
    return this.#core.exports.updateValue(this.#learner, this.#batch.handle, this.config.batch);
  }

  /**
   * One policy step on a batch (the minibatch, or the pieces), with its weights and the derivatives of its rewards (and, where `model` is
   * "exact", of its transitions). `importanceRatios` must have been called on it. Returns the gradient's norm before clipping.
   * @param pieces How many pieces of trajectories its rows are, all of the same number of rows; every transition is one unless given.
   * @param bootstraps Whether the critic says what comes after a piece.
   */
  updatePolicy(batch = this.batch, pieces = batch.rows, bootstraps = true): number {
    const { handle } = this.#held(batch);
    return this.#core.exports.updatePolicy(this.#learner, handle, batch.rows / pieces, pieces, bootstraps ? 1 : 0);
  }

  /** One policy step up the critic of actions, on a batch's states and actions. Returns the gradient's norm before clipping. */
  updatePolicyByCritic(batch = this.batch): number {
    return this.#core.exports.updatePolicyByCritic(this.#learner, this.#held(batch).handle, batch.rows);
  }

  /**
   * One policy step on a batch by likelihood ratios: advantages over its pieces, times the gradient of log p(a | s). Needs nothing of
   * the model and no derivatives of rewards; else as `updatePolicy`.
   */
  updatePolicyByLikelihoodRatio(batch = this.batch, pieces = batch.rows, bootstraps = true): number {
    const { handle } = this.#held(batch);
    const { updatePolicyByLikelihoodRatio } = this.#core.exports;
    return updatePolicyByLikelihoodRatio(this.#learner, handle, batch.rows / pieces, pieces, bootstraps ? 1 : 0);
  }

  /**
   * Replaces the transitions of trajectory pieces, all of the same number of rows, by what policy and model make of their start states;
   * the model's noise is as large as what these transitions leave unexplained. Rewards and ends stay as they are.
   */
  imaginePieces(pieces: number): void {
    const { exports } = this.#core;
    const { handle, live } = this.#pieces!;
    exports.imaginationMeasure(this.#imagined, handle, live.rows);
    exports.imagine(this.#imagined, handle, live.rows / pieces, pieces);
  }

  /**
   * Minus the gradient of `updatePolicy`, with the same needs, before clipping. Takes no step. The block of the policy's parameters,
   * live until the next gradient.
   */
  policyGradient(batch: AgentBatch, pieces: number, bootstraps: boolean): Float32Array {
    const { handle } = this.#held(batch);
    this.#core.exports.svgGradient(this.#learner, handle, batch.rows / pieces, pieces, bootstraps ? 1 : 0);
    return this.policy.gradient;
  }

  /** That of `updatePolicyByLikelihoodRatio`. */
  policyGradientByLikelihoodRatio(batch: AgentBatch, pieces: number, bootstraps: boolean): Float32Array {
    const { handle } = this.#held(batch);
    const steps = batch.rows / pieces;
    this.#core.exports.likelihoodRatioGradient(this.#learner, handle, steps, pieces, bootstraps ? 1 : 0);
    return this.policy.gradient;
  }

  /** That of `updatePolicyByCritic`. */
  policyGradientByCritic(batch: AgentBatch): Float32Array {
    this.#core.exports.svg0Gradient(this.#learner, this.#held(batch).handle, batch.rows);
    return this.policy.gradient;
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

  /** What is trained, and the address of the frozen copy that a critic has, for checkpoints. */
  get networks(): readonly (readonly [network: Network, target?: number])[] {
    return [
      [this.policy],
      [this.value, this.#core.exports.valueTarget(this.#value)],
      [this.model],
      ...(this.reward === undefined ? [] : [[this.reward] as const]),
    ];
  }

  /** The live arrays, besides the networks', that training goes on from: the model's units, the states of the generators. */
  get arrays(): readonly (readonly [name: string, data: Float32Array | Uint8Array])[] {
    const bytes = this.#core.exports.randomBytes();
    return [
      ["model.scale", this.modelScale],
      ["policy.kl_weight", this.klWeight],
      ["random.policy_noise", byteView(this.#core, this.#noise, bytes)],
      ["random.replay_sampling", byteView(this.#core, this.#sampling, bytes)],
      ["random.imagination", byteView(this.#core, this.#imagination, bytes)],
    ];
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
