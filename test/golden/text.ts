import { configOf, difference, type Golden, type Row } from "./golden.js";
import type { Build } from "./hosts.js";
import type { Outcome } from "./program.js";

/** What a build came to on a runtime, or the error that it ended with. */
export interface Column {
  readonly runtime: string;
  readonly build: Build;
  readonly result: ReadonlyMap<string, Outcome> | Error;
}

const headings: Record<Build, string> = { core: "simd", "core.scalar": "scalar" };
const DIGITS = 8;

/** A tick, or how a row differs there. */
function cell(row: Row, { result }: Column): string {
  if (result instanceof Error) return "failed";
  const outcome = result.get(row.name);
  if (outcome === undefined) return "missing";
  return difference(row, outcome)?.slice(0, DIGITS) ?? "✓";
}

/** Rows of a column that are not as they should be, by name. */
export function failures(rows: readonly Row[], column: Column): string[] {
  return rows.filter((row) => cell(row, column) !== "✓").map(({ name }) => name);
}

const GAP = "  ";

/** The table: a line per row with the beginnings of its hashes, a column per runtime and build. */
export function textOf(golden: Golden, rows: readonly Row[], columns: readonly Column[]): string {
  const lines = [
    ["row", "seed", "updates", "weights", "metrics", ...columns.map(({ build }) => headings[build])],
    ...rows.map((row) => [
      row.name,
      String(configOf(golden, row).seed),
      String(row.updates),
      row.weights.slice(0, DIGITS),
      row.metrics.slice(0, DIGITS),
      ...columns.map((column) => cell(row, column)),
    ]),
  ];
  const widths = lines[0]!.map((_, i) => Math.max(...lines.map((line) => line[i]!.length)));
  const whole = lines.map((line) =>
    line
      .map((text, i) => text.padEnd(widths[i]!))
      .join(GAP)
      .trimEnd(),
  );
  // a runtime's name stands above its columns
  const before = widths.length - columns.length;
  let above = "";
  columns.forEach(({ runtime }, i) => {
    if (columns[i - 1]?.runtime === runtime) return;
    const start = widths.slice(0, before + i).reduce((sum, width) => sum + width + GAP.length, 0);
    above = above.padEnd(start) + runtime;
  });
  return [above, ...whole].join("\n");
}
