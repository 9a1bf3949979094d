import { Stream } from "../abi.js";
import { Agent } from "../agent.js";
import type { AgentBatch } from "../batch.js";
import type { Config } from "../config.js";
import { Environments } from "../env/environments.js";
import type { CoreTask } from "../env/task.js";
import type { Trainer } from "../train.js";
import type { Core } from "../wasm.js";

/** What of a return may lie beyond the end of a rollout. */
const TAIL = 0.01;
/** The longest rollout, in control steps. */
const LONGEST = 1000;

/** Control steps after which the discount leaves a hundredth of a return, or an episode where the process ends by itself. */
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

  /**
   * @param core An unused core.
   * @param steps The longest that trajectories get.
   */
  constructor(core: Core, trainer: Trainer, task: CoreTask, copies: number, steps: number, seed: number) {
    const { config } = trainer;
    this.config = config;
    this.task = task;
    this.copies = copies;
    this.environments = new Environments(core, task, copies, seed, Stream.Evaluation, {
      disturbance: config.disturbance,
      earlyTermination: config.earlyTermination === "on",
    });
    const agent = (model: Config["model"]): Agent =>
      new Agent(core, task, { ...config, model, batch: copies }, copies, copies * steps);
    this.exact = agent("exact");
    this.learned = agent("learned");
    for (const copy of [this.exact, this.learned]) {
      for (const name of ["policy", "value", "model"] as const) copy[name].values.set(trainer.agent[name].values);
      copy.modelScale.set(trainer.agent.modelScale);
    }
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

  /** Lets the policy act in all copies at the steps `from` to `to` - 1 of pieces of trajectories, and writes their rows t P + p. */
  follow(batch: AgentBatch, from: number, to: number): void {
    const { copies: P, environments, exact } = this;
    const { states, actions } = environments;
    for (let t = from; t < to; ++t) {
      batch.s.set(states, t * states.length);
      const chosen = exact.rehearse(states, P).subarray(0, actions.length);
      actions.set(chosen);
      batch.a.set(chosen, t * actions.length);
      environments.step();
      batch.sNext.set(states, t * states.length);
      batch.terminated.set(environments.terminated, t * P);
    }
  }

  /** The exact derivatives of a batch's rewards and transitions. */
  differentiate(batch: AgentBatch): void {
    this.environments.rewardGradient(batch);
    if (batch.fS.length > 0) this.environments.transitionJacobian(batch);
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

/** Copies transitions, row by row, to the first rows of another batch. */
export function copyTransitions(from: AgentBatch, to: AgentBatch): void {
  for (const name of ["s", "a", "sNext", "terminated", "behaviourLogProb"] as const) {
    to[name].set(from[name].subarray(0, to[name].length));
  }
}
