// What every algorithm learns with the shipped defaults: `npm run bench:learning` trains whatever is missing among the planned seeds
// under bench/results/learning, seed by seed, so it can be stopped and started again, and writes the README's table and pictures anew.
// `-- --task walker,cheetah --algorithm svg1-er --seeds 3 --jobs 2` takes a part. Results of other settings than today's are named and
// left alone; `--again` trains them anew. `--only-table` trains nothing.

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { configOf, runCell } from "./learning/cell.js";
import { plannedPairs } from "./learning/plan.js";
import { PairStore } from "./learning/store.js";
import { drawTask, table } from "./learning/summary.js";
import { withTable } from "./page.js";

const { values: options } = parseArgs({
  options: {
    task: { type: "string" },
    algorithm: { type: "string" },
    seeds: { type: "string" },
    jobs: { type: "string", default: "1" },
    again: { type: "boolean", default: false },
    "only-table": { type: "boolean", default: false },
  },
});

const folder = fileURLToPath(new URL("results/learning", import.meta.url));
const asked = (list: string | undefined, name: string): boolean => list === undefined || list.split(",").includes(name);

const stores = new Map(plannedPairs().map((pair) => [pair, new PairStore(folder, pair.task, pair.algorithm)]));
const cells = [...stores].flatMap(([{ task, algorithm, seeds }, store]) => {
  if (options["only-table"] || !asked(options.task, task) || !asked(options.algorithm, algorithm)) return [];
  const { stale } = store;
  if (stale !== undefined && !options.again) {
    console.error(`${task}, ${algorithm}: ${stale} has another default since it was run; --again runs it anew`);
    return [];
  }
  if (options.again) store.forget();
  return Array.from({ length: Number(options.seeds ?? seeds) }, (_, i) => i + 1)
    .filter((seed) => !store.has(seed))
    .map((seed) => ({ store, config: configOf(task, algorithm, seed) }));
});

let [done, stepsDone] = [0, 0];
const stepsLeft = cells.reduce((sum, { config }) => sum + config.steps, 0);
const start = performance.now();
const queue = [...cells];
async function work(): Promise<void> {
  for (let cell = queue.shift(); cell !== undefined; cell = queue.shift()) {
    const { store, config } = cell;
    const result = await runCell(config);
    store.add(config.seed, result);
    done += 1;
    stepsDone += config.steps;
    const at = result.records.findIndex(({ solved }) => solved);
    const last = result.records.at(-1)!;
    const minutes = ((performance.now() - start) / 60_000) * (stepsLeft / stepsDone - 1);
    console.log(
      `${config.task}, ${config.algorithm}, seed ${config.seed}: ` +
        (at < 0 ? "not solved" : `solved at ${result.records[at]!.step} steps, ${result.seconds[at]!.toFixed(1)} s`) +
        `; return ${last.evaluationReturn.toPrecision(4)}, score ${last.score.toPrecision(3)}, ${Math.round(100 * last.successes)} % succeed after ${last.step} steps, ` +
        `${result.seconds.at(-1)!.toFixed(1)} s (${done} of ${cells.length}, about ${minutes.toFixed(0)} min left)`,
    );
  }
}
await Promise.all(Array.from({ length: Number(options.jobs) }, work));

const filled = [...stores.values()].filter(({ results }) => results.length > 0);
const results = table(filled);
const readme = fileURLToPath(new URL("../README.md", import.meta.url));
writeFileSync(readme, withTable(readFileSync(readme, "utf8"), "learning", results));
for (const task of new Set(filled.map((store) => store.task))) {
  const own = filled.filter((store) => store.task === task);
  await drawTask(`${folder}/${task}.svg`, own);
}
const first = filled.find(({ task, algorithm }) => task === "cartpole" && algorithm === "svg1-er");
if (first !== undefined) await drawTask(`${folder}/cartpole-svg1-er.svg`, [first]);
console.log(results);
