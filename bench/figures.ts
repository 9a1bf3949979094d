// The curves of sweeps as data: after `npx valuegrad sweep bench/figures/NAME.yaml --out runs/NAME` (all of it, or some cells with
// `--cell I`), `npx tsx bench/figures.ts runs/NAME` writes bench/results/figures/NAME.csv, a function of the settings alone, and prints
// what came of every combination of settings.

import { mkdirSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { csv } from "../src/cli/csv.js";
import { type RunResult, readResults } from "../src/cli/results.js";
import { median } from "../src/cli/statistics.js";
import type { Config } from "../src/node.js";

const out = fileURLToPath(new URL("results/figures/", import.meta.url));
mkdirSync(out, { recursive: true });
const rounded = (value: number | null | undefined): string => value?.toPrecision(5) ?? "";

for (const folder of process.argv.slice(2)) {
  const name = basename(folder);
  const results = readResults(folder);
  const settings = Object.keys(results[0]!.config) as (keyof Config)[];
  const written = ({ config }: RunResult, setting: keyof Config): string =>
    String(config[setting]).replaceAll(",", "-");
  const varied = settings.filter(
    (setting) => setting !== "seed" && new Set(results.map((result) => written(result, setting))).size > 1,
  );
  const measures = ["return", "score", "successes", "solved", "model_error", "reward_error"];
  const combination = (result: RunResult): string => varied.map((s) => `${s} ${written(result, s)}`).join(", ");
  results.sort((a, b) => combination(b).localeCompare(combination(a), "en") || a.config.seed - b.config.seed);
  const rows = results.flatMap((result) =>
    result.metrics.map((m) => [
      ...varied.map((setting) => written(result, setting)),
      result.config.seed,
      m.step,
      rounded(m.evaluationReturn),
      rounded(m.score),
      m.successes.toFixed(2),
      m.solved ? 1 : 0,
      rounded(m.modelError),
      rounded(m.rewardError),
    ]),
  );
  const header = [...varied, "seed", "step", ...measures];
  writeFileSync(`${out}${name}.csv`, csv([header, ...rows]));

  for (const what of new Set(results.map(combination))) {
    const members = results.filter((result) => combination(result) === what);
    const solvedAt = members.map(
      ({ metrics }) => metrics.find(({ solved }) => solved)?.step ?? Number.POSITIVE_INFINITY,
    );
    const returns = members.map(({ metrics }) => metrics.at(-1)!.evaluationReturn);
    console.log(
      `${name}${what === "" ? "" : `, ${what}`}: ${solvedAt.filter(Number.isFinite).length} of ${members.length} seeds solved, ` +
        `first at ${solvedAt.join(", ")} steps (median ${median(solvedAt)}); ` +
        `last returns ${returns.map((value) => value.toPrecision(4)).join(", ")}`,
    );
  }
}
