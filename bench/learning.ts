// Learning curves of the shipped defaults: `npm run bench:learning`, or with `-- --task walker --seeds 3 --steps 20000`. Other settings
// (`--config '{"learningStarts":64}'`) go to another folder (`--out /tmp`).
// Trains every seed on one core and writes, under bench/results: learning-TASK.csv, every seed's curve (a function of the settings
// alone), learning-TASK.svg, the picture of them, and learning-TASK-CPU.csv, when each seed was solved and how long it took there.

import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { lineChart } from "../src/cli/plot.js";
import { median } from "../src/cli/statistics.js";
import { init, type MetricsRecord, resolveConfig, Trainer } from "../src/node.js";
import { cpu, machine } from "./kernels/report.js";

const { values: options } = parseArgs({
  options: {
    task: { type: "string", default: "cartpole" },
    seeds: { type: "string", default: "10" },
    steps: { type: "string" },
    config: { type: "string", default: "{}" },
    out: { type: "string" },
  },
});

const EVALUATIONS = 20;
const changes = JSON.parse(options.config) as Record<string, unknown>;
const out = options.out ?? fileURLToPath(new URL("results/", import.meta.url));
if (Object.keys(changes).length > 0 && options.out === undefined) {
  throw new Error("bench/results holds the shipped defaults' curves: give --out with --config");
}

const given = options.steps === undefined ? {} : { steps: Number(options.steps) };
const { steps: length } = resolveConfig({ task: options.task, ...given, ...changes });
const settings = { task: options.task, evaluationInterval: Math.ceil(length / EVALUATIONS), ...given, ...changes };

interface SeedResult {
  readonly seed: number;
  readonly records: readonly MetricsRecord[];
  /** Environment steps at the first evaluation that counts as solved, and the seconds of training until then; null if never. */
  readonly solvedAt: number | null;
  readonly secondsToSolved: number | null;
  readonly seconds: number;
}

async function trainSeed(seed: number): Promise<SeedResult> {
  const config = resolveConfig({ ...settings, seed });
  const trainer = new Trainer(await init(), config);
  const records: MetricsRecord[] = [];
  let solvedAt: number | null = null;
  let secondsToSolved: number | null = null;
  const start = performance.now();
  const elapsed = (): number => (performance.now() - start) / 1000;
  for (const record of trainer.run()) {
    records.push(record);
    if (record.solved && solvedAt === null) {
      solvedAt = record.step;
      secondsToSolved = elapsed();
    }
  }
  return { seed, records, solvedAt, secondsToSolved, seconds: elapsed() };
}

const results: SeedResult[] = [];
for (let seed = 1; seed <= Number(options.seeds); ++seed) {
  const result = await trainSeed(seed);
  results.push(result);
  const last = result.records.at(-1)!;
  const solved =
    result.solvedAt === null
      ? "not solved"
      : `solved at ${result.solvedAt} steps, ${result.secondsToSolved!.toFixed(1)} s`;
  console.log(
    `seed ${seed}: ${solved}; return ${last.evaluationReturn.toFixed(1)}, score ${last.score.toFixed(3)}, ${Math.round(100 * last.successes)} % succeed after ${last.step} steps, ${result.seconds.toFixed(1)} s`,
  );
}

const solvedAt = results.map((result) => result.solvedAt ?? Number.POSITIVE_INFINITY);
const afterwards = results.flatMap(({ records, solvedAt: at }) =>
  records.filter(({ step }) => at !== null && step > at),
);
console.log(
  `solved: ${solvedAt.filter(Number.isFinite).length} of ${results.length} seeds, median ${median(solvedAt)} steps, at the latest ${Math.max(...solvedAt)}; ` +
    `${afterwards.filter(({ solved }) => solved).length} of ${afterwards.length} later evaluations stay above the threshold; ` +
    `median ${median(results.map(({ seconds }) => seconds)).toFixed(1)} s a seed (${cpu()}, Node ${process.version})`,
);

mkdirSync(out, { recursive: true });
const path = (name: string): string => `${out.replace(/\/$/, "")}/${name}`;
const csv = (rows: readonly (readonly unknown[])[]): string => rows.map((row) => `${row.join(",")}\n`).join("");

writeFileSync(
  path(`learning-${options.task}.csv`),
  csv([
    ["seed", "step", "return", "return_low", "return_high", "score", "successes", "solved"],
    ...results.flatMap(({ seed, records }) =>
      records.map((r) => [
        seed,
        r.step,
        r.evaluationReturn.toFixed(3),
        r.evaluationReturnLow.toFixed(3),
        r.evaluationReturnHigh.toFixed(3),
        r.score.toFixed(5),
        r.successes.toFixed(2),
        r.solved ? 1 : 0,
      ]),
    ),
  ]),
);

const date = new Date().toISOString().slice(0, 10);
writeFileSync(
  path(`learning-${options.task}-${machine()}.csv`),
  csv([
    ["date", "node", "seed", "solved_at_step", "seconds_to_solved", "seconds"],
    ...results.map((r) => [
      date,
      process.version,
      r.seed,
      r.solvedAt ?? "",
      r.secondsToSolved?.toFixed(2) ?? "",
      r.seconds.toFixed(2),
    ]),
  ]),
);

const steps = results[0]!.records.map(({ step }) => step);
const middle = steps.map(
  (step, i) => [step, median(results.map(({ records }) => records[i]!.evaluationReturn))] as const,
);
const picture = await lineChart({
  xTitle: "environment steps",
  yTitle: "return of an episode",
  width: 720,
  height: 360,
  series: [
    ...results.map(({ records }) => ({
      name: "one seed",
      faint: true,
      points: records.map((r) => [r.step, r.evaluationReturn] as const),
    })),
    { name: `median of ${results.length} seeds`, points: middle },
  ],
});
writeFileSync(path(`learning-${options.task}.svg`), picture);
