/** What training runs gave, read from files that anybody may have written. */

import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Config, resolveConfig, UsageError } from "../config.js";
import type { MetricsRecord } from "../metrics.js";
import { show } from "../wording.js";
import { LARGEST_STRING, readText } from "./files.js";
import { configHash } from "./load.js";

/** What a training run gave: a function of its configuration alone. */
export interface RunResult {
  readonly config: Config;
  /** At least one, by step; fewer than the configuration asks for where the run is not finished. */
  readonly metrics: readonly MetricsRecord[];
}

/** One line of a sweep's `results.jsonl`: a cell that is finished. */
export interface CellResult extends RunResult {
  /** The cell's content hash: `configHash(config)`. */
  readonly cell: string;
  /** SHA-256 of the cell's policy.onnx, 64 hexadecimal digits. */
  readonly policy: string;
}

/** What a field of a file may hold. */
interface Field {
  readonly accepts: (value: unknown) => boolean;
  readonly expected: string;
}

const count: Field = {
  accepts: (value) => Number.isSafeInteger(value) && (value as number) >= 0,
  expected: "an integer from 0",
};
const finite: Field = { accepts: Number.isFinite, expected: "a finite number" };
const measured: Field = {
  accepts: (value) => value === null || Number.isFinite(value),
  expected: "a finite number or null",
};
const measuredList: Field = {
  accepts: (value) => value === null || (Array.isArray(value) && value.length > 0 && value.every(Number.isFinite)),
  expected: "an array of finite numbers or null",
};
const share: Field = {
  accepts: (value) => Number.isFinite(value) && (value as number) >= 0 && (value as number) <= 1,
  expected: "a number from 0 to 1",
};
const flag: Field = { accepts: (value) => typeof value === "boolean", expected: "true or false" };

const recordFields: Readonly<Record<keyof MetricsRecord, Field>> = {
  step: count,
  episodes: count,
  updates: count,
  evaluationReturn: finite,
  evaluationReturnLow: finite,
  evaluationReturnHigh: finite,
  score: finite,
  successes: share,
  solved: flag,
  trainingReturn: measured,
  modelError: measured,
  rewardError: measured,
  valueError: measured,
  policyGradientNorm: measured,
  valueGradient: measuredList,
  meanWeight: measured,
  effectiveSampleSize: measured,
  klToBehaviour: measured,
  sigma: finite,
  clippedActions: measured,
  modelErrors: measuredList,
  stateJacobianError: measured,
  actionJacobianError: measured,
  criticBias: measured,
  criticError: measured,
  returnDeviation: measured,
};

const sha256: Field = {
  accepts: (value) => typeof value === "string" && /^[0-9a-f]{64}$/.test(value),
  expected: "a SHA-256 of 64 hexadecimal digits",
};
const records: Field = {
  accepts: (value) => Array.isArray(value) && value.length > 0,
  expected: "an array of evaluations",
};
const cellFields: Readonly<Record<keyof CellResult, Field>> = {
  cell: sha256,
  config: { accepts: isObject, expected: "an object of settings" },
  metrics: records,
  policy: sha256,
};

type Fields = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A wrong value's place, name and text, and what it must be. */
function wrong(where: string, name: string, value: unknown, expected: string): UsageError {
  const is = value === undefined ? "is missing" : `is ${show(value)}`;
  return new UsageError(`${where}: ${name} ${is}: it must be ${expected}`);
}

/** Checks that an object has exactly the fields asked for. */
function checkFields(value: unknown, fields: Readonly<Record<string, Field>>, where: string, path = ""): Fields {
  if (!isObject(value)) throw wrong(where, path === "" ? "it" : path, value, "an object");
  const prefix = path === "" ? "" : `${path}.`;
  for (const name of Object.keys(value)) {
    if (Object.hasOwn(fields, name)) continue;
    const of = path === "" ? "" : ` of ${path}`;
    throw new UsageError(
      `${where}: unknown field ${show(name)}${of}: the fields are ${Object.keys(fields).join(", ")}`,
    );
  }
  for (const [name, { accepts, expected }] of Object.entries(fields)) {
    if (!accepts(value[name])) throw wrong(where, `${prefix}${name}`, value[name], expected);
  }
  return value;
}

