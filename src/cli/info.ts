import { existsSync } from "node:fs";
import type { Command } from "commander";
import type { Algorithm } from "../algorithms/algorithm.js";
import { type AlgorithmName, algorithms } from "../algorithms/algorithms.js";
import { type Setting, settings, UsageError } from "../config.js";
import { referencesOf } from "../env/reference.js";
import { type CoreTask, successInWords, tasks } from "../env/task.js";
import { readPolicy } from "../onnx/contract.js";
import type { Dimension } from "../onnx/policy.js";
import { didYouMean, oneLine, shorten } from "../wording.js";
import { taskModel } from "./episode.js";
import { featureInWords } from "./feature-words.js";
import { readBytes } from "./files.js";
import { loadTrainer } from "./saved.js";

const bound = (value: number): string => (Number.isFinite(value) ? String(value) : value > 0 ? "inf" : "-inf");

function dimensions(title: string, rows: readonly Dimension[]): string {
  const lines = rows.map(({ name, unit, low, high }, i) => `  ${i}  ${name} [${unit}] ${bound(low)} .. ${bound(high)}`);
  return [title, ...lines].join("\n");
}

function describeTask(task: CoreTask): string {
  const { name, summary, start, failure, controlStep, episodeSteps, defaults } = task;
  const body = task.closedForm ? "equations of its own" : `models/${task.model}.xml`;
  const end = task.finite ? "which ends the process" : "a time limit";
  const names = task.state.map((dimension) => dimension.name);
  const { timestep } = taskModel(task).option;
  const substeps = task.closedForm ? "" : `, ${Math.round(controlStep / timestep)} time steps of ${timestep} s`;
  const width = Math.max(...task.reward.map((term) => term.name.length));
  return [
    `${name}: ${summary}`,
    dimensions("state", task.state),
    dimensions("action", task.action),
    "encoder, what the networks see of a state",
    ...task.features.map((feature, i) => `  ${i}  ${featureInWords(feature, names)}`),
    "reward, the sum of",
    ...task.reward.map((term) => `  ${term.name.padEnd(width)}  ${term.formula}`),
    `body     ${body}`,
    `step     ${controlStep} s${substeps}`,
    `episode  ${episodeSteps} steps (${(episodeSteps * controlStep).toFixed(1)} s), ${end}`,
    `start    ${start}`,
    ...(failure === undefined ? [] : [`failure  ${failure}`]),
    `success  ${successInWords(task)}`,
    `solved   from ${Math.round(100 * task.score.share)} % of the episodes`,
    `compare  with ${referencesOf(task).join(", ")} (valuegrad eval ${name} --controller KIND)`,
    ...(defaults === undefined ? [] : [`defaults ${options(Object.entries(defaults))}`]),
  ].join("\n");
}

function describeAlgorithm(name: string, { summary, defaults }: Algorithm): string {
  const head = `${name}: ${summary}`;
  if (defaults === undefined) return head;
  const own = Object.values(tasks).map((task) => [task.name, Object.entries(defaults(task))] as const);
  // what is the same everywhere is said once
  const shared = own[0]![1].filter(([key, value]) =>
    own.every(([, others]) => others.some(([k, v]) => k === key && showDefault(v) === showDefault(value))),
  );
  const keys = new Set(shared.map(([key]) => key));
  const width = Math.max(...own.map(([task]) => task.length));
  const rest = own.map(([task, all]) => [task, options(all.filter(([key]) => !keys.has(key)))] as const);
  return [
    head,
    `defaults ${options(shared)}`,
    ...rest.filter(([, differing]) => differing !== "").map(([task, text]) => `  ${task.padEnd(width)}  ${text}`),
  ].join("\n");
}

/** Settings as they are written on a command line. */
const options = (values: readonly (readonly [setting: string, value: unknown])[]): string =>
  values.map(([key, value]) => `--${optionName(key)} ${showDefault(value)}`).join(" ");

export const optionName = (setting: string): string =>
  setting.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

export const showDefault = (value: unknown): string => (Array.isArray(value) ? value.join(",") : String(value));

function describeEverything(): string {
  const lines = ["tasks"];
  for (const { name, summary } of Object.values(tasks)) lines.push(`  ${name}  ${summary}`);
  lines.push("algorithms (train --algorithm NAME)");
  for (const [name, { summary }] of Object.entries(algorithms)) lines.push(`  ${name}  ${summary}`);
  lines.push("settings (train --name value, or a JSON file with --config)");
  for (const [name, setting] of Object.entries(settings) as [string, Setting<unknown>][]) {
    lines.push(
      `  --${optionName(name)} ${showDefault(setting.default)}`,
      `      ${setting.meaning}; ${setting.expected}`,
    );
  }
  return lines.join("\n");
}

function describePolicyFile(path: string): string {
  try {
    const { task, state, action, golden, digest, model } = readPolicy(readBytes(path));
    const tensor = ({ name, shape, doc }: { name: string; shape: readonly unknown[]; doc: string }): string =>
      `  ${oneLine(`${name} [${shape.join(", ")}] ${doc}`)}`;
    const maker = shorten(model.metadata.get("generator") ?? model.producer);
    return [
      `${path}: policy for ${task}, IR ${model.irVersion}, made by ${maker}`,
      `sha256 ${digest}, as the file's bytes give it; ${golden?.count ?? 0} golden vectors`,
      "inputs",
      ...model.inputs.map(tensor),
      "outputs",
      ...model.outputs.map(tensor),
      dimensions("obs", state),
      dimensions("action", action),
    ].join("\n");
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`cannot use ${path}: ${(error as Error).message}`);
  }
}

async function describeRun(run: string): Promise<string> {
  const trainer = await loadTrainer(run);
  const lines = [
    `${run}: ${trainer.task.name}, ${trainer.steps} of ${trainer.config.steps} environment steps, ${trainer.episodes} episodes, ${trainer.updates} policy updates`,
  ];
  for (const [name, value] of Object.entries(trainer.config)) lines.push(`  ${name} ${showDefault(value)}`);
  return lines.join("\n");
}

/** `valuegrad info [WHAT]`. */
export function addInfo(program: Command): void {
  program
    .command("info")
    .description(
      "describe a task, an algorithm, a run, a policy file, or (without an argument) all tasks, algorithms and settings",
    )
    .argument("[what]", "a task's or an algorithm's name, a run folder or checkpoint, or an .onnx file")
    .action(async (what: string | undefined) => {
      let text: string;
      if (what === undefined) text = describeEverything();
      else if (Object.hasOwn(tasks, what)) text = describeTask(tasks[what]!);
      else if (Object.hasOwn(algorithms, what)) text = describeAlgorithm(what, algorithms[what as AlgorithmName]);
      else if (what.endsWith(".onnx")) text = describePolicyFile(what);
      else if (existsSync(what)) text = await describeRun(what);
      else {
        const guess = didYouMean(what, [...Object.keys(tasks), ...Object.keys(algorithms)]).trimEnd();
        throw new UsageError(`cannot read ${what}: it does not exist${guess && `; ${guess}`}`);
      }
      process.stdout.write(`${text}\n`);
    });
}
