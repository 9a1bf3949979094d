import { Stream } from "../abi.js";
import { Agent } from "../agent.js";
import type { AgentBatch } from "../batch.js";
import type { Config } from "../config.js";
import { Environments } from "../env/environments.js";
import type { CoreTask } from "../env/task.js";
import type { Trainer } from "../train.js";
import type { Core } from "../wasm.js";

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
  /** Copies, and rows of a group. */
  readonly copies: number;
  readonly exact: Agent;
  readonly learned: Agent;
  readonly environments: Environments;
  readonly #closes: boolean;

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
  place(states: Float32Array, elapsed: readonly number[]): void {
    this.start();
    this.environments.states.set(states);
    this.environments.elapsed.set(elapsed);
  }

  /** One step of every copy under actions (P, A), whose transitions become the rows from t P of a batch. */
  step(batch: AgentBatch, t: number, chosen: Float32Array): void {
    const { states, actions, terminated } = this.environments;
    batch.s.set(states, t * states.length);
    actions.set(chosen);
    batch.a.set(chosen, t * actions.length);
    this.environments.step();
    batch.sNext.set(states, t * states.length);
    batch.terminated.set(terminated, t * this.copies);
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

  /** Lets the derivative v_s' of what comes after the rows from `first` count as a part of their reward, where the process goes on. */
  complete(batch: AgentBatch, vSNext: Float32Array, first = 0): void {
    const { gamma, rewardScale } = this.config;
    const S = this.task.state.length;
    for (let i = 0; i < vSNext.length; ++i) {
      const at = first * S + i;
      const goesOn = 1 - batch.terminated[Math.floor(at / S)]!;
      batch.rSNext[at] = batch.rSNext[at]! + (goesOn * gamma * vSNext[i]!) / rewardScale;
    }
  }
}

/** Copies the transitions at the beginning of a batch to another, as many as that holds. */
export function copyTransitions(from: AgentBatch, to: AgentBatch): void {
  for (const name of ["s", "a", "sNext", "terminated", "behaviourLogProb"] as const) {
    to[name].set(from[name].subarray(0, to[name].length));
  }
}
