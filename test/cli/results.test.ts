import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import { type CellResult, readCellResults, readResults, readRunResult } from "../../src/cli/results.js";
import { UsageError } from "../../src/config.js";
import { cellOf, evaluations, writeCells, writeRun } from "./result-files.js";

const folder = (): string => mkdtempSync(join(tmpdir(), "valuegrad-"));
const metrics = evaluations([
  [0, -20.5],
  [500, 31.25, 0.8],
  [1000, 40, 1],
]);
const cells = [1, 2, 3].map((seed) => cellOf({ task: "cartpole", steps: 1000, seed }, metrics));
const runs = cells.map(({ config }) => ({ config, metrics }));

test("a file of results gives its cells", (t) => {
  t.deepEqual(readCellResults(writeCells(join(folder(), "a.jsonl"), cells)), cells);
});

test("a run folder gives its configuration and its evaluations, be it finished or not", (t) => {
  t.deepEqual(readRunResult(writeRun(folder(), cells[0]!)), runs[0]!);
  const begun = { ...cells[0]!, metrics: metrics.slice(0, 1) };
  t.deepEqual(readRunResult(writeRun(folder(), begun)).metrics, begun.metrics);
});

test("a path is a run, a file of results, a sweep with its results, or a sweep under way", (t) => {
  t.deepEqual(readResults(writeRun(folder(), cells[0]!)), runs.slice(0, 1));
  const done = folder();
  t.deepEqual(readResults(writeCells(join(done, "results.jsonl"), cells)), cells);
  t.deepEqual(readResults(done), cells);
  const underWay = folder();
  for (const cell of cells.slice(1)) writeRun(join(underWay, "cells", cell.cell), cell);
  mkdirSync(join(underWay, "cells", "waiting"));
  writeFileSync(join(underWay, "cells", "notes.txt"), "");
  const seeds = readResults(underWay).map(({ config }) => config.seed);
  t.deepEqual(seeds.sort(), [2, 3]);
});

/** The sentence that refuses what `read` reads. */
function refusal(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return "nothing was refused";
}

/** The sentence that refuses a file's second line. */
function refusalOfCell(line: unknown): string {
  const path = join(folder(), "r.jsonl");
  writeFileSync(path, `${JSON.stringify(cells[0])}\n${typeof line === "string" ? line : JSON.stringify(line)}\n`);
  const message = refusal(() => readCellResults(path));
  return message.replace(`${path}, `, "");
}

const good = cells[1]!;
const withRecord = (index: number, change: object): CellResult => ({
  ...good,
  metrics: metrics.map((record, i) => (i === index ? { ...record, ...change } : record)),
});
const { sigma: _, ...withoutSigma } = metrics[0]!;

