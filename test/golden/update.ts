import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { isDeepStrictEqual, promisify } from "node:util";
import { settings } from "../../src/config.js";
import { configOf, type Golden, goldenFile, type Row, readGolden } from "./golden.js";
import { type Build, builds } from "./hosts.js";
import { type PlannedRow, plannedRows } from "./plan.js";
import { train } from "./program.js";

const core = (build: Build): Uint8Array<ArrayBuffer> =>
  new Uint8Array(readFileSync(new URL(`../../build/${build}.wasm`, import.meta.url)));

/** A planned row as this Node computes it. */
async function compute(golden: Golden, { name, settings: own }: PlannedRow): Promise<Row> {
  const config = configOf(golden, { settings: own });
  const [first, ...others] = await Promise.all(builds.map(async (build) => await train(core(build), config)));
  if (first === undefined || others.some((outcome) => !isDeepStrictEqual(outcome, first))) {
    throw new Error(
      `the builds disagree on ${name}, golden.json stays as it is: ${JSON.stringify([first, ...others])}`,
    );
  }
  return { name, settings: own, ...first };
}

/**
 * Computes golden.json anew, after a deliberate change of arithmetic or for new rows. The table's settings keep their values; new ones
 * enter with their defaults.
 * @returns what changed, a line per row.
 * @throws Error when the builds disagree; then the file stays.
 */
export async function update(): Promise<string[]> {
  const before = readGolden();
  const kept = Object.entries(settings).map(([name, setting]) => [name, before.settings[name] ?? setting.default]);
  const empty: Golden = { settings: Object.fromEntries(kept), rows: [] };
  const rows: Row[] = [];
  for (const row of plannedRows()) rows.push(await compute(empty, row));
  writeFileSync(goldenFile, JSON.stringify({ ...empty, rows }));
  const biome = createRequire(import.meta.url).resolve("@biomejs/biome/bin/biome");
  await promisify(execFile)(process.execPath, [biome, "format", "--write", goldenFile]);

  const old = new Map(before.rows.map((row) => [row.name, row]));
  const changes = rows.flatMap((row) => {
    const was = old.get(row.name);
    if (was === undefined) return [`${row.name}: new`];
    const differing = (["settings", "updates", "weights", "metrics"] as const).filter(
      (part) => !isDeepStrictEqual(was[part], row[part]),
    );
    return differing.length === 0 ? [] : [`${row.name}: other ${differing.join(", ")}`];
  });
  const names = new Set(rows.map(({ name }) => name));
  return [...changes, ...before.rows.filter(({ name }) => !names.has(name)).map(({ name }) => `${name}: gone`)];
}
