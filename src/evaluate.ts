import type { Agent } from "./agent.js";
import { succeeds } from "./env/task.js";
import type { VectorEnvironment } from "./env/vector.js";

/** What a way of acting achieves. */
export interface Evaluation {
  /** Undiscounted return of every episode. */
  readonly returns: readonly number[];
  /** What the task judges success by, averaged over an episode's end: of every episode, and the mean of those. */
  readonly scores: readonly number[];
  readonly score: number;
  /** Whether an episode met a failure. */
  readonly failures: readonly boolean[];
  /** Share of the episodes that succeeded: their score is good enough and they met no failure. */
  readonly successes: number;
  /** Mean standard deviation of the policy at the first start states. */
  readonly sigma: number;
  readonly solved: boolean;
}

/** Writes the actions (count, A) for the states (count, S) of all copies; `step` counts from 0 in every episode. */
export type Controller = (states: Float64Array, actions: Float64Array, step: number) => void;

/** Acting by the policy's mean. */
function policyController(agent: Agent, count: number): Controller {
  return (states, actions) => {
    const chosen = agent.actDeterministically(states, count);
    for (let k = 0; k < actions.length; ++k) actions[k] = chosen[k]!;
  };
}

/**
 * Runs episodes with the policy's mean, as many at a time as there are copies, from start states that depend on `seed` only. An episode
 * that ends early keeps its last score.
 */
export function evaluate(agent: Agent, environments: VectorEnvironment, episodes: number, seed: number): Evaluation {
  let sigma = Number.NaN;
  const act = policyController(agent, environments.count);
  const result = evaluateController(environments, episodes, seed, (states, actions, step) => {
    act(states, actions, step);
    if (!Number.isNaN(sigma)) return;
    sigma = 0;
    const deviations = agent.moments.deviation.subarray(0, actions.length);
    for (const deviation of deviations) sigma += deviation / deviations.length;
  });
  return { ...result, sigma };
}

/** As `evaluate`, with any way of acting. */
export function evaluateController(
  environments: VectorEnvironment,
  episodes: number,
  seed: number,
  act: Controller,
): Omit<Evaluation, "sigma"> {
  const { task } = environments;
  const returns: number[] = [];
  const scores: number[] = [];
  const failures: boolean[] = [];
  environments.seed(seed);
  while (returns.length < episodes) {
    const round = runEpisodes(environments, act);
    const wanted = episodes - returns.length;
    returns.push(...round.returns.slice(0, wanted));
    scores.push(...round.scores.slice(0, wanted));
    failures.push(...round.failures.slice(0, wanted));
  }
  let score = 0;
  let successes = 0;
  scores.forEach((value, i) => {
    score += value / episodes;
    if (!failures[i] && succeeds(task.score, value)) successes += 1;
  });
  successes /= episodes;
  return { returns, scores, score, failures, successes, solved: successes >= task.score.share };
}

/** One episode of every copy. */
function runEpisodes(
  environments: VectorEnvironment,
  act: Controller,
): { returns: number[]; scores: number[]; failures: boolean[] } {
  const { task, count } = environments;
  const { window } = task.score;
  const returns = new Array<number>(count).fill(0);
  const scores = new Array<number>(count).fill(0);
  const last = new Array<number>(count).fill(0);
  const failures = new Array<boolean>(count).fill(false);
  const ended = new Array<boolean>(count).fill(false);
  for (let i = 0; i < count; ++i) environments.reset(i);
  for (let step = 0; step < task.episodeSteps; ++step) {
    act(environments.states, environments.actions, step);
    environments.step();
    for (let i = 0; i < count; ++i) {
      if (!ended[i]) {
        returns[i]! += environments.rewards[i]!;
        last[i] = environments.scores[i]!;
        if (environments.failed[i] === 1) failures[i] = true;
        ended[i] = environments.terminated[i] === 1 || environments.truncated[i] === 1;
      }
      if (step >= task.episodeSteps - window) scores[i]! += last[i]! / window;
    }
  }
  return { returns, scores, failures };
}
