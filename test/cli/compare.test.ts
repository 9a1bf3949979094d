import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import { compareRuns } from "../../src/cli/comparison.js";
import { renderComparison } from "../../src/cli/comparison-page.js";
import { valuegrad } from "./command.js";
import { cellOf, evaluations, jsonLines, writeCells, writeRun } from "./result-files.js";

const folder = (): string => mkdtempSync(join(tmpdir(), "valuegrad-"));

/** Three seeds of two batches on two tasks. */
const cells = ["cartpole", "walker"].flatMap((task) =>
  [16, 64].flatMap((batch) =>
    [1, 2, 3].map((seed) => {
      const rows = [0, 500, 1000].map((step) => [step, (step * seed) / batch, step === 0 ? 0 : seed / 3] as const);
      return cellOf({ task, batch, seed, steps: 1000 }, evaluations(rows));
    }),
  ),
);

test("compare writes the page and the table, the same from every form of the same runs", async (t) => {
  const cwd = folder();
  writeCells(join(cwd, "all.jsonl"), cells);
  mkdirSync(join(cwd, "done"));
  writeCells(join(cwd, "done", "results.jsonl"), cells.slice(0, 7));
  for (const cell of cells.slice(6, 11)) writeRun(join(cwd, "half", "cells", cell.cell), cell);
  writeRun(join(cwd, "run"), cells[11]!);

  const first = await valuegrad(["compare", "all.jsonl", "--csv", "deep/table.csv"], cwd);
  t.is(first.stderr, "");
  t.is(first.code, 0);
  t.false(first.stdout.includes("\u001b"), "no control characters in a pipe");
  const [head, ...rows] = first.stdout.split("\n");
  t.regex(head!, /^task +group +seeds +solved +median steps to solved +return +successes +steps$/);
  t.regex(rows[0]!, /^cartpole +batch 16 +3 +1 of 3 +– +125\.0 \[62\.50, 187\.5\] +67 % \[33, 100\] +1,000$/);
  t.regex(rows[4]!, /^all tasks +batch 16 +6 +2 of 6 +– +– +67 % \[\d\d, \d\d\] +100 % of training$/);
  t.regex(first.stdout, /compare\.html: the curves; deep\/table\.csv: the table\n$/);
  const html = readFileSync(join(cwd, "compare.html"), "utf8");
  // the shipped bundle leaves parts of the plotting library out: the page is that of the whole one
  t.is(html, await renderComparison(compareRuns(cells), "return", [{ path: "all.jsonl", runs: 12 }]));

  const paths = ["half", "run", "done", "done/results.jsonl"];
  const second = await valuegrad(["compare", ...paths, "--csv", "b.csv", "--out", "deeper/b.html"], cwd);
  t.is(second.code, 0, second.stderr);
  t.is(second.stdout.replace(/\n.*\n$/, ""), first.stdout.replace(/\n.*\n$/, ""));
  t.is(readFileSync(join(cwd, "b.csv"), "utf8"), readFileSync(join(cwd, "deep", "table.csv"), "utf8"));
  const inputs = (page: string): string => page.slice(page.indexOf("<h2>Read from"));
  const other = readFileSync(join(cwd, "deeper", "b.html"), "utf8");
  t.is(other.replace(inputs(other), ""), html.replace(inputs(html), ""));
  t.regex(
    inputs(other),
    /<code>half<\/code><td>5\n.*<code>run<\/code><td>1\n.*<code>done<\/code><td>7\n.*results\.jsonl<\/code><td>7\n/,
  );
  t.deepEqual(readdirSync(cwd).sort(), ["all.jsonl", "b.csv", "compare.html", "deep", "deeper", "done", "half", "run"]);
});

test("compare reads what train writes, and shows the measure that it is asked for", async (t) => {
  const cwd = folder();
  const small = [
    "--steps",
    "60",
    "--evaluation-interval",
    "30",
    "--evaluation-episodes",
    "1",
    "--learning-starts",
    "50",
  ];
  t.is((await valuegrad(["train", "--out", "run", "--batch", "8", ...small], cwd)).code, 0);
  const { code, stdout, stderr } = await valuegrad(["compare", "run", "--metric", "score"], cwd);
  t.is(code, 0, stderr);
  t.regex(stdout, /^task .* score +successes .*\ncartpole {2}cartpole +1 +0 of 1 +– +[−-]?[\d.]+ +0 % +60\n/);
  const html = readFileSync(join(cwd, "compare.html"), "utf8");
  for (const text of [">Score<", ">cos(angle)<", ">cos(angle) 0.95<"]) t.true(html.includes(text), text);
});

test("a path is escaped in the page", async (t) => {
  const cwd = folder();
  const evil = `<img src=x onerror=alert(1)>"&'`;
  writeRun(join(cwd, evil), cells[0]!);
  t.is((await valuegrad(["compare", evil], cwd)).code, 0);
  const html = readFileSync(join(cwd, "compare.html"), "utf8");
  t.notRegex(html, /<img/);
  t.true(html.includes("<code>&lt;img src=x onerror=alert(1)&gt;&quot;&amp;&#39;</code>"));
});

const broken = folder();
writeCells(join(broken, "good.jsonl"), cells);
writeFileSync(join(broken, "cut.jsonl"), jsonLines(cells.slice(0, 2)).slice(0, -20));
writeCells(join(broken, "other.jsonl"), [{ ...cells[4]!, metrics: cells[4]!.metrics.slice(0, 2) }]);
writeCells(join(broken, "apart.jsonl"), [
  { ...cells[0]!, metrics: evaluations([[7, 1]]) },
  { ...cells[1]!, metrics: evaluations([[8, 1]]) },
]);
mkdirSync(join(broken, "empty"));

for (const [name, args, message] of [
  ["nothing to compare", [], /^error: missing required argument 'runs'\n$/],
  ["no such path", ["good.jsonl", "nowhere"], /^error: cannot read nowhere: it does not exist\n$/],
  ["a folder without results", ["empty"], /^error: empty is no run and no sweep: it has no config\.json, /],
  ["a line cut off", ["cut.jsonl"], /^error: cut\.jsonl, line 2: this is no JSON\n$/],
  [
    "disagreement",
    ["good.jsonl", "other.jsonl"],
    /^error: good\.jsonl and other\.jsonl hold different evaluations of one configuration \(cartpole, seed 2\): leave one of them out\n$/,
  ],
  ["no common step", ["apart.jsonl"], /^error: cartpole, cartpole: its runs share no evaluation step, /],
  [
    "an unknown measure",
    ["good.jsonl", "--metric", "loss"],
    /^error: metric is loss: it must be one of return, score, successes\n$/,
  ],
  [
    "a page that can't be written",
    ["good.jsonl", "--out", "good.jsonl/page.html"],
    /^error: cannot make the folder of good\.jsonl\/page\.html: /,
  ],
  ["a table that can't be written", ["good.jsonl", "--csv", "empty"], /^error: cannot write empty: it is a folder\n$/],
] as const) {
  test(`bad input, one sentence and exit code 2: ${name}`, async (t) => {
    const { code, stdout, stderr } = await valuegrad(["compare", ...args], broken);
    t.is(code, 2);
    t.is(stdout, "");
    t.regex(stderr, message);
    t.false(/\n\s+at /.test(stderr), "no stack trace");
  });
}
