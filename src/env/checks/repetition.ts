/** What must be the same twice: seeds, clipped actions, snapshots. */

import type { Chance } from "../../chance.js";
import { type Finding, judge, skip } from "../../finding.js";
import { difference, type Episode, inWords, type Place, replay, stepsOf } from "./recording.js";
import type { Row, Subject } from "./subject.js";

/** Resets whose starts are compared. */
const RESETS = 16;
/** Actions are drawn up to this magnitude, so that most of them are clipped. */
const BEYOND = 3;

const distinct = (rows: readonly Row[]): number => new Set(rows.map((row) => row.join())).size;

/** Equal seeds and actions give equal bits, in two instances and in one; other seeds something else. */
export function checkSeeds(
  one: Subject,
  two: Subject,
  episodes: readonly Episode[],
  seeds: readonly number[],
): Finding {
  const remedy =
    "let reset's seed restart every random number, and keep nothing outside of the instance or from before the reset";
  const problems: string[] = [];
  for (const [which, subject] of [
    ["in a second instance", two] as const,
    ["after a reset with the seed", one] as const,
  ]) {
    const change = replay(subject, episodes);
    if (change !== undefined) problems.push(`with the same seed and actions ${which}, ${change}: ${remedy}`);
  }
  const starts = distinct(seeds.map((seed) => one.reset(seed)));
  one.reset(seeds[0]);
  const unseeded = distinct(Array.from({ length: RESETS }, () => one.reset()));
  if (problems.length === 0 && starts > 1 && unseeded === 1) {
    problems.push(
      `${RESETS} resets without a seed give the same start, although starts depend on the seed: without a seed the random numbers must go on`,
    );
  }
  const depends =
    starts > 1 ? `${starts} different starts from ${seeds.length} seeds` : "starts do not depend on the seed";
  const done = `${stepsOf(episodes)} steps twice again: the same bits; ${depends}, ${unseeded} from ${RESETS} resets without one`;
  return judge("seeds", done, problems);
}

/** An action beyond its bounds moves the environment as the clipped action does. */
export function checkClipping(one: Subject, two: Subject, { seed, actions }: Episode, chance: Chance): Finding {
  const { layout } = one;
  const { action } = layout.task;
  const names = layout.motion(layout.names);
  const problems: string[] = [];
  one.reset(seed);
  two.reset(seed);
  let [steps, clipped] = [0, 0];
  while (steps < actions.length) {
    const chosen = Float64Array.from(action, () => chance.uniform(-BEYOND, BEYOND));
    const within = chosen.map((value, k) => Math.max(action[k]!.low, Math.min(action[k]!.high, value)));
    if (within.some((value, k) => value !== chosen[k])) clipped += 1;
    const [row, expected] = [one.step(chosen), two.step(within)];
    const change = difference(names, Float64Array.from(layout.motion(row)), Float64Array.from(layout.motion(expected)));
    if (change !== undefined) {
      problems.push(
        `after step ${steps + 1} under action ${chosen.join(", ")} ${change}, as under ${within.join(", ")}: step must clip actions to task.action's bounds`,
      );
      break;
    }
    steps += 1;
    if (layout.ended(expected)) break;
  }
  const done = `${steps} steps of two instances, one under ${clipped} actions beyond the bounds, one under them clipped: the same motion`;
  return judge("clipping", done, problems);
}

/** A restored snapshot goes on bit for bit, in the same instance and in a fresh one, which a trainer resets before it is restored. */
export function checkSnapshot(one: Subject, fresh: Subject, recorded: readonly Episode[]): Finding {
  const name = "snapshot";
  const given = (["snapshot", "restore"] as const).filter((method) => one.has(method));
  if (given.length === 0) return skip(name, "no snapshot and restore: training on it can't be saved or resumed");
  if (given.length === 1) return judge(name, "both are needed to save and resume", [`there is ${given[0]} alone`]);
  const episodes = recorded.slice(0, 2);
  const problems: string[] = [];
  const middle = Math.floor(episodes[0]!.actions.length / 2);
  const taken: { readonly place: Place; readonly snapshot: Uint8Array; readonly copy: Uint8Array }[] = [];
  const disturbed = replay(one, episodes, undefined, (place) => {
    if (place.episode > 0 || (place.step !== 0 && place.step !== middle)) return;
    const snapshot = one.snapshot();
    taken.push({ place, snapshot, copy: snapshot.slice() });
  });
  if (disturbed !== undefined) problems.push(`after snapshot was called, ${disturbed}: it must change nothing`);
  fresh.reset();
  for (const { place, snapshot, copy } of taken) {
    if (copy.some((byte, i) => byte !== snapshot[i])) {
      problems.push(`the snapshot before ${inWords(place)} is altered by later steps: return a copy`);
    }
    for (const [where, subject] of [["the same instance", one] as const, ["a fresh instance", fresh] as const]) {
      subject.restore(copy);
      const change = replay(subject, episodes, place);
      if (change === undefined) continue;
      problems.push(
        `restored in ${where} before ${inWords(place)}, ${change}: a snapshot must hold all that the future depends on, random numbers and the step count too`,
      );
    }
  }
  const size = `${taken[0]!.copy.length} bytes`;
  const done = `${taken.length} snapshots of ${size}, each restored in the same and in a fresh instance: ${stepsOf(episodes)} steps go on with the same bits`;
  return judge(name, done, problems);
}
