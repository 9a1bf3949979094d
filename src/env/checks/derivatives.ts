/** Derivatives of the reward and of the transition, against differences. */

import { largest, minus, relative, type Slope, slopeOf } from "../../differences.js";
import { brief, type Finding, judge, skip } from "../../finding.js";
import { type Episode, inWords, type Place, replay } from "./recording.js";
import type { Row, Subject } from "./subject.js";

const BOUND = 1e-5;
/** `reward` may miss the reward of a step by this share of it, or of 1. */
const REWARD_BOUND = 1e-9;
/** The share of the derivatives that must be away from switches, or nothing is said. */
const LEAST_COMPARED = 0.2;
const TRANSITIONS = 24;
/** Transitions from which the change of an action is followed, and over how many steps, its own among them. */
const BEGINNINGS = 24;
const FOLLOWED = 3;

const REMEDY = "return the derivatives of the reward r(s, a, s'), the action not clipped";
const digits = (value: number): string => String(Number(value.toPrecision(6)));

/** Places spread over a recording, ends of episodes among them. */
function choosePlaces(episodes: readonly Episode[], count: number): Place[] {
  const each = Math.max(2, Math.ceil(count / episodes.length));
  return episodes.flatMap(({ actions }, episode) => {
    const steps = Array.from({ length: each }, (_, i) => Math.round(((i + 0.5) / (each - 0.5)) * (actions.length - 1)));
    return actions.length === 0
      ? []
      : [...new Set([...steps.slice(0, -1), actions.length - 1])].map((step) => ({ episode, step }));
  });
}

/** What comparisons with differences came to. */
class Comparison {
  readonly problems: string[] = [];
  /** Comparisons, and those of them where there is nothing but 0. */
  #compared = 0;
  #zero = 0;
  /** Near a switch. */
  #near = 0;
  #worst = 0;

