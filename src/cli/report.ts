import type { MetricsRecord } from "../metrics.js";
import { escapeXml } from "./escape.js";
import { heatMap } from "./heat-map.js";
import { count, fixed, htmlPage, significant, table } from "./page.js";
import { type LineChart, lineChart, type Series } from "./plot.js";

/** What a report is made of. */
export interface Report {
  readonly title: string;
  readonly task: string;
  /** A sentence under the headline. */
  readonly summary: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly metrics: readonly MetricsRecord[];
  /** The score from which the task counts as solved, and what to write at its line. */
  readonly threshold: { readonly score: number; readonly label: string };
  /** Names of the state dimensions that the model predicts. */
  readonly predicted: readonly string[];
  /** The files that lie beside the report, each as "name: what it is". */
  readonly files: readonly string[];
}

/** The longest table of evaluations; of more records, evenly spaced ones are shown. */
const tableRows = 200;

/** Writes a run's report: one HTML page that needs nothing else, and depends on the arguments only. */
export async function renderReport(report: Report): Promise<string> {
  const { metrics } = report;
  const charts = metrics.length === 0 ? "<p>No evaluation was made.</p>" : await drawCharts(report);
  const header = `<h1>${headline(report)}</h1>
<p class="summary">${escapeXml(report.summary)}</p>
${tiles(metrics.at(-1))}`;
  return htmlPage(report.title, header, [
    charts,
    evaluations(metrics),
    `<section><h2>Configuration</h2>
${table(["setting", "value"], flatten(report.config), "pairs")}
</section>`,
    `<section><h2>Files</h2>
${table(["file", "what it is"], report.files.map(fileCells), "pairs")}
</section>`,
  ]);
}

function headline({ task, metrics }: Report): string {
  const name = escapeXml(task);
  const first = metrics.find((record) => record.solved);
  const last = metrics.at(-1);
  if (last === undefined) return `${name}: not evaluated`;
  if (first === undefined) return `${name}: <span class="open">not solved</span> in ${count(last.step)} steps`;
  const later = last.solved ? "" : ", but not at the last evaluation";
  return `${name}: <span class="solved">solved</span> first at step ${count(first.step)}${later}`;
}

function tiles(last: MetricsRecord | undefined): string {
  if (last === undefined) return "";
  const values = [
    ["last evaluation return", fixed(last.evaluationReturn, 1)],
    ["last score", fixed(last.score, 3)],
    ["environment steps", count(last.step)],
    ["training episodes", count(last.episodes)],
    ["policy updates", count(last.updates)],
  ];
  return `<dl class="tiles">${values.map(([name, value]) => `<div><dt>${name}<dd>${value}</div>`).join("")}</dl>`;
}

async function drawCharts({ metrics, threshold, predicted }: Report): Promise<string> {
  const of = (name: string, key: NumberKey, faint = false): Series => ({
    name,
    faint,
    points: metrics.flatMap((record) => {
      const value = record[key];
      return value === null ? [] : [[record.step, value] as const];
    }),
  });
  const band = metrics.map((m) => [m.step, m.evaluationReturnLow, m.evaluationReturnHigh] as const);
  const xTitle = "environment steps";
  const large = { xTitle, width: 960, height: 340 };
  const small = (title: string, yTitle: string, series: readonly Series[], logOf?: NumberKey): LineChart => {
    const log = logOf !== undefined && spansDecades(metrics, logOf);
    return { xTitle, width: 470, height: 230, title, yTitle, series, log };
  };
  const charts: LineChart[] = [
    {
      ...large,
      title: "Return",
      yTitle: "sum of an episode's rewards; shaded from the lowest to the highest evaluation episode",
      series: [of("training", "trainingReturn", true), { ...of("evaluation", "evaluationReturn"), band }],
    },
    {
      ...large,
      height: 280,
      title: "Score",
      yTitle: "the task's own measure, over the last half of the evaluation episodes",
      series: [of("score", "score")],
      threshold: { y: threshold.score, label: threshold.label },
    },
    small("Model error", "squared, in units of each dimension's scale", [of("error", "modelError")], "modelError"),
    small("Model Jacobians", "relative error, 1 for a model that says nothing", [
      of("by the state", "stateJacobianError"),
      of("by the action", "actionJacobianError"),
    ]),
    small("Critic error", "weighted squared temporal difference", [of("error", "valueError")], "valueError"),
    small("Critic against returns", "root mean square error and bias, in units of the scaled reward", [
      of("spread", "returnDeviation", true),
      of("error", "criticError"),
      of("bias", "criticBias"),
    ]),
    small("Policy gradient", "norm before clipping", [of("norm", "policyGradientNorm")], "policyGradientNorm"),
    horizonChart(metrics),
    small("Importance weights", "of the replayed actions under the current policy", [
      of("effective sample size", "effectiveSampleSize"),
      of("mean weight", "meanWeight"),
    ]),
    small("Exploration", "standard deviation of the policy", [of("sigma", "sigma")]),
    small("Clipped actions", "fraction of the training actions beyond the actuator", [of("clipped", "clippedActions")]),
  ];
  const figure = (title: string, svg: string, wide: boolean): string =>
    `<figure${wide ? ' class="wide"' : ""} role="img" aria-label="${escapeXml(title)}">${svg}</figure>`;
  const figures: string[] = [];
  for (const chart of charts) {
    figures.push(figure(chart.title ?? "", await lineChart(chart), chart.width === large.width));
  }
  const errors = {
    title: "Model error by dimension",
    subtitle: "root mean square at recent transitions, in units of each dimension's scale",
    xTitle,
    width: large.width,
    rows: predicted,
    columns: metrics.flatMap((m) => (m.modelErrors === null ? [] : [[m.step, m.modelErrors] as const])),
    limits: [0.03, 0.1, 0.3, 1],
  };
  figures.push(figure(errors.title, await heatMap(errors), true));
  return `<section class="charts">\n${figures.join("\n")}\n</section>`;
}

