import standardOutput, { Chalk, type ChalkInstance, type ColorSupportLevel, chalkStderr as standardError } from "chalk";
import cliProgress from "cli-progress";
import plot from "simple-ascii-chart";
import type { MetricsRecord, TimingRecord } from "../metrics.js";
import { oneLine } from "../wording.js";

/** Where a training run is, between its evaluations. */
export interface ProgressState {
  readonly step: number;
  /** Return of the last evaluation, null before the first. */
  readonly lastReturn: number | null;
  readonly updatesPerSecond: number;
  /** Infinity while it is unknown. */
  readonly secondsLeft: number;
}

/** What a training run shows while it runs. */
export interface Progress {
  /** Moves the bar; call it as often as convenient. */
  update(state: ProgressState): void;
  /** Writes a line about an evaluation. */
  record(metrics: MetricsRecord, timing: TimingRecord): void;
  /** Clears the bar and gives the terminal back; to be called however the run ends. */
  stop(): void;
}

/** Where progress is shown. */
export interface ProgressOptions {
  readonly stream: NodeJS.WritableStream;
  /** Whether the stream is a terminal that a person looks at: a bar and colours, or else nothing but lines of text. */
  readonly interactive: boolean;
  /** Steps of the whole run. */
  readonly total: number;
  readonly task: string;
}

/** Tells a person of something that is wrong but can be done without. */
export function warn(problem: string): void {
  const { yellow } = new Chalk({ level: colourLevel(process.stderr) });
  process.stderr.write(`${yellow(`warning: ${oneLine(problem)}`)}\n`);
}

const redrawsPerSecond = 8;
const longestBar = 40;
const shortestBar = 8;

/** Shows a run's progress: a bar below the lines of the evaluations, or only the lines when nobody watches. */
export function createProgress(options: ProgressOptions): Progress {
  return options.interactive ? interactiveProgress(options) : plainProgress(options);
}

function plainProgress({ stream, total }: ProgressOptions): Progress {
  const chalk = new Chalk({ level: 0 });
  return {
    update() {},
    record(metrics, timing) {
      const speed = `${timing.updatesPerSecond.toFixed(0)} updates/s`;
      stream.write(`${evaluationLine(metrics, timing, total, chalk, speed)}\n`);
    },
    stop() {},
  };
}

function interactiveProgress({ stream, total, task }: ProgressOptions): Progress {
  const chalk = new Chalk({ level: colourLevel(stream) });
  let state: ProgressState = { step: 0, lastReturn: null, updatesPerSecond: 0, secondsLeft: Infinity };
  const footer = openFooter(stream, [(columns) => barLine(state, total, task, columns, chalk)]);
  return {
    update(next) {
      state = next;
      footer.refresh();
    },
    record(metrics, timing) {
      state = { ...state, step: metrics.step, lastReturn: metrics.evaluationReturn };
      footer.log(evaluationLine(metrics, timing, total, chalk));
    },
    stop: footer.stop,
  };
}

/** Lines that stay at the bottom of a terminal. */
export interface Footer {
  /** Draws them anew, but not too often. */
  refresh(): void;
  /** Writes a line above them. */
  log(line: string): void;
  /** Clears them and gives the terminal back; to be called in any case. */
  stop(): void;
}

/** @param lines Each gives its text for a number of columns. */
export function openFooter(stream: NodeJS.WritableStream, lines: readonly ((columns: number) => string)[]): Footer {
  const bars = new cliProgress.MultiBar({
    stream,
    format: (_, { maxWidth }, { index }) => lines[index as number]!(maxWidth - 1),
    fps: redrawsPerSecond,
    forceRedraw: true,
    hideCursor: true,
    clearOnComplete: true,
    gracefulExit: false,
  });
  for (const index of lines.keys()) bars.create(1, 0, { index });
  bars.update();
  let drawn = performance.now();
  let stopped = false;
  // The bar's own timer starves while the core computes, hence the drawing in refresh and log.
  const draw = (): void => {
    bars.update();
    drawn = performance.now();
  };
  const stop = (): void => {
    process.off("exit", stop);
    if (!stopped) bars.stop();
    stopped = true;
  };
  // An exit in the middle of training must not leave the terminal without its cursor.
  process.once("exit", stop);
  return {
    refresh() {
      if (!stopped && performance.now() - drawn > 1000 / redrawsPerSecond) draw();
    },
    log(line) {
      if (stopped) return;
      bars.log(`${line}\n`);
      draw();
    },
    stop,
  };
}

/** How many colours a stream shows. Chalk knows FORCE_COLOR and the terminal, but not https://no-color.org. */
export function colourLevel(stream: NodeJS.WritableStream): ColorSupportLevel {
  if (process.env.NO_COLOR) return 0;
  return (stream === process.stderr ? standardError : standardOutput).level;
}

function evaluationLine(
  m: MetricsRecord,
  timing: TimingRecord,
  total: number,
  chalk: ChalkInstance,
  speed = "",
): string {
  const range = `(${m.evaluationReturnLow.toFixed(1).padStart(6)} to ${m.evaluationReturnHigh.toFixed(1).padStart(6)})`;
  const parts = [
    `${chalk.dim("step")} ${thousands(m.step).padStart(thousands(total).length)}`,
    `${chalk.dim("return")} ${chalk.bold(m.evaluationReturn.toFixed(1).padStart(7))} ${chalk.dim(range)}`,
    `${chalk.dim("score")} ${m.score.toFixed(3).padStart(6)}`,
    formatDuration(timing.seconds),
    speed,
    m.solved ? chalk.green("solved") : "",
  ];
  return parts.filter((part) => part !== "").join("  ");
}

