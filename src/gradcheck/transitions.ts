import { Chance } from "../chance.js";
import { truncateWeights } from "../importance.js";
import type { Replay } from "../replay.js";
import { type Contest, Estimate, estimatorsOf, type Source } from "./estimate.js";
import { copyTransitions, type Meter } from "./meter.js";
import { gradientOfReturns, valueGradient } from "./returns.js";

/** Copies that transitions are examined in at a time. */
export const TRANSITION_COPIES = 64;

/** Of critics of states, and of actions. */
const sources: Readonly<Record<"state" | "action", readonly Source[]>> = {
  state: [
    { actions: "fresh", model: "exact", value: "exact" },
    { actions: "fresh", model: "learned", value: "exact" },
    { actions: "fresh", model: "exact", value: "critic" },
    { actions: "fresh", model: "learned", value: "critic" },
    { actions: "replayed", model: "exact", value: "critic" },
    { actions: "replayed", model: "learned", value: "critic" },
  ],
  action: [
    { actions: "fresh", model: "exact", value: "exact" },
    { actions: "fresh", model: "none", value: "critic" },
    { actions: "replayed", model: "none", value: "critic" },
  ],
};

/** What of a replay is examined, and how. */
export interface Selection {
  /** How many of the newest transitions the states are drawn from. */
  readonly newest: number;
  /** Whose actions the algorithm learns from. */
  readonly actions: Source["actions"];
  /** Groups of states. */
  readonly groups: number;
  /** Of the rollouts. */
  readonly steps: number;
}

/** How many steps after their start the held transitions stand, by their places; a lower bound for those of an episode cut off. */
function elapsedOf(replay: Replay): Int32Array {
  const elapsed = new Int32Array(replay.capacity);
  let steps = 0;
  for (const at of replay.last(replay.size)) {
    elapsed[at] = steps;
    steps = replay.isEnd(at) ? 0 : steps + 1;
  }
  return elapsed;
}

/** Root mean square change of every predicted dimension in the held transitions, 0 of the others, (S). */
function changesOf(replay: Replay, predicted: readonly number[]): Float64Array {
  const changes = new Float64Array(replay.states);
  for (const i of predicted) {
    let squares = 0;
    for (let at = i; at < replay.size * replay.states; at += replay.states) {
      const change = replay.sNext[at]! - replay.s[at]!;
      squares += change * change;
    }
    changes[i] = Math.sqrt(squares / replay.size);
  }
  return changes;
}

/**
 * The gradient through one step, E_s [d/d theta E_a (r(s, a, s') + gamma V(s'))] over states s of the replay, V being the value of the
 * policy as it is, theta what its mean depends on.
 *
 * The reference knows neither model nor critic nor derivatives: it takes the returns Q of exact rollouts from the actions at both sides of
 * the mean, mu + sigma e and mu - sigma e, with the same noise later: (Q(mu + sigma e) - Q(mu - sigma e)) e / (2 sigma) has the mean
 * E_a [Q_a] (Stein's identity). The other estimators take Q_a = r_a + (r_s' + gamma V_s) f_a with the exact or the learned f_a, at the
 * policy's actions or, with importance weights, at the replay's, and V_s from exact rollouts (`valueGradient`) or from the critic; a
 * critic of actions gives its own Q_a. All see the same states.
 *
 * Yields after every group of states.
 */
export function* examineTransitions(
  meter: Meter,
  replay: Replay,
  { newest, actions, groups, steps }: Selection,
): Generator<Contest, void, void> {
  const { exact, learned, copies: P, config, environments } = meter;
  const { critic } = exact;
  const chance = new Chance(config.seed);
  const held = replay.last(newest);
  const elapsed = elapsedOf(replay);
  const changes = changesOf(replay, meter.task.predicted);
  const { length } = exact.policy.gradient;
  const own: Source = { actions, model: critic === "action" ? "none" : config.model, value: "critic" };
  const contest = { reference: new Estimate(length), estimators: estimatorsOf(sources[critic], own, length) };
  const [replayed, fresh] = [exact.pieces(P), learned.pieces(P)];
  for (let group = 0; group < groups; ++group) {
    const rows = Int32Array.from({ length: P }, () => held[chance.index(held.length)]!);
    const before = [...rows].map((row) => elapsed[row]!);
    replay.gather(rows, P, replayed);
    copyTransitions(replayed, fresh);
    meter.seed(draw(chance));
    contest.reference.add(gradientOfReturns(meter, fresh, before, steps + 1, draw(chance)));
    const after = before.map((count) => count + 1);
    const vSNext = valueGradient(meter, fresh.sNext, after, steps, changes, chance);
    for (const { source, estimate } of contest.estimators) {
      const agent = source.model === "exact" ? exact : learned;
      const { batch } = agent;
      copyTransitions(source.actions === "fresh" ? fresh : replayed, batch);
      if (source.model === "none") {
        estimate.add(agent.policyGradientByCritic(batch));
        continue;
      }
      const weights = agent.importanceRatios(batch);
      if (source.actions === "fresh") weights.fill(1);
      else truncateWeights(weights, P, config.weightLimit);
      environments.rewardGradient(batch);
      if (source.model === "exact") environments.transitionJacobian(batch);
      if (source.value === "exact") meter.complete(batch, vSNext);
      estimate.add(agent.policyGradient(batch, P, source.value === "critic"));
    }
    yield contest;
  }
}

const draw = (chance: Chance): number => chance.index(0x8000_0000);
