import test from "ava";
import { type Comparison, compareRuns, final } from "../../src/cli/comparison.js";
import { renderComparison } from "../../src/cli/comparison-page.js";
import { comparisonCsv, comparisonTable } from "../../src/cli/comparison-table.js";
import type { RunResult } from "../../src/cli/results.js";
import { bootstrapInterval, interquartileMean } from "../../src/cli/statistics.js";
import { type Config, UsageError } from "../../src/config.js";
import { cellOf, evaluations } from "./result-files.js";

/** A run of 2,000 steps whose return rises to a height that its seed moves; it succeeds from 1,000 steps on if it may. */
function run(settings: Partial<Config>, height: number, successes = 1, length = 5): RunResult {
  const seed = settings.seed ?? 1;
  const rows = Array.from({ length }, (_, i) => [500 * i, height * i + seed, i < 2 ? 0 : successes] as const);
  const { config, metrics } = cellOf({ steps: 2000, ...settings }, evaluations(rows));
  return { config, metrics };
}
const seeds = (count: number, settings: Partial<Config>, height: number, successes?: (seed: number) => number) =>
  Array.from({ length: count }, (_, i) => run({ ...settings, seed: i + 1 }, height, successes?.(i + 1)));

const sigmas = [...seeds(5, { sigma: 0.5 }, 10), ...seeds(4, { sigma: 0.3 }, 20)];

test("runs that differ in their seeds only are a group, named by what distinguishes it", (t) => {
  const { groups, differing, aggregates } = compareRuns(sigmas);
  t.deepEqual(
    groups.map(({ label, runs }) => [label, runs.map(({ config }) => config.seed)]),
    [
      ["sigma 0.3", [1, 2, 3, 4]],
      ["sigma 0.5", [1, 2, 3, 4, 5]],
    ],
  );
  t.deepEqual(differing, ["sigma"]);
  t.deepEqual(aggregates, []);
  t.deepEqual(compareRuns(sigmas.toReversed()), compareRuns(sigmas));
});

test("a task's only group bears its name; a setting counts only where groups of one task differ in it", (t) => {
  const walker = seeds(2, { task: "walker", sigma: 0.4 }, 1);
  t.deepEqual(
    compareRuns([...walker, ...seeds(2, {}, 1)]).groups.map(({ label }) => label),
    ["cartpole", "walker"],
  );
  const layers = [
    ...seeds(2, { policyHidden: [8, 8] }, 1),
    ...seeds(2, { policyHidden: [16], gamma: 0.9 }, 1),
    ...walker,
  ];
  t.deepEqual(
    compareRuns(layers).groups.map(({ label }) => label),
    ["gamma 0.9, policyHidden 16", "gamma 0.98, policyHidden 8,8", "gamma 0.98, policyHidden 100,100"],
  );
});

test("numbers order groups by their size", (t) => {
  const batches = [128, 16, 64].flatMap((batch) => seeds(1, { batch }, 1));
  t.deepEqual(
    compareRuns(batches).groups.map(({ label }) => label),
    ["batch 16", "batch 64", "batch 128"],
  );
});

test("a curve is the interquartile mean over seeds at every evaluation, with its interval", (t) => {
  const [small, large] = compareRuns(sigmas).groups;
  t.deepEqual(
    small!.curves.return.map(({ at }) => at),
    [0, 500, 1000, 1500, 2000],
  );
  const values = [81, 82, 83, 84];
  const [low, high] = bootstrapInterval([values]);
  t.deepEqual(final(small!.curves.return), { at: 2000, mean: interquartileMean(values), low, high });
  t.deepEqual(final(large!.curves.return).mean, 43);
  t.true(final(large!.curves.return).low < 43 && final(large!.curves.return).high > 43);
});

test("steps to solved are the median over all seeds, those never solved included", (t) => {
  const of = (solved: number): Comparison["groups"][number] =>
    compareRuns(seeds(5, {}, 1, (seed) => (seed <= solved ? 1 : 0.5))).groups[0]!;
  t.deepEqual([of(5).solved, of(5).medianSteps], [5, 1000]);
  t.deepEqual([of(3).solved, of(3).medianSteps], [3, 1000]);
  t.deepEqual([of(2).solved, of(2).medianSteps], [2, Infinity]);
});