function barLine(state: ProgressState, total: number, task: string, columns: number, chalk: ChalkInstance): string {
  const done = total > 0 ? Math.min(1, Math.max(0, state.step / total)) : 1;
  const facts = [
    `${Math.floor(done * 100)}%`.padStart(4),
    `${thousands(state.step).padStart(thousands(total).length)}/${thousands(total)}`,
    `return ${(state.lastReturn?.toFixed(1) ?? "-").padStart(6)}`,
    `${state.updatesPerSecond.toFixed(0).padStart(4)} updates/s`,
    `${formatDuration(state.secondsLeft)} left`,
  ].join("  ");
  return withBar(task, done, facts, columns, chalk);
}

/** A bar and what belongs beside it; the name and then the bar give way when the terminal is narrow. */
export function withBar(name: string, done: number, facts: string, columns: number, chalk: ChalkInstance): string {
  const before = columns - facts.length - name.length - 2 >= shortestBar ? `${name} ` : "";
  const length = Math.min(longestBar, columns - facts.length - before.length - 1);
  if (length < shortestBar) return facts.trimStart().slice(0, Math.max(0, columns));
  const filled = Math.round(done * length);
  const bar = chalk.cyan("█".repeat(filled)) + chalk.dim("░".repeat(length - filled));
  return `${before}${bar} ${facts}`;
}

/** How the learning curve is drawn as text. */
export interface TerminalCurveOptions {
  /** Width of the terminal, which no line exceeds. */
  readonly columns: number;
  readonly colour: boolean;
}

const curveRows = 12;
const narrowestCurve = 16;
const widestCurve = 100;

/** Draws evaluation return against steps as text; empty for fewer than two evaluations or too few columns. */
export function terminalCurve(metrics: readonly MetricsRecord[], { columns, colour }: TerminalCurveOptions): string {
  const points = metrics
    .filter((m) => Number.isFinite(m.evaluationReturn))
    .map((m) => [m.step, m.evaluationReturn] as const);
  const [first, last] = [points[0], points.at(-1)];
  if (points.length < 2 || first === undefined || last === undefined) return "";
  const returns = points.map((point) => point[1]);
  const [low, high] = [Math.min(...returns), Math.max(...returns)];
  const margin = low === high ? Math.abs(low) * 0.1 || 1 : 0;
  const yRange: [number, number] = [low - margin, high + margin];
  const yTicks = roundTicks(yRange[0], yRange[1], 5);
  const labels = Math.max(...yTicks.map((tick) => thousands(tick).length));
  // Beside the plot stand the labels, the axis and a column on either side.
  const width = Math.min(widestCurve, columns - labels - 3);
  if (width < narrowestCurve) return "";
  const curve = plot(resample(points, first[0], last[0], width), {
    width,
    height: curveRows,
    yRange,
    title: "evaluation return",
    xLabel: "environment steps",
    customYAxisTicks: yTicks,
    customXAxisTicks: roundTicks(first[0], last[0], Math.floor(width / 14)),
    // The library makes room for the longest label that any point would have: points get none.
    formatter: (value, { axis }) =>
      axis === "y" ? (yTicks.includes(value) ? thousands(value) : "").padStart(labels) : thousands(value),
    ...(colour ? { color: "ansiCyan" as const } : {}),
  });
  const lines = curve.split("\n").map((line) => line.trimEnd());
  return lines.filter((line) => line !== "").join("\n");
}

/** One point per column of text, on the straight lines between the given points. */
function resample(
  points: readonly (readonly [x: number, y: number])[],
  low: number,
  high: number,
  columns: number,
): [x: number, y: number][] {
  let next = 1;
  return Array.from({ length: columns }, (_, column) => {
    const x = low + ((high - low) * column) / (columns - 1);
    while (next < points.length - 1 && (points[next]?.[0] ?? x) < x) next += 1;
    const [x0, y0] = points[next - 1] ?? [x, 0];
    const [x1, y1] = points[next] ?? [x, y0];
    const part = x1 > x0 ? Math.min(1, Math.max(0, (x - x0) / (x1 - x0))) : 1;
    return [x, y0 + (y1 - y0) * part];
  });
}

/** At most `most` multiples of 1, 2 or 5 times a power of ten in a range, as many as there can be. */
function roundTicks(low: number, high: number, most: number): number[] {
  for (let decade = -9; decade < 15; decade += 1) {
    for (const digit of [1, 2, 5]) {
      const size = Number(`${digit}e${decade}`);
      const [from, to] = [Math.ceil(low / size), Math.floor(high / size)];
      if (to - from >= Math.max(2, most)) continue;
      return Array.from({ length: to - from + 1 }, (_, index) => Number(`${(from + index) * digit}e${decade}`));
    }
  }
  return [];
}

/** Seconds as m:ss or h:mm:ss; "-:--" when they are unknown. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "-:--";
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const twoDigits = (value: number): string => String(value).padStart(2, "0");
  return hours > 0 ? `${hours}:${twoDigits(minutes)}:${twoDigits(rest)}` : `${minutes}:${twoDigits(rest)}`;
}

export function thousands(value: number): string {
  return value.toLocaleString("en-US", { maximumSignificantDigits: 12 });
}

/** "80 % of the episodes succeed: solved". */
export function outcome({ successes, solved }: { readonly successes: number; readonly solved: boolean }): string {
  return `${Math.round(100 * successes)} % of the episodes succeed: ${solved ? "solved" : "not solved"}`;
}
