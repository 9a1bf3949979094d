import type { Command } from "commander";
import { Stream } from "../abi.js";
import { UsageError } from "../config.js";
import { Environments } from "../env/environments.js";
import { type ReferenceName, referenceController, references, referencesOf } from "../env/reference.js";
import { successInWords, type Task, tasks } from "../env/task.js";
import { type Evaluation, evaluateController } from "../evaluate.js";
import { createCore } from "./load.js";
import { parseChoice, parseInteger, parseSeed } from "./model-file.js";
import { loadTrainer } from "./saved.js";
import { disturbanceOf, openTask } from "./task-options.js";
import { outcome } from "./terminal.js";

interface Options {
  readonly episodes: string;
  readonly seed?: string;
  readonly controller?: string;
  readonly disturbance?: string;
  readonly json: boolean;
}

type Result = Omit<Evaluation, "sigma">;

/** Copies that a reference controller acts in at a time. */
const COPIES = 10;

async function evaluateReference(name: string, controller: string, episodes: number, options: Options) {
  const task = openTask(name);
  const kind = parseChoice<ReferenceName>("controller", controller, referencesOf(task));
  const seed = options.seed === undefined ? 1 : parseSeed(options.seed);
  const environments = new Environments(
    await createCore("release"),
    task,
    Math.min(COPIES, episodes),
    seed,
    Stream.Evaluation,
    disturbanceOf(options),
  );
  return {
    task,
    seed,
    result: evaluateController(environments, episodes, seed, referenceController(kind, environments)),
  };
}

async function evaluateRun(run: string, episodes: number, options: Options) {
  const trainer = await loadTrainer(run, disturbanceOf(options));
  const seed = options.seed === undefined ? trainer.config.seed : parseSeed(options.seed);
  return { task: trainer.task, seed, steps: trainer.steps, result: trainer.evaluateEpisodes(episodes, seed) };
}

function inWords(task: Task, { returns, scores, failures, score, ...rest }: Result): string {
  const lines = returns.map((value, i) => {
    const failed = failures[i] ? ", failed" : "";
    return `episode ${i + 1}: return ${value.toFixed(2)}, ${task.score.name} ${scores[i]!.toFixed(4)}${failed}`;
  });
  let sum = 0;
  for (const value of returns) sum += value;
  const mean = (sum / returns.length).toFixed(2);
  return [
    ...lines,
    `mean of ${returns.length}: return ${mean}, ${task.score.name} ${score.toFixed(4)}; ${outcome(rest)}`,
    `an episode succeeds when ${successInWords(task)}`,
  ].join("\n");
}

/** `valuegrad eval RUN` and `valuegrad eval TASK --controller KIND`. */
export function addEval(program: Command): void {
  const kinds = Object.entries(references).map(([name, meaning]) => `${name}: ${meaning}`);
  program
    .command("eval")
    .description("run the deterministic policy of a run, or a reference controller of a task, in fresh episodes")
    .argument("<what>", "a run folder or a checkpoint; with --controller a task's name")
    .option("--controller <kind>", kinds.join("; "))
    .option("--episodes <n>", "how many episodes", "10")
    .option("--seed <n>", "seed of the start states (default: the run's, or 1)")
    .option(
      "--disturbance <x>",
      "standard deviation of every step's random disturbance (default: the run's or the task's)",
    )
    .option("--json", "print the result as JSON", false)
    .action(async (what: string, options: Options) => {
      const episodes = parseInteger("episodes", options.episodes, 1, 100_000);
      if (options.controller === undefined && Object.hasOwn(tasks, what)) {
        throw new UsageError(
          `${what} is a task: name a run, or a --controller, one of ${referencesOf(tasks[what]!).join(", ")}`,
        );
      }
      const { task, result, ...about } =
        options.controller === undefined
          ? await evaluateRun(what, episodes, options)
          : await evaluateReference(what, options.controller, episodes, options);
      const text = options.json ? JSON.stringify({ task: task.name, ...about, ...result }) : inWords(task, result);
      process.stdout.write(`${text}\n`);
    });
}
