import type { Agent } from "./agent.js";
import type { PolicyGradient } from "./algorithms/algorithm.js";
import { algorithms } from "./algorithms/algorithms.js";
import type { AgentBatch } from "./batch.js";
import { BlowUp } from "./blow-up.js";
import type { Config } from "./config.js";
import { adaptedWeight } from "./divergence.js";
import type { VectorEnvironment } from "./env/vector.js";
import { effectiveSampleSize, meanWeight, pieceWeights, truncateWeights } from "./importance.js";
import { Mean, Profile } from "./metrics.js";
import type { Network } from "./network.js";
import type { Replay } from "./replay.js";

/** What is averaged between two evaluations. */
export class Statistics {
  readonly trainingReturn = new Mean();
  readonly modelError = new Mean();
  readonly rewardError = new Mean();
  readonly valueError = new Mean();
  readonly policyGradientNorm = new Mean();
  readonly valueGradient = new Profile();
  readonly meanWeight = new Mean();
  readonly effectiveSampleSize = new Mean();
  readonly klToBehaviour = new Mean();
  readonly clippedActions = new Mean();

  /** Every mean by its name, for checkpoints. */
  get means(): [name: string, mean: Mean][] {
    const all = Object.entries(this) as [string, Mean | Profile][];
    return all.flatMap(([name, value]) =>
      value instanceof Mean ? [[name, value]] : value.means.map((mean, i) => [`${name}.${i}`, mean] as [string, Mean]),
    );
  }
}

/** What a step has just done, in order: the batches and their updates recur. */
export type Phase =
  | "action"
  | "environment"
  | "batch"
  | "weights"
  | "model"
  | "reward"
  | "critic"
  | "derivatives"
  | "policy";

/** The updates of which algorithms are made: each fills a batch from the replay, then takes a step of one network. */
export class Learning {
  readonly config: Config;
  readonly agent: Agent;
  readonly replay: Replay;
  readonly environment: VectorEnvironment;
  readonly statistics = new Statistics();
  /** Called after every phase, for whoever wants to look at the live arrays then. */
  watch: ((phase: Phase) => void) | undefined;
  /** The batch that was filled last, and where in the replay it comes from. */
  batch: AgentBatch;
  rows: Int32Array;
  /** Policy updates so far. */
  policyUpdates = 0;
  /** Environment steps so far. */
  steps = 0;
  /** Steps of the newest transition's episode, that one included. The replay may not hold them all. */
  episodeSteps = 0;

  readonly #policyGradient: PolicyGradient;
  readonly #pieceRows: Int32Array;
  readonly #products: Float32Array;

  constructor(config: Config, agent: Agent, replay: Replay, environment: VectorEnvironment) {
    this.config = config;
    this.agent = agent;
    this.replay = replay;
    this.environment = environment;
    this.batch = agent.batch;
    this.rows = agent.indices;
    this.#policyGradient = algorithms[config.algorithm].policyGradient;
    this.#pieceRows = new Int32Array(agent.pieceCapacity);
    this.#products = new Float32Array(agent.pieceCapacity);
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

  /** A minibatch of finished episodes, every transition lengthened to the end of its own. */
  #drawReturns(finished: number): void {
    const { agent, replay, config } = this;
    this.batch = agent.batch;
    this.rows = agent.sampleIndices(finished);
    for (const [b, age] of this.rows.entries()) this.rows[b] = replay.indexAt(age);
    replay.gatherReturns(this.rows, this.batch.rows, this.batch, config.gamma);
    if (this.watch === undefined) return;
    // the newest end says what is finished
    const read = [replay.indexAt(finished - 1)];
    for (const row of this.rows) {
      for (let i = 0; i < replay.restLength(row); ++i) read.push(replay.indexAfter(row, i));
    }
    this.rows = Int32Array.from(read);
    this.watch("batch");
  }

  /** Density ratios of the batch, truncated to weights; those of whole pieces are what the statistics tell of. */
  #weigh(pieces = this.batch.rows): void {
    const { batch, config, statistics } = this;
    const weights = this.agent.importanceRatios(batch);
    const steps = batch.rows / pieces;
    truncateWeights(weights, pieces, config.weightLimit, steps);
    this.watch?.("weights");
    if (steps > 1) pieceWeights(weights, batch.ends, pieces, this.#products);
    const whole = steps > 1 ? this.#products : weights;
    statistics.meanWeight.add(meanWeight(whole, pieces));
    statistics.effectiveSampleSize.add(effectiveSampleSize(whole, pieces));
    statistics.klToBehaviour.add(this.agent.klToBehaviour);
  }

