import type { Config } from "../config.js";
import { successInWords } from "../env/task.js";
import {
  type AggregateResult,
  type Comparison,
  type Curve,
  final,
  type GroupResult,
  type MeasureName,
  measures,
} from "./comparison.js";
import { comparisonTable, shownMeasures } from "./comparison-table.js";
import { escapeXml } from "./escape.js";
import { comparable, groupBy, valuesOf } from "./groups.js";
import { count, htmlPage, table } from "./page.js";
import { type LineChart, lineChart, palette } from "./plot.js";

/** A path that was compared, and how many runs it holds. */
export interface Input {
  readonly path: string;
  readonly runs: number;
}

type Result = GroupResult | AggregateResult;

/** Colours by what distinguishes results; none where that is more than there are colours. */
type Colours = ReadonlyMap<string, string> | undefined;

/** Writes a comparison as one HTML page that needs nothing else, and depends on the arguments only. */
export async function renderComparison(
  comparison: Comparison,
  measure: MeasureName,
  inputs: readonly Input[],
): Promise<string> {
  const { groups, differing, aggregates } = comparison;
  const byTask = groupBy(groups, ({ task }) => task.name);
  const configs = groups.flatMap(({ runs }) => runs.map(({ config }) => config));
  const names = byTask.map(([first]) => first!.task.name);
  const subject = differing.length > 0 ? differing : valuesOf(configs, "algorithm");
  const settings = [...new Set(groups.map(({ setting }) => setting))];
  const colours = settings.length > palette.length ? undefined : paint(settings);
  const header = `<h1>${escapeXml(names.length > 4 ? `${names.length} tasks` : names.join(", "))}: ${escapeXml(subject.join(", "))}</h1>
<p class="summary">Curves and figures are interquartile means over seeds; shaded and in brackets are their 95 % intervals (percentile
bootstrap, 2,000 resamples of the seeds${aggregates.length > 0 ? ", within every task where several are taken together" : ""}).</p>`;
  const sections = [summary(comparison, measure, colours)];
  if (aggregates.length > 0) sections.push(await allTasks(aggregates, colours));
  for (const some of byTask) sections.push(await oneTask(some, measure, colours));
  sections.push(settingsTable(configs), inputsTable(inputs));
  return htmlPage(`Comparison of ${count(configs.length)} ${configs.length === 1 ? "run" : "runs"}`, header, sections);
}

const paint = (names: readonly string[]): Map<string, string> =>
  new Map(names.map((name, index) => [name, palette[index]!]));

/** A name behind its colour, if it has one. */
function key(name: string, colour: string | undefined): string {
  return colour === undefined ? escapeXml(name) : `<span class="key" style="--key:${colour}">${escapeXml(name)}</span>`;
}

function summary(comparison: Comparison, measure: MeasureName, colours: Colours): string {
  const { head, groups, aggregates } = comparisonTable(comparison, measure);
  const results = [...comparison.groups, ...comparison.aggregates];
  const rows = [...groups, ...aggregates].map((row, index) =>
    row.map((cell, column) => (column === 1 ? key(cell, colours?.get(results[index]!.setting)) : escapeXml(cell))),
  );
  const notes = [...unfinished(comparison.groups), ...unmatched(comparison)];
  return `<section><h2>Results</h2>
<div class="scroll">${table(head, rows, "numbers groups")}</div>
${notes.map((note) => `<p class="note">${escapeXml(note)}</p>`).join("\n")}
</section>`;
}

/** Groups whose runs were not all evaluated at the same steps, a sentence each. */
function unfinished(groups: readonly GroupResult[]): string[] {
  return groups
    .filter(({ steps, runs }) => runs.some(({ metrics }) => metrics.length > steps.length))
    .map(
      ({ task, label, steps }) =>
        `${task.name}, ${label}: its seeds were evaluated at different steps; curves and figures take the ${count(steps.length)} that they share, the last at ${count(steps.at(-1)!)}.`,
    );
}

/** What is left out of the aggregates. */
function unmatched({ groups, aggregates }: Comparison): string[] {
  const settings = [...new Set(groups.map(({ setting }) => setting))];
  const tasks = new Set(groups.map(({ task }) => task)).size;
  const left = settings.length - aggregates.length;
  if (tasks === 1 || left === 0) return [];
  return [
    `${count(left)} of ${count(settings.length)} settings are not taken together over all tasks: a task has no such runs.`,
  ];
}

/**
 * The results that charts show, and their colours by label: where there are too few colours, the most successful results, of equals
 * those of the highest return.
 */
