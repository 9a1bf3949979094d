/** An environment under check: everything that it is given and gives is copied, and looked at on the way. */

import { shown, thrown } from "../../finding.js";
import type { Environment, Start, StepResult } from "../environment.js";
import type { Task } from "../task.js";

/** What makes an environment's answers unusable, or what its code threw. */
export class Fault extends Error {}

/** What was noticed while other things were checked. */
export interface Notes {
  /** Arrays that were altered or handed out twice. */
  readonly arrays: string[];
  /** Terms of the reward that are missing, or not declared. */
  readonly terms: string[];
  /** Calls that were given or returned arrays. */
  calls: number;
}

/** A reset or a step, as one array of numbers: observation (S), reward, terms (K), score, then 0 or 1 for terminated, truncated, failed. */
export type Row = Float64Array;

/** Where in a row what is, for a task. */
export class Layout {
  readonly task: Task;
  /** "observation position", "reward", "term action", ..., "failed". */
  readonly names: readonly string[];
  readonly #reward: number;
  readonly #end: number;

  constructor(task: Task) {
    this.task = task;
    this.#reward = task.state.length;
    this.#end = this.#reward + 1 + task.reward.length;
    this.names = [
      ...task.state.map(({ name }) => `observation ${name}`),
      "reward",
      ...task.reward.map(({ name }) => `term ${name}`),
      ...["score", "terminated", "truncated", "failed"],
    ];
  }

