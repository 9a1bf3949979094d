// The control study: that every task can be solved, and is not solved by doing nothing or anything. `npm run bench:control` compares, on
// each task, no action, random actions, the task's linear-quadratic regulator where it has one, and the best episode that a planner on
// the simulator's exact derivatives finds (iterative LQR with bounded actions, in a receding horizon and over the whole episode, from
// which the task's disturbances are left out). Writes bench/results/control.csv and control/TASK.json, the planned actions, which
// `valuegrad render TASK --actions FILE --seed N --disturbance 0` plays. `-- --tasks cheetah,walker --starts 1,2` does a part of it
// and keeps the other rows.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { referenceController, referencesOf } from "../src/env/reference.js";
import { evaluateController } from "../src/evaluate.js";
import { type CoreTask, Environments, init, tasks } from "../src/node.js";
import { EnvironmentProblem, type Sinking } from "./control/environment-problem.js";
import { type PlanOptions, planEpisode } from "./control/plan.js";
import type { TerminalValue } from "./control/problem.js";
import { coastValue, restValue } from "./control/terminal.js";

const { values: options } = parseArgs({
  options: {
    tasks: { type: "string", default: Object.keys(tasks).join(",") },
    starts: { type: "string", default: "1,2" },
    out: { type: "string", default: fileURLToPath(new URL("results/", import.meta.url)) },
  },
});

/** Episodes of the references. */
const EPISODES = 20;

/** How a task is planned, and what it takes the end of a plan to be worth. */
interface Settings {
  readonly plan: Omit<PlanOptions, "steps">;
  readonly terminal?: (problem: EnvironmentProblem) => TerminalValue;
  readonly sinking?: Sinking;
}

const swimmer: Settings = { plan: { gait: { steps: 200, periods: [6, 40] }, receding: { horizon: 80, samples: 30 } } };
const reacher: Settings = { plan: { receding: { horizon: 30, samples: 5 } } };
const cheetah: Settings = {
  plan: {
    gait: { steps: 100, periods: [5, 25], population: 128, generations: 40 },
    receding: { horizon: 20, samples: 20 },
    passes: 2,
    polish: 20,
  },
};
const settings: Readonly<Record<string, Settings>> = {
  hand: { plan: { polish: 50, polishOptions: { damping: 1e-6 } } },
  cartpole: { plan: { receding: { horizon: 30 } }, terminal: (problem) => restValue(problem, 50) },
  "cartpole-balance": { plan: { receding: { horizon: 30 } } },
  swimmer3: swimmer,
  swimmer5: swimmer,
  swimmer7: swimmer,
  "reacher-4target": reacher,
  "reacher-moving": reacher,
  gripper: { plan: { receding: { horizon: 40, samples: 100 }, seeds: [1, 2], polish: 20 } },
  monoped: {
    plan: { receding: { horizon: 20, samples: 40 } },
    terminal: (problem) => restValue(problem, 20),
    sinking: { low: 0.85, weight: 30 },
  },
  cheetah,
  "cheetah-springs": cheetah,
  walker: {
    plan: { receding: { horizon: 40, samples: 60 }, polish: 20 },
    terminal: (problem) => coastValue(problem, 5, problem.task.controlStep, 9),
    sinking: { low: 1.1, weight: 10 },
  },
};

interface Row {
  readonly task: string;
  readonly controller: string;
  readonly episodes: number;
  readonly return: number;
  readonly score: number;
  /** Share of the episodes that succeed. */
  readonly successes: number;
}

async function reference(task: CoreTask, name: ReturnType<typeof referencesOf>[number]): Promise<Row> {
  const environments = new Environments(await init(), task, EPISODES, 1);
  const result = evaluateController(environments, EPISODES, 1, referenceController(name, environments));
  const mean = result.returns.reduce((sum, value) => sum + value / EPISODES, 0);
  const { score, successes } = result;
  return { task: task.name, controller: name, episodes: EPISODES, return: mean, score, successes };
}