  /** Steps of the model, and of the learned reward where there is one, each on a minibatch. */
  trainModel(): void {
    const { agent, config, statistics } = this;
    for (let i = 0; i < config.modelUpdates; ++i) {
      this.#draw();
      statistics.modelError.add(this.#updated("model", agent.model, agent.updateModel()));
      if (agent.reward) statistics.rewardError.add(this.#updated("reward", agent.reward, agent.updateReward()));
    }
  }

  /** Steps of the critic (paper, algorithm 4, or as `valueLearning` says), each on a minibatch. Returns are known once an episode is over. */
  trainCritic(): void {
    const { agent, config, replay, statistics } = this;
    const returns = config.valueLearning === "returns";
    const finished = returns ? replay.finished : 0;
    if (returns && finished === 0) return;
    for (let i = 0; i < config.valueUpdates; ++i) {
      if (returns) this.#drawReturns(finished);
      else this.#draw();
      // the value of an action does not ask who took it
      if (agent.critic === "state") this.#weigh();
      else this.batch.weight.fill(1);
      statistics.valueError.add(this.#updated("critic", agent.value, agent.updateValue()));
    }
  }

  /**
   * Policy steps, each on pieces of up to `steps` replayed transitions, with the critic after them: of SVG(k). SVG(0) and AC take single
   * ones.
   */
  improvePolicy(steps = 1): void {
    const { agent, config, replay } = this;
    for (let i = 0; i < config.policyUpdates; ++i) {
      if (steps === 1) this.#draw();
      else this.#fillPieces(agent.sampleIndices(replay.size), config.batch, steps);
      this.#step(config.batch, true, true);
    }
  }

  /** Sets what the batch's KL to the behaviour costs the policy step that follows: `klWeight`, or what that has adapted to. */
  #regularise(): void {
    const { klWeight: initial, klTarget } = this.config;
    const { klWeight, klToBehaviour } = this.agent;
    // 0 before the first step
    const current = klWeight[0]! || initial;
    klWeight[0] = klTarget === 0 ? initial : adaptedWeight(current, klToBehaviour, klTarget, initial);
  }

  /** Whether the critic says what comes after a whole episode. */
  get bootstraps(): boolean {
    return this.config.bootstrap === "critic";
  }

  /**
   * A policy step of SVG(k) on the last `length` transitions, which are one episode's and the current policy's.
   * @param steps The length of the pieces into which they are cut; they are one unless given.
   * @param bootstraps Whether the critic says what comes after a piece.
   */
  improvePolicyAlong(length: number, steps = length, bootstraps = this.bootstraps): void {
    const starts = this.replay.last(length).filter((_, i) => i % steps === 0);
    this.#fillPieces(starts, starts.length, steps);
    this.#step(starts.length, bootstraps);
  }

  /**
   * The same on fresh data: after every `policyInterval` steps of an episode, and at its end, with the critic after the pieces. To be
   * called after every step.
   */
  improvePolicyOnFresh(steps: number): void {
    const { config, replay } = this;
    const fresh = ((this.episodeSteps - 1) % config.policyInterval) + 1;
    if (fresh === config.policyInterval || replay.episodeEnded)
      this.improvePolicyAlong(fresh, Math.min(steps, fresh), true);
  }

  /**
   * A policy step of SVG(inf) on a trajectory that the model simulates from the start of the last `length` transitions, as long as they
   * are, which are one episode's.
   */
  improvePolicyAlongSimulated(length: number): void {
    this.#fillPieces(this.replay.last(length).subarray(0, 1), 1, length);
    this.agent.imaginePieces(1);
    this.watch?.("batch");
    this.#step(1, this.bootstraps);
  }

  #fillPieces(starts: Int32Array, pieces: number, steps: number): void {
    const batch = this.agent.pieces(pieces * steps);
    const rows = this.#pieceRows.subarray(0, batch.rows);
    this.replay.pieces(starts, pieces, steps, rows, batch.ends);
    this.#fill(batch, rows);
  }

  /** A policy step on the batch: up the critic of actions, by likelihood ratios, or along the pieces. */
  #step(pieces: number, bootstraps: boolean, replayed = false): void {
    const { agent, batch, statistics } = this;
    const regularised = replayed && this.config.klWeight > 0;
    if (agent.critic === "state" || regularised) this.#weigh(pieces);
    if (regularised) this.#regularise();
    let norm: number;
    if (this.#policyGradient === "action value") norm = agent.updatePolicyByCritic(batch);
    else if (this.#policyGradient === "likelihood ratio") {
      norm = agent.updatePolicyByLikelihoodRatio(batch, pieces, bootstraps);
    } else {
      this.#differentiate();
      norm = agent.updatePolicy(batch, pieces, bootstraps);
      const steps = batch.rows / pieces;
      statistics.valueGradient.add(steps, (t) => rootMeanSquareNorm(batch, steps, t));
    }
    statistics.policyGradientNorm.add(this.#updated("policy", agent.policy, norm));
    this.policyUpdates += 1;
  }

  /** The derivatives of the batch's rewards and, where the exact model is used, transitions. */
  #differentiate(): void {
    const { agent, batch, environment } = this;
    if (agent.reward) agent.differentiateReward(batch);
    else environment.rewardGradient!(batch);
    if (this.config.model === "exact") environment.transitionJacobian!(batch);
    this.watch?.("derivatives");
  }

  /** What an update measured, once that and the gradient it took are known to be finite. */
  #updated(phase: "model" | "reward" | "critic" | "policy", network: Network, measured: number): number {
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

/** Root mean square over a batch's pieces of `steps` steps of the norm of v_s' at step t. */
function rootMeanSquareNorm({ rows, s, vSNext }: AgentBatch, steps: number, t: number): number {
  const pieces = rows / steps;
  const width = (pieces * s.length) / rows;
  let squares = 0;
  for (let i = t * width; i < (t + 1) * width; ++i) squares += vSNext[i]! * vSNext[i]!;
  return Math.sqrt(squares / pieces);
}
