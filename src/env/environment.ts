import { Stream } from "../abi.js";
import type { Core } from "../wasm.js";
import { type EnvironmentOptions, Environments, type TransitionRow } from "./environments.js";
import type { CoreTask, Task } from "./task.js";
import { expectNumbers } from "./vector.js";

/** What is known of a step besides its reward. */
export interface Info {
  /** The reward's terms by their names. */
  readonly terms: Readonly<Record<string, number>>;
  /** What success is judged by. */
  readonly score: number;
  /** Whether the state is a failure, such as a fall. */
  readonly failed: boolean;
}

/** What a reset gives. */
export interface Start {
  /** The state (S). */
  readonly observation: Float64Array;
  readonly info: Info;
}

/** What a step gives. */
export interface StepResult extends Start {
  readonly reward: number;
  /** The process ended: nothing comes after this state. */
  readonly terminated: boolean;
  /** The time limit was reached: the state still has a value. */
  readonly truncated: boolean;
}

/** A transition's derivatives: r_s (S), r_a (A), r_s' (S). */
export interface RewardDerivatives {
  readonly rS: ArrayLike<number>;
  readonly rA: ArrayLike<number>;
  readonly rSNext: ArrayLike<number>;
}

/** A transition's Jacobians: f_s (S, S), f_a (S, A), row-major. */
export interface TransitionDerivatives {
  readonly fS: ArrayLike<number>;
  readonly fA: ArrayLike<number>;
}

/**
 * One environment, in Gymnasium's terms: built-in tasks (`makeEnvironment`) and users' own alike. Arrays that it returns are the
 * caller's to keep; those that it is given it leaves as they are. `checkEnvironment` tells what is wrong with one.
 */
export interface Environment {
  readonly task: Task;
  /** Starts an episode; a seed restarts the random numbers first. */
  reset(options?: { readonly seed?: number }): Start;
  /** One control step under an action (A), which moves it as if clipped to its bounds; the reward may charge the action as chosen. */
  step(action: ArrayLike<number>): StepResult;
  /**
   * Exact derivatives of the reward r(s, a, s') at a transition. The action is as chosen, not clipped. Without it the setting `reward`
   * must be "learned".
   */
  rewardGradient?(s: Float64Array, a: Float64Array, sNext: Float64Array): RewardDerivatives;
  /** The reward r(s, a, s') at any transition, which `checkEnvironment` compares the derivatives with. Training does not call it. */
  reward?(s: Float64Array, a: Float64Array, sNext: Float64Array): number;
  /** Exact Jacobians of the transition, without disturbances, where they are known. */
  transitionJacobian?(s: Float64Array, a: Float64Array): TransitionDerivatives;
  /** Everything that the future depends on besides actions; without it a training run can't be saved. */
  snapshot?(): Uint8Array;
  restore?(snapshot: Uint8Array): void;
}

const named = (task: Task, terms: ArrayLike<number>): Record<string, number> =>
  Object.fromEntries(task.reward.map(({ name }, k) => [name, terms[k]!]));

/** A built-in task as one environment: a view of a single copy in the core. */
class CoreEnvironment implements Environment {
  readonly task: CoreTask;
  readonly #copy: Environments;
  #running = false;

  constructor(copy: Environments) {
    this.task = copy.task;
    this.#copy = copy;
  }

  get #info(): Info {
    const { terms, scores, failed } = this.#copy;
    return { terms: named(this.task, terms), score: scores[0]!, failed: failed[0] === 1 };
  }

  reset({ seed }: { readonly seed?: number } = {}): Start {
    if (seed !== undefined) this.#copy.seed(seed);
    this.#copy.reset(0);
    this.#running = true;
    return { observation: this.#copy.states.slice(), info: this.#info };
  }

  step(action: ArrayLike<number>): StepResult {
    const copy = this.#copy;
    if (!this.#running) throw new Error(`${this.task.name} wants a reset: it has not begun, or its episode has ended`);
    expectNumbers("action", action, this.task.action.length);
    copy.actions.set(action);
    copy.step();
    const terminated = copy.terminated[0] === 1;
    const truncated = copy.truncated[0] === 1;
    this.#running = !(terminated || truncated);
    return { observation: copy.states.slice(), reward: copy.rewards[0]!, terminated, truncated, info: this.#info };
  }

  #setRow(s: Float64Array, a: Float64Array, sNext: Float64Array): TransitionRow {
    const { row } = this.#copy;
    row.s.set(s);
    row.a.set(a);
    row.sNext.set(sNext);
    return row;
  }

  reward(s: Float64Array, a: Float64Array, sNext: Float64Array): number {
    this.#setRow(s, a, sNext);
    return this.#copy.rowReward();
  }

  rewardGradient(s: Float64Array, a: Float64Array, sNext: Float64Array): RewardDerivatives {
    const row = this.#setRow(s, a, sNext);
    this.#copy.rowRewardGradient();
    return { rS: row.rS.slice(), rA: row.rA.slice(), rSNext: row.rSNext.slice() };
  }

  transitionJacobian(s: Float64Array, a: Float64Array): TransitionDerivatives {
    const { row } = this.#copy;
    row.s.set(s);
    row.a.set(a);
    this.#copy.rowJacobian();
    return { fS: row.fS.slice(), fA: row.fA.slice() };
  }

  snapshot(): Uint8Array {
    return this.#copy.snapshot();
  }

  restore(snapshot: Uint8Array): void {
    this.#copy.restore(snapshot);
    this.#running = true;
  }
}

/**
 * A built-in task as one environment.
 * @param core A core that is not in use yet.
 * @throws Error when the core is sealed.
 */
export function makeEnvironment(
  core: Core,
  task: CoreTask,
  { seed = 1, ...options }: EnvironmentOptions & { readonly seed?: number } = {},
): Environment {
  return new CoreEnvironment(new Environments(core, task, 1, seed, Stream.Environment, options));
}