/** The evaluations whose horizon is drawn, at most. */
const horizons = 4;

/** How the value's derivative goes along the horizon; over the run where that is one step. */
function horizonChart(metrics: readonly MetricsRecord[]): LineChart {
  const measured = metrics.flatMap(({ step, valueGradient: norms }) => (norms === null ? [] : [{ step, norms }]));
  const long = measured.filter(({ norms }) => norms.length > 1);
  const stride = Math.max(1, (long.length - 1) / (horizons - 1));
  const shown = long.filter((_, i) => Math.floor(i / stride) > Math.floor((i - 1) / stride) || i === long.length - 1);
  const along = shown.slice(-horizons).map(({ step, norms }) => ({
    name: `step ${count(step)}`,
    points: norms.flatMap((norm, i) => (norm > 0 ? [[i / (norms.length - 1), norm] as const] : [])),
  }));
  const over = [{ name: "norm", points: measured.map(({ step, norms }) => [step, norms[0]!] as const) }];
  return {
    xTitle: along.length > 0 ? "from the first (0) to the last (1) step of the horizon" : "environment steps",
    width: 470,
    height: 230,
    title: "Value gradient",
    yTitle: "norm of the derivative of the value by the next state",
    series: along.length > 0 ? along : over,
    log: along.length > 0,
  };
}

type NumberKey = {
  [K in keyof MetricsRecord]: MetricsRecord[K] extends number | null ? K : never;
}[keyof MetricsRecord];

/** Whether a measure changes so much that only a logarithmic axis shows all of it. */
function spansDecades(metrics: readonly MetricsRecord[], key: NumberKey): boolean {
  const values = metrics.flatMap((record) => record[key] ?? []);
  const low = values.reduce((least, value) => Math.min(least, value), Infinity);
  const high = values.reduce((most, value) => Math.max(most, value), 0);
  return low > 0 && high > 30 * low && high < Infinity;
}

function evaluations(metrics: readonly MetricsRecord[]): string {
  if (metrics.length === 0) return "";
  const stride = Math.ceil(metrics.length / tableRows);
  const shown = metrics.filter((_, index) => index % stride === 0 || index === metrics.length - 1);
  const note =
    stride === 1
      ? ""
      : `<p>One of every ${stride} evaluations and the last; metrics.jsonl holds all ${count(metrics.length)}.</p>`;
  const head = columns.map(([name]) => name);
  const rows = shown.map((record) => columns.map(([, cell]) => cell(record)));
  return `<section><h2>Evaluations</h2>${note}\n<div class="scroll">${table(head, rows, "numbers")}</div>\n</section>`;
}

const columns: readonly (readonly [name: string, cell: (m: MetricsRecord) => string])[] = [
  ["step", (m) => count(m.step)],
  ["episodes", (m) => count(m.episodes)],
  ["updates", (m) => count(m.updates)],
  ["return", (m) => fixed(m.evaluationReturn, 1)],
  ["lowest", (m) => fixed(m.evaluationReturnLow, 1)],
  ["highest", (m) => fixed(m.evaluationReturnHigh, 1)],
  ["score", (m) => fixed(m.score, 3)],
  ["solved", (m) => (m.solved ? "yes" : "no")],
  ["training return", (m) => fixed(m.trainingReturn, 1)],
  ["model error", (m) => significant(m.modelError)],
  ["critic error", (m) => significant(m.valueError)],
  ["gradient norm", (m) => significant(m.policyGradientNorm)],
  ["mean weight", (m) => fixed(m.meanWeight, 2)],
  ["sample size", (m) => fixed(m.effectiveSampleSize, 2)],
  ["sigma", (m) => fixed(m.sigma, 3)],
  ["clipped", (m) => fixed(m.clippedActions, 2)],
];

/** Nested settings as rows of dotted names and values. */
function flatten(value: unknown, path = ""): string[][] {
  if (typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length > 0) {
    return Object.entries(value).flatMap(([key, inner]) => flatten(inner, path === "" ? key : `${path}.${key}`));
  }
  if (path === "") return [];
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? String(value));
  return [[escapeXml(path), `<code>${escapeXml(text)}</code>`]];
}

/** Cells of a line "name: what it is", the name linked. */
function fileCells(line: string): [string, string] {
  const [name = "", ...rest] = line.split(": ");
  const address = name.split("/").map(encodeURIComponent).join("/");
  return [`<a href="./${escapeXml(address)}"><code>${escapeXml(name)}</code></a>`, escapeXml(rest.join(": "))];
}
