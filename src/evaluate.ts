import type { Agent } from "./agent.js";
import type { Environments } from "./env/environments.js";

/** What the deterministic policy achieves. */
export interface Evaluation {
  /** Undiscounted return of every episode. */
  readonly returns: readonly number[];
  /** The task's own measure, averaged over an episode's last half: of every episode, and the mean of those. */
  readonly scores: readonly number[];
  readonly score: number;
  /** Mean standard deviation of the policy at the first start states. */
  readonly sigma: number;
  readonly solved: boolean;
}

/**
 * Runs episodes with the policy's mean, as many at a time as there are copies, from start states that depend on `seed` only. An episode
 * that terminates keeps its last measure.
 */
export function evaluate(agent: Agent, environments: Environments, episodes: number, seed: number): Evaluation {
  const { task } = environments;
  const returns: number[] = [];
  const scores: number[] = [];
  let sigma = 0;
  environments.seed(seed);
  while (returns.length < episodes) {
    const round = runEpisodes(agent, environments);
    if (returns.length === 0) sigma = round.sigma;
    returns.push(...round.returns.slice(0, episodes - returns.length));
    scores.push(...round.scores.slice(0, episodes - scores.length));
  }
  let score = 0;
  for (const value of scores) score += value / scores.length;
  return { returns, scores, score, sigma, solved: score >= task.score.solved };
}

/** One episode of every copy. */
function runEpisodes(agent: Agent, environments: Environments): { returns: number[]; scores: number[]; sigma: number } {
  const { task, count } = environments;
  const returns = new Array<number>(count).fill(0);
  const scores = new Array<number>(count).fill(0);
  const last = new Array<number>(count).fill(0);
  const ended = new Array<boolean>(count).fill(false);
  const half = Math.floor(task.episodeSteps / 2);
  let sigma = 0;
  for (let i = 0; i < count; ++i) environments.reset(i);
  for (let step = 0; step < task.episodeSteps; ++step) {
    const actions = agent.actDeterministically(environments.states, count);
    if (step === 0) {
      const deviations = agent.moments.deviation.subarray(0, environments.actions.length);
      for (const deviation of deviations) sigma += deviation / deviations.length;
    }
    for (let k = 0; k < environments.actions.length; ++k) environments.actions[k] = actions[k]!;
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
  return { returns, scores, sigma };
}
