import type { Dimension, PolicyDescription } from "./policy.js";
import { DIGEST, type ValueInfo } from "./schema.js";

/** States and the actions that the policy must give for them. */
export interface Golden {
  /** (count, S), row-major, in the units of the state. */
  readonly obs: Float32Array;
  /** (count, A), row-major: the deterministic actions, clipped to the action bounds. */
  readonly action: Float32Array;
  readonly count: number;
}

/** Version of the metadata's layout, stored under `format_version`. */
export const FORMAT_VERSION = "2";

/**
 * The metadata of a policy file, as written to metadata_props. All values but `format_version` and `task` and the caller's own are
 * JSON. An infinite bound is null. Golden vectors are rows of decimal numbers, which read as float32 are the values stored.
 *
 * @throws Error when a caller's key is one of the format's own, or golden vectors have the wrong length or are not finite.
 */
export function policyMetadata(
  policy: PolicyDescription,
  inputs: readonly ValueInfo[],
  outputs: readonly ValueInfo[],
  extra: Readonly<Record<string, string>>,
  golden: Golden | undefined,
): [key: string, value: string][] {
  const entries: [string, string][] = [
    ["format_version", FORMAT_VERSION],
    ["task", policy.task],
    ["observations", JSON.stringify(policy.state.map(describe))],
    ["actions", JSON.stringify(policy.action.map(describe))],
    ["features", JSON.stringify(policy.features)],
    ["inputs", JSON.stringify(docs(inputs))],
    ["outputs", JSON.stringify(docs(outputs))],
  ];
  if (golden !== undefined) {
    const obs = rows(golden.obs, golden.count, policy.state.length, "observations");
    const action = rows(golden.action, golden.count, policy.action.length, "actions");
    entries.push(["golden", JSON.stringify({ obs, action })]);
  }
  const reserved = new Set([DIGEST, "golden", ...entries.map(([key]) => key)]);
  for (const key of Object.keys(extra).sort()) {
    if (reserved.has(key)) throw new Error(`The metadata key "${key}" belongs to the file format; choose another.`);
    entries.push([key, extra[key]!]);
  }
  return entries;
}

/**
 * Reads the golden vectors of a policy file.
 *
 * @throws Error when the file has none, or they are not rows of as many finite numbers as the graph takes and gives.
 */
export function parseGolden(metadata: ReadonlyMap<string, string>, stateSize: number, actionSize: number): Golden {
  const text = metadata.get("golden");
  if (text === undefined) throw new Error('The file holds no golden vectors (metadata key "golden").');
  let golden: { obs?: unknown; action?: unknown } | null;
  try {
    golden = JSON.parse(text);
  } catch (cause) {
    throw new Error("The golden vectors of the file are not JSON.", { cause });
  }
  const obs = flatten(golden?.obs, stateSize, "observations");
  const action = flatten(golden?.action, actionSize, "actions");
  const count = obs.length / stateSize;
  if (action.length !== count * actionSize) {
    throw new Error(`The file holds ${count} golden observations but ${action.length / actionSize} golden actions.`);
  }
  return { obs, action, count };
}

/** JSON writes the infinite bounds as null. */
function describe({ name, unit, low, high }: Dimension): Dimension {
  return { name, unit, low, high };
}

function docs(values: readonly ValueInfo[]): Record<string, string> {
  return Object.fromEntries(values.map((value) => [value.name, `float32 [${value.shape.join(", ")}]: ${value.doc}`]));
}

function rows(values: Float32Array, count: number, width: number, what: string): number[][] {
  if (!(count > 0) || values.length !== count * width) {
    throw new Error(`Golden ${what}: ${values.length} values, not ${count} rows of ${width}.`);
  }
  if (!values.every(Number.isFinite)) throw new Error(`Golden ${what} are not finite.`);
  return Array.from({ length: count }, (_, row) => Array.from(values.subarray(row * width, (row + 1) * width)));
}

/** Whether float32 holds a number, but for rounding. */
const isSingle = (x: unknown): boolean => typeof x === "number" && Number.isFinite(Math.fround(x));

function flatten(value: unknown, width: number, what: string): Float32Array {
  const list: unknown[] = Array.isArray(value) ? value : [];
  const whole = list.every((row) => Array.isArray(row) && row.length === width && row.every(isSingle));
  if (list.length === 0 || !whole) throw new Error(`The golden ${what} of the file are not rows of ${width} numbers.`);
  return Float32Array.from((list as number[][]).flat());
}
