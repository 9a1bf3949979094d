import test from "ava";
import { lineChart } from "../../src/cli/plot.js";
import { type Report, renderReport } from "../../src/cli/report.js";
import type { MetricsRecord } from "../../src/metrics.js";

/** A run whose score rises evenly from -1 to 1. */
function run(length: number): MetricsRecord[] {
  return Array.from({ length }, (_, index) => {
    const part = length === 1 ? 0 : index / (length - 1);
    const wave = ((index * 7919) % 101) / 101;
    const measured = (value: number): number | null => (index === 0 ? null : value);
    return {
      step: index * 1000,
      episodes: index * 4,
      updates: index * 1000,
      evaluationReturn: -250 + 420 * part + wave,
      evaluationReturnLow: -260 + 420 * part - 9 * wave,
      evaluationReturnHigh: -240 + 420 * part + 9 * wave,
      score: 2 * part - 1,
      successes: 0.5,
      solved: 2 * part - 1 >= 0.95,
      trainingReturn: measured(-270 + 400 * part + 30 * wave),
      modelError: measured(1 / (1 + index * index) + 0.001 * wave),
      rewardError: null,
      valueError: measured(0.3 + wave),
      policyGradientNorm: measured(2 + 3 * wave),
      valueGradient: index === 0 ? null : Array.from({ length: 16 }, (_, i) => (15 - i) * (1 + index + wave)),
      meanWeight: measured(0.8 + 0.1 * wave),
      effectiveSampleSize: measured(0.5 + 0.3 * wave),
      klToBehaviour: measured(1 + wave),
      sigma: 0.5 - 0.3 * part,
      clippedActions: measured(0.1 + 0.2 * wave),
      modelErrors: index === 0 ? null : [0.01 + wave, 1.5 / (1 + part), 0.2],
      stateJacobianError: measured(1 - 0.5 * part),
      actionJacobianError: measured(0.8 - 0.5 * part),
      criticBias: measured(part - 0.5),
      criticError: measured(2 - part),
      returnDeviation: measured(1 + wave),
    };
  });
}

const report: Report = {
  title: "Swing-up, seed 3",
  task: "cartpole",
  summary: "Push a cart so that its pole swings up.",
  config: { seed: 3, policy: { hidden: [64, 32], rate: 0.0003 }, name: "first" },
  metrics: run(11),
  threshold: { score: 0.95, label: "solved from 0.95" },
  predicted: ["position", "angle & more", "speed"],
  files: ["metrics.jsonl: one line per evaluation", "policy.onnx: the policy: ready to deploy", "notes.txt"],
};

const charts = (html: string): string[] => [...html.matchAll(/<svg.*?<\/svg>/gs)].map(([svg]) => svg);
const headline = (html: string): string => /<h1>(.*)<\/h1>/.exec(html)?.[1]?.replace(/<[^>]*>/g, "") ?? "";
const evaluationRows = (html: string): string[] =>
  (/<table class="numbers">.*?<tbody>\n(.*?)\n<\/table>/s.exec(html)?.[1] ?? "").split("\n");

test("a report has its headline, twelve charts, the evaluations, the configuration and the files", async (t) => {
  const html = await renderReport(report);
  t.is(headline(html), "cartpole: solved first at step 10,000");
  t.is(charts(html).length, 12);
  for (const title of [
    "Return",
    "Score",
    "Model error",
    "Model Jacobians",
    "Model error by dimension",
    "Critic error",
    "Critic against returns",
    "Value gradient",
    "Policy gradient",
    "Importance weights",
    "Exploration",
    "Clipped actions",
  ]) {
    t.true(
      charts(html).some((svg) => svg.includes(`>${title}</text>`)),
      title,
    );
  }
  t.is(evaluationRows(html).length, 11);
  t.regex(evaluationRows(html)[0] ?? "", /^<tr><td>0<td>0<td>0<td>−250\.0<td>.*<td>–<td>–<td>–/);
  t.true(html.includes("policy.hidden<td><code>[64,32]</code>"));
  t.true(html.includes('<a href="./policy.onnx"><code>policy.onnx</code></a><td>the policy: ready to deploy\n'));
  t.true(html.includes('<a href="./notes.txt"><code>notes.txt</code></a><td>\n'));
});

test("a report says that a task was not solved, and when it was solved but is no longer", async (t) => {
  const unsolved = report.metrics.map((one) => ({ ...one, solved: false }));
  t.is(headline(await renderReport({ ...report, metrics: unsolved })), "cartpole: not solved in 10,000 steps");
  const lost = report.metrics.map((one) => ({ ...one, solved: one.step === 4000 || one.step === 6000 }));
  t.is(
    headline(await renderReport({ ...report, metrics: lost })),
    "cartpole: solved first at step 4,000, but not at the last evaluation",
  );
});

