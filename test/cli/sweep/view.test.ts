import test from "ava";
import type { CellFiles } from "../../../src/cli/sweep/cell.js";
import { readSweep } from "../../../src/cli/sweep/file.js";
import { createSweepView } from "../../../src/cli/sweep/view.js";
import { Memory, record } from "../screen.js";

const cells = readSweep("seed: 1..4\nsteps: 1000", "sweep.yaml");
const titleOf = (cell: (typeof cells)[number]): string => `cell ${cells.indexOf(cell)} ${cell.labels.join(" ")}`;
const files: CellFiles = new Map([["metrics.jsonl", Buffer.from(`${JSON.stringify(record(1000, -12.34))}\n`)]]);
const speed = "[\\d,]+ steps\\/s {2}\\S+ left";

test("a pipe gets one plain line per cell, with where the whole is", (t) => {
  const stream = new Memory();
  const view = createSweepView({ stream, interactive: false, cells, left: cells.slice(1), jobs: 2, titleOf });
  view.progress(cells[1]!, { step: 10, steps: 1000, lastReturn: null });
  view.progress(cells[2]!, { step: 500, steps: 1000, lastReturn: -3 });
  view.finished(cells[1]!, files);
  view.ended(cells[2]!);
  view.finished(cells[3]!, files);
  view.log("a note");
  view.stop();
  const outcome = "return -12.3, 50 % of the episodes succeed: not solved";
  const [first = "", second = "", ...rest] = stream.text.split("\n");
  t.regex(first, new RegExp(`^cell 1 seed=2: ${outcome}; 2/4 cells {2}2,500/4,000 steps {2}${speed}$`));
  t.regex(second, new RegExp(`^cell 3 seed=4: ${outcome}; 3/4 cells {2}3,000/4,000 steps {2}${speed}$`));
  t.deepEqual(rest, ["a note", ""]);
});

test("time left is by the steps made since, not by those that a cell goes on from", async (t) => {
  const stream = new Memory();
  const one = cells.slice(0, 1);
  const view = createSweepView({ stream, interactive: false, cells: one, left: one, jobs: 1, titleOf });
  view.progress(cells[0]!, { step: 900, steps: 1000, lastReturn: null });
  await new Promise((resolve) => setTimeout(resolve, 200));
  view.finished(cells[0]!, files);
  const made = Number(/([\d,]+) steps\/s/.exec(stream.text)![1]!.replace(",", ""));
  t.true(made > 0 && made <= 500, `100 steps in 0.2 s are not ${made} steps/s`);
});

test.serial("in a terminal the whole and the running cells stay below the lines of the finished ones", (t) => {
  const stream = new Memory({ isTTY: true, columns: 100 });
  const view = createSweepView({ stream, interactive: true, cells, left: cells, jobs: 2, titleOf });
  t.teardown(() => view.stop());
  view.progress(cells[0]!, { step: 500, steps: 1000, lastReturn: -200.5 });
  view.progress(cells[1]!, { step: 250, steps: 1000, lastReturn: null });
  view.finished(cells[0]!, files);
  view.progress(cells[2]!, { step: 750, steps: 1000, lastReturn: 1 });
  view.log("a note");
  const screen = stream.screen.filter((line) => line !== "");
  const [whole = "", first = "", second = ""] = screen.slice(-3);
  t.true(stream.screen.includes("cell 0 seed=1: return -12.3, 50 % of the episodes succeed: not solved"));
  t.true(stream.screen.includes("a note"));
  t.regex(whole, new RegExp(`^sweep █+░+ {2}50% {2}1/4 cells {2}2,000/4,000 steps {2}${speed}$`));
  t.regex(first, /^cell 1 seed=2 █+░+ {2}25% {2}return {8}-$/);
  t.regex(second, /^cell 2 seed=3 █+░+ {2}75% {2}return {6}1\.0$/);
});
