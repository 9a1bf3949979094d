import * as v from "valibot";
import { resolveConfig } from "../config.js";
import { array, finite, list, number, object, text, wrongFields } from "../fields.js";
import { shown } from "../finding.js";
import { feature, form } from "./feature-fields.js";
import { featureProblem } from "./features.js";
import { frameProblem } from "./frames.js";
import type { Task } from "./task.js";

const positive = (what: string) => v.pipe(v.number(what), v.finite(what), v.gtValue(0, what));
const count = (what: string) => v.pipe(v.number(what), v.integer(what), v.minValue(1, what));
const share = "a number above 0, at most 1";
const dimension = object({ name: text, unit: text, low: number, high: number });
/** The fields of a `Task` and what each may be by itself, in words. */
const schema = object({
  name: text,
  summary: text,
  state: list(dimension),
  action: list(dimension),
  controlStep: positive("a finite number above 0, in s"),
  episodeSteps: count("an integer from 1"),
  finite: v.optional(v.boolean("true or false")),
  start: text,
  failure: v.optional(text),
  features: list(feature),
  predicted: list(number),
  frames: v.optional(array(object({ x: number, y: number, angle: form }))),
  constant: v.optional(array(number)),
  clock: v.optional(number),
  reward: list(object({ name: text, formula: text })),
  score: object({
    name: text,
    unit: text,
    window: count("an integer from 1 to episodeSteps"),
    threshold: finite,
    better: v.picklist(["higher", "lower"], '"higher" or "lower"'),
    share: v.pipe(positive(share), v.maxValue(1, share)),
  }),
  defaults: v.optional(object({})),
});

function* repeatedNames(field: string, items: readonly { readonly name: string }[]): Generator<string> {
  for (const [i, { name }] of items.entries()) {
    const first = items.findIndex((item) => item.name === name);
    if (first < i) yield `${field}[${first}] and ${field}[${i}] are both named ${shown(name)}: names must differ`;
  }
}

function* wrongIndices({ state, predicted, constant = [], clock }: Task): Generator<string> {
  const taken = new Map<number, string>();
  const named = [
    ...predicted.map((index, i) => [`predicted[${i}]`, index] as const),
    ...constant.map((index, i) => [`constant[${i}]`, index] as const),
    ...(clock === undefined ? [] : [["clock", clock] as const]),
  ];
  for (const [place, index] of named) {
    if (!(Number.isInteger(index) && index >= 0 && index < state.length)) {
      yield `${place} is ${index}: it must be a state dimension, an integer from 0 to ${state.length - 1}`;
    } else if (taken.has(index)) {
      yield `${taken.get(index)} and ${place} are both ${index}: a state dimension is predicted, constant or the clock, once`;
    } else taken.set(index, place);
  }
}

function* contradictions(task: Task): Generator<string> {
  const { state, action, features, predicted, frames = [], episodeSteps, score, reward, defaults, name } = task;
  for (const [field, dimensions] of [["state", state] as const, ["action", action] as const]) {
    yield* repeatedNames(field, dimensions);
    for (const [i, { low, high }] of dimensions.entries()) {
      if (!(low < high)) yield `${field}[${i}].low is ${low}: it must be below high (${high})`;
    }
  }
  for (const [i, { low, high }] of action.entries()) {
    if (low < -1) yield `action[${i}].low is ${low}: actions are in units of the actuator, between -1 and 1`;
    if (high > 1) yield `action[${i}].high is ${high}: actions are in units of the actuator, between -1 and 1`;
  }
  const feature = featureProblem(features, state.length);
  if (feature !== undefined) yield `features: ${feature}`;
  yield* wrongIndices(task);
  const frame = frameProblem(frames, predicted, state.length);
  if (frame !== undefined) yield `frames: ${frame}`;
  yield* repeatedNames("reward", reward);
  if (score.window > episodeSteps) {
    yield `score.window is ${score.window}: it must be an integer from 1 to episodeSteps (${episodeSteps})`;
  }
  try {
    resolveConfig({ ...defaults, task: name }, task);
  } catch (error) {
    yield `defaults: ${(error as Error).message}`;
  }
}

/**
 * What is wrong with the description of a task, a sentence each, such as "state[1].low is 2: it must be below high (1)". Contradictions
 * between fields are looked for when every field by itself is right.
 */
export function taskProblems(task: unknown): string[] {
  // a value that is no object is said to be the task's
  const root = typeof task === "object" && task !== null ? "" : "the task";
  const problems = wrongFields(task, schema, root, shown);
  return problems.length > 0 ? problems : [...contradictions(task as Task)];
}