/** The next of a run's evaluations. */
function checkRecord(
  value: unknown,
  config: Config,
  before: MetricsRecord | undefined,
  where: string,
  path = "",
): MetricsRecord {
  const record = checkFields(value, recordFields, where, path) as unknown as MetricsRecord;
  const name = path === "" ? "step" : `${path}.step`;
  if (before !== undefined && record.step <= before.step) {
    throw wrong(where, name, record.step, `more than the ${before.step} of the evaluation before`);
  }
  if (record.step > config.steps)
    throw wrong(where, name, record.step, `at most the ${config.steps} of the configuration`);
  return record;
}

/** A configuration that a file holds beside its hash. */
function checkConfig(value: unknown, hash: unknown, hashName: string, where: string): Config {
  let config: Config;
  try {
    config = resolveConfig(value as Fields);
  } catch (error) {
    throw new UsageError(`${where}: config: ${(error as Error).message}`);
  }
  const expected = configHash(config);
  if (hash !== expected) {
    throw wrong(
      where,
      hashName,
      hash,
      `${expected}, the hash of its config; the file was changed, or another version wrote it`,
    );
  }
  return config;
}

function parse(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError(`${where}: this is no JSON`);
  }
}

/** The values of a text that holds one on every line, each with its place. */
function linesOf(text: string, source: string): (readonly [value: unknown, where: string])[] {
  if (text.trim() === "") throw new UsageError(`${source}: this file is empty`);
  const lines = text.replace(/\n$/, "").split("\n");
  return lines.map((line, index) => {
    const where = `${source}, line ${index + 1}`;
    return [parse(line, where), where];
  });
}

/**
 * A run's evaluations.
 * @param text One on every line.
 * @param source What messages call the text.
 * @throws UsageError that names source, line and field of the first mistake.
 */
export function parseRecords(text: string, source: string, config: Config): MetricsRecord[] {
  const metrics: MetricsRecord[] = [];
  for (const [line, where] of linesOf(text, source)) metrics.push(checkRecord(line, config, metrics.at(-1), where));
  return metrics;
}

/**
 * Reads a sweep's results: a file of one `CellResult` a line.
 * @throws UsageError that names file, line and field of the first mistake.
 */
export function readCellResults(path: string): CellResult[] {
  return linesOf(readText(path, LARGEST_STRING), path).map(([line, where]) => {
    const { cell, config: settings, metrics: values, policy } = checkFields(line, cellFields, where);
    const config = checkConfig(settings, cell, "cell", where);
    const metrics: MetricsRecord[] = [];
    (values as unknown[]).forEach((value, index) => {
      metrics.push(checkRecord(value, config, metrics.at(-1), where, `metrics[${index}]`));
    });
    return { cell: cell as string, config, metrics, policy: policy as string };
  });
}

/**
 * Reads a run folder's config.json and metrics.jsonl; the run may be under way.
 * @throws UsageError that names file, line and field of the first mistake.
 */
export function readRunResult(folder: string): RunResult {
  const path = join(folder, "config.json");
  const identity = parse(readText(path), path);
  if (!isObject(identity)) throw wrong(path, "it", identity, "an object");
  const { config: settings, hash } = identity;
  if (!isObject(settings)) throw wrong(path, "config", settings, cellFields.config.expected);
  const config = checkConfig(settings, hash, "hash", path);
  const file = join(folder, "metrics.jsonl");
  return { config, metrics: parseRecords(readText(file, LARGEST_STRING), file, config) };
}

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}

/**
 * Reads all runs that a path holds: a file of a sweep's results; a sweep's folder, with such a file `results.jsonl` or else with a run
 * folder `cells/NAME` of every cell, of which those without an evaluation are passed over; or one run folder.
 * @throws UsageError that names file, line and field of the first mistake.
 */
export function readResults(path: string): RunResult[] {
  if (!isFolder(path)) return readCellResults(path);
  const [results, cells] = [join(path, "results.jsonl"), join(path, "cells")];
  if (existsSync(results)) return readCellResults(results);
  if (existsSync(join(path, "config.json"))) return [readRunResult(path)];
  if (!isFolder(cells)) {
    throw new UsageError(`${path} is no run and no sweep: it has no config.json, no results.jsonl and no folder cells`);
  }
  const begun = readdirSync(cells).filter((cell) => existsSync(join(cells, cell, "metrics.jsonl")));
  if (begun.length === 0) throw new UsageError(`${cells}: no cell has been evaluated yet`);
  return begun.sort().map((cell) => readRunResult(join(cells, cell)));
}
