// One seed of an algorithm on a task, trained in a process of its own, which tells its parent what came of it.

import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type Config, init, type MetricsRecord, resolveConfig, Trainer } from "../../src/node.js";

/** Evaluations of a run. */
const EVALUATIONS = 20;

export interface CellResult {
  readonly records: readonly Pick<
    MetricsRecord,
    "step" | "evaluationReturn" | "evaluationReturnLow" | "evaluationReturnHigh" | "score" | "successes" | "solved"
  >[];
  /** Seconds of training until each record. */
  readonly seconds: readonly number[];
}

/** The shipped defaults of an algorithm on a task, evaluated at equal intervals. */
export function configOf(task: string, algorithm: string, seed: number): Config {
  const { steps } = resolveConfig({ task, algorithm });
  return resolveConfig({ task, algorithm, seed, evaluationInterval: Math.ceil(steps / EVALUATIONS) });
}

/** Trains in a child process. Rejects when it fails or is stopped. */
export function runCell(config: Config): Promise<CellResult> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(import.meta.url), { execArgv: process.execArgv });
    child.once("message", (result) => resolve(result as CellResult));
    child.once("error", reject);
    child.once("exit", (code, signal) =>
      reject(
        new Error(`${config.task}, ${config.algorithm}, seed ${config.seed}: ended by ${signal ?? `code ${code}`}`),
      ),
    );
    child.send(config);
  });
}

async function train(config: Config): Promise<CellResult> {
  const trainer = new Trainer(await init(), config);
  const records: MetricsRecord[] = [];
  const seconds: number[] = [];
  const start = performance.now();
  for (const record of trainer.run()) {
    records.push(record);
    seconds.push((performance.now() - start) / 1000);
  }
  return { records, seconds };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.once("message", (config) => {
    void train(config as Config).then((result) => process.send!(result, () => process.disconnect()));
  });
}
