/**
 * The golden table on every runtime that this machine has or can install: `npm run golden`. Each row of golden.json is trained with the
 * SIMD and the scalar build; a tick says that weights and metrics have the row's hashes. Exit code 1 when anything differs.
 *
 *   npm run golden -- --only node20,arm64   chooses runtimes, by their names or the part of them before "-"
 *   npm run golden -- gripper exact         chooses rows, by a part of their names
 *   npm run golden -- --update              computes golden.json anew in this Node
 *
 * Runtimes that this machine lacks are named and skipped with the reason; where --only asks for one of them, the exit code is 1. A run
 * of everything that finds no difference writes bench/results/golden.txt. Needs a build.
 */

import { writeFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { parseArgs } from "node:util";
import { type Golden, type Row, readGolden } from "./golden.js";
import { builds, type Host, runtimes } from "./hosts.js";
import { type Column, failures, textOf } from "./text.js";
import { update } from "./update.js";

/** What a runtime came to: its version and columns, or why it is not here. */
interface Report {
  readonly name: string;
  readonly version?: string;
  readonly columns: readonly Column[];
  readonly lacks?: string;
}

/** The last line of what went wrong, which says why. */
const reasonOf = (error: unknown): string =>
  String((error as Error).message)
    .trim()
    .split("\n")
    .at(-1)!;

/** Trains the rows on a runtime with both builds, one after the other. */
async function visit(name: string, rows: readonly Row[]): Promise<Report> {
  let host: Host;
  try {
    host = await runtimes.get(name)!.open();
  } catch (error) {
    return { name, columns: [], lacks: reasonOf(error) };
  }
  const columns: Column[] = [];
  for (const build of builds) {
    const start = performance.now();
    const names = rows.map((row) => row.name);
    const result = await host.train(build, names).catch((error: Error) => error);
    columns.push({ runtime: name, build, result });
    console.error(
      `${name}: ${rows.length} rows with ${build}.wasm, ${((performance.now() - start) / 1000).toFixed(1)} s`,
    );
  }
  await host.close();
  return { name, version: host.version, columns };
}

/** Visits runtimes, as many at a time as there are processors. */
async function visitAll(names: readonly string[], rows: readonly Row[]): Promise<Report[]> {
  const reports: Report[] = [];
  const waiting = names.entries();
  const worker = async (): Promise<void> => {
    for (const [i, name] of waiting) reports[i] = await visit(name, rows);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return reports;
}

function refuse(reason: string): never {
  console.error(`error: ${reason}`);
  process.exit(2);
}

/** Runtimes that `--only` names, by their whole names or by what stands before "-". */
function choose(only: string | undefined): string[] {
  const names = [...runtimes.keys()];
  if (only === undefined) return names;
  const texts = only.split(",");
  const matches = (name: string, text: string): boolean => name === text || name.startsWith(`${text}-`);
  const unknown = texts.filter((text) => !names.some((name) => matches(name, text)));
  if (unknown.length > 0) refuse(`no runtime ${unknown.join(", ")}; there are ${names.join(" ")}`);
  return names.filter((name) => texts.some((text) => matches(name, text)));
}

/** The whole printed result, and whether every row is as it should be everywhere. */
function conclude(golden: Golden, rows: readonly Row[], reports: readonly Report[]): { text: string; agrees: boolean } {
  const columns = reports.flatMap((report) => report.columns);
  const differing = columns.filter((column) => failures(rows, column).length > 0);
  const date = new Date().toISOString().slice(0, 10);
  const lines = [`${date}, ${process.platform} ${process.arch}, ${cpus()[0]?.model.trim()}`, ""];
  if (columns.length > 0) lines.push(textOf(golden, rows, columns), "");
  for (const { name, version, lacks } of reports) lines.push(`${name}: ${version ?? `skipped, ${lacks}`}`);
  for (const column of differing) {
    const { runtime, build, result } = column;
    const what = result instanceof Error ? result.message : `${failures(rows, column).length} rows differ`;
    lines.push(`${runtime}, ${build}.wasm: ${what}`);
  }
  const agrees = differing.length === 0 && columns.length > 0;
  const verdict = agrees ? `every cell agrees, ${rows.length} x ${columns.length}` : "not every cell agrees";
  lines.push("", columns.length > 0 ? verdict : "no runtime was there to compare");
  return { text: lines.join("\n"), agrees };
}

const { values: options, positionals: wanted } = parseArgs({
  options: { only: { type: "string" }, update: { type: "boolean", default: false } },
  allowPositionals: true,
});

if (options.update) {
  const changes = await update();
  console.log(changes.length === 0 ? "golden.json: no row changed" : changes.join("\n"));
} else {
  const golden = readGolden();
  const rows = golden.rows.filter(({ name }) => wanted.length === 0 || wanted.some((text) => name.includes(text)));
  if (rows.length === 0) refuse(`no row has ${wanted.join(" or ")} in its name`);
  const reports = await visitAll(choose(options.only), rows);
  const { text, agrees } = conclude(golden, rows, reports);
  console.log(text);
  const complete = reports.every(({ lacks }) => lacks === undefined);
  if (!agrees || (options.only !== undefined && !complete)) process.exitCode = 1;
  if (agrees && complete && options.only === undefined && wanted.length === 0) {
    writeFileSync(new URL("../../bench/results/golden.txt", import.meta.url), `${text}\n`);
  }
}
