import type { AgentBatch } from "../batch.js";
import { type Contest, estimatorsOf, type Source } from "./estimate.js";
import { copyTransitions, type Meter } from "./meter.js";

/** Copies that episodes are made in at a time. */
export const EPISODE_COPIES = 4;

/**
 * The gradient of what an episode of the stochastic policy gives, E [sum over t of gamma^t r_t], and what comes after a time limit where
 * the task goes on. The reference takes the exact model's derivatives along episodes, and after a time limit V_s of exact rollouts of
 * `rollout` steps. The others take the learned model's derivatives at the inferred noise, or the critic's V_s, or nothing, at the end.
 * All see the same episodes.
 *
 * Yields after every group of episodes.
 * @param rollout 0 where the process ends with the episode.
 */
export function* examineEpisodes(meter: Meter, groups: number, rollout: number): Generator<Contest, void, void> {
  const { exact, learned, copies: P, config, task, environments } = meter;
  const T = task.episodeSteps;
  const S = task.state.length;
  const ends = rollout === 0 ? (["nothing"] as const) : (["exact", "critic", "nothing"] as const);
  const sources = (["exact", "learned"] as const).flatMap((model) =>
    ends.map((value): Source => ({ actions: "fresh", model, value })),
  );
  const own: Source = {
    ...sources[0]!,
    model: config.model,
    value: config.bootstrap === "none" ? "nothing" : "critic",
  };
  const estimators = estimatorsOf(sources, own, exact.policy.gradient.length);
  for (let group = 0; group < groups; ++group) {
    const whole = exact.pieces(P * (T + rollout));
    meter.start();
    for (let t = 0; t < T + rollout; ++t) meter.step(whole, t, meter.act());
    environments.rewardGradient(whole);
    environments.transitionJacobian(whole);
    setEnds(whole, P);
    exact.importanceRatios(whole).fill(1);
    exact.policyGradient(whole, P, false);
    const vSNext = whole.vSNext.slice((T - 1) * P * S, T * P * S);
    copyTransitions(whole, learned.pieces(P * T));
    for (const {
      source: { model, value },
      estimate,
    } of estimators) {
      const agent = model === "exact" ? exact : learned;
      const batch = agent.pieces(P * T);
      setEnds(batch, P);
      agent.importanceRatios(batch).fill(1);
      // the exact agent's Jacobians stay as they are
      environments.rewardGradient(batch);
      if (value === "exact") meter.complete(batch, vSNext, (T - 1) * P);
      estimate.add(agent.policyGradient(batch, P, value === "critic"));
    }
    yield { reference: estimators[0]!.estimate, estimators };
  }
}

/** The steps after which the P pieces of a batch are over: where their process ended, or the last. */
function setEnds({ terminated, ends, rows }: AgentBatch, P: number): void {
  for (let p = 0; p < P; ++p) {
    let t = 0;
    while (t < rows / P - 1 && terminated[t * P + p] === 0) t += 1;
    ends[p] = t;
  }
}
