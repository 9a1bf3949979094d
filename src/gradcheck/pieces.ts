import { algorithms } from "../algorithms/algorithms.js";
import { Chance } from "../chance.js";
import type { Replay } from "../replay.js";
import { type Contest, Estimate, estimatorsOf } from "./estimate.js";
import type { Examination } from "./examination.js";
import type { Meter } from "./meter.js";
import { gradientOfReturns, valueGradient } from "./returns.js";
import { createTrajectories, gatherRows, lastRows } from "./trajectories.js";

/** How much is examined of pieces. */
export interface Amount {
  /** How many of the newest transitions of the replay pieces begin at. */
  readonly newest: number;
  readonly groups: number;
  /** Steps of the rollouts. */
  readonly rollout: number;
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
 * The gradient of the policy over pieces of trajectories, E [sum over t of gamma^t d/d theta E_a (r(s_t, a, s') + gamma V(s'))], V being
 * the value of the policy as it is, theta what its mean depends on. Pieces of up to K steps begin in states of the replay, or are whole
 * episodes; for likelihood ratios every step counts alike, as their algorithms have it.
 *
 * The reference knows neither model nor critic nor derivatives: at one random step of every piece, which stands for all, it takes the
 * returns of exact rollouts from the actions at both sides of the mean (`gradientOfReturns`). The other estimators are the algorithms'
 * own, with the exact or the learned model's derivatives, at the policy's actions or, with importance weights, at the replay's, and after
 * the piece V or V_s from exact rollouts (`valueGradient`), or from the critic. All see the same pieces' beginnings.
 *
 * Yields after every group of pieces.
 */
export function* examinePieces(
  meter: Meter,
  replay: Replay,
  { samples, steps: K, sources, own }: Pick<Examination, "samples" | "steps" | "sources" | "own">,
  { newest, groups, rollout }: Amount,
): Generator<Contest, void, void> {
  const { exact, copies: P, config, task } = meter;
  const likelihoods = algorithms[config.algorithm].policyGradient === "likelihood ratio";
  const chance = new Chance(config.seed);
  const held = replay.last(newest);
  const elapsed = elapsedOf(replay);
  const changes = changesOf(replay, task.predicted);
  const { length } = exact.policy.gradient;
  const contest = { reference: new Estimate(length), estimators: estimatorsOf(sources, own, length) };
  const create = (steps: number) => createTrajectories(P, steps, task.state.length, task.action.length);
  const [fresh, replayed, single] = [create(K), create(K), create(1)];
  const rows = new Int32Array(K * P);
  const discounts = [1];
  for (let t = 1; t < K; ++t) discounts.push(discounts[t - 1]! * (likelihoods ? 1 : config.gamma));
  for (let group = 0; group < groups; ++group) {
    meter.seed(draw(chance));
    const before = new Int32Array(P);
    if (samples === "episodes") meter.start();
    else {
      const starts = before.map(() => held[chance.index(held.length)]!);
      replay.pieces(starts, P, K, rows, replayed.ends);
      replay.gather(rows, rows.length, replayed);
      before.set(starts.map((row) => elapsed[row]!));
      meter.place(replayed.s.subarray(0, P * task.state.length), before);
    }
    meter.follow(fresh, K);
    // a piece that the replay cuts off is as short in the policy's own data
    if (samples === "states") {
      const limits = lastRows(replayed, P).map((row, p) =>
        replayed.terminated[row] === 1 ? K - 1 : replayed.ends[p]!,
      );
      fresh.ends.set(limits.map((limit, p) => Math.min(limit, fresh.ends[p]!)));
    }
    gatherRows(fresh, lastRows(fresh, P), single);
    const reached = before.map((count, p) => count + fresh.ends[p]! + 1);
    const after = likelihoods
      ? meter.returns(rollout)
      : valueGradient(meter, single.sNext, reached, rollout, changes, chance);

    const moments = fresh.ends.map((end) => chance.index(end + 1));
    const chosen = moments.map((t, p) => t * P + p);
    gatherRows(fresh, chosen, single);
    const passed = before.map((count, p) => count + moments[p]!);
    const shares = Array.from(moments, (t, p) => (fresh.ends[p]! + 1) * discounts[t]!);
    contest.reference.add(gradientOfReturns(meter, single, passed, rollout + 1, draw(chance), shares));

    for (const [data, pieces] of [
      ["fresh", fresh],
      ["replayed", replayed],
    ] as const) {
      const compared = contest.estimators.filter(({ source }) => source.data === data);
      if (compared.length > 0) meter.load(pieces);
      for (const { source, estimate } of compared) estimate.add(meter.gradient(source, after));
    }
    yield contest;
  }
}

const draw = (chance: Chance): number => chance.index(0x8000_0000);
