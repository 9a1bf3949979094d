import { createHash } from "node:crypto";
import { resolveConfig, UsageError } from "../../config.js";
import type { MetricsRecord } from "../../metrics.js";
import { readModel } from "../../onnx/read.js";
import { version } from "../../version.js";
import { configHash } from "../load.js";
import type { CellResult } from "../results.js";
import { type CellFiles, cellFiles } from "./cell.js";
import type { Cell } from "./file.js";

const textOf = (files: CellFiles, name: (typeof cellFiles)[number]): string =>
  Buffer.from(files.get(name) ?? []).toString();

export const recordsOf = (files: CellFiles): MetricsRecord[] =>
  textOf(files, "metrics.jsonl")
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as MetricsRecord);

/** What shows that files are not those of this finished cell; undefined when nothing does. */
export function flawOf(cell: Cell, files: CellFiles): string | undefined {
  const missing = cellFiles.find((name) => !files.has(name));
  if (missing !== undefined) return `it has no ${missing}`;
  try {
    const { config } = JSON.parse(textOf(files, "config.json")) as { config: Record<string, unknown> };
    if (configHash(resolveConfig(config)) !== cell.hash) return "its config.json is another cell's";
    const { steps, evaluationInterval } = cell.config;
    const records = recordsOf(files);
    const last = records.at(-1)?.step ?? 0;
    if (last !== steps) return `its metrics.jsonl ends at step ${last} of ${steps}`;
    if (records.length !== Math.ceil(steps / evaluationInterval) + 1) return "its metrics.jsonl lacks evaluations";
    for (const name of ["policy.onnx", "best.onnx"]) readModel(files.get(name)!);
    if (!/<\/html>\s*$/.test(textOf(files, "report.html"))) return "its report.html is cut off";
  } catch (error) {
    return `it can't be read: ${(error as Error).message}`;
  }
  return undefined;
}

/** @throws UsageError when another version of this package made the files: it may compute other bytes. */
export function refuseOtherVersions(path: string, files: CellFiles): void {
  const made = /"version": "([^"]*)"/.exec(textOf(files, "config.json"))?.[1] ?? version;
  if (made === version) return;
  throw new UsageError(
    `${path} was made by version ${made} of valuegrad, this is ${version}, which may compute other bytes; name another folder`,
  );
}

/** A finished cell's line of results.jsonl. */
export function resultLine({ hash, config }: Cell, files: CellFiles): string {
  const policy = createHash("sha256").update(files.get("policy.onnx")!).digest("hex");
  const result: CellResult = { cell: hash, config, metrics: recordsOf(files), policy };
  return `${JSON.stringify(result)}\n`;
}
