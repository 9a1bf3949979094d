import { Chalk, type ChalkInstance } from "chalk";
import type { Command } from "commander";
import { UsageError } from "../config.js";
import { compareRuns, type MeasureName, measures } from "./comparison.js";
import { renderComparison } from "./comparison-page.js";
import { type ComparisonTable, comparisonCsv, comparisonTable } from "./comparison-table.js";
import { ensureFolderOf, writeAtomically } from "./files.js";
import { configHash } from "./load.js";
import { parseChoice } from "./model-file.js";
import { type RunResult, readResults } from "./results.js";
import { colourLevel } from "./terminal.js";

interface Options {
  readonly out: string;
  readonly csv?: string;
  readonly metric: string;
}

interface Source {
  readonly path: string;
  readonly runs: readonly RunResult[];
}

/**
 * The runs of all sources, each configuration once.
 * @throws UsageError when two sources disagree about one.
 */
function distinctRuns(sources: readonly Source[]): RunResult[] {
  const found = new Map<string, { readonly path: string; readonly run: RunResult }>();
  for (const { path, runs } of sources) {
    for (const run of runs) {
      const hash = configHash(run.config);
      const other = found.get(hash);
      if (other === undefined) found.set(hash, { path, run });
      else if (JSON.stringify(other.run.metrics) !== JSON.stringify(run.metrics)) {
        const { task, seed } = run.config;
        throw new UsageError(
          `${other.path} and ${path} hold different evaluations of one configuration (${task}, seed ${seed}): leave one of them out`,
        );
      }
    }
  }
  return [...found.values()].map(({ run }) => run);
}

/** The table with its columns aligned: the first two to the left, figures to the right. */
function aligned({ head, groups, aggregates }: ComparisonTable, { dim, bold }: ChalkInstance): string {
  const rows = [head, ...groups, ...aggregates];
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (column < 2 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join("  ")
      .trimEnd();
  return [dim(line(head)), ...groups.map(line), ...aggregates.map((row) => bold(line(row)))].join("\n");
}

async function compare(paths: readonly string[], { out, csv, metric }: Options): Promise<void> {
  const measure = parseChoice("metric", metric, Object.keys(measures) as MeasureName[]);
  const sources = paths.map((path) => ({ path, runs: readResults(path) }));
  const comparison = compareRuns(distinctRuns(sources));
  const inputs = sources.map(({ path, runs }) => ({ path, runs: runs.length }));
  const page = await renderComparison(comparison, measure, inputs);
  ensureFolderOf(out);
  writeAtomically(out, page);
  if (csv !== undefined) {
    ensureFolderOf(csv);
    writeAtomically(csv, comparisonCsv(comparison));
  }
  const { stdout } = process;
  const chalk = new Chalk({ level: colourLevel(stdout) });
  stdout.write(`${aligned(comparisonTable(comparison, measure), chalk)}\n`);
  stdout.write(chalk.dim("interquartile means over seeds after so many steps [95 % bootstrap intervals]\n"));
  stdout.write(`${out}: the curves${csv === undefined ? "" : `; ${csv}: the table`}\n`);
}

/** `valuegrad compare RUN...`. */
export function addCompare(program: Command): void {
  program
    .command("compare")
    .description("compare runs by their learning curves, with intervals over seeds")
    .argument("<runs...>", "run folders, sweep folders, or files of results (.jsonl)")
    .option("--out <file>", "the page to write", "compare.html")
    .option("--csv <file>", "a file to write the table to, of all measures in full precision")
    .option("--metric <name>", `what the curves show beside successes: ${Object.keys(measures).join(", ")}`, "return")
    .action(compare);
}
