import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Outcome } from "./program.js";

/** The table of golden.json: what training comes to on every host. */

export interface Row extends Outcome {
  /** "task/algorithm", or "task/algorithm/variant". */
  readonly name: string;
  /** Where its configuration differs from the table's own. */
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface Golden {
  /** A value for every setting, so that a changed default changes nothing here. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly rows: readonly Row[];
}

export const goldenFile = fileURLToPath(new URL("golden.json", import.meta.url));

export function readGolden(): Golden {
  return JSON.parse(readFileSync(goldenFile, "utf8")) as Golden;
}

/** A row's configuration, which leaves nothing to defaults. */
export function configOf({ settings }: Golden, row: Pick<Row, "settings">): Record<string, unknown> {
  return { ...settings, ...row.settings };
}

/** The hash in which an outcome differs from its row, or undefined where it is the same. The metrics count the updates. */
export function difference(row: Row, outcome: Outcome): string | undefined {
  if (outcome.weights !== row.weights) return outcome.weights;
  return outcome.metrics === row.metrics ? undefined : outcome.metrics;
}
