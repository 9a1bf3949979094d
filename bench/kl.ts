// Whether a cost on KL(behaviour || current) helps SVG(1)-ER: `npx tsx bench/kl.ts --task cartpole --seeds 3 [--steps 6000]`. Trains every
// seed with each way of it, otherwise with the shipped defaults, and writes every evaluation into bench/results/kl-TASK.csv, which is a
// function of the options alone.

import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { csv } from "../src/cli/csv.js";
import { init, type MetricsRecord, resolveConfig, Trainer } from "../src/node.js";

const { values: options } = parseArgs({
  options: {
    task: { type: "string", default: "cartpole" },
    seeds: { type: "string", default: "3" },
    steps: { type: "string" },
  },
});

const EVALUATIONS = 12;
const ways = {
  off: {},
  "fixed 0.003": { klWeight: 0.003 },
  "fixed 0.01": { klWeight: 0.01 },
  "adaptive to 0.3": { klWeight: 0.003, klTarget: 0.3 },
};

const { task } = options;
const steps = options.steps === undefined ? resolveConfig({ task }).steps : Number(options.steps);
const rows: (string | number)[][] = [
  ["kl", "seed", "step", "return", "score", "successes", "solved", "kl_to_behaviour", "sample_size"],
];

for (const [name, settings] of Object.entries(ways)) {
  for (let seed = 1; seed <= Number(options.seeds); ++seed) {
    const config = resolveConfig({
      task,
      seed,
      steps,
      evaluationInterval: Math.ceil(steps / EVALUATIONS),
      ...settings,
    });
    const records: MetricsRecord[] = [...new Trainer(await init(), config).run()];
    for (const r of records) {
      const measured = [r.klToBehaviour, r.effectiveSampleSize].map((x) => x?.toPrecision(4) ?? "");
      rows.push([
        name,
        seed,
        r.step,
        r.evaluationReturn.toFixed(3),
        r.score.toFixed(5),
        r.successes,
        +r.solved,
        ...measured,
      ]);
    }
    const [first, last] = [records.find(({ solved }) => solved), records.at(-1)!];
    console.log(
      `${name}, seed ${seed}: solved at ${first?.step ?? "no"} steps; at the end return ${last.evaluationReturn.toFixed(1)}, ` +
        `score ${last.score.toFixed(3)}, KL ${last.klToBehaviour?.toPrecision(2)}, sample size ${last.effectiveSampleSize?.toFixed(2)}`,
    );
  }
}
writeFileSync(new URL(`results/kl-${task}.csv`, import.meta.url), csv(rows));
