// The table on standard output, and one CSV file for each kind of machine.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { dirname, join } from "node:path";
import { csv } from "../../src/cli/csv.js";
import type { Times, Work } from "./measure.js";
import type { Build } from "./module.js";

/** One measured figure: the median, the deciles around it, and how much of the limit it reaches. */
export interface Row {
  build: Build;
  work: string;
  value: number;
  low: number;
  high: number;
  unit: string;
  percent: number | undefined;
}

export const cpu = (): string => cpus()[0]?.model.trim() || "unknown processor";

/** The processor as a part of a file's name. */
export const machine = (): string =>
  cpu()
    .toLowerCase()
    .replace(/\(r\)|\(tm\)/g, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");

const HEADER = "build,work,value,low,high,unit,percent_of_limit";

/** `limit` is in multiply-adds a second, in the fastest decile; the work is compared in its own. */
export function rowOf(build: Build, work: Work, times: Times, limit: number): Row {
  const rate = (time: number): number => (2 * work.multiplyAdds) / time / 1e9;
  const scale = (work.unit === "ns" ? 1e9 : 1e6) / (work.parts ?? 1);
  const told = work.unit === "GFLOP/s" ? rate : (time: number): number => time * scale;
  const [low, high] = [told(times.low), told(times.high)].sort((x, y) => x - y) as [number, number];
  const percent = work.multiplyAdds ? (100 * work.multiplyAdds) / times.low / limit : undefined;
  return { build, work: work.name, value: told(times.median), low, high, unit: work.unit, percent };
}

const digits = (x: number): string => x.toFixed(x < 10 ? 2 : x < 1000 ? 1 : 0);

/** Aligned columns; each build has its own. */
export function table(rows: Row[], builds: Build[]): string {
  const head = ["work", "unit", ...builds.flatMap((build) => [build, "p10 - p90", "of limit"])];
  const names = [...new Set(rows.map((row) => row.work))];
  const lines = names.map((name) => {
    const found = rows.filter((row) => row.work === name);
    const cells = builds.flatMap((build) => {
      const row = found.find((candidate) => candidate.build === build);
      if (!row) return ["", "", ""];
      const percent = row.percent === undefined ? "" : `${row.percent.toFixed(0)} %`;
      return [digits(row.value), `${digits(row.low)} - ${digits(row.high)}`, percent];
    });
    return [name, found[0]!.unit, ...cells];
  });
  return aligned([head, ...lines], 2);
}

/** Lines of cells as columns, the first so many of them to the left. */
export function aligned(lines: readonly (readonly string[])[], left: number): string {
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  const format = (line: readonly string[]): string =>
    line
      .map((cell, column) => (column < left ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join("  ")
      .trimEnd();
  return lines.map(format).join("\n");
}

/** Writes the rows in place of those that the same Node version left in the machine's file. Returns the file's path. */
export function writeCsv(folder: string, rows: Row[], date: string): string {
  const lines = rows.map(({ build, work, value, low, high, unit, percent }) => {
    const numbers = [value, low, high].map((x) => x.toPrecision(4));
    return [build, work, ...numbers, unit, percent?.toFixed(1) ?? ""];
  });
  return replaceRows(join(folder, `kernels-${machine()}.csv`), HEADER, date, lines);
}

/** Writes lines, headed by date and Node version, in place of those that the same Node version left in a file. Returns its path. */
export function replaceRows(path: string, header: string, date: string, lines: (string | number)[][]): string {
  const node = process.version;
  const before = existsSync(path) ? readFileSync(path, "utf8").trim().split("\n").slice(1) : [];
  const kept = before.filter((line) => line.split(",")[1] !== node);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(
    path,
    `${[`date,node,${header}`, ...kept].join("\n")}\n${csv(lines.map((line) => [date, node, ...line]))}`,
  );
  return path;
}
