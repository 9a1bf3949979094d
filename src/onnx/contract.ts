import * as v from "valibot";
import { feature } from "../env/feature-fields.js";
import { type Feature, featureProblem } from "../env/features.js";
import { array, conform, finite, list, object, record } from "../fields.js";
import { blank, checkSeal } from "../seal.js";
import { shorten } from "../wording.js";
import { FORMAT_VERSION, type Golden, parseGolden } from "./metadata.js";
import { type Dimension, isLabel } from "./policy.js";
import { type ModelSummary, readModel, type TensorSummary } from "./read.js";
import { OPERATORS } from "./schema.js";

/** What a policy file of this package says about itself, checked: the file is whole, and its parts fit each other. */
export interface PolicyContract {
  readonly task: string;
  readonly state: readonly Dimension[];
  readonly action: readonly Dimension[];
  readonly features: readonly Feature[];
  /** Whether the graph takes `noise`. */
  readonly stochastic: boolean;
  /** Test vectors, where the file holds some. */
  readonly golden: Golden | undefined;
  /** SHA-256 of the file, its place in the file blank. */
  readonly digest: string;
  readonly model: ModelSummary;
}

const bound = v.nullable(finite);
const labelled = "1 to 100 characters, none of them a control character";
const label = v.pipe(v.string(labelled), v.check(isLabel, labelled));
const dimensions = v.pipe(
  list(object({ name: label, unit: label, low: bound, high: bound })),
  v.check((entries) => new Set(entries.map(({ name }) => name)).size === entries.length, "an array of different names"),
  v.check(
    (entries) => entries.every(({ low, high }) => low === null || high === null || low <= high),
    "an array whose lower bounds are below the upper ones",
  ),
);
const features = array(feature);
const texts = record(v.string("text"));

const fail = (what: string): never => {
  throw new Error(`Not a policy file of valuegrad: ${what}.`);
};

/** A metadata entry that is JSON. */
function parse<T>(metadata: ModelSummary["metadata"], key: string, schema: v.GenericSchema<unknown, T>): T {
  const text = metadata.get(key) ?? fail(`it has no metadata entry ${key}`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    fail(`its metadata entry ${key} is no JSON`);
  }
  try {
    return conform(key, value, schema);
  } catch (error) {
    return fail(`metadata ${(error as Error).message}`);
  }
}

/** JSON writes infinite bounds as null. */
const unbound = (list: v.InferOutput<typeof dimensions>): Dimension[] =>
  list.map(({ name, unit, low, high }) => ({ name, unit, low: low ?? -Infinity, high: high ?? Infinity }));

/** The graph's inputs or outputs: float32 (batch, size), by these names and sizes, each described in the metadata. */
function expectTensors(
  what: "inputs" | "outputs",
  tensors: readonly TensorSummary[],
  sizes: Readonly<Record<string, number>>,
  described: Readonly<Record<string, string>>,
): void {
  const names = Object.keys(sizes);
  const same = (list: readonly string[]): boolean => list.join("\n") === names.join("\n");
  if (!same(tensors.map(({ name }) => name))) fail(`the graph's ${what} are not ${names.join(", ")}`);
  if (!same(Object.keys(described))) fail(`metadata ${what}: it must describe ${names.join(", ")}`);
  for (const { name, type, shape: size } of tensors) {
    if (type !== "float32" || size.length !== 2 || typeof size[0] !== "string" || size[1] !== sizes[name]) {
      fail(`${name} is ${type} [${shorten(size.join(", "))}], not float32 [batch, ${sizes[name]}]`);
    }
  }
}

/** Whether golden actions are such as the graph can give: within the bounds, which it holds in float32. */
function withinBounds({ action: values }: Golden, action: readonly Dimension[]): boolean {
  const [low, high] = [action.map((one) => Math.fround(one.low)), action.map((one) => Math.fround(one.high))];
  return values.every((value, i) => value >= low[i % low.length]! && value <= high[i % high.length]!);
}

/**
 * Reads the contract of a policy file and checks everything about it but what its weights compute.
 * @throws Error, one sentence that names the field, when the bytes are no policy file of this version, altered, or contradict themselves.
 */
export function readPolicy(bytes: Uint8Array): PolicyContract {
  const model = readModel(bytes);
  const { metadata, digestEnd = 0 } = model;
  const version = metadata.get("format_version");
  if (version === undefined) fail(`${shorten(model.producer) || "an unnamed program"} made it, without our metadata`);
  if (version !== FORMAT_VERSION) {
    fail(`its format_version is ${shorten(version ?? "")}, this release reads ${FORMAT_VERSION}`);
  }
  const digest = digestEnd < blank.length ? undefined : checkSeal(bytes, digestEnd - blank.length);
  if (digest === undefined) return fail("its bytes do not match its checksum, it was altered or damaged");
  const strange = model.operators.find((operator) => !(OPERATORS as readonly string[]).includes(operator));
  if (strange !== undefined) fail(`its graph has the operator ${shorten(strange)}, which no policy has`);
  if (model.demands.length > 0) fail(`it asks for ${model.demands.join(", ")}`);

  const task = metadata.get("task") ?? "";
  if (!isLabel(task)) fail(`its task is ${JSON.stringify(shorten(task))}`);
  const state = unbound(parse(metadata, "observations", dimensions));
  const action = unbound(parse(metadata, "actions", dimensions));
  const encoder = parse(metadata, "features", features) as Feature[];
  const problem = featureProblem(encoder, state.length);
  if (problem !== undefined) fail(`metadata features: ${problem}`);
  const [S, A] = [state.length, action.length];
  const stochastic = model.inputs.length > 1;
  expectTensors("inputs", model.inputs, { obs: S, ...(stochastic && { noise: A }) }, parse(metadata, "inputs", texts));
  expectTensors("outputs", model.outputs, { action: A, mean: A, std: A }, parse(metadata, "outputs", texts));
  const golden = metadata.has("golden") ? parseGolden(metadata, S, A) : undefined;
  if (golden !== undefined && !withinBounds(golden, action)) fail("metadata golden.action: beyond the bounds");
  return { task, state, action, features: encoder, stochastic, golden, digest, model };
}