function choose<R extends Result>(results: readonly R[], colours: Colours): [shown: R[], colours: Map<string, string>] {
  if (colours !== undefined) {
    return [[...results], new Map(results.map(({ label, setting }) => [label, colours.get(setting)!]))];
  }
  const merit = ({ curves }: Result): number[] => [
    final(curves.successes).mean,
    "return" in curves ? final(curves.return).mean : 0,
  ];
  const ranked = results.toSorted((a, b) => {
    const [left, right] = [merit(a), merit(b)];
    return right[0]! - left[0]! || right[1]! - left[1]!;
  });
  const shown = ranked.slice(0, palette.length);
  return [shown, paint(shown.map(({ label }) => label))];
}

/** A section with a legend over its charts. */
async function section<R extends Result>(
  title: string,
  text: string,
  results: readonly R[],
  colours: Colours,
  charts: (shown: readonly R[]) => readonly Omit<LineChart, "colours">[],
): Promise<string> {
  const [shown, own] = choose(results, colours);
  const figures: string[] = [];
  for (const chart of charts(shown)) {
    const wide = chart.width > 600 ? ' class="wide"' : "";
    const svg = await lineChart({ ...chart, colours: own });
    figures.push(`<figure${wide} role="img" aria-label="${escapeXml(`${chart.title}, ${title}`)}">${svg}</figure>`);
  }
  const rest =
    shown.length === results.length
      ? ""
      : `<p class="note">Shown are the ${shown.length} of ${count(results.length)} groups with the most successes at the end; the table has all.</p>\n`;
  return `<section><h2>${escapeXml(title)}</h2>
<p class="summary">${escapeXml(text)}</p>
<p class="legend">${shown.map(({ label }) => key(label, own.get(label))).join("\n")}</p>
${rest}<div class="charts">
${figures.join("\n")}
</div>
</section>`;
}

/** A curve's line, and its band unless a single run made it. */
function series(name: string, curve: Curve, runs: number, unit = 1): LineChart["series"][number] {
  const band = curve.map(({ at, low, high }) => [at * unit, low, high] as const);
  return { name, points: curve.map(({ at, mean }) => [at * unit, mean] as const), ...(runs > 1 ? { band } : {}) };
}

function oneTask(groups: readonly GroupResult[], measure: MeasureName, colours: Colours): Promise<string> {
  const { task } = groups[0]!;
  const text = `${task.summary.replace(/^./, (letter) => letter.toUpperCase())}. An episode succeeds when ${successInWords(task)}.`;
  const shown = shownMeasures(measure);
  return section(task.name, text, groups, colours, (some) =>
    shown.map((name) => {
      const { title, meaning, ...rest } = measures[name];
      return {
        title,
        yTitle: meaning(task),
        xTitle: "environment steps",
        width: shown.length > 1 ? 470 : 960,
        height: shown.length > 1 ? 300 : 340,
        series: some.map(({ label, curves, runs }) => series(label, curves[name], runs.length)),
        ...("threshold" in rest ? { threshold: rest.threshold(task) } : {}),
        ...(name === "successes" ? { range: [0, 1] as const } : {}),
      };
    }),
  );
}

function allTasks(aggregates: readonly AggregateResult[], colours: Colours): Promise<string> {
  const text = "The share of successful episodes over all runs of all tasks, by the share of their training steps.";
  return section("All tasks", text, aggregates, colours, (some) => [
    {
      title: measures.successes.title,
      yTitle: "share of the evaluation episodes that succeed",
      xTitle: "share of the training steps, %",
      width: 960,
      height: 320,
      range: [0, 1],
      series: some.map(({ label, groups, curves }) => {
        const runs = groups.reduce((sum, group) => sum + group.runs.length, 0);
        return series(label, curves.successes, runs, 100);
      }),
    },
  ]);
}

function settingsTable(configs: readonly Config[]): string {
  const rows = comparable.map((name) => [
    escapeXml(name),
    `<code>${valuesOf(configs, name).map(escapeXml).join("</code> or <code>")}</code>`,
  ]);
  return `<section><h2>Settings</h2>\n${table(["setting", "value"], rows, "pairs")}\n</section>`;
}

function inputsTable(inputs: readonly Input[]): string {
  const rows = inputs.map(({ path, runs }) => [`<code>${escapeXml(path)}</code>`, count(runs)]);
  return `<section><h2>Read from</h2>\n${table(["path", "runs"], rows, "pairs")}\n</section>`;
}
