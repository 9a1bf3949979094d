// Speed of the core: `npm run bench`, or `npm run bench -- --quick` for a smoke run; `--out <folder>` says where the CSV file
// goes (default bench/results). Compiles bench/assembly with the release settings, and once more with fused multiply-adds,
// checks every kernel against a plain reference, then times all of them on one thread in interleaved samples. "of limit"
// compares with the multiply-adds that the same engine can do in registers in the same run, fastest decile with fastest decile,
// because these move least on a machine with other work. Pin it to a core where possible: `taskset -c 1 npm run bench`.

import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { limits, products, tanh } from "./kernels/linear.js";
import { type Effort, measure, type Times, type Work } from "./kernels/measure.js";
import { type Build, load, type Module } from "./kernels/module.js";
import { networks } from "./kernels/networks.js";
import { cpu, type Row, rowOf, table, writeCsv } from "./kernels/report.js";
import { update } from "./kernels/update.js";

const { values: options } = parseArgs({
  options: { quick: { type: "boolean", default: false }, out: { type: "string" } },
});

const effort: Effort = options.quick
  ? { warm: 0.001, sample: 0.0001, rounds: 3 }
  : { warm: 0.05, sample: 0.0005, rounds: 200 };

const builds: Build[] = options.quick ? ["release"] : ["release", "fma"];
const modules = builds.map(load).filter((module): module is Module => module !== undefined);

/** All work of one build, checked. The limits come first. */
function prepare(module: Module): Work[] {
  const works = [...limits(module), ...products(module), tanh(module), ...networks(module), ...update(module)];
  module.exports.arenaSeal!();
  for (const work of works) work.check?.();
  return works;
}

const works = modules.map(prepare);
const times = await measure(works.flat(), effort);
const date = new Date().toISOString().slice(0, 10);

const rows = modules.flatMap(({ build }, b): Row[] => {
  const own = works[b]!;
  const start = works.slice(0, b).reduce((sum, before) => sum + before.length, 0);
  const timesOf = (i: number): Times => times[start + i]!;
  const isLimit = (work: Work): boolean => work.name.startsWith("limit");
  const limit = Math.max(...own.map((work, i) => (isLimit(work) ? work.multiplyAdds / timesOf(i).low : 0)));
  return own.map((work, i) => rowOf(build, work, timesOf(i), limit));
});

console.log(`valuegrad kernels, ${date}, ${cpu()}, Node ${process.version}`);
console.log(`medians and deciles of ${effort.rounds} interleaved samples, one thread\n`);
console.log(
  table(
    rows,
    modules.map(({ build }) => build),
  ),
);
const folder = options.out ?? fileURLToPath(new URL("results/", import.meta.url));
console.log(`\nwritten to ${writeCsv(folder, rows, date)}`);