test("runs that are not finished are compared at the steps that all seeds share", (t) => {
  const runs = [run({ seed: 1 }, 10), run({ seed: 2 }, 10, 1, 3), run({ seed: 3 }, 10)];
  const [group] = compareRuns(runs).groups;
  t.deepEqual(group!.steps, [0, 500, 1000]);
  t.is(final(group!.curves.return).mean, 22);
  const table = comparisonTable(compareRuns(runs), "return");
  t.is(table.groups[0]!.at(-1), "1,000 of 2,000");
  const apart = { ...runs[1]!, metrics: evaluations([[7, 1]]) };
  t.throws(() => compareRuns([runs[0]!, apart]), {
    instanceOf: UsageError,
    message: /^cartpole, cartpole: its runs share no evaluation step/,
  });
});

const tasks = [
  ...seeds(4, { sigma: 0.3 }, 10),
  ...seeds(4, { sigma: 0.5 }, 10, () => 0.5),
  ...seeds(4, { task: "walker", steps: 4000, sigma: 0.3 }, 10, () => 0),
  ...seeds(4, { task: "walker", steps: 4000, sigma: 0.5 }, 10, (seed) => seed / 4),
  ...seeds(4, { task: "walker", steps: 4000, sigma: 0.6 }, 10),
];

test("of several tasks, settings that all tasks have are taken together over all runs", (t) => {
  const { aggregates } = compareRuns(tasks);
  t.deepEqual(
    aggregates.map(({ label }) => label),
    ["sigma 0.3", "sigma 0.5"],
  );
  const [first, second] = aggregates.map(({ curves }) => curves.successes);
  // 2,000 of 2,000 steps of the one task, of 4,000 of the other
  t.deepEqual(
    first!.map(({ at }) => at),
    [0, 0.25, 0.5],
  );
  const strata = [
    [0.5, 0.5, 0.5, 0.5],
    [0.25, 0.5, 0.75, 1],
  ];
  const [low, high] = bootstrapInterval(strata);
  t.deepEqual(final(second!), { at: 0.5, mean: interquartileMean(strata.flat()), low, high });
  // half of the runs succeed always, half never: resampling within tasks leaves no doubt, resampling all runs would
  t.deepEqual(final(first!), { at: 0.5, mean: 0.5, low: 0.5, high: 0.5 });
});

test("without a difference in settings, all tasks are taken together under the algorithm's name", (t) => {
  const { aggregates } = compareRuns([...seeds(2, {}, 1), ...seeds(2, { task: "walker" }, 1)]);
  t.deepEqual(
    aggregates.map(({ label, groups }) => [label, groups.length]),
    [["svg1-er", 2]],
  );
});

test("the table has a row of every group and of every aggregate", (t) => {
  const { head, groups, aggregates } = comparisonTable(compareRuns(tasks), "score");
  t.deepEqual(head, ["task", "group", "seeds", "solved", "median steps to solved", "score", "successes", "steps"]);
  t.deepEqual(groups[0], [
    "cartpole",
    "sigma 0.3",
    "4",
    "4 of 4",
    "1,000",
    "0.5000 [0.5000, 0.5000]",
    "100 % [100, 100]",
    "2,000",
  ]);
  t.deepEqual(groups[1]!.slice(3, 5), ["0 of 4", "–"]);
  t.deepEqual(groups[3]!.slice(0, 4), ["walker", "sigma 0.5", "4", "1 of 4"]);
  t.deepEqual(aggregates[0], ["all tasks", "sigma 0.3", "8", "4 of 8", "–", "–", "50 % [50, 50]", "50 % of training"]);
  const alone = comparisonTable(compareRuns([run({}, 1)]), "successes");
  t.deepEqual(alone.head.slice(-2), ["successes", "steps"]);
  t.deepEqual(alone.groups[0]!.slice(-2), ["100 %", "2,000"]);
});

test("the table for programs has every number in full, and quotes what has a comma", (t) => {
  const lines = comparisonCsv(compareRuns(tasks)).split("\n");
  t.is(
    lines[0],
    "task,group,seeds,solved_seeds,median_steps_to_solved,steps,configured_steps,return,return_low,return_high,score,score_low,score_high,successes,successes_low,successes_high",
  );
  t.is(lines.length, 1 + 5 + 2 + 1);
  t.regex(lines[2]!, /^cartpole,sigma 0\.5,4,0,,2000,2000,42\.5,[\d.]+,[\d.]+,0\.5,0\.5,0\.5,0\.5,0\.5,0\.5$/);
  t.is(lines[6], "all tasks,sigma 0.3,8,4,,,,,,,,,,0.5,0.5,0.5");
  for (const line of lines.slice(0, -1)) t.is(line.split(",").length, 16, line);
  const layers = comparisonCsv(compareRuns([run({ policyHidden: [8, 8] }, 1), run({ policyHidden: [9] }, 1)]));
  t.regex(layers, /^cartpole,"policyHidden 8,8",1,/m);
});