  observation(row: Row): Float64Array {
    return row.subarray(0, this.#reward);
  }

  reward(row: Row): number {
    return row[this.#reward]!;
  }

  terms(row: Row): Float64Array {
    return row.subarray(this.#reward + 1, this.#end);
  }

  terminated(row: Row): boolean {
    return row[this.#end + 1] === 1;
  }

  truncated(row: Row): boolean {
    return row[this.#end + 2] === 1;
  }

  failed(row: Row): boolean {
    return row[this.#end + 3] === 1;
  }

  /** What a row says of the motion, without what it is worth: observation, terminated, truncated, failed. */
  motion<T>(row: ArrayLike<T>): T[] {
    return Array.from(row).filter((_, i) => i < this.#reward || i > this.#end);
  }

  /** Whether a row ends an episode. */
  ended(row: Row): boolean {
    return this.terminated(row) || this.truncated(row);
  }
}

/** Runs a user's code. */
export function attempt<T>(what: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw new Fault(`${what} threw ${thrown(error)}`);
  }
}

function expectObject(what: string, value: unknown, fields: string): void {
  if (typeof value !== "object" || value === null) throw new Fault(`${what} is ${shown(value)}: it must be ${fields}`);
}

function expectType(what: string, value: unknown, type: "number" | "boolean"): void {
  if (typeof value !== type) throw new Fault(`${what} is ${shown(value)}: it must be a ${type}`);
}

/** Numbers that a user's code returned, copied. */
function copied(what: string, values: ArrayLike<number>, length: number): Float64Array {
  if (values?.length !== length)
    throw new Fault(`${what} is ${shown(values)}: it must be an array of ${length} numbers`);
  for (let i = 0; i < length; ++i) {
    if (!Number.isFinite(values[i]))
      throw new Fault(`${what}[${i}] is ${shown(values[i])}: it must be a finite number`);
  }
  return Float64Array.from(values);
}

const tagOf = (value: unknown): string => Object.prototype.toString.call(value).slice(8, -1);

export class Subject {
  readonly layout: Layout;
  readonly #environment: Environment;
  readonly #notes: Notes;
  /** Observations of this episode, and the last derivatives, beside what they were when they were returned. */
  #observations = new Map<ArrayLike<number>, Float64Array>();
  #derivatives = new Map<string, { readonly values: ArrayLike<number>; readonly copy: Float64Array }>();

  constructor(environment: Environment, notes: Notes) {
    this.layout = new Layout(environment.task);
    this.#environment = environment;
    this.#notes = notes;
  }

  /** Whether the environment has an optional method. */
  has(name: "rewardGradient" | "reward" | "transitionJacobian" | "snapshot" | "restore"): boolean {
    return this.#environment[name] !== undefined;
  }

  /** Calls a method with copies of arrays, which it must leave alone. */
  #call<T>(what: string, given: Readonly<Record<string, Float64Array>>, call: (...copies: Float64Array[]) => T): T {
    this.#notes.calls += 1;
    const copies = Object.values(given).map((values) => values.slice());
    const result = attempt(what, () => call(...copies));
    Object.entries(given).forEach(([name, values], which) => {
      const at = values.findIndex((value, i) => !Object.is(value, copies[which]![i]));
      if (at < 0) return;
      const [before, after] = [values[at], copies[which]![at]];
      this.#notes.arrays.push(
        `${what} changes ${name}[${at}] from ${before} to ${after}: it must leave what it is given as it is; work on a copy`,
      );
    });
    return result;
  }

  /** Notes which observations of the episode so far are no more what they were. */
  look(): void {
    [...this.#observations].forEach(([values, copy], step) => {
      if (copy.every((value, i) => Object.is(value, values[i]))) return;
      const which = step === 0 ? "reset" : `step ${step}`;
      this.#notes.arrays.push(`the observation that ${which} returned is altered later: return a new array every time`);
    });
    this.#observations = new Map();
  }

  #read(what: string, given: Start & Partial<StepResult>, stepped: boolean): Row {
    const { task } = this.layout;
    const S = task.state.length;
    expectObject(
      what,
      given,
      stepped ? "{ observation, reward, terminated, truncated, info }" : "{ observation, info }",
    );
    const { observation, info, reward = 0, terminated = false, truncated = false } = given;
    if (tagOf(observation) !== "Float64Array" || observation.length !== S) {
      throw new Fault(`${what}'s observation is ${shown(observation)}: it must be a Float64Array of ${S}`);
    }
    if (stepped) {
      expectType(`${what}'s reward`, given.reward, "number");
      expectType(`${what}'s terminated`, given.terminated, "boolean");
      expectType(`${what}'s truncated`, given.truncated, "boolean");
    }
    expectObject(`${what}'s info`, info, "{ terms, score, failed }");
    expectObject(`${what}'s info.terms`, info.terms, "an object with a number for every term");
    expectType(`${what}'s info.score`, info.score, "number");
    expectType(`${what}'s info.failed`, info.failed, "boolean");
    if (this.#observations.has(observation)) {
      this.#notes.arrays.push(`${what} returns an array that it returned before: return a new one every time`);
    }
    this.#observations.set(observation, observation.slice());
    return Float64Array.of(
      ...observation,
      reward,
      ...this.#terms(what, info.terms),
      info.score,
      ...[terminated, truncated, info.failed].map(Number),
    );
  }

  #terms(what: string, terms: Readonly<Record<string, unknown>>): number[] {
    const declared = this.layout.task.reward.map(({ name }) => name);
    for (const name of Object.keys(terms)) {
      if (!declared.includes(name)) {
        this.#notes.terms.push(`${what}'s info.terms has ${shown(name)}, which task.reward does not declare`);
      }
    }
    return declared.map((name) => {
      const value = terms[name];
      if (typeof value === "number") return value;
      this.#notes.terms.push(`${what}'s info.terms[${shown(name)}] is ${shown(value)}: it must be a number`);
      return 0;
    });
  }

  reset(seed?: number): Row {
    this.look();
    this.#notes.calls += 1;
    const start = attempt("reset", () => this.#environment.reset(...(seed === undefined ? [] : [{ seed }])));
    return this.#read("reset", start, false);
  }

  step(action: Float64Array): Row {
    const result = this.#call("step", { action }, (copy) => this.#environment.step(copy!));
    return this.#read("step", result, true);
  }

  /** Derivatives that were returned, copied; those of the call before must still be what they were. */
  #keep<Name extends string>(
    what: string,
    given: Readonly<Record<Name, ArrayLike<number>>>,
    lengths: Readonly<Record<Name, number>>,
  ): Record<Name, Float64Array> {
    expectObject(what, given, `{ ${Object.keys(lengths).join(", ")} }`);
    const entries = (Object.entries(lengths) as [Name, number][]).map(([name, length]) => {
      const before = this.#derivatives.get(name);
      if (before?.copy.some((value, i) => !Object.is(value, before.values[i]))) {
        this.#notes.arrays.push(`${what} alters the ${name} that it returned before: return a new array every time`);
      }
      const copy = copied(`${what}'s ${name}`, given[name], length);
      this.#derivatives.set(name, { values: given[name], copy });
      return [name, copy] as const;
    });
    return Object.fromEntries(entries) as Record<Name, Float64Array>;
  }

  rewardGradient(s: Float64Array, a: Float64Array, sNext: Float64Array) {
    const given = this.#call("rewardGradient", { s, a, sNext }, (...copies) =>
      this.#environment.rewardGradient!(copies[0]!, copies[1]!, copies[2]!),
    );
    return this.#keep("rewardGradient", given, { rS: s.length, rA: a.length, rSNext: s.length });
  }

  /** The reward at a transition; may be no number away from real ones. */
  reward(s: Float64Array, a: Float64Array, sNext: Float64Array): number {
    const reward = this.#call("reward", { s, a, sNext }, (...copies) =>
      this.#environment.reward!(copies[0]!, copies[1]!, copies[2]!),
    );
    expectType("reward", reward, "number");
    return reward;
  }

  transitionJacobian(s: Float64Array, a: Float64Array) {
    const given = this.#call("transitionJacobian", { s, a }, (...copies) =>
      this.#environment.transitionJacobian!(copies[0]!, copies[1]!),
    );
    return this.#keep("transitionJacobian", given, { fS: s.length * s.length, fA: s.length * a.length });
  }

  /** Not copied: it must stay what it is. */
  snapshot(): Uint8Array {
    const snapshot = attempt("snapshot", () => this.#environment.snapshot!());
    if (tagOf(snapshot) !== "Uint8Array") throw new Fault(`snapshot is ${shown(snapshot)}: it must be a Uint8Array`);
    return snapshot;
  }

  restore(snapshot: Uint8Array): void {
    attempt("restore", () => this.#environment.restore!(snapshot.slice()));
  }
}
