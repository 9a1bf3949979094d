import { Stream } from "../abi.js";
import { Agent } from "../agent.js";
import type { AgentBatch } from "../batch.js";
import type { Config } from "../config.js";
import { Environments } from "../env/environments.js";
import type { CoreTask } from "../env/task.js";
import { truncateWeights } from "../importance.js";
import type { Trainer } from "../train.js";
import type { Core } from "../wasm.js";
import type { Source } from "./estimate.js";
import { copyTrajectories, lastRows, type Trajectories } from "./trajectories.js";

/** What of a return may lie beyond the end of a rollout. */
const TAIL = 0.05;
/** The longest rollout, in control steps. */
const LONGEST = 1000;

/** Control steps after which the discount leaves a twentieth of a return, or an episode where the process ends by itself. */
export function rolloutSteps({ gamma }: Pick<Config, "gamma">, task: CoreTask): number {
  const most = task.finite ? task.episodeSteps : LONGEST;
  let steps = 0;
  for (let discount = 1; discount > TAIL && steps < most; discount *= gamma) steps += 1;
  return steps;
}

/**
 * A trained agent's networks twice in a core of their own, with the exact and with the learned model, and copies of the task to
 * follow its policy in. Nothing of it reaches the trainer.
 */
export class Meter {
  readonly config: Config;
  readonly task: CoreTask;
  /** Copies, and pieces of a group. */
  readonly copies: number;
  readonly exact: Agent;
  readonly learned: Agent;
  readonly environments: Environments;
  readonly #closes: boolean;
  #loaded: Trajectories | undefined;
  #differentiated = false;

  /**
   * @param core An unused core.
   * @param steps The longest that trajectories get.
   * @param changes Settings to be taken in place of the trainer's, of those that shape no array.
   */
  constructor(
    core: Core,
    trainer: Trainer,
    task: CoreTask,
    copies: number,
    steps: number,
    changes: Partial<Config> = {},
  ) {
    const config = { ...trainer.config, ...changes };
    const { seed } = config;
    this.config = config;
    this.task = task;
    this.copies = copies;
    this.#closes = trainer.agent.value.steps > 0;
    this.environments = new Environments(core, task, copies, seed, Stream.Evaluation, {
      disturbance: config.disturbance,
      earlyTermination: config.earlyTermination === "on",
    });
    const agent = (model: Config["model"]): Agent =>
      new Agent(core, task, { ...config, model, batch: copies }, copies, { count: copies, steps });
    this.exact = agent("exact");
    this.learned = agent("learned");
    for (const copy of [this.exact, this.learned]) {
      for (const name of ["policy", "value", "model"] as const) copy[name].values.set(trainer.agent[name].values);
      copy.modelScale.set(trainer.agent.modelScale);
    }
    this.seed(seed);
  }

  /** Restarts the random numbers of policy and environments. */
  seed(seed: number): void {
    this.environments.seed(seed);
    this.exact.beginRehearsal(seed);
  }

  /** Puts every copy into a new start state. */
  start(): void {
    for (let i = 0; i < this.copies; ++i) this.environments.reset(i);
  }

  /**
   * Puts the copies into states (P, S), so many steps after their start. What nobody observes is that of a new start.
   */
  place(states: Float32Array, elapsed: ArrayLike<number>): void {
    this.start();
    this.environments.states.set(states);
    this.environments.elapsed.set(elapsed);
  }

  /** Follows the policy in every copy for so many steps, which become the rows from `first` P. */
  follow(into: Trajectories, steps: number, first = 0): void {
    const { copies: P, environments } = this;
    const { states, actions, rewards, terminated } = environments;
    for (let t = first; t < first + steps; ++t) {
      into.s.set(states, t * states.length);
      actions.set(this.act());
      into.a.set(actions, t * actions.length);
      environments.step();
      into.sNext.set(states, t * states.length);
      into.reward.set(rewards, t * P);
      into.terminated.set(terminated, t * P);
    }
    for (let p = 0; p < P; ++p) {
      let t = 0;
      while (t < into.rows / P - 1 && into.terminated[t * P + p] === 0) t += 1;
      into.ends[p] = t;
    }
  }

  /** The policy's actions in all copies, (P, A). Valid until the next. */
  act(): Float32Array {
    const { states, actions } = this.environments;
    return this.exact.rehearse(states, this.copies).subarray(0, actions.length);
  }

  /**
   * Discounted returns of every copy over so many steps of the policy, (P), in units of the scaled reward. Where the process goes on, the
   * critic says what comes after them, if it was ever trained.
   * @param first The actions (P, A) of the first step, where they are not to be the policy's.
   */
  returns(steps: number, first?: Float32Array): Float64Array {
    const { environments, config } = this;
    const { actions, rewards, terminated } = environments;
    const sums = new Float64Array(this.copies);
    const weights = new Float64Array(this.copies).fill(config.rewardScale);
    for (let t = 0; t < steps; ++t) {
      actions.set(t === 0 && first !== undefined ? first : this.act());
      environments.step();
      for (let p = 0; p < this.copies; ++p) {
        sums[p] = sums[p]! + weights[p]! * rewards[p]!;
        weights[p] = weights[p]! * config.gamma * (1 - terminated[p]!);
      }
    }
    if (!this.#closes) return sums;
    const values = this.exact.valueOf(environments.states, this.copies);
    return sums.map((sum, p) => sum + (weights[p]! / config.rewardScale) * values[p]!);
  }

  /** Takes up pieces for `gradient`. */
  load(pieces: Trajectories): void {
    for (const agent of [this.exact, this.learned]) copyTrajectories(pieces, agent.pieces(pieces.rows), this.copies);
    this.#loaded = pieces;
    this.#differentiated = false;
  }

  /**
   * Minus the gradient of the policy that a source gives on the pieces taken up, by the algorithms' own code. Live until the next.
   * @param after What exact rollouts say of what comes after the pieces, where the source's value is exact: its derivative by the state
   * (P, S), or for likelihood ratios itself, (P), in units of the scaled reward.
   */
  gradient({ data, model, value }: Source, after: ArrayLike<number>): Float32Array {
    const { copies: P, config, environments } = this;
    const { rows, reward } = this.#loaded!;
    const agent = model === "exact" ? this.exact : this.learned;
    const batch = agent.pieces(rows);
    if (model === "none" && agent.critic === "action") return agent.policyGradientByCritic(batch);
    const weights = agent.importanceRatios(batch);
    if (data === "replayed") truncateWeights(weights, P, config.weightLimit, rows / P);
    else weights.fill(1);
    if (model === "none") {
      batch.reward.set(reward);
      if (value === "exact") this.#complete(batch, batch.reward, after);
      return agent.policyGradientByLikelihoodRatio(batch, P, value === "critic");
    }
    environments.rewardGradient(batch);
    if (model === "exact" && !this.#differentiated) {
      environments.transitionJacobian(batch);
      this.#differentiated = true;
    }
    if (value === "exact") this.#complete(batch, batch.rSNext, after);
    return agent.policyGradient(batch, P, value === "critic");
  }

  /** Lets what comes after the pieces count as a part of their last rewards, or of those rewards' derivatives, where the process goes on. */
  #complete(batch: AgentBatch, part: Float32Array, after: ArrayLike<number>): void {
    const { gamma, rewardScale } = this.config;
    const width = part.length / batch.rows;
    for (const [p, row] of lastRows(batch, this.copies).entries()) {
      const factor = (gamma * (1 - batch.terminated[row]!)) / rewardScale;
      for (let i = 0; i < width; ++i) part[row * width + i]! += factor * after[p * width + i]!;
    }
  }
}
