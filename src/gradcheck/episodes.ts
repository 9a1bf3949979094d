import { type Contest, estimatorsOf } from "./estimate.js";
import type { Examination } from "./examination.js";
import type { Meter } from "./meter.js";
import { copyTrajectories, createTrajectories, gatherRows, lastRows, type Trajectories } from "./trajectories.js";

/**
 * The gradient of what an episode of the stochastic policy gives, E [sum over t of gamma^t r_t], and what comes after a time limit where
 * the task goes on. The reference takes the exact model's derivatives along episodes, and after a time limit V_s of exact rollouts of
 * `rollout` steps. The others take the learned model's derivatives at the inferred noise, or the critic's V_s, or nothing, at the end; or
 * they go along episodes that the model simulates from the same starts. All see the same episodes.
 *
 * Yields after every group of episodes.
 * @param rollout 0 where the process ends with the episode.
 */
export function* examineEpisodes(
  meter: Meter,
  { steps: T, sources, own }: Pick<Examination, "steps" | "sources" | "own">,
  groups: number,
  rollout: number,
): Generator<Contest, void, void> {
  const { exact, learned, copies: P, task } = meter;
  const S = task.state.length;
  const estimators = estimatorsOf(sources, own, exact.policy.gradient.length);
  const create = (): Trajectories => createTrajectories(P, T, S, task.action.length);
  const episodes = { fresh: create(), simulated: create() };
  const add = (data: keyof typeof episodes): void => {
    const after = valueGradientAfter(meter, episodes[data], rollout);
    meter.load(episodes[data]);
    for (const { source, estimate } of estimators) {
      if (source.data === data) estimate.add(meter.gradient(source, after));
    }
  };
  for (let group = 0; group < groups; ++group) {
    meter.start();
    meter.follow(episodes.fresh, T);
    add("fresh");
    if (sources.some(({ data }) => data === "simulated")) {
      const simulated = learned.pieces(P * T);
      learned.imaginePieces(P);
      copyTrajectories(simulated, episodes.simulated, P);
      if (rollout > 0) meter.place(simulated.sNext.subarray((T - 1) * P * S), new Int32Array(P).fill(T));
      add("simulated");
    }
    yield { reference: estimators[0]!.estimate, estimators };
  }
}

/** V_s (P, S) after episodes, by the exact model's derivatives along `rollout` steps from where the copies stand. */
function valueGradientAfter(meter: Meter, episodes: Trajectories, rollout: number): Float32Array {
  const { exact, environments, copies: P, task } = meter;
  if (rollout === 0) return new Float32Array();
  const pieces = exact.pieces(P * (1 + rollout));
  gatherRows(episodes, lastRows(episodes, P), pieces);
  meter.follow(pieces, rollout, 1);
  environments.rewardGradient(pieces);
  environments.transitionJacobian(pieces);
  exact.importanceRatios(pieces).fill(1);
  exact.policyGradient(pieces, P, false);
  return pieces.vSNext.slice(0, P * task.state.length);
}
