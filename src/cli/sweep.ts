import { availableParallelism } from "node:os";
import { basename, extname, join } from "node:path";
import { type Command, Option } from "commander";
import { readBytes } from "./files.js";
import { parseInteger } from "./model-file.js";
import { watchSignals } from "./signals.js";
import { type Cell, readSweep } from "./sweep/file.js";
import { SweepFolder } from "./sweep/folder.js";
import { runLocally } from "./sweep/local.js";
import { runQueued } from "./sweep/queue.js";
import { connect, type Server } from "./sweep/redis.js";
import { createSweepView, stepsOf } from "./sweep/view.js";
import { thousands, warn } from "./terminal.js";

interface SweepOptions {
  readonly out?: string;
  readonly jobs?: string;
  readonly queue?: string;
  readonly cell?: string;
  readonly count?: true;
}

const plural = (count: number, word: string): string => `${thousands(count)} ${word}${count === 1 ? "" : "s"}`;

/** What is to be done with which cells of a sweep. */
interface Plan {
  readonly folder: SweepFolder;
  /** Every cell of the sweep, those that this process sees to, and those of them that are not finished. */
  readonly cells: readonly Cell[];
  readonly chosen: readonly Cell[];
  readonly left: readonly Cell[];
  readonly jobs: number;
  /** Whose workers run the cells; undefined when this process does. */
  readonly server: Server | undefined;
  readonly titleOf: (cell: Cell) => string;
}

function plan(
  file: string,
  text: string,
  cells: readonly Cell[],
  options: SweepOptions,
  server: Server | undefined,
): Plan {
  const most = server === undefined ? availableParallelism() : cells.length;
  const jobs = options.jobs === undefined ? most : parseInteger("jobs", options.jobs, 1, 1024);
  const chosen = options.cell === undefined ? cells : [cells[parseInteger("cell", options.cell, 0, cells.length - 1)]!];
  const folder = new SweepFolder(options.out ?? join("runs", basename(file, extname(file))), text, cells);
  const left = chosen.filter((cell) => folder.read(cell, (flaw) => warn(`${flaw}; it is run again`)) === undefined);
  const titles = new Map(cells.map((cell, index) => [cell, [`cell ${index}`, ...cell.labels].join(" ")]));
  return { folder, cells, chosen, left, jobs, server, titleOf: (cell) => titles.get(cell)! };
}

/** Runs what is left. Returns the sentences of cells that failed. */
async function run(
  { folder, chosen, left, jobs, server, titleOf }: Plan,
  signal: AbortSignal,
): Promise<ReadonlyMap<Cell, string>> {
  const { stdout } = process;
  const interactive = stdout.isTTY === true && process.env.CI === undefined;
  const view = createSweepView({ stream: stdout, interactive, cells: chosen, left, jobs, titleOf });
  const running = server === undefined ? "running cells save themselves" : "workers go on with what is in the queue";
  signal.addEventListener("abort", () => view.log(`stopping: ${running}; once more ends at once`));
  try {
    if (server === undefined) return await runLocally(left, folder, { jobs, signal, view });
    return await runQueued(left, folder, server, { signal, view });
  } finally {
    view.stop();
  }
}

/** @param merges Whether the results are put together in the end. */
async function carryOut(planned: Plan, merges: boolean): Promise<void> {
  const { stdout } = process;
  const { folder, cells, left, jobs, server, titleOf } = planned;
  const size = (of: readonly Cell[]): string =>
    `${plural(of.length, "cell")}, ${plural(stepsOf(of), "environment step")}`;
  stdout.write(`${folder.path}: ${size(cells)}\n`);
  const where = server === undefined ? `${Math.min(jobs, left.length)} at once` : `by workers at ${server.name}`;
  if (left.length > 0) stdout.write(`to run: ${size(left)}, ${where}\n`);

  const { signal, release } = watchSignals();
  const failures = await run(planned, signal);
  release();
  if (merges) {
    const merged = folder.merge(cells);
    stdout.write(`${join(folder.path, "results.jsonl")}: ${merged} of ${plural(cells.length, "cell")}\n`);
  } else if (failures.size === 0 && !signal.aborted) {
    stdout.write(
      `${planned.titleOf(planned.chosen[0]!)} is finished; without --cell the same command merges the results\n`,
    );
  }
  for (const cell of left) if (failures.has(cell)) warn(`${titleOf(cell)}: ${failures.get(cell)}`);
  if (signal.aborted) stdout.write("stopped; the same command goes on\n");
  else if (failures.size > 0) {
    throw new Error(`${plural(failures.size, "cell")} failed, which the same command tries again`);
  }
}

async function sweep(file: string, options: SweepOptions): Promise<void> {
  const text = Buffer.from(readBytes(file)).toString();
  const cells = readSweep(text, file);
  if (options.count) {
    process.stdout.write(`${cells.length}\n`);
    return;
  }
  const server = options.queue === undefined ? undefined : await connect(options.queue, warn);
  try {
    await carryOut(plan(file, text, cells, options, server), options.cell === undefined);
  } finally {
    server?.redis.disconnect();
  }
}

/** `valuegrad sweep FILE`. */
export function addSweep(program: Command): void {
  program
    .command("sweep")
    .description(
      "train every combination of the settings that a file lists, several at once; whatever stopped it, the same command goes on",
    )
    .argument("<file>", "YAML or JSON: settings, each with a value or a list of values, or a range such as seed: 1..10")
    .option("--out <folder>", "where to write (default: runs/NAME for NAME.yaml)")
    .option("--jobs <n>", "how many cells run at once (default: the number of processors)")
    .addOption(
      new Option(
        "--queue <url>",
        "have workers (valuegrad worker) run the cells, through a Redis server such as redis://host:6379",
      ).conflicts("jobs"),
    )
    .addOption(
      new Option(
        "--cell <i>",
        "run only this cell, counted from 0, as the tasks of a Slurm array or a Kubernetes job do",
      ).conflicts("jobs"),
    )
    .option("--count", "print the number of cells and do nothing else")
    .action(sweep);
}
