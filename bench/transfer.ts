// Trained policies on MuJoCo itself: `npx tsx bench/transfer.ts`. The ONNX files of bench/results/policies, run by onnxruntime-node,
// act in MuJoCo's official WebAssembly build with the same MJCF file and the same rewards, and in our simulator; the mean returns of the
// same number of episodes from the same starts are compared. Writes bench/results/transfer.csv.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import loadMujoco from "@mujoco/mujoco";
import { Chance } from "../src/chance.js";
import { csv } from "../src/cli/csv.js";
import type { Act } from "../src/cli/episode.js";
import { loadPolicy } from "../src/cli/policy-file.js";
import { defaultOf } from "../src/config.js";
import { type CoreTask, tasks } from "../src/env/task.js";
import { init, makeEnvironment, modelFile } from "../src/node.js";

const results = fileURLToPath(new URL("results/", import.meta.url));
const { values: options } = parseArgs({
  options: {
    task: { type: "string" },
    policies: { type: "string", default: `${results}policies` },
    episodes: { type: "string", default: "100" },
    out: { type: "string", default: results },
  },
});

const mujoco = await loadMujoco();

/** Moves a state by one control step under an action. */
type Step = (state: Float64Array, action: ArrayLike<number>) => Float64Array;

/** MuJoCo as the transition of a task whose state begins with (q, v); the rest of it, such as a target, stays. */
function mujocoStep(task: CoreTask, disturbance: number, seed: number): Step {
  const xml = readFileSync(modelFile(task.model), "utf8");
  const model = mujoco.MjModel.from_xml_string(xml);
  const data = new mujoco.MjData(model);
  const { timestep } = model.opt;
  const substeps = Math.round(task.controlStep / timestep);
  const n = model.nv;
  const chance = new Chance(seed);
  const normal = (): number =>
    Math.sqrt(-2 * Math.log(1 - chance.uniform(0, 1))) * Math.cos(2 * Math.PI * chance.uniform(0, 1));
  return (state, action) => {
    mujoco.mj_resetData(model, data);
    (data.qpos as Float64Array).set(state.subarray(0, n));
    (data.qvel as Float64Array).set(state.subarray(n, 2 * n));
    for (let k = 0; k < action.length; ++k) {
      const clipped = Math.max(-1, Math.min(1, action[k]!));
      (data.ctrl as Float64Array)[k] = clipped + (disturbance > 0 ? disturbance * normal() : 0);
    }
    for (let i = 0; i < substeps; ++i) mujoco.mj_step(model, data);
    const next = state.slice();
    next.set(data.qpos as Float64Array);
    next.set(data.qvel as Float64Array, n);
    return next;
  };
}

interface Sample {
  readonly mean: number;
  /** Standard error of the mean. */
  readonly error: number;
}

function sample(values: readonly number[]): Sample {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const squares = values.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  return { mean, error: Math.sqrt(squares / (values.length - 1) / values.length) };
}

/** Returns of episodes from the starts that seeds 1, 2, ... give, in both simulators. */
async function compare(task: CoreTask, act: Act, episodes: number) {
  const disturbance = defaultOf("disturbance", task) as number;
  const environment = makeEnvironment(await init(), task, { disturbance, earlyTermination: false });
  const step = mujocoStep(task, disturbance, 1);
  const [ours, theirs]: [number[], number[]] = [[], []];
  for (let seed = 1; seed <= episodes; ++seed) {
    const start = environment.reset({ seed }).observation;
    let total = 0;
    let state = start;
    for (let t = 0; t < task.episodeSteps; ++t) {
      const result = environment.step(await act(state, t));
      total += result.reward;
      state = result.observation;
    }
    ours.push(total);
    total = 0;
    state = start;
    for (let t = 0; t < task.episodeSteps; ++t) {
      const action = Float64Array.from(await act(state, t));
      const next = step(state, action);
      total += environment.reward!(state, action, next);
      state = next;
    }
    theirs.push(total);
  }
  return { disturbance, ours: sample(ours), theirs: sample(theirs) };
}

const files = readdirSync(options.policies).filter((name) => name.endsWith(".onnx"));
const rows: (string | number)[][] = [
  ["task", "episodes", "disturbance", "ours", "ours_error", "mujoco", "mujoco_error", "difference_percent"],
];
for (const file of files.sort()) {
  const name = file.replace(/\.onnx$/, "");
  const task = tasks[name]!;
  // a state that begins with joint coordinates and velocities and else holds what stays
  const transferable = !task.closedForm && task.pose === undefined && task.name !== "reacher-moving";
  if (!transferable || (options.task !== undefined && !options.task.split(",").includes(name))) continue;
  const episodes = Number(options.episodes);
  const { disturbance, ours, theirs } = await compare(
    task,
    await loadPolicy(`${options.policies}/${file}`, task),
    episodes,
  );
  const difference = (100 * Math.abs(theirs.mean - ours.mean)) / Math.abs(ours.mean);
  console.log(
    `${name}: ${ours.mean.toFixed(2)} +- ${ours.error.toFixed(2)} here, ${theirs.mean.toFixed(2)} +- ${theirs.error.toFixed(2)} on MuJoCo, ${difference.toFixed(2)} % apart (${episodes} episodes)`,
  );
  const numbers = [ours.mean, ours.error, theirs.mean, theirs.error, difference];
  rows.push([name, episodes, disturbance, ...numbers.map((x) => x.toFixed(3))]);
}
writeFileSync(`${options.out.replace(/\/$/, "")}/transfer.csv`, csv(rows));