/** Plans from every start and plays the plans. The best one's actions are kept. */
async function planned(task: CoreTask): Promise<{ row: Row; seed: number; actions: number[][] }> {
  const problem = await EnvironmentProblem.load(task);
  const { plan, terminal, sinking } = settings[task.name]!;
  problem.sinking = sinking;
  const starts = options.starts.split(",").map(Number);
  const receding = plan.receding && {
    receding: { ...plan.receding, ...(terminal && { terminal: terminal(problem) }) },
  };
  const A = task.action.length;
  let total = 0;
  let score = 0;
  let successes = 0;
  let best: { total: number; seed: number; actions: Float64Array } = {
    total: -Infinity,
    seed: 0,
    actions: new Float64Array(0),
  };
  for (const start of starts) {
    const found = planEpisode(problem, problem.start(start), {
      steps: task.episodeSteps,
      ...plan,
      ...receding,
      log: (message) => process.stderr.write(`${task.name}, start ${start}: ${message}\n`),
    });
    const played = new Environments(await init(), task, 1, start, undefined, { disturbance: 0 });
    const result = evaluateController(played, 1, start, (_, actions, step) => {
      actions.set(found.actions.subarray(step * A, (step + 1) * A));
    });
    total += result.returns[0]! / starts.length;
    score += result.score / starts.length;
    successes += result.successes / starts.length;
    const verdict = result.successes === 1 ? "a success" : "no success";
    process.stderr.write(
      `${task.name}, start ${start}: played, return ${result.returns[0]!.toFixed(2)}, ${task.score.name} ${result.score.toFixed(3)}, ${verdict}\n`,
    );
    if (result.returns[0]! > best.total) {
      best = { total: result.returns[0]!, seed: start, actions: found.actions };
    }
  }
  const rows = Array.from({ length: task.episodeSteps }, (_, step) =>
    Array.from(best.actions.subarray(step * A, (step + 1) * A)),
  );
  const row = { task: task.name, controller: "planner", episodes: starts.length, return: total, score, successes };
  return { row, seed: best.seed, actions: rows };
}

const folder = options.out.replace(/\/$/, "");
mkdirSync(`${folder}/control`, { recursive: true });
const table = `${folder}/control.csv`;
const HEADER = "task,controller,episodes,return,score,successes,threshold,seed";

/** The rows of other tasks that are there already, by task. */
const lines = new Map<string, string[]>();
if (existsSync(table)) {
  for (const line of readFileSync(table, "utf8").trim().split("\n").slice(1)) {
    const task = line.split(",")[0]!;
    lines.set(task, [...(lines.get(task) ?? []), line]);
  }
}

for (const name of options.tasks.split(",")) {
  const task = tasks[name];
  if (task === undefined) throw new Error(`no task ${name}: there are ${Object.keys(tasks).join(", ")}`);
  const rows: (Row & { seed?: number })[] = [];
  for (const kind of referencesOf(task)) rows.push(await reference(task, kind));
  const { row, seed, actions } = await planned(task);
  rows.push({ ...row, seed });
  writeFileSync(`${folder}/control/${name}.json`, `${JSON.stringify(actions)}\n`);
  lines.set(
    name,
    rows.map((one) =>
      [
        name,
        one.controller,
        one.episodes,
        one.return.toPrecision(5),
        one.score.toPrecision(4),
        one.successes.toFixed(2),
        task.score.threshold,
        one.seed ?? "",
      ].join(","),
    ),
  );
  for (const one of rows) {
    console.log(
      `${name.padEnd(16)} ${one.controller.padEnd(8)} return ${one.return.toFixed(2).padStart(9)}, ${task.score.name} ${one.score.toFixed(3)}, ${Math.round(100 * one.successes)} % succeed`,
    );
  }
  const ordered = Object.keys(tasks).flatMap((key) => lines.get(key) ?? []);
  writeFileSync(table, `${[HEADER, ...ordered].join("\n")}\n`);
}
