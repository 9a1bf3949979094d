// Steps and Jacobians of our simulator beside MuJoCo's official WebAssembly build: `npm run bench:mujoco`. Same model file, same start,
// same controls, interleaved samples on one core; a ratio is MuJoCo's time over ours. Writes bench/results/mujoco-CPU.csv. Pin it to a
// core where possible: `taskset -c 1 npm run bench:mujoco`.

import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import loadMujoco from "@mujoco/mujoco";
import { csv } from "../src/cli/csv.js";
import { init } from "../src/node.js";
import { type Effort, interleave, quantile, timerOf } from "./kernels/measure.js";
import { cpu, machine } from "./kernels/report.js";
import { Body, MujocoBody, STEPS } from "./mujoco/bodies.js";

const { values: options } = parseArgs({
  options: {
    models: { type: "string", default: "cartpole,swimmer3,swimmer7,reacher,gripper,monoped,cheetah,walker" },
    rounds: { type: "string", default: "60" },
    out: { type: "string", default: fileURLToPath(new URL("results/", import.meta.url)) },
  },
});

const effort: Effort = { warm: 0.3, sample: 0.001, rounds: Number(options.rounds) };

const mujoco = await loadMujoco();
const date = new Date().toISOString().slice(0, 10);
const rows: (string | number)[][] = [
  ["date", "node", "model", "work", "ours_us", "mujoco_us", "ratio", "ratio_low", "ratio_high"],
];

/** Medians in microseconds, and the ratio with its quartiles, of two programs that take turns; a turn is so many of what is told. */
async function compare(count: number, ours: () => void, theirs: () => void) {
  const [a, b] = (await interleave([timerOf(ours), timerOf(theirs)], effort)) as [number[], number[]];
  const ratios = a.map((time, i) => b[i]! / time);
  return {
    ours: (quantile(a, 0.5) * 1e6) / count,
    theirs: (quantile(b, 0.5) * 1e6) / count,
    ratio: quantile(ratios, 0.5),
    low: quantile(ratios, 0.25),
    high: quantile(ratios, 0.75),
  };
}

console.log(`valuegrad and MuJoCo ${mujoco.mj_versionString?.() ?? ""}, ${date}, ${cpu()}, Node ${process.version}`);
console.log("model        work        ours us  MuJoCo us   ratio (quartiles)");
for (const name of options.models.split(",")) {
  const body = new Body(await init(), name);
  const { plant } = body;
  const other = new MujocoBody(mujoco, name);

  const report = (work: string, result: Awaited<ReturnType<typeof compare>>): void => {
    const { ours, theirs, ratio, low, high } = result;
    console.log(
      `${name.padEnd(12)} ${work.padEnd(10)} ${ours.toFixed(2).padStart(8)} ${theirs.toFixed(2).padStart(10)} ${ratio.toFixed(1).padStart(7)} (${low.toFixed(1)} to ${high.toFixed(1)})`,
    );
    const times = [ours, theirs].map((x) => x.toFixed(3));
    rows.push([date, process.version, name, work, ...times, ...[ratio, low, high].map((x) => x.toFixed(2))]);
  };

  report(
    "step",
    await compare(
      STEPS,
      () => body.run(),
      () => other.run(),
    ),
  );
  // both stand where the sequence has led them
  if (plant.model.option.integrator !== "RK4") {
    const before = Float64Array.from(plant.states);
    report(
      "jacobian",
      await compare(
        1,
        () => body.differentiate(),
        () => other.differentiate(),
      ),
    );
    const { tangent } = plant;
    const vjp = await compare(
      1,
      () => {
        tangent.dq.fill(1);
        tangent.dv.fill(1);
        plant.vjp(0, 1);
      },
      () => {
        plant.states.set(before);
        plant.step(1);
      },
    );
    console.log(
      `${name.padEnd(12)} vjp        ${vjp.ours.toFixed(2).padStart(8)}   ${(1 / vjp.ratio).toFixed(1)} steps of ${vjp.theirs.toFixed(2)} us`,
    );
    const numbers = [vjp.ours.toFixed(3), "", (1 / vjp.ratio).toFixed(2), "", ""];
    rows.push([date, process.version, name, "vjp in steps", ...numbers]);
  }
  other.delete();
}

mkdirSync(options.out, { recursive: true });
writeFileSync(`${options.out.replace(/\/$/, "")}/mujoco-${machine()}.csv`, csv(rows));
