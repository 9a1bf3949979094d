import { load, YAMLException } from "js-yaml";
import { type Config, resolveConfig, type SettingName, settings, UsageError } from "../../config.js";
import { configHash } from "../load.js";

/** One run of a sweep. */
export interface Cell {
  /** `configHash` of the configuration. */
  readonly hash: string;
  readonly config: Config;
  /** What sets it apart from the sweep's other cells: "seed=3", one for every setting of which the file lists several values. */
  readonly labels: readonly string[];
}

/** The name of a cell's folders. */
export const cellName = ({ hash }: { readonly hash: string }): string => hash.slice(0, 16);

const mostCells = 100_000;
const longestValue = 100;

/** One setting of a sweep file and the values that it takes. */
interface Axis {
  readonly name: SettingName;
  readonly values: readonly unknown[];
}

/** No setting takes a list that is deeper or longer. YAML's aliases can make lists long beyond measure, and part of themselves. */
const isExcessive = (value: unknown): boolean =>
  Array.isArray(value) &&
  (value.length > mostCells ||
    value.some((item) => Array.isArray(item) && (item.length > longestValue || item.some(Array.isArray))));

/** The numbers of a range such as 1..10, both ends included; any other value alone. */
function expand(name: SettingName, value: unknown): readonly unknown[] {
  const range = typeof value === "string" ? /^\s*(\d+)\s*\.\.\s*(\d+)\s*$/.exec(value) : null;
  if (range === null || settings[name].kind !== "integer") return [value];
  const [low, high] = [Number(range[1]), Number(range[2])];
  if (high < low) throw new UsageError(`${name} is ${value}: a range goes from its lower end to its higher`);
  if (high - low >= mostCells) throw new UsageError(`${name} is ${value}: a sweep has at most ${mostCells} cells`);
  return Array.from({ length: high - low + 1 }, (_, i) => low + i);
}

function readAxis(name: SettingName, value: unknown): Axis {
  if (isExcessive(value)) throw new UsageError(`${name} holds lists that are too long or too deep for any setting`);
  // a list of numbers is one value of a setting that is itself a list
  const single = settings[name].kind === "layers" && !(Array.isArray(value) && value.some(Array.isArray));
  const values = Array.isArray(value) && !single ? value.flatMap((item) => expand(name, item)) : expand(name, value);
  if (values.length === 0) throw new UsageError(`${name} is []: name a value, or leave the setting out`);
  return { name, values };
}

function parse(text: string): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = load(text);
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const where = error.mark === undefined ? "" : `line ${error.mark.line + 1}, column ${error.mark.column + 1}: `;
    throw new UsageError(`${where}${error.reason}`);
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    throw new UsageError("it must be a mapping of settings to values, such as seed: 1..10");
  }
  return parsed as Record<string, unknown>;
}

function readCells(text: string): Cell[] {
  const parsed = parse(text);
  const names = Object.keys(parsed);
  if (names.length === 0) throw new UsageError("it names no setting");
  for (const name of names) {
    // names the right ones
    if (!Object.hasOwn(settings, name)) resolveConfig(Object.fromEntries([[name, undefined]]));
  }
  const axes = (names as SettingName[]).map((name) => readAxis(name, parsed[name]));
  const count = axes.reduce((product, { values }) => product * values.length, 1);
  if (count > mostCells) throw new UsageError(`it has ${count} cells: at most ${mostCells} are possible`);
  const cells: Cell[] = [];
  const known = new Map<string, number>();
  for (let index = 0; index < count; ++index) {
    const partial: Partial<Record<SettingName, unknown>> = {};
    const labels: string[] = [];
    let period = count;
    for (const { name, values } of axes) {
      period /= values.length;
      const value = values[Math.floor(index / period) % values.length];
      partial[name] = value;
      if (values.length > 1) labels.push(`${name}=${Array.isArray(value) ? value.join(",") : value}`);
    }
    const config = resolveConfig(partial);
    const hash = configHash(config);
    const twin = known.get(hash);
    if (twin !== undefined) {
      throw new UsageError(
        `its cells ${twin} and ${index} are the same (${labels.join(" ")}): name every value of a setting once`,
      );
    }
    known.set(hash, index);
    cells.push({ hash, config, labels });
  }
  return cells;
}

/**
 * The cells of a sweep file, YAML or JSON: a mapping of settings to a value or a list of values. They are the product of all lists in
 * the order of nested loops, the file's first list outermost. `1..10` stands for the integers from 1 to 10.
 * @param path The file's name, for messages.
 * @throws UsageError that names the file, the field, its value and what it may be.
 */
export function readSweep(text: string, path: string): readonly Cell[] {
  try {
    return readCells(text);
  } catch (error) {
    if (error instanceof UsageError) throw new UsageError(`sweep is ${path}: ${error.message}`);
    throw error;
  }
}
