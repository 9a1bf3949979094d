// A picture of a sweep: after `npx valuegrad sweep bench/figures/planner.yaml --out runs/planner`, `npx tsx bench/draw.ts runs/planner` writes
// bench/results/figures/planner.svg, interquartile means over seeds with 95 % bootstrap intervals. `--metric score`, `--log` and `--name`
// choose what is drawn and how the file is called. Prints, for each group, the seeds that were ever solved, the steps to that, and where
// the curve ends.

import { writeFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { compareRuns, final, type MeasureName, measures } from "../src/cli/comparison.js";
import { lineChart } from "../src/cli/plot.js";
import { readResults } from "../src/cli/results.js";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    metric: { type: "string", default: "return" },
    log: { type: "boolean", default: false },
    name: { type: "string" },
    out: { type: "string", default: fileURLToPath(new URL("results/figures/", import.meta.url)) },
  },
});

const measure = options.metric as MeasureName;
const { title, meaning, ...rest } = measures[measure];
const { groups } = compareRuns(positionals.flatMap((path) => readResults(path)));
const { task } = groups[0]!;

for (const { label, runs, solved, medianSteps, curves } of groups) {
  const { mean, low, high } = final(curves[measure]);
  const last = runs.map(({ metrics }) => measures[measure].of(metrics.at(-1)!).toPrecision(3));
  const first = runs.map(({ metrics }) => metrics.find((record) => record.solved)?.step ?? "never");
  console.log(
    `${label}: ${solved} of ${runs.length} seeds solved, median ${medianSteps} steps (${first.join(", ")}); ` +
      `${title.toLowerCase()} at the end ${mean.toPrecision(3)} [${low.toPrecision(3)}, ${high.toPrecision(3)}] (${last.join(", ")})`,
  );
}

const name = options.name ?? basename(positionals[0]!);
const picture = await lineChart({
  xTitle: "environment steps",
  yTitle: meaning(task),
  width: 720,
  height: 360,
  log: options.log,
  series: groups.map(({ label, curves }) => ({
    name: label,
    points: curves[measure].map(({ at, mean }) => [at, mean] as const),
    band: curves[measure].map(({ at, low, high }) => [at, low, high] as const),
  })),
  ...("threshold" in rest ? { threshold: rest.threshold(task) } : {}),
});
writeFileSync(`${options.out.replace(/\/$/, "")}/${name}.svg`, picture);
