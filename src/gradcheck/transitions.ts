import { Chance } from "../chance.js";
import { truncateWeights } from "../importance.js";
import type { Replay } from "../replay.js";
import { type Contest, contestOf, type Source } from "./estimate.js";
import { copyTransitions, type Meter } from "./meter.js";

/** Copies that transitions are examined in at a time. */
export const TRANSITION_COPIES = 16;

/** Those of the same actions stand together: they share the rollouts. */
const sources: readonly Source[] = (["fresh", "replayed"] as const).flatMap((actions) =>
  (["exact", "learned"] as const).flatMap((model) =>
    (["exact", "critic"] as const).map((value) => ({ actions, model, value })),
  ),
);

/** How many steps after their start the held transitions stand, by their places; a lower bound for those of an episode cut off. */
function elapsedOf(replay: Replay): Int32Array {
  const elapsed = new Int32Array(replay.capacity);
  let steps = 0;
  for (const at of replay.last(replay.size)) {
    elapsed[at] = steps;
    steps = replay.terminated[at] === 1 || replay.truncated[at] === 1 ? 0 : steps + 1;
  }
  return elapsed;
}

/**
 * The gradient through one step, E_s [d/d theta E_a (r(s, a, s') + gamma V(s'))] over the states s of the replay, V being the value of the
 * policy as it is. The reference draws the actions from the policy, takes the exact model's derivatives, and V_s from exact rollouts of
 * `steps` steps (equations 9 and 10 along them). The others take the replay's action, with its importance weight, or the learned
 * model's derivatives, or V_s from the critic. All see the same states.
 *
 * Yields after every group of transitions.
 */
export function* examineTransitions(
  meter: Meter,
  replay: Replay,
  groups: number,
  steps: number,
  seed: number,
): Generator<Contest, void, void> {
  const { exact, learned, copies: P, config } = meter;
  const chance = new Chance(seed);
  const held = replay.last(replay.size);
  const elapsed = elapsedOf(replay);
  const trajectories = exact.trajectories(P * (steps + 1));
  const own: Source = { actions: "replayed", model: config.model, value: "critic" };
  const contest = contestOf(sources, own, exact.policy.gradient.length);
  for (let group = 0; group < groups; ++group) {
    const rows = Int32Array.from({ length: P }, () => held[chance.index(held.length)]!);
    const before = [...rows].map((row) => elapsed[row]!);
    let vSNext = new Float32Array(0);
    for (const [i, { actions, model, value }] of sources.entries()) {
      if (actions !== sources[i - 1]?.actions) {
        replay.gather(rows, P, trajectories);
        const states = actions === "fresh" ? trajectories.s : trajectories.sNext;
        const first = actions === "fresh" ? 0 : 1;
        const after = before.map((count) => count + first);
        meter.place(states.subarray(0, P * replay.states), after);
        meter.follow(trajectories, first, steps + 1);
        exact.importanceRatios(trajectories);
        meter.differentiate(trajectories);
        exact.policyGradient(trajectories, P, false);
        vSNext = trajectories.vSNext.slice(0, P * replay.states);
      }
      const agent = model === "exact" ? exact : learned;
      const { batch } = agent;
      copyTransitions(trajectories, batch);
      const weights = agent.importanceRatios(batch);
      if (actions === "fresh") weights.fill(1);
      else truncateWeights(weights, P, config.weightLimit);
      meter.differentiate(batch);
      if (value === "exact") meter.complete(batch, vSNext);
      contest.estimates[i]!.add(agent.policyGradient(batch, P, value === "critic"));
    }
    yield contest;
  }
}