const page = (runs: readonly RunResult[], path = "sweep"): Promise<string> =>
  renderComparison(compareRuns(runs), "return", [{ path, runs: runs.length }]);
const figures = (html: string): string[] => [...html.matchAll(/<figure.*?<\/figure>/gs)].map(([figure]) => figure);
const lines = (figure: string): number => figure.match(/<g class="mark-line/g)?.length ?? 0;

test("a page has the table, a chart over all tasks, and two charts of every task", async (t) => {
  const html = await page(tasks);
  t.regex(html, /<h1>cartpole, walker: sigma<\/h1>/);
  t.deepEqual(
    [...html.matchAll(/<h2>(.*?)<\/h2>/g)].map(([, title]) => title),
    ["Results", "All tasks", "cartpole", "walker", "Settings", "Read from"],
  );
  t.deepEqual(
    figures(html).map((figure) => [/aria-label="(.*?)"/.exec(figure)?.[1], lines(figure)]),
    [
      ["Successes, All tasks", 2],
      ["Return, cartpole", 2],
      ["Successes, cartpole", 2],
      ["Return, walker", 3],
      ["Successes, walker", 3],
    ],
  );
  for (const figure of figures(html)) t.regex(figure, /mark-area/, "intervals");
  t.true(html.includes("1 of 3 settings are not taken together over all tasks"));
  t.true(html.includes("<td><code>0.3</code> or <code>0.5</code> or <code>0.6</code>"));
});

test("a group has one colour in the whole page", async (t) => {
  const html = await page(tasks);
  const colours = new Map([...html.matchAll(/--key:(#\w+)">(.*?)</g)].map(([, colour, name]) => [name, colour]));
  t.is(colours.size, 3);
  for (const [name, colour] of colours) {
    const all = [...html.matchAll(/--key:(#\w+)">(.*?)</g)].filter(([, , other]) => other === name);
    t.deepEqual([...new Set(all.map(([, one]) => one))], [colour], name);
  }
  const walker = figures(html)[3]!;
  const order = [...walker.matchAll(/mark-line[^>]*><path[^>]* stroke="(#\w+)"/g)].map(([, colour]) => colour);
  t.deepEqual(
    order,
    ["sigma 0.3", "sigma 0.5", "sigma 0.6"].map((name) => colours.get(name)),
  );
});

test("of more groups than colours, the charts show the best and the table all", async (t) => {
  const many = Array.from({ length: 9 }, (_, i) => run({ batch: i + 1 }, i === 4 ? 1 : 20 - i, i === 8 ? 1 : 0.5));
  const html = await page(many);
  t.deepEqual(figures(html).map(lines), [6, 6]);
  t.true(html.includes("Shown are the 6 of 9 groups with the most successes at the end; the table has all."));
  const keys = [...html.matchAll(/class="key"[^>]*>(.*?)</g)].map(([, name]) => name);
  t.deepEqual(keys, ["batch 9", "batch 1", "batch 2", "batch 3", "batch 4", "batch 6"]);
  for (let batch = 1; batch <= 9; ++batch) t.true(html.includes(`<td>batch ${batch}<td>`), `${batch}`);
});

test("a single run has curves without intervals", async (t) => {
  const html = await page([run({}, 1)]);
  t.is(figures(html).length, 2);
  t.notRegex(html, /mark-area|NaN|Infinity|undefined|null/);
  t.true(html.includes("<h1>cartpole: svg1-er</h1>"));
});

test("a page says which seeds are behind", async (t) => {
  const html = await page([run({ seed: 1 }, 10), run({ seed: 2 }, 10, 1, 3)]);
  t.true(
    html.includes(
      "its seeds were evaluated at different steps; curves and figures take the 3 that they share, the last at 1,000.",
    ),
  );
  t.false((await page(sigmas)).includes("at different steps"));
});

test("a page is a function of its arguments, needs nothing from outside, and is escaped", async (t) => {
  const evil = `<script>alert("1")</script>'&`;
  const html = await page(tasks, evil);
  t.is(html, await page(structuredClone(tasks.toReversed()), evil));
  t.notRegex(html, /<(?:script|link|img|iframe|object)\b|@import|url\(|src=|href=/);
  t.true(html.includes("<code>&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;&amp;</code>"));
});
