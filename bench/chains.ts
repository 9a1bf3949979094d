// Cost of a step and of its Jacobian against the number of links of a hanging chain, ours and MuJoCo's: `npm run bench:chains`. Writes
// bench/results/chains-CPU.csv and chains.svg. A dense factorisation demands the third power in the long run.

import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import loadMujoco from "@mujoco/mujoco";
import { csv } from "../src/cli/csv.js";
import { lineChart } from "../src/cli/plot.js";
import { readModel } from "../src/mjcf.js";
import { init, Plant } from "../src/node.js";
import { chain } from "../test/oracle/models.js";
import { machine } from "./kernels/report.js";

const { values: options } = parseArgs({
  options: { out: { type: "string", default: fileURLToPath(new URL("results/", import.meta.url)) } },
});

const LINKS = [2, 4, 8, 16, 32, 64];
const ROUNDS = 40;

/** Median microseconds of one call, after a warm-up, of programs that take turns. */
function times(programs: readonly (() => void)[], calls: number): number[] {
  const samples = programs.map((): number[] => []);
  for (let round = -5; round < ROUNDS; ++round) {
    programs.forEach((program, i) => {
      const start = performance.now();
      for (let call = 0; call < calls; ++call) program();
      if (round >= 0) samples[i]!.push(((performance.now() - start) * 1000) / calls);
    });
  }
  return samples.map((values) => values.sort((a, b) => a - b)[ROUNDS / 2]!);
}

const mujoco = await loadMujoco();
const date = new Date().toISOString().slice(0, 10);
const rows: number[][] = [];
console.log("links   step us   MuJoCo us   Jacobian us");
for (const links of LINKS) {
  const { xml } = chain(links);
  const plant = new Plant(await init(), readModel(xml));
  const theirModel = mujoco.MjModel.from_xml_string(xml)!;
  const data = new mujoco.MjData(theirModel);
  const start = plant.q.map((_, k) => 0.1 * (k % 3));
  const ours = (): void => {
    plant.q.set(start);
    plant.v.fill(0.1);
    plant.step(1);
  };
  const theirs = (): void => {
    data.qpos.set(start);
    data.qvel.fill(0.1);
    mujoco.mj_step(theirModel, data);
  };
  const jacobian = (): void => {
    plant.jacobian(0, 1);
  };
  const [step, their, slope] = times([ours, theirs, jacobian], Math.ceil(1000 / links));
  rows.push([links, step!, their!, slope!]);
  console.log(
    `${String(links).padStart(5)} ${step!.toFixed(2).padStart(9)} ${their!.toFixed(2).padStart(11)} ${slope!.toFixed(2).padStart(13)}`,
  );
  data.delete();
  theirModel.delete();
}
const [last, before] = [rows.at(-1)!, rows.at(-2)!];
const growth = (column: number): string => Math.log2(last[column]! / before[column]!).toFixed(2);
console.log(
  `from 32 to 64 links the step grows with power ${growth(1)}, MuJoCo's with ${growth(2)}, the Jacobian with ${growth(3)}`,
);

mkdirSync(options.out, { recursive: true });
const path = (name: string): string => `${options.out.replace(/\/$/, "")}/${name}`;
const head = ["date", "node", "links", "step_us", "mujoco_step_us", "jacobian_us"];
const lines = rows.map((row) => [date, process.version, ...row.map((value) => Number(value.toFixed(3)))]);
writeFileSync(path(`chains-${machine()}.csv`), csv([head, ...lines]));
const column = (name: string, i: number) => ({ name, points: rows.map((row) => [row[0]!, row[i]!] as const) });
writeFileSync(
  path("chains.svg"),
  await lineChart({
    xTitle: "links",
    yTitle: "microseconds",
    width: 640,
    height: 320,
    log: true,
    series: [column("step", 1), column("MuJoCo's step", 2), column("Jacobian", 3)],
  }),
);