  /** What is claimed against a slope, which is undefined where differences do not settle; `what` names both. */
  add(claimed: readonly number[], slope: Slope | undefined, what: () => string): void {
    if (slope === undefined) {
      this.#near += 1;
      return;
    }
    this.#compared += 1;
    if (largest(claimed) === 0 && largest(slope.value) === 0) this.#zero += 1;
    const error = relative(largest(minus(slope.value, claimed)), slope.scale);
    if (!(error <= this.#worst)) this.#worst = error;
    if (!(error <= BOUND)) this.problems.push(what());
  }

  finding(name: string, done: string): Finding {
    const telling = this.#compared - this.#zero;
    const among = telling + this.#near;
    if (this.problems.length === 0 && telling < LEAST_COMPARED * among) {
      const why = `differences settle at ${telling} of ${among} only, too few to tell; compute with numbers of 64 bits`;
      return skip(name, `${done}: ${why}`);
    }
    const counts = [
      `${this.#compared} ${done}`,
      ...(this.#zero > 0 ? [`${this.#zero} of them are 0`] : []),
      ...(this.#near > 0 ? [`${this.#near} more near a switch, not compared`] : []),
      `worst relative error ${brief(this.#worst)}, bound ${brief(BOUND)}`,
    ];
    return judge(name, counts.join("; "), this.problems);
  }
}

/** The transition of a step. */
function transitionAt({ layout }: Subject, episodes: readonly Episode[], { episode, step }: Place) {
  const { rows, actions } = episodes[episode]!;
  const [before, after] = [rows[step]!, rows[step + 1]!];
  return {
    s: layout.observation(before),
    a: actions[step]!,
    sNext: layout.observation(after),
    r: layout.reward(after),
  };
}

/** Every entry of the reward's derivatives, where the environment has a method `reward`. */
function compareWithReward(subject: Subject, episodes: readonly Episode[]): Finding {
  const { state, action } = subject.layout.task;
  const comparison = new Comparison();
  const places = choosePlaces(episodes, TRANSITIONS);
  const other: string[] = [];
  for (const place of places) {
    const { r, ...transition } = transitionAt(subject, episodes, place);
    const { s, a, sNext } = transition;
    const own = subject.reward(s, a, sNext);
    if (!(Math.abs(own - r) <= REWARD_BOUND * Math.max(1, Math.abs(r)))) {
      other.push(`reward(s, a, s') is ${own} at ${inWords(place)}, for which step gave ${r}: they must be the same`);
    }
    const { rS, rA, rSNext } = subject.rewardGradient(s, a, sNext);
    const most = largest([...rS, ...rA, ...rSNext]);
    const parts = [
      ["rS", "s", rS, state] as const,
      ["rA", "a", rA, action] as const,
      ["rSNext", "sNext", rSNext, state] as const,
    ];
    for (const [name, argument, gradient, dimensions] of parts) {
      gradient.forEach((claimed, i) => {
        const unit = Math.max(1, Math.abs(transition[argument][i]!));
        const slope = slopeOf((change) => {
          const changed = { ...transition, [argument]: transition[argument].slice() };
          changed[argument][i]! += change * unit;
          const reward = subject.reward(changed.s, changed.a, changed.sNext);
          return Number.isFinite(reward) ? [reward] : undefined;
        }, most * unit);
        comparison.add([claimed * unit], slope, () => {
          const what = `${name} of ${dimensions[i]!.name} is ${digits(claimed)} at ${inWords(place)}`;
          return `${what}, differences of reward give ${digits(slope!.value[0]! / unit)}: ${REMEDY}`;
        });
      });
    }
  }
  comparison.problems.unshift(...other);
  return comparison.finding(
    "gradient",
    `derivatives at ${places.length} transitions against differences of reward, whose values are the steps'`,
  );
}

/** What the change of an action comes to in a step. */
interface Response {
  readonly place: Place;
  /** Which action was changed, and whether in this very step. */
  readonly k: number;
  readonly now: boolean;
  /** Derivatives of the state before this step and, where differences settle, after it. */
  readonly before: readonly number[];
  readonly after: Slope | undefined;
  /** Derivative of the reward, whose errors are compared with the least scale. */
  readonly reward: (leastScale: number) => Slope | undefined;
}

/** Changes every action in some steps, and follows what comes of it by snapshots: the random numbers are the same ones every time. */
function* responses(subject: Subject, episodes: readonly Episode[]): Generator<Response> {
  const { layout } = subject;
  const places = choosePlaces(episodes, BEGINNINGS);
  const snapshots = new Map<Place, Uint8Array>();
  replay(subject, episodes, undefined, ({ episode, step }) => {
    const place = places.find((one) => one.episode === episode && one.step === step);
    if (place !== undefined) snapshots.set(place, subject.snapshot().slice());
  });
  for (const [place, snapshot] of snapshots) {
    const { rows, actions } = episodes[place.episode]!;
    const followed = actions.slice(place.step, place.step + FOLLOWED);
    for (const k of layout.task.action.keys()) {
      const runs = new Map<number, Row[] | undefined>();
      const run = (change: number): Row[] | undefined => {
        subject.restore(snapshot);
        const after: Row[] = [];
        for (const [j, action] of followed.entries()) {
          const changed = action.slice();
          if (j === 0) changed[k]! += change;
          const row = subject.step(changed);
          // a change that ends the episode at another time has no derivative
          if (layout.ended(row) !== layout.ended(rows[place.step + j + 1]!) || !row.every(Number.isFinite))
            return undefined;
          after.push(row);
        }
        return after;
      };
      const ran = (change: number): Row[] | undefined => {
        if (!runs.has(change)) runs.set(change, run(change));
        return runs.get(change);
      };
      let before: readonly number[] = layout.task.state.map(() => 0);
      for (const j of followed.keys()) {
        const valueAt = <T>(change: number, read: (row: Row) => T): T | undefined => {
          const row = ran(change)?.[j];
          return row && read(row);
        };
        const after = slopeOf((change) => valueAt(change, (row) => [...layout.observation(row)]), largest(before));
        const reward = (leastScale: number) =>
          slopeOf((change) => valueAt(change, (row) => [layout.reward(row)]), leastScale);
        yield { place: { ...place, step: place.step + j }, k, now: j === 0, before, after, reward };
        if (after === undefined) break;
        before = after.value;
      }
    }
  }
}

const dot = (a: ArrayLike<number>, b: readonly number[]): number => b.reduce((sum, value, i) => sum + a[i]! * value, 0);
const magnitude = (a: ArrayLike<number>, b: readonly number[]): number =>
  b.reduce((sum, value, i) => sum + Math.abs(a[i]! * value), 0);

/** The reward's derivatives along what actions do, where it can't be had by itself. */
function compareWithSteps(subject: Subject, episodes: readonly Episode[]): Finding {
  const comparison = new Comparison();
  for (const { place, k, now, before, after, reward } of responses(subject, episodes)) {
    if (after === undefined) {
      comparison.add([], undefined, String);
      continue;
    }
    const { s, a, sNext } = transitionAt(subject, episodes, place);
    const { rS, rA, rSNext } = subject.rewardGradient(s, a, sNext);
    const direct = now ? rA[k]! : 0;
    const claimed = direct + dot(rS, before) + dot(rSNext, after.value);
    const slope = reward(Math.abs(direct) + magnitude(rS, before) + magnitude(rSNext, after.value));
    comparison.add([claimed], slope, () => {
      const { name } = subject.layout.task.action[k]!;
      const [by, formula] = now ? [name, "rA + rSNext ds'/da"] : [`an earlier ${name}`, "rS ds/da + rSNext ds'/da"];
      const what = `at ${inWords(place)} the reward's derivative by ${by} is ${digits(claimed)} by ${formula}`;
      return `${what}, differences of steps give ${digits(slope!.value[0]!)}: ${REMEDY}`;
    });
  }
  return comparison.finding(
    "gradient",
    "derivatives of rewards by actions of the same step and of the two before, against differences of steps (rS and rSNext as far as actions move states; with a method reward every entry)",
  );
}

/** The derivatives of the reward. `restorable`: whether snapshots go on as they should. */
export function checkGradient(subject: Subject, episodes: readonly Episode[], restorable: boolean): Finding {
  if (!subject.has("rewardGradient"))
    return skip("gradient", 'no rewardGradient: training is possible with reward "learned" only');
  if (subject.has("reward")) return compareWithReward(subject, episodes);
  if (restorable) return compareWithSteps(subject, episodes);
  for (const place of choosePlaces(episodes, TRANSITIONS)) {
    const { s, a, sNext } = transitionAt(subject, episodes, place);
    subject.rewardGradient(s, a, sNext);
  }
  return skip("gradient", "finite, but compared with nothing: that needs a method reward, or snapshot and restore");
}

/** The Jacobians of the transition, along what actions do. */
export function checkJacobian(subject: Subject, episodes: readonly Episode[], restorable: boolean): Finding {
  const name = "jacobian";
  const { state, action } = subject.layout.task;
  if (!subject.has("transitionJacobian"))
    return skip(name, 'no transitionJacobian: training with model "exact" is not possible');
  if (!restorable) {
    for (const place of choosePlaces(episodes, TRANSITIONS)) {
      const { s, a } = transitionAt(subject, episodes, place);
      subject.transitionJacobian(s, a);
    }
    return skip(name, "finite, but compared with nothing: that needs snapshot and restore");
  }
  const comparison = new Comparison();
  for (const { place, k, now, before, after } of responses(subject, episodes)) {
    const { s, a } = transitionAt(subject, episodes, place);
    const { fS, fA } = subject.transitionJacobian(s, a);
    const claimed = state.map(
      (_, i) => (now ? fA[i * action.length + k]! : 0) + dot(fS.subarray(i * state.length), before),
    );
    comparison.add(claimed, after, () => {
      const errors = minus(after!.value, claimed).map(Math.abs);
      const i = errors.indexOf(largest(errors));
      const by = action[k]!.name;
      const what = now
        ? `fA of ${state[i]!.name} by ${by}`
        : `fS times ds/da of ${state[i]!.name}, by an earlier ${by},`;
      const values = `${digits(claimed[i]!)} at ${inWords(place)}, differences of steps give ${digits(after!.value[i]!)}`;
      return `${what} is ${values}: return the derivatives of the next state, row by row, without disturbances, which differences see: check an environment that has none`;
    });
  }
  return comparison.finding(
    name,
    "columns of fA and products with fS against differences of steps (fS as far as actions move states)",
  );
}
