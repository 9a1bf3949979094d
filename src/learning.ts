import type { Agent } from "./agent.js";
import type { AgentBatch } from "./batch.js";
import { BlowUp } from "./blow-up.js";
import type { Config } from "./config.js";
import type { VectorEnvironment } from "./env/vector.js";
import { discountWeights, effectiveSampleSize, meanWeight, truncateWeights } from "./importance.js";
import { Mean } from "./metrics.js";
import type { Network } from "./network.js";
import type { Replay } from "./replay.js";

/** What is averaged between two evaluations. */
export class Statistics {
  readonly trainingReturn = new Mean();
  readonly modelError = new Mean();
  readonly valueError = new Mean();
  readonly policyGradientNorm = new Mean();
  readonly meanWeight = new Mean();
  readonly effectiveSampleSize = new Mean();
  readonly clippedActions = new Mean();
}

/** What a step has just done, in order: the batches and their updates recur. */
export type Phase = "action" | "environment" | "batch" | "weights" | "model" | "critic" | "derivatives" | "policy";

/** The updates of which algorithms are made: each fills a batch from the replay, then takes a step of one network. */
export class Learning {
  readonly config: Config;
  readonly agent: Agent;
  readonly replay: Replay;
  readonly environment: VectorEnvironment;
  readonly statistics = new Statistics();
  /** Called after every phase, for whoever wants to look at the live arrays then. */
  watch: ((phase: Phase) => void) | undefined;
  /** The batch that was filled last, and where in the replay its rows come from. */
  batch: AgentBatch;
  rows: Int32Array;
  /** Policy updates so far. */
  policyUpdates = 0;
  /** Environment steps so far, for messages. */
  steps = 0;

  constructor(config: Config, agent: Agent, replay: Replay, environment: VectorEnvironment) {
    this.config = config;
    this.agent = agent;
    this.replay = replay;
    this.environment = environment;
    this.batch = agent.batch;
    this.rows = agent.indices;
  }

  #fill(batch: AgentBatch, rows: Int32Array): void {
    this.batch = batch;
    this.rows = rows;
    this.replay.gather(rows, batch.rows, batch);
    this.watch?.("batch");
  }

  /** A minibatch of the whole replay. */
  #draw(): void {
    this.#fill(this.agent.batch, this.agent.sampleIndices(this.replay.size));
  }

  /** Density ratios of the batch, truncated to weights. */
  #weigh(): void {
    const { batch, config, statistics } = this;
    const weights = this.agent.importanceRatios(batch);
    truncateWeights(weights, batch.rows, config.weightLimit);
    this.watch?.("weights");
    statistics.meanWeight.add(meanWeight(weights, batch.rows));
    statistics.effectiveSampleSize.add(effectiveSampleSize(weights, batch.rows));
  }

  /** Steps of the model, each on a minibatch. */
  trainModel(): void {
    const { agent, config, statistics } = this;
    for (let i = 0; i < config.modelUpdates; ++i) {
      this.#draw();
      statistics.modelError.add(this.#updated("model", agent.model, agent.updateModel()));
    }
  }

  /** Steps of fitted policy evaluation (paper, algorithm 4), each on a minibatch. */
  trainCritic(): void {
    const { agent, config, statistics } = this;
    for (let i = 0; i < config.valueUpdates; ++i) {
      this.#draw();
      this.#weigh();
      statistics.valueError.add(this.#updated("critic", agent.value, agent.updateValue()));
    }
  }

  /** Policy steps of SVG(1), each on a minibatch of the replay. */
  improvePolicy(): void {
    for (let i = 0; i < this.config.policyUpdates; ++i) {
      this.#draw();
      this.#weigh();
      this.#differentiate();
      this.#improved(this.agent.updatePolicy());
    }
  }

  /**
   * A policy step of SVG(inf) on the last `length` transitions, which are an episode of the current policy.
   * @param bootstraps Whether the critic says what comes after it.
   */
  improvePolicyAlong(length: number, bootstraps: boolean): void {
    const { agent, replay, config } = this;
    const batch = agent.trajectories(length);
    this.#fill(batch, replay.last(length));
    this.#weigh();
    discountWeights(batch.weight, length, 1, config.gamma);
    this.#differentiate();
    this.#improved(agent.updatePolicyAlong(1, bootstraps));
  }

  /** The derivatives of the batch's rewards and, where the exact model is used, transitions. */
  #differentiate(): void {
    const { batch, environment } = this;
    environment.rewardGradient(batch);
    if (this.config.model === "exact") environment.transitionJacobian!(batch);
    this.watch?.("derivatives");
  }

  #improved(norm: number): void {
    this.statistics.policyGradientNorm.add(this.#updated("policy", this.agent.policy, norm));
    this.policyUpdates += 1;
  }

  /** What an update measured, once that and the gradient it took are known to be finite. */
  #updated(phase: "model" | "critic" | "policy", network: Network, measured: number): number {
    this.watch?.(phase);
    this.expectFinite(`the ${phase}'s gradient norm`, network.gradientNorm);
    this.expectFinite(`the ${phase}'s error`, measured);
    return measured;
  }

  /** @throws BlowUp when the value is not finite. */
  expectFinite(quantity: string, value: number): void {
    if (!Number.isFinite(value)) throw new BlowUp(quantity, value, this.steps);
  }
}
