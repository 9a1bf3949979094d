/** Iterative LQR with bounded actions over a fixed number of steps. */

import { BackwardPass } from "./backward.js";
import { RewardExpansion } from "./expansion.js";
import { type ControlProblem, clamp, rollout, type TerminalValue, type Trajectory } from "./problem.js";
import { NegativePart } from "./semidefinite.js";

export interface OptimiserOptions {
  /** Damping of the control Hessian: where it starts, its least and largest value, the factor of its changes. */
  readonly damping?: number;
  readonly dampingRange?: readonly [least: number, largest: number];
  readonly dampingFactor?: number;
  /** Step sizes to try, falling. */
  readonly stepSizes?: readonly number[];
  /** Stops when three iterations in a row gain less than this part of |return| + 1. */
  readonly tolerance?: number;
  readonly terminal?: TerminalValue;
}

export const STEP_SIZES: readonly number[] = Array.from({ length: 9 }, (_, i) => 2 ** -i);

/** Step sizes are compared by return, so an iteration takes the best, once some one is this part of what the model foresaw. */
const LEAST_RATIO = 1e-3;
const TERMINAL_STEP = 1e-4;
const PATIENCE = 3;

/** A planner for problems of up to `steps` control steps: all memory is set aside at construction. */
export class Optimiser {
  readonly problem: ControlProblem;
  /** Return of the current trajectory, terminal value included. */
  total = 0;
  /** Damping after the last iteration. */
  damping: number;
  readonly #options: Required<Omit<OptimiserOptions, "terminal">>;
  readonly #terminal: TerminalValue | undefined;
  /** (T, S, S) and (T, S, A), and every step's part of them. */
  readonly #fS: Float64Array;
  readonly #fA: Float64Array;
  readonly #fSAt: readonly Float64Array[];
  readonly #fAAt: readonly Float64Array[];
  readonly #rewards: RewardExpansion;
  readonly #backward: BackwardPass;
  readonly #part: NegativePart;
  #current: Path;
  #trial: Path;
  #best: Path;
  #steps = 0;

