import type { Agent } from "./agent.js";
import type { Environments } from "./env/environments.js";

/** What the deterministic policy achieves. */
export interface Evaluation {
  /** Undiscounted return of every episode. */
  readonly returns: readonly number[];
  /** Mean over the episodes' last halves of the task's own measure, and that of every episode. */
  readonly score: number;
  readonly scores: readonly number[];
  /** Mean standard deviation of the policy at the start states. */
  readonly sigma: number;
  readonly solved: boolean;
}

/**
 * Runs one episode of every copy with the policy's mean, from start states that depend on `seed` only. An episode that terminates keeps
 * its last score.
 */
export function evaluate(agent: Agent, environments: Environments, seed: number): Evaluation {
  const { task, count } = environments;
  const A = task.action.length;
  environments.seed(seed);
  for (let i = 0; i < count; ++i) environments.reset(i);
  const returns = new Array<number>(count).fill(0);
  const scores = new Array<number>(count).fill(0);
  const last = new Array<number>(count).fill(0);
  const ended = new Array<boolean>(count).fill(false);
  const half = Math.floor(task.episodeSteps / 2);
  let sigma = 0;
  for (let step = 0; step < task.episodeSteps; ++step) {
    const actions = agent.actDeterministically(environments.states, count);
    if (step === 0) {
      const { deviation } = agent.moments;
      for (let k = 0; k < count * A; ++k) sigma += deviation[k]! / (count * A);
    }
    for (let k = 0; k < count * A; ++k) environments.actions[k] = actions[k]!;
    environments.step();
    for (let i = 0; i < count; ++i) {
      if (!ended[i]) {
        returns[i]! += environments.rewards[i]!;
        last[i] = environments.score(i);
        ended[i] = environments.terminated[i] === 1;
      }
      if (step >= half) scores[i]! += last[i]! / (task.episodeSteps - half);
    }
  }
  let score = 0;
  for (const value of scores) score += value / count;
  return { returns, score, scores, sigma, solved: score >= task.score.solved };
}