for (const [name, line, message] of [
  ["half a line", JSON.stringify(good).slice(0, 100), /^line 2: this is no JSON$/],
  ["an empty line", "", /^line 2: this is no JSON$/],
  ["a number", "7", /^line 2: it is 7: it must be an object$/],
  ["a list", [good], /^line 2: it is \[an object\]: it must be an object$/],
  ["no cell", { ...good, cell: undefined }, /^line 2: cell is missing: it must be a SHA-256 of 64 hexadecimal digits$/],
  ["a short hash", { ...good, policy: "ab" }, /^line 2: policy is "ab": it must be a SHA-256 of 64/],
  [
    "another cell's hash",
    { ...good, cell: cells[0]!.cell },
    /^line 2: cell is "[0-9a-f]{64}": it must be [0-9a-f]{64}, the hash of its config; /,
  ],
  [
    "a changed setting",
    { ...good, config: { ...good.config, gamma: 0.5 } },
    /^line 2: cell is .* the hash of its config; /,
  ],
  [
    "a wrong setting",
    { ...good, config: { ...good.config, gamma: 2 } },
    /^line 2: config: gamma is 2: it must be a number from 0 to 1$/,
  ],
  ["an unknown setting", { ...good, config: { ...good.config, gama: 2 } }, /^line 2: config: unknown setting "gama"/],
  ["no settings", { ...good, config: [] }, /^line 2: config is \[\]: it must be an object of settings$/],
  [
    "an unknown field",
    { ...good, note: 1 },
    /^line 2: unknown field "note": the fields are cell, config, metrics, policy$/,
  ],
  ["a prototype", JSON.stringify(good).replace("{", '{"__proto__":{},'), /^line 2: unknown field "__proto__": /],
  ["no evaluations", { ...good, metrics: [] }, /^line 2: metrics is \[\]: it must be an array of evaluations$/],
  ["evaluations that are none", { ...good, metrics: [3] }, /^line 2: metrics\[0\] is 3: it must be an object$/],
  [
    "a text for a number",
    withRecord(1, { score: "<b>" }),
    /^line 2: metrics\[1\]\.score is "<b>": it must be a finite number$/,
  ],
  [
    "a return that is no number",
    withRecord(2, { evaluationReturn: Number.NaN }),
    /^line 2: metrics\[2\]\.evaluationReturn is null: it must be a finite number$/,
  ],
  [
    "a number beyond all",
    JSON.stringify(good).replace("31.25", "1e999"),
    /^line 2: metrics\[1\]\.evaluationReturn is Infinity: it must be a finite/,
  ],
  [
    "more successes than episodes",
    withRecord(1, { successes: 1.5 }),
    /^line 2: metrics\[1\]\.successes is 1\.5: it must be a number from 0 to 1$/,
  ],
  [
    "a number for a flag",
    withRecord(1, { solved: 1 }),
    /^line 2: metrics\[1\]\.solved is 1: it must be true or false$/,
  ],
  [
    "a text for an optional number",
    withRecord(0, { modelError: "" }),
    /^line 2: metrics\[0\]\.modelError is "": it must be a finite number or null$/,
  ],
  ...[[], [1, null], 3].map(
    (list) =>
      [
        `${JSON.stringify(list)} for a list`,
        withRecord(0, { modelErrors: list } as object),
        /^line 2: metrics\[0\]\.modelErrors is .*: it must be an array of finite numbers or null$/,
      ] as const,
  ),
  ["half a step", withRecord(1, { step: 0.5 }), /^line 2: metrics\[1\]\.step is 0\.5: it must be an integer from 0$/],
  [
    "a missing measure",
    { ...good, metrics: [withoutSigma] },
    /^line 2: metrics\[0\]\.sigma is missing: it must be a finite number$/,
  ],
  [
    "an unknown measure",
    withRecord(0, { speed: 1 }),
    /^line 2: unknown field "speed" of metrics\[0\]: the fields are step, episodes, /,
  ],
  [
    "steps that stand still",
    withRecord(2, { step: 500 }),
    /^line 2: metrics\[2\]\.step is 500: it must be more than the 500 of the evaluation before$/,
  ],
  [
    "steps beyond the end",
    withRecord(2, { step: 1001 }),
    /^line 2: metrics\[2\]\.step is 1001: it must be at most the 1000 of the configuration$/,
  ],
] as const) {
  test(`a damaged line of results is refused by place and field: ${name}`, (t) => {
    t.regex(refusalOfCell(line), message);
  });
}

test("a damaged run folder is refused by file, line and field", (t) => {
  const run = writeRun(folder(), good);
  const refused = (file: string, text: string): string => {
    const copy = writeRun(folder(), good);
    writeFileSync(join(copy, file), text);
    return refusal(() => readRunResult(copy)).replace(join(copy, file), file);
  };
  t.deepEqual(readRunResult(run).config, good.config);
  t.is(refused("config.json", "{"), "config.json: this is no JSON");
  t.is(refused("config.json", "null"), "config.json: it is null: it must be an object");
  t.is(refused("config.json", "{}"), "config.json: config is missing: it must be an object of settings");
  const { config } = good;
  t.regex(
    refused("config.json", JSON.stringify({ config })),
    /^config\.json: hash is missing: it must be [0-9a-f]{64}, the hash/,
  );
  t.regex(
    refused("config.json", '{"config":{"task":"<i>"}}'),
    /^config\.json: config: task is "<i>": it must be one of/,
  );
  t.is(refused("metrics.jsonl", ""), "metrics.jsonl: this file is empty");
  const [first, second] = metrics.map((record) => JSON.stringify(record));
  t.is(refused("metrics.jsonl", `${first}\n${second!.slice(9)}`), "metrics.jsonl, line 2: this is no JSON");
  t.is(
    refused("metrics.jsonl", `${first}\n${second!.replace("0.5", "true")}`),
    "metrics.jsonl, line 2: score is true: it must be a finite number",
  );
  t.is(
    refused("metrics.jsonl", `${second}\n${first}`),
    "metrics.jsonl, line 2: step is 0: it must be more than the 500 of the evaluation before",
  );
});

test("a path that holds no results is refused", (t) => {
  const empty = folder();
  t.regex(
    refusal(() => readResults(empty)),
    /is no run and no sweep: it has no config\.json, no results\.jsonl and no/,
  );
  t.regex(
    refusal(() => readResults(join(empty, "no"))),
    /^cannot read .*no: it does not exist$/,
  );
  mkdirSync(join(empty, "cells", "waiting"), { recursive: true });
  t.regex(
    refusal(() => readResults(empty)),
    /cells: no cell has been evaluated yet$/,
  );
  const unevaluated = writeRun(folder(), good);
  writeFileSync(join(unevaluated, "metrics.jsonl"), "\n");
  t.regex(
    refusal(() => readResults(unevaluated)),
    /metrics\.jsonl: this file is empty$/,
  );
});