  constructor(problem: ControlProblem, steps: number, options: OptimiserOptions = {}) {
    const { states: S, actions: A } = problem;
    this.problem = problem;
    this.#options = {
      damping: 1,
      dampingRange: [1e-6, 1e8],
      dampingFactor: 1.6,
      stepSizes: STEP_SIZES,
      tolerance: 1e-6,
      ...options,
    };
    this.#terminal = options.terminal;
    this.damping = this.#options.damping;
    this.#fS = new Float64Array(steps * S * S);
    this.#fA = new Float64Array(steps * S * A);
    this.#fSAt = views(this.#fS, S * S);
    this.#fAAt = views(this.#fA, S * A);
    this.#rewards = new RewardExpansion(problem, steps);
    this.#backward = new BackwardPass(problem, steps);
    this.#part = new NegativePart(S);
    this.#current = new Path(problem, steps);
    this.#trial = new Path(problem, steps);
    this.#best = new Path(problem, steps);
  }

  /** States (T + 1, S) and actions (T, A) of the current trajectory; live until the next iteration. */
  get states(): Float64Array {
    return this.#current.states;
  }

  get actions(): Float64Array {
    return this.#current.actions;
  }

  /** Starts from the trajectory of `actions` (T, A), bounded, from s0. Damping starts anew unless it is to be kept. */
  start(s0: Float64Array, actions: Float64Array, keepDamping = false): void {
    const path = this.#current;
    this.#steps = actions.length / this.problem.actions;
    if (!keepDamping) this.damping = this.#options.damping;
    path.states.set(s0);
    for (let k = 0; k < actions.length; ++k) path.actions[k] = clamp(actions[k]!);
    this.total = this.#play(path);
  }

  /** Plays `actions` (T, A), bounded, from the same first state, and goes on from them if they bring more; whether they do. */
  consider(actions: Float64Array): boolean {
    const path = this.#trial;
    path.states.set(this.#current.s[0]!);
    for (let k = 0; k < this.#steps * this.problem.actions; ++k) path.actions[k] = clamp(actions[k]!);
    const total = this.#play(path);
    if (!(total > this.total)) return false;
    [this.#current, this.#trial] = [this.#trial, this.#current];
    this.total = total;
    return true;
  }

  /** Returns of `path` from its first state under its actions. */
  #play(path: Path): number {
    let total = 0;
    for (let t = 0; t < this.#steps; ++t) {
      this.problem.step(path.s[t]!, path.a[t]!, path.s[t + 1]!);
      total += this.problem.reward(path.s[t]!, path.a[t]!, path.s[t + 1]!);
    }
    return total + (this.#terminal?.value(path.s[this.#steps]!) ?? 0);
  }

  /** As `play`, the actions being the current ones changed by step size `alpha` and fed back. */
  #playChanged(alpha: number, path: Path): number {
    const { states: S, actions: A } = this.problem;
    const { change, gain } = this.#backward;
    const old = this.#current;
    let total = 0;
    path.s[0]!.set(old.s[0]!);
    for (let t = 0; t < this.#steps; ++t) {
      const s = path.s[t]!;
      const a = path.a[t]!;
      for (let i = 0; i < A; ++i) {
        let sum = old.actions[t * A + i]! + alpha * change[t * A + i]!;
        const row = (t * A + i) * S;
        for (let j = 0; j < S; ++j) sum += gain[row + j]! * (s[j]! - old.states[t * S + j]!);
        a[i] = clamp(sum);
      }
      this.problem.step(s, a, path.s[t + 1]!);
      total += this.problem.reward(s, a, path.s[t + 1]!);
      if (!Number.isFinite(total)) return -Infinity;
    }
    return total + (this.#terminal?.value(path.s[this.#steps]!) ?? 0);
  }

  #linearise(): void {
    const path = this.#current;
    for (let t = 0; t < this.#steps; ++t) {
      this.problem.jacobian(path.s[t]!, path.a[t]!, this.#fSAt[t]!, this.#fAAt[t]!);
      this.#rewards.expand(t, path.s[t]!, path.a[t]!, path.s[t + 1]!);
    }
  }

  /** V_s and V_ss at the end of the plan. */
  #expandTerminal(): void {
    const { vS, vSS } = this.#backward;
    const S = this.problem.states;
    vS.fill(0);
    vSS.fill(0);
    if (this.#terminal === undefined) return;
    const s = this.#current.s[this.#steps]!;
    const plus = this.#trial.s[0]!;
    const minus = this.#best.s[0]!;
    for (let i = 0; i < S; ++i) {
      const at = s[i]!;
      const step = TERMINAL_STEP * Math.max(1, Math.abs(at));
      s[i] = at + step;
      this.#terminal.gradient(s, plus);
      s[i] = at - step;
      this.#terminal.gradient(s, minus);
      s[i] = at;
      for (let j = 0; j < S; ++j) vSS[i * S + j] = (plus[j]! - minus[j]!) / (2 * step);
    }
    for (let i = 0; i < S; ++i) {
      for (let j = 0; j < i; ++j) {
        const mean = (vSS[i * S + j]! + vSS[j * S + i]!) / 2;
        vSS[i * S + j] = Math.abs(mean) < 1e-9 ? 0 : mean;
        vSS[j * S + i] = vSS[i * S + j]!;
      }
    }
    this.#part.clip(vSS, 0, S);
    this.#terminal.gradient(s, vS);
  }

  #relax(): void {
    const [least] = this.#options.dampingRange;
    this.damping = Math.max(least, this.damping / this.#options.dampingFactor ** 2);
  }

  /** More damping; false at its largest value. */
  #stiffen(): boolean {
    const [, largest] = this.#options.dampingRange;
    this.damping *= this.#options.dampingFactor ** 2;
    return this.damping <= largest;
  }

  /** The step size that gives the highest return, in `best`; 0 when none gains. */
  #search(): number {
    let chosen = 0;
    let highest = -Infinity;
    for (const alpha of this.#options.stepSizes) {
      const total = this.#playChanged(alpha, this.#trial);
      const expected = alpha * this.#backward.linear + alpha * alpha * this.#backward.quadratic;
      if (total > highest && total - this.total > LEAST_RATIO * Math.max(expected, 0) && total > this.total) {
        [this.#trial, this.#best] = [this.#best, this.#trial];
        highest = total;
        chosen = alpha;
      } else if (chosen > 0) break;
    }
    if (chosen > 0) {
      [this.#current, this.#best] = [this.#best, this.#current];
      this.total = highest;
    }
    return chosen;
  }

  /**
   * Up to `iterations` Newton steps from the current trajectory.
   * @returns whether it converged before.
   */
  improve(iterations: number): boolean {
    let small = 0;
    for (let iteration = 0; iteration < iterations; ++iteration) {
      const before = this.total;
      this.#linearise();
      let alpha = 0;
      while (alpha === 0) {
        this.#expandTerminal();
        const { actions } = this.#current;
        if (this.#backward.run(this.#steps, this.#fS, this.#fA, this.#rewards, actions, this.damping)) {
          const { linear, quadratic } = this.#backward;
          if (linear + quadratic < this.#options.tolerance * 1e-3) return true;
          alpha = this.#search();
        }
        if (alpha === 0 && !this.#stiffen()) return true;
      }
      if (alpha > 0.3) this.#relax();
      else if (alpha < 0.1) this.#stiffen();
      small = this.total - before < this.#options.tolerance * (Math.abs(before) + 1) ? small + 1 : 0;
      if (small === PATIENCE) return true;
    }
    return false;
  }

  /** A copy of the current trajectory. */
  trajectory(): Trajectory {
    const { states: S, actions: A } = this.problem;
    return rollout(this.problem, this.#current.states.slice(0, S), this.#current.actions.slice(0, this.#steps * A));
  }
}

const views = (array: Float64Array, size: number): Float64Array[] =>
  Array.from({ length: array.length / size }, (_, t) => array.subarray(t * size, (t + 1) * size));

/** States and actions with a view of every step. */
class Path {
  readonly states: Float64Array;
  readonly actions: Float64Array;
  readonly s: readonly Float64Array[];
  readonly a: readonly Float64Array[];

  constructor({ states: S, actions: A }: ControlProblem, steps: number) {
    this.states = new Float64Array((steps + 1) * S);
    this.actions = new Float64Array(steps * A);
    this.s = views(this.states, S);
    this.a = views(this.actions, A);
  }
}