test("the score chart alone shows the threshold", async (t) => {
  const html = await renderReport({ ...report, threshold: { score: 0.95, label: "from 0.95 & up" } });
  const shown = charts(html).filter((svg) => svg.includes("from 0.95 &amp; up"));
  t.is(shown.length, 1);
  t.regex(shown[0] ?? "", />Score<\/text>/);
  t.regex(shown[0] ?? "", /stroke-dasharray/);
});

test("a report is escaped", async (t) => {
  const evil = `<script>alert("1")</script>'&`;
  const html = await renderReport({
    ...report,
    title: evil,
    task: evil,
    summary: evil,
    config: { [evil]: evil, list: [evil] },
    threshold: { score: 0.95, label: evil },
    files: [evil, 'a" onclick="b.json', `a.json: ${evil}`],
  });
  t.notRegex(html, /<script|onclick="/);
  t.true(html.includes("<title>&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;&amp;</title>"));
});

test("a report needs nothing from outside", async (t) => {
  const html = await renderReport(report);
  t.deepEqual([...new Set(html.match(/https?:\/\/[^"' <]*/g))].sort(), [
    "http://www.w3.org/1999/xlink",
    "http://www.w3.org/2000/svg",
  ]);
  t.notRegex(html, /<(?:script|link|img|iframe|object)\b|@import|url\(|src=/);
  for (const [, address] of html.matchAll(/href="([^"]*)"/g)) t.regex(address ?? "", /^\.\//);
  t.regex(html, /prefers-color-scheme: dark/);
});

test("a report is a function of its arguments", async (t) => {
  t.is(await renderReport(report), await renderReport(structuredClone(report)));
});

test("a report without an evaluation has no charts", async (t) => {
  const html = await renderReport({ ...report, metrics: [] });
  t.is(headline(html), "cartpole: not evaluated");
  t.is(charts(html).length, 0);
  t.true(html.includes("No evaluation was made."));
});

const level = run(5).map((one, index) => ({ ...run(2)[1]!, step: index * 1000, episodes: one.episodes, sigma: 0 }));
for (const [name, metrics, unmeasured] of [
  ["one evaluation before the first update", run(1), 9],
  ["two evaluations", run(2), 0],
  ["measures that never change", level, 0],
] as const) {
  test(`a report of ${name} has all its charts and only finite numbers`, async (t) => {
    const html = await renderReport({ ...report, metrics });
    t.is(charts(html).length, 12);
    t.is(charts(html).filter((svg) => svg.includes("nothing measured yet")).length, unmeasured);
    t.notRegex(html, /NaN|Infinity|undefined|null/);
  });
}

test("a thousand evaluations make a page below 300 kB with the first and the last of them", async (t) => {
  const html = await renderReport({ ...report, metrics: run(1000) });
  t.true(Buffer.byteLength(html) < 300_000, `${Buffer.byteLength(html)} bytes`);
  t.regex(html, /One of every 5 evaluations and the last; metrics\.jsonl holds all 1,000\./);
  const rows = evaluationRows(html);
  t.is(rows.length, 201);
  t.regex(rows[0] ?? "", /^<tr><td>0<td>/);
  t.regex(rows.at(-1) ?? "", /^<tr><td>999,000<td>/);
});

const chart = { xTitle: "x", yTitle: "y", width: 400, height: 240 };
const line = (name: string, height: number, points = 5) => ({
  name,
  points: Array.from({ length: points }, (_, x) => [x, height * x] as const),
});
const paths = (svg: string): string[] =>
  [...svg.matchAll(/<g class="mark-line[^>]*>(<path[^>]*>)/g)].map(([, path]) => path ?? "");

test("a chart has the asked size on white, and the titles", async (t) => {
  const svg = await lineChart({ ...chart, title: "Title", series: [line("a", 1)] });
  t.regex(
    svg,
    /^<svg [^>]*width="400" height="240" viewBox="0 0 400 240"><rect width="400" height="240" fill="#ffffff"\/>/,
  );
  for (const text of ["Title", "x", "y"]) t.true(svg.includes(`>${text}</text>`), text);
});

test("axes start at zero only where the numbers come near it, and end at round numbers", async (t) => {
  const labels = async (low: number): Promise<string[]> => {
    const points = [low, low + 3, low + 20].map((n) => [1000 * n, n + 0.3] as const);
    const svg = await lineChart({ ...chart, series: [{ name: "a", points }] });
    return [...svg.matchAll(/>([^<>]+)<\/text>/g)].map(([, text]) => text ?? "");
  };
  t.deepEqual(await labels(105), [
    "105",
    "110",
    "115",
    "120",
    "125",
    "130",
    "105k",
    "110k",
    "115k",
    "120k",
    "125k",
    "x",
    "y",
  ]);
  t.deepEqual((await labels(2)).slice(0, 7), ["0", "5", "10", "15", "20", "25", "0"]);
});

test("a chart of one series has no legend, one of several names each of them", async (t) => {
  const one = await lineChart({ ...chart, series: [line("alone", 1)] });
  t.notRegex(one, /alone|role-legend/);
  const two = await lineChart({ ...chart, series: [line("first", 1), line("second", 2), line("second", 3)] });
  t.is(two.match(/>first<\/text>/g)?.length, 1);
  t.is(two.match(/>second<\/text>/g)?.length, 1);
  const colours = paths(two).map((path) => /stroke="([^"]*)"/.exec(path)?.[1]);
  t.is(colours.length, 3);
  t.not(colours[0], colours[1]);
  t.is(colours[1], colours[2]);
});

test("ten seeds are thin translucent lines of one colour without a legend", async (t) => {
  const seeds = Array.from({ length: 10 }, (_, seed) => line(`seed ${seed}`, seed + 1));
  const svg = await lineChart({ ...chart, series: seeds });
  t.is(paths(svg).length, 10);
  t.is(new Set(paths(svg).map((path) => /stroke="([^"]*)"/.exec(path)?.[1])).size, 1);
  for (const path of paths(svg)) t.true(Number(/ opacity="([^"]*)"/.exec(path)?.[1]) < 0.7);
  t.notRegex(svg, /role-legend/);
  t.is(svg, await lineChart({ ...chart, series: structuredClone(seeds) }));
});

test("faint series lie below the others whatever their order", async (t) => {
  const svg = await lineChart({ ...chart, series: [line("strong", 1), { ...line("faint", 2), faint: true }] });
  t.regex(paths(svg)[0] ?? "", /stroke="#80868b"/);
  t.regex(paths(svg)[1] ?? "", /stroke="#0072b2"/);
});

test("all bands lie below all lines that matter", async (t) => {
  const banded = (name: string) => ({ ...line(name, 1), band: [[0, 0, 1] as const, [4, 3, 5] as const] });
  const svg = await lineChart({ ...chart, series: [banded("first"), banded("second")] });
  const marks = [...svg.matchAll(/<g class="mark-(area|line) /g)].map(([, kind]) => kind);
  t.deepEqual(marks, ["area", "area", "line", "line"]);
});

test("given colours take the legend's place, and a given range the one about the values", async (t) => {
  const colours = new Map([
    ["first", "#112233"],
    ["second", "#445566"],
  ]);
  const svg = await lineChart({ ...chart, colours, range: [0, 40], series: [line("first", 1), line("second", 2)] });
  t.deepEqual(
    paths(svg).map((path) => /stroke="([^"]*)"/.exec(path)?.[1]),
    [...colours.values()],
  );
  t.notRegex(svg, /role-legend/);
  t.regex(svg, />40<\/text>/);
});

test("more points than pixels are thinned without losing the extremes", async (t) => {
  const points = Array.from({ length: 10_000 }, (_, x) => [x, x === 7777 ? 100 : x === 3333 ? -100 : x % 7] as const);
  const [path = ""] = paths(await lineChart({ ...chart, series: [{ name: "spikes", points }] }));
  const heights = [...path.matchAll(/[ML][\d.]+,([\d.]+)/g)].map(([, y]) => Number(y));
  t.true(heights.length > 100 && heights.length <= 400, `${heights.length} points`);
  const places = [...path.matchAll(/[ML]([\d.]+),/g)].map(([, x]) => Number(x));
  t.deepEqual(
    places,
    places.toSorted((left, right) => left - right),
  );
  t.is(heights.filter((y) => y === Math.min(...heights)).length, 1);
  t.is(heights.filter((y) => y === Math.max(...heights)).length, 1);
});

test("a logarithmic axis gives every decade the same height, and gives way to a linear one at zero", async (t) => {
  const points = [1, 0.1, 0.01, 0.001].map((y, x) => [x, y] as const);
  const heights = async (last: number): Promise<number[]> => {
    const series = [{ name: "error", points: [...points, [4, last] as const] }];
    const [path = ""] = paths(await lineChart({ ...chart, log: true, series }));
    return [...path.matchAll(/[ML][\d.]+,([\d.]+)/g)].map(([, y]) => Number(y));
  };
  const [a = 0, b = 0, c = 0, d = 0] = await heights(0.0001);
  t.true(b - a > 10 && Math.abs(c - b - (b - a)) < 0.1 && Math.abs(d - c - (c - b)) < 0.1);
  const [e = 0, f = 0, g = 0] = await heights(0);
  t.true(f - e > 5 * (g - f));
});

test("points that are not finite are left out", async (t) => {
  const holes = [
    [0, 1],
    [1, Number.NaN],
    [2, 3],
    [3, Infinity],
  ] as const;
  const svg = await lineChart({ ...chart, series: [{ name: "a", points: holes, band: [[0, Number.NaN, 1]] }] });
  t.notRegex(svg, /NaN|Infinity/);
  t.is(paths(svg)[0]?.match(/[ML]/g)?.length, 2);
});
