// Whether a learned sigma(s, a) is calibrated: `npx tsx bench/calibration.ts`. Trains with modelNoise "learned" and infers the model's noise xi
// on episodes that training has not seen, with the policy that was learned. Its standard deviation is 1 where sigma is right. Writes
// bench/results/calibration.csv, a function of the settings alone.

import { writeFileSync } from "node:fs";
import { csv } from "../src/cli/csv.js";
import { makeEnvironment } from "../src/env/environment.js";
import { tasks } from "../src/env/task.js";
import { init, resolveConfig, Trainer } from "../src/node.js";

const EPISODES = 8;
const RUNS = [
  { task: "cartpole", algorithm: "svg1-er", steps: 4000, disturbance: 0 },
  { task: "cartpole", algorithm: "svg1-er", steps: 4000, disturbance: 0.2 },
  { task: "hand", algorithm: "svg-inf", steps: 20_000, disturbance: 1 },
] as const;

const rows: (string | number)[][] = [["task", "algorithm", "disturbance", "seed", "dimension", "mean", "deviation"]];
for (const run of RUNS) {
  for (const seed of [1, 2]) {
    const trainer = new Trainer(await init(), resolveConfig({ ...run, seed, modelNoise: "learned" }));
    while (!trainer.done) trainer.step();
    const { agent, task } = trainer;
    const environment = makeEnvironment(await init(), tasks[run.task]!, { seed: 1000, disturbance: run.disturbance });
    const { batch } = agent;
    const S = task.state.length;
    const A = task.action.length;
    const noise: number[][] = task.predicted.map(() => []);
    let filled = 0;
    for (let episode = 0; episode < EPISODES; ++episode) {
      let { observation } = environment.reset();
      for (let ended = false; !ended; ) {
        const action = agent.act(observation).slice(0, A);
        const result = environment.step(action);
        batch.s.set(observation, filled * S);
        batch.a.set(action, filled * A);
        batch.sNext.set(result.observation, filled * S);
        filled += 1;
        if (filled === batch.rows) {
          const xi = agent.inferModelNoise();
          for (const [d, i] of task.predicted.entries()) {
            for (let b = 0; b < filled; ++b) noise[d]!.push(xi[b * S + i]!);
          }
          filled = 0;
        }
        observation = result.observation;
        ended = result.terminated || result.truncated;
      }
    }
    for (const [d, i] of task.predicted.entries()) {
      const values = noise[d]!;
      const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
      const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length;
      const row = [run.task, run.algorithm, run.disturbance, seed, task.state[i]!.name];
      rows.push([...row, mean.toFixed(3), Math.sqrt(variance).toFixed(3)]);
      console.log(rows.at(-1)!.join("  "));
    }
  }
}
writeFileSync(new URL("results/calibration.csv", import.meta.url), csv(rows));
