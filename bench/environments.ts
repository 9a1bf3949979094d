// Control steps per second of every task on one core, the exact Jacobian of a control step, and what a training step with the task's
// own defaults costs beside them: `npm run bench:environments`. Writes bench/results/environments-CPU.csv.

import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { csv } from "../src/cli/csv.js";
import { Environments, init, resolveConfig, Trainer, tasks } from "../src/node.js";
import { type Effort, measure } from "./kernels/measure.js";
import { cpu, machine } from "./kernels/report.js";

const { values: options } = parseArgs({
  options: {
    out: { type: "string", default: fileURLToPath(new URL("results/", import.meta.url)) },
    rounds: { type: "string", default: "60" },
  },
});

const effort: Effort = { warm: 0.1, sample: 0.02, rounds: Number(options.rounds) };
/** Actions that are drawn once and used in turn. */
const ACTIONS = 1000;

/** Numbers from -1 to 1, the same in every run. */
function uniform(count: number): Float64Array {
  let state = 1;
  return Float64Array.from({ length: count }, () => {
    state = (state * 48271) % 2147483647;
    return (2 * state) / 2147483647 - 1;
  });
}

const rows: (string | number)[][] = [
  ["date", "node", "task", "control_step_us", "steps_per_second", "jacobian_us", "training_step_us"],
];
console.log("task             control step us   steps/s   Jacobian us   training step us   of it simulation");
for (const task of Object.values(tasks)) {
  const A = task.action.length;
  const table = uniform(ACTIONS * A);
  const environment = new Environments(await init(), task, 1, 1);
  environment.reset(0);
  let turn = 0;
  const step = (): void => {
    turn = (turn + 1) % ACTIONS;
    environment.actions.set(table.subarray(turn * A, (turn + 1) * A));
    environment.step();
    if (environment.truncated[0] === 1 || environment.terminated[0] === 1) environment.reset(0);
  };
  const jacobian = (): void => {
    environment.row.s.set(environment.states);
    environment.row.a.set(table.subarray(turn * A, (turn + 1) * A));
    environment.rowJacobian();
  };
  const config = resolveConfig({ task: task.name, steps: 1_000_000_000, replayCapacity: 50_000 });
  const trainer = new Trainer(await init(), config);
  for (let i = 0; i < config.learningStarts; ++i) trainer.step();
  const times = await measure(
    [
      { name: "step", multiplyAdds: 0, unit: "us", turn: step },
      { name: "jacobian", multiplyAdds: 0, unit: "us", turn: jacobian },
      { name: "training", multiplyAdds: 0, unit: "us", turn: () => trainer.step() },
    ],
    effort,
  );
  const [own, slope, training] = times.map(({ median }) => median * 1e6) as [number, number, number];
  console.log(
    `${task.name.padEnd(16)} ${own.toFixed(2).padStart(15)} ${Math.round(1e6 / own)
      .toString()
      .padStart(
        9,
      )} ${slope.toFixed(1).padStart(13)} ${training.toFixed(0).padStart(18)} ${((100 * own) / training).toFixed(1).padStart(16)} %`,
  );
  const date = new Date().toISOString().slice(0, 10);
  const numbers = [own, 1e6 / own, slope, training].map((value) => Number(value.toPrecision(4)));
  rows.push([date, process.version, task.name, ...numbers]);
}
mkdirSync(options.out, { recursive: true });
const path = `${options.out.replace(/\/$/, "")}/environments-${machine()}.csv`;
writeFileSync(path, csv(rows));
console.log(`${path}: ${cpu()}`);
