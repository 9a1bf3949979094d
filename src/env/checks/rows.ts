/** What must hold of every step of recorded episodes. */

import { brief, type Finding, judge } from "../../finding.js";
import { type Episode, inWords, MOST_STEPS, type Recording, stepsOf } from "./recording.js";
import type { Layout, Row } from "./subject.js";

/** Joint stops give way: an observation may be beyond its bounds by this share of their distance. */
const SLACK = 0.25;
/** The terms may miss the reward by this share of the largest of them, or of 1. */
const SUM_BOUND = 1e-6;
/** The clock may miss a control step by this share of it. */
const CLOCK_BOUND = 1e-6;

const counted = (episodes: readonly Episode[]): string =>
  `${stepsOf(episodes)} steps in ${episodes.length} ${episodes.length === 1 ? "episode" : "episodes"}`;

/** Every recorded row with the place of its step; starts have step -1. */
function* rowsOf(episodes: readonly Episode[]): Generator<readonly [row: Row, where: string, before: Row | undefined]> {
  for (const [episode, { rows }] of episodes.entries()) {
    for (const [i, row] of rows.entries()) {
      const where = i === 0 ? `at the start of episode ${episode + 1}` : `after ${inWords({ episode, step: i - 1 })}`;
      yield [row, where, rows[i - 1]];
    }
  }
}

/** What resets and steps return has the right shape: what has not did not come here. */
export function checkResults(layout: Layout, { episodes }: Recording): Finding {
  const problems: string[] = [];
  for (const [row, where] of rowsOf(episodes)) {
    if (layout.task.failure === undefined && layout.failed(row)) {
      problems.push(`info.failed is true ${where}: task.failure must say what a failure is`);
    }
  }
  return judge("results", `${counted(episodes)}: observations, rewards, flags and info have their shapes`, problems);
}

export function checkFinite({ episodes, notFinite }: Recording): Finding {
  const done = `${counted(episodes)} under random and extreme actions, up to 10 times the actuators' range`;
  return judge("finite", done, notFinite === undefined ? [] : [`${notFinite}: it must be finite`]);
}

/** Observations are within their bounds; constants stay and the clock goes on. */
export function checkState({ task }: Layout, { episodes }: Recording): Finding {
  const { state, predicted, constant = [], clock, controlStep } = task;
  const problems: string[] = [];
  const moved = new Set<number>();
  let beyond = 0;
  state.forEach(({ name, low, high }, i) => {
    const slack = Number.isFinite(high - low) ? SLACK * (high - low) : 0;
    const wrong = new Map<string, string>();
    for (const [row, where, before] of rowsOf(episodes)) {
      const value = row[i]!;
      const excess = Math.max(low - value, value - high, 0);
      if (excess > slack) {
        wrong.set(
          "bounds",
          `${name} is ${value} ${where}: task.state[${i}] says ${low} to ${high}; correct low and high`,
        );
      } else if (excess > 0) beyond = Math.max(beyond, excess / (high - low));
      if (before === undefined) continue;
      const change = value - before[i]!;
      if (change !== 0) moved.add(i);
      if (change !== 0 && constant.includes(i)) {
        wrong.set("constant", `${name} changes by ${change} ${where}: task.constant says that it never does`);
      }
      if (i === clock && !(Math.abs(change - controlStep) <= CLOCK_BOUND * controlStep)) {
        wrong.set(
          "clock",
          `${name} changes by ${change} ${where}: as task.clock it must by controlStep, ${controlStep}`,
        );
      }
    }
    problems.push(...wrong.values());
  });
  const names = (list: readonly number[]): string => list.map((i) => state[i]!.name).join(", ");
  const still = predicted.filter((i) => !moved.has(i));
  const copied = [...moved].filter((i) => i !== clock && !constant.includes(i) && !predicted.includes(i));
  const done = [
    `${counted(episodes)}: bounds, constants and clock of ${state.length} dimensions`,
    beyond > 0 ? `at most ${brief(100 * beyond)} % of a range beyond its bounds, where 25 % may be (soft stops)` : "",
    still.length > 0 ? `predicted, but never changes: ${names(still)}` : "",
    copied.length > 0 ? `changes, but is not predicted, so that the model copies it: ${names(copied)}` : "",
  ];
  return judge("state", done.filter((text) => text !== "").join("; "), problems);
}

/** The reward is the sum of its terms. */
export function checkTerms(layout: Layout, { episodes }: Recording, noted: readonly string[]): Finding {
  const problems = [...noted];
  for (const [row, where, before] of rowsOf(episodes)) {
    if (before === undefined) continue;
    const terms = layout.terms(row);
    let [sum, most] = [0, 1];
    for (const term of terms) {
      sum += term;
      most = Math.max(most, Math.abs(term));
    }
    if (Math.abs(sum - layout.reward(row)) <= SUM_BOUND * most) continue;
    problems.push(
      `the terms' sum is ${sum} ${where}, the reward ${layout.reward(row)}: the reward is the sum of info.terms`,
    );
  }
  const names = layout.task.reward.map(({ name }) => name).join(" + ");
  const bound = `to ${brief(SUM_BOUND)} of the largest of them, or of 1`;
  return judge("terms", `${counted(episodes)}: reward = ${names}, ${bound}`, problems);
}

/** Episodes end where their task says so. */
export function checkEpisodes(layout: Layout, { episodes, notFinite }: Recording): Finding {
  const { episodeSteps, finite = false } = layout.task;
  const problems: string[] = [];
  // one that stopped being finite has no end
  const whole = notFinite === undefined ? episodes : episodes.slice(0, -1);
  let [limits, ends] = [0, 0];
  whole.forEach(({ rows, actions }, episode) => {
    const last = rows.at(-1)!;
    const steps = actions.length;
    const [terminated, truncated] = [layout.terminated(last), layout.truncated(last)];
    const where = steps === 0 ? `the reset of episode ${episode + 1}` : inWords({ episode, step: steps - 1 });
    if (terminated && truncated) {
      problems.push(
        `${where} is terminated and truncated: an end of the process is terminated, a time limit truncated`,
      );
    } else if (truncated && steps < episodeSteps) {
      problems.push(`${where} is truncated: the time limit, task.episodeSteps, is ${episodeSteps}`);
    } else if (truncated && finite) {
      problems.push(`${where} is truncated: as task.finite says, the last step ends the process and is terminated`);
    } else if (!terminated && !truncated && steps === episodeSteps) {
      const right = finite ? "terminated" : "truncated";
      problems.push(`${where} is not ${right}, as the last of ${episodeSteps} (task.episodeSteps) must be`);
    }
    if (steps === episodeSteps) limits += 1;
    else if (terminated) ends += 1;
  });
  const timed = whole.filter(({ rows, actions }) => actions.length === episodeSteps && layout.terminated(rows.at(-1)!));
  if (!finite && timed.length > 1 && timed.length === limits && problems.length === 0) {
    const right = "a time limit is truncated; where the state holds the time, task.finite is true";
    problems.push(`all ${limits} episodes that reached step ${episodeSteps} are terminated there: ${right}`);
  }
  const left = whole.length - limits - ends;
  const done = [
    `of ${whole.length} episodes ${limits} reached the last step, ${episodeSteps}, ${ends} were terminated before`,
    left > 0 && episodeSteps > MOST_STEPS
      ? `${left} were left after ${MOST_STEPS} steps, so their end is not known`
      : "",
  ];
  return judge("episodes", done.filter((text) => text !== "").join("; "), problems);
}
