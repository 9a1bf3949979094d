import { Chalk } from "chalk";
import { colourLevel, type Footer, formatDuration, openFooter, outcome, thousands, withBar } from "../terminal.js";
import type { CellFiles, CellProgress } from "./cell.js";
import { recordsOf } from "./cell-files.js";
import type { Cell } from "./file.js";

/** What a sweep shows while it runs. */
export interface SweepView {
  /** A cell is under way. */
  progress(cell: Cell, progress: CellProgress): void;
  finished(cell: Cell, files: CellFiles): void;
  /** A cell is no longer under way, and not finished. */
  ended(cell: Cell): void;
  log(line: string): void;
  /** To be called in any case. */
  stop(): void;
}

export interface SweepViewOptions {
  readonly stream: NodeJS.WritableStream & { readonly rows?: number };
  /** Whether the stream is a terminal that a person looks at: bars and colours, or else nothing but lines of text. */
  readonly interactive: boolean;
  /** What is to be done, and what of it is not done yet. */
  readonly cells: readonly Cell[];
  readonly left: readonly Cell[];
  /** How many cells run at once. */
  readonly jobs: number;
  readonly titleOf: (cell: Cell) => string;
}

/** Milliseconds between two lines about the whole where nobody watches a terminal. */
const PERIOD = 60_000;

/** The environment steps of cells. */
export const stepsOf = (cells: readonly Cell[]): number => cells.reduce((sum, { config }) => sum + config.steps, 0);

const percent = (done: number): string => `${Math.floor(done * 100)}%`.padStart(4);

export function createSweepView({ stream, interactive, cells, left, jobs, titleOf }: SweepViewOptions): SweepView {
  const chalk = new Chalk({ level: interactive ? colourLevel(stream) : 0 });
  const total = stepsOf(cells);
  const running = new Map<Cell, CellProgress>();
  const start = performance.now();
  let cellsDone = cells.length - left.length;
  let stepsDone = total - stepsOf(left);
  /** Steps that were made while this view was there. */
  let made = 0;
  let lastLine = start;

  const facts = (): readonly [done: number, text: string] => {
    let steps = stepsDone;
    for (const { step } of running.values()) steps += step;
    const speed = (1000 * made) / (performance.now() - start);
    const text = [
      `${cellsDone}/${cells.length} cells`,
      `${thousands(steps)}/${thousands(total)} steps`,
      `${thousands(Math.round(speed))} steps/s`,
      `${formatDuration((total - steps) / speed)} left`,
    ].join("  ");
    return [steps / total, text];
  };
  const whole = (columns: number): string => {
    const [done, text] = facts();
    return withBar("sweep", done, `${percent(done)}  ${text}`, columns, chalk);
  };
  const row = (index: number) => (columns: number) => {
    const [cell, progress] = [...running][index] ?? [];
    if (cell === undefined || progress === undefined) return "";
    const done = progress.step / progress.steps;
    const text = `${percent(done)}  return ${(progress.lastReturn?.toFixed(1) ?? "-").padStart(8)}`;
    return withBar(titleOf(cell), done, text, columns, chalk);
  };
  const rows = Math.max(1, Math.min(jobs, (stream.rows || 24) - 3));
  const footer: Footer | undefined = interactive
    ? openFooter(stream, [whole, ...Array.from({ length: rows }, (_, index) => row(index))])
    : undefined;

  const log = (line: string): void => {
    if (footer !== undefined) footer.log(line);
    else stream.write(`${line}\n`);
    lastLine = performance.now();
  };
  return {
    log,
    progress(cell, progress) {
      // where a cell goes on from is known by its first message
      made += progress.step - (running.get(cell)?.step ?? progress.step);
      running.set(cell, progress);
      footer?.refresh();
      if (footer === undefined && performance.now() - lastLine > PERIOD) log(facts()[1]);
    },
    finished(cell, files) {
      made += cell.config.steps - (running.get(cell)?.step ?? 0);
      running.delete(cell);
      stepsDone += cell.config.steps;
      cellsDone += 1;
      const last = recordsOf(files).at(-1)!;
      const line = `${titleOf(cell)}: return ${last.evaluationReturn.toFixed(1)}, ${outcome(last)}`;
      log(footer === undefined ? `${line}; ${facts()[1]}` : line);
    },
    ended(cell) {
      running.delete(cell);
    },
    stop: () => footer?.stop(),
  };
}
