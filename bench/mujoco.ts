// Steps and Jacobians of our simulator beside MuJoCo's official WebAssembly build: `npm run bench:mujoco`. Same model file, same start,
// same controls, interleaved samples on one core; a ratio is MuJoCo's time over ours. Writes bench/results/mujoco-CPU.csv. Pin it to a
// core where possible: `taskset -c 1 npm run bench:mujoco`.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import loadMujoco from "@mujoco/mujoco";
import { csv } from "../src/cli/csv.js";
import { readModel } from "../src/mjcf/read.js";
import { init } from "../src/node.js";
import { Plant } from "../src/plant.js";
import { cpu, machine } from "./kernels/report.js";

const { values: options } = parseArgs({
  options: {
    models: { type: "string", default: "cartpole,swimmer3,swimmer7,reacher,gripper,monoped,cheetah,walker" },
    rounds: { type: "string", default: "60" },
    out: { type: "string", default: fileURLToPath(new URL("results/", import.meta.url)) },
  },
});

const STEPS = 200;
const JACOBIANS = 20;

/** Controls that both sides replay: a fixed sequence in [-1, 1]. */
function controls(count: number): Float64Array {
  let state = 12345;
  return Float64Array.from({ length: count }, () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 1;
    return (state % 2001) / 1000 - 1;
  });
}

const quantile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.floor(share * (values.length - 1))]!;

const mujoco = await loadMujoco();
const rounds = Number(options.rounds);
const date = new Date().toISOString().slice(0, 10);
const rows: (string | number)[][] = [
  ["date", "node", "model", "work", "ours_us", "mujoco_us", "ratio", "ratio_low", "ratio_high"],
];

/** Medians in microseconds, and the ratio with its quartiles, of two programs that take turns. */
function compare(count: number, ours: () => void, theirs: () => void) {
  const a: number[] = [];
  const b: number[] = [];
  for (let round = -10; round < rounds; ++round) {
    const t0 = performance.now();
    ours();
    const t1 = performance.now();
    theirs();
    const t2 = performance.now();
    if (round >= 0) {
      a.push(((t1 - t0) * 1000) / count);
      b.push(((t2 - t1) * 1000) / count);
    }
  }
  const ratios = a.map((time, i) => b[i]! / time);
  return {
    ours: quantile(a, 0.5),
    theirs: quantile(b, 0.5),
    ratio: quantile(ratios, 0.5),
    low: quantile(ratios, 0.25),
    high: quantile(ratios, 0.75),
  };
}

console.log(`valuegrad and MuJoCo ${mujoco.mj_versionString?.() ?? ""}, ${date}, ${cpu()}, Node ${process.version}`);
console.log("model        work        ours us  MuJoCo us   ratio (quartiles)");
for (const name of options.models.split(",")) {
  const text = readFileSync(new URL(`../models/${name}.xml`, import.meta.url), "utf8");
  const model = readModel(text, `${name}.xml`);
  const plant = new Plant(await init(), model);
  const theirModel = mujoco.MjModel.from_xml_string(text)!;
  const data = new mujoco.MjData(theirModel);
  const n = model.dofs.length;
  const m = model.actuators.length;
  const sequence = controls(STEPS * Math.max(1, m));
  const nA = new mujoco.DoubleBuffer(4 * n * n);
  const nB = new mujoco.DoubleBuffer(2 * n * Math.max(1, m));
  const ctrl = data.ctrl as Float64Array;

  const report = (work: string, result: ReturnType<typeof compare>): void => {
    const { ours, theirs, ratio, low, high } = result;
    console.log(
      `${name.padEnd(12)} ${work.padEnd(10)} ${ours.toFixed(2).padStart(8)} ${theirs.toFixed(2).padStart(10)} ${ratio.toFixed(1).padStart(7)} (${low.toFixed(1)} to ${high.toFixed(1)})`,
    );
    const times = [ours, theirs].map((x) => x.toFixed(3));
    rows.push([date, process.version, name, work, ...times, ...[ratio, low, high].map((x) => x.toFixed(2))]);
  };

  report(
    "step",
    compare(
      STEPS,
      () => {
        plant.reset(0);
        for (let step = 0; step < STEPS; ++step) {
          for (let i = 0; i < m; ++i) plant.u[i] = sequence[step * m + i]!;
          plant.step(1);
        }
      },
      () => {
        mujoco.mj_resetData(theirModel, data);
        for (let step = 0; step < STEPS; ++step) {
          for (let i = 0; i < m; ++i) ctrl[i] = sequence[step * m + i]!;
          mujoco.mj_step(theirModel, data);
        }
      },
    ),
  );
  // both stand where the sequence has led them
  if (model.option.integrator !== "RK4") {
    const before = Float64Array.from(plant.states);
    report(
      "jacobian",
      compare(
        JACOBIANS,
        () => {
          for (let i = 0; i < JACOBIANS; ++i) plant.jacobian(0, 1);
        },
        () => {
          for (let i = 0; i < JACOBIANS; ++i)
            mujoco.mjd_transitionFD(theirModel, data, 1e-6, false, nA, nB, null, null);
        },
      ),
    );
    const { tangent } = plant;
    const vjp = compare(
      JACOBIANS,
      () => {
        for (let i = 0; i < JACOBIANS; ++i) {
          tangent.dq.fill(1);
          tangent.dv.fill(1);
          plant.vjp(0, 1);
        }
      },
      () => {
        for (let i = 0; i < JACOBIANS; ++i) {
          plant.states.set(before);
          plant.step(1);
        }
        plant.states.set(before);
      },
    );
    console.log(
      `${name.padEnd(12)} vjp        ${vjp.ours.toFixed(2).padStart(8)}   ${(1 / vjp.ratio).toFixed(1)} steps of ${vjp.theirs.toFixed(2)} us`,
    );
    const numbers = [vjp.ours.toFixed(3), "", (1 / vjp.ratio).toFixed(2), "", ""];
    rows.push([date, process.version, name, "vjp in steps", ...numbers]);
  }
  for (const owned of [nA, nB, data, theirModel]) owned.delete();
}

mkdirSync(options.out, { recursive: true });
writeFileSync(`${options.out.replace(/\/$/, "")}/mujoco-${machine()}.csv`, csv(rows));
