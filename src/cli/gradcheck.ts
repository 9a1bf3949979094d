import { Chalk } from "chalk";
import type { Command } from "commander";
import { resolveConfig, type Setting, settings, UsageError } from "../config.js";
import { examineEpisodes } from "../gradcheck/episodes.js";
import {
  type Comparison,
  type Contest,
  compare,
  type Source,
  signalToNoise,
  sourceKeys,
} from "../gradcheck/estimate.js";
import { type Examination, examinationOf, rolloutOf } from "../gradcheck/examination.js";
import { Meter } from "../gradcheck/meter.js";
import { examinePieces } from "../gradcheck/pieces.js";
import { Trainer } from "../train.js";
import { optionName } from "./info.js";
import { createCore } from "./load.js";
import { parseInteger, parseSeed } from "./model-file.js";
import { RunFolder } from "./run-folder.js";
import { readSettings } from "./settings.js";
import { openTask } from "./task-options.js";
import { colourLevel, formatDuration, openFooter, warn } from "./terminal.js";

/** Settings as texts by their names, and beside them "run" and "samples". */
type Options = Readonly<Record<string, string>>;

/** The trainer of a run as it is, or one that trains first. */
async function openTrainer(name: string, { run, ...options }: Options): Promise<Trainer> {
  openTask(name);
  if (run !== undefined) {
    const surplus = Object.keys(settings).find((setting) => options[setting] !== undefined && setting !== "seed");
    if (surplus !== undefined) {
      throw new UsageError(`${optionName(surplus)} is ${options[surplus]}: a run has its own; leave it or --run out`);
    }
    const { trainer } = await RunFolder.open(run, warn).load();
    if (trainer.task.name !== name) throw new UsageError(`run is ${run}: it learns ${trainer.task.name}, not ${name}`);
    return trainer;
  }
  const given = readSettings({ ...options, task: name });
  const config = options.steps === undefined ? resolveConfig({ ...given, steps: given.learningStarts }) : given;
  return new Trainer(await createCore(config.core), config);
}

/** A line at the bottom of the terminal, while something goes on in slices. */
function openProgress(): { update: (what: string, part: number) => Promise<void>; stop: () => void } {
  const { stderr } = process;
  if (stderr.isTTY !== true || process.env.CI !== undefined) return { update: async () => {}, stop: () => {} };
  const start = performance.now();
  let line = "";
  const footer = openFooter(stderr, [() => line]);
  return {
    async update(what, part) {
      const seconds = (performance.now() - start) / 1000;
      line = `${what}: ${(100 * part).toFixed(0)} %, ${formatDuration((seconds * (1 - part)) / part)} left`;
      footer.refresh();
      await new Promise((resolve) => setImmediate(resolve));
    },
    stop: footer.stop,
  };
}

async function train(trainer: Trainer): Promise<void> {
  const progress = openProgress();
  try {
    while (!trainer.done) {
      trainer.step();
      if (trainer.steps % 50 === 0) await progress.update("trains", trainer.steps / trainer.config.steps);
    }
  } finally {
    progress.stop();
  }
}

/** What is known of a gradient, as it is printed. */
interface Result {
  readonly task: string;
  readonly algorithm: string;
  /** Steps that training has made. */
  readonly steps: number;
  readonly seed: number;
  readonly samples: number;
  /** Steps of the exact rollouts. */
  readonly rolloutSteps: number;
  readonly reference: { readonly signalToNoise: number };
  readonly estimators: readonly (Source & Comparison & { readonly own: boolean; readonly signalToNoise: number })[];
}

/** Measures with at least so many samples and rollouts of so many steps. */
async function measure(
  trainer: Trainer,
  examination: Examination,
  { samples, seed, rollout }: { readonly samples: number; readonly seed: number; readonly rollout: number },
): Promise<Result> {
  const { config, replay } = trainer;
  const task = openTask(trainer.task.name);
  const { copies, steps, reference: kind } = examination;
  const groups = Math.ceil(samples / copies);
  const derivatives = kind === "derivatives";
  // returns tell nothing of sigma
  const changes = derivatives ? { seed } : { seed, etaLimit: 0, deviation: "fixed" as const };
  const core = await createCore(config.core);
  const meter = new Meter(core, trainer, task, copies, derivatives ? Math.max(steps, 1 + rollout) : steps, changes);
  const newest = examination.own.data === "fresh" ? Math.min(replay.size, task.episodeSteps) : replay.size;
  const contests = derivatives
    ? examineEpisodes(meter, examination, groups, rollout)
    : examinePieces(meter, replay, examination, { newest, groups, rollout });
  const progress = openProgress();
  let contest: Contest | undefined;
  let done = 0;
  try {
    for (contest of contests) await progress.update("measures", ++done / groups);
  } finally {
    progress.stop();
  }
  const { reference, estimators } = contest!;
  const ratio = examination.perGradient / copies;
  return {
    task: task.name,
    algorithm: config.algorithm,
    steps: trainer.steps,
    seed,
    samples: groups * copies,
    rolloutSteps: rollout,
    reference: { signalToNoise: signalToNoise(reference, ratio) },
    estimators: estimators.map(({ source, own, estimate }) => ({
      ...source,
      ...compare(estimate, reference),
      own,
      signalToNoise: signalToNoise(estimate, ratio),
    })),
  };
}

const columns = ["cosine", "at most", "length", "bias", "signal"];

function inWords(result: Result, samples: string): string {
  const { task, algorithm, steps, reference, estimators } = result;
  const { bold, dim } = new Chalk({ level: colourLevel(process.stdout) });
  const row = (words: readonly string[], numbers: readonly string[]): string =>
    [...words.map((word) => word.padEnd(10)), ...numbers.map((number) => number.padStart(10))].join("");
  const lines = estimators.map(({ data, model, value, own, ...numbers }) => {
    const { cosine, ceiling, length, bias } = numbers;
    const line = row([data, model, value], [cosine, ceiling, length, bias, numbers.signalToNoise].map(three));
    return own ? bold(`${line}  ${algorithm}`) : line;
  });
  return [
    `${task}, ${algorithm}, after ${steps} steps: the policy's gradient by ${result.samples} ${samples}`,
    "",
    dim(row(sourceKeys, columns)),
    row(["reference", "", ""], ["", "", "", "", three(reference.signalToNoise)]),
    ...lines,
    "",
    `exact rollouts of ${result.rolloutSteps} steps; "at most": the cosine that the noise of both would leave of 1`,
  ].join("\n");
}

const three = (value: number): string => (Number.isFinite(value) ? value.toPrecision(3) : "-");

/** Which algorithms have which estimators, in words. */
function comparisons(): string {
  const task = openTask(settings.task.default);
  const groups = new Map<string, string[]>();
  for (const algorithm of settings.algorithm.choices) {
    const { sources, samples, count } = examinationOf(task, resolveConfig({ task: task.name, algorithm }));
    const parts = sourceKeys.map((key) => `${key} ${[...new Set(sources.map((source) => source[key]))].join(", ")}`);
    const words = `${parts.join("; ")}; ${count} ${samples}`;
    groups.set(words, [...(groups.get(words) ?? []), algorithm]);
  }
  const lines = [...groups].map(([words, names]) => `  ${names.join(", ")}: ${words}`);
  return [
    "",
    "What is compared, and with how many samples unless --samples says otherwise (nothing comes after an episode that ends its process):",
    ...lines,
  ].join("\n");
}

/** `valuegrad gradcheck`. */
export function addGradcheck(program: Command): void {
  const command = program
    .command("gradcheck")
    .description(
      "measure bias and noise of an algorithm's policy gradient against exact rollouts, and what of them the learned model, the critic and replayed actions cause",
    )
    .argument("<task>", "a task's name")
    .option("--run <folder>", "a run whose policy, model, critic and replay are taken; without it training begins anew")
    .option("--samples <n>", "how many states or episodes to measure with (default: below)")
    .option(
      "--rollout <n>",
      "steps of an exact rollout, after which the critic says the rest, with 0 everything (default: until the discount leaves 5 %)",
    )
    .option("--json", "print the result as JSON", false)
    .addHelpText("after", comparisons);
  for (const [name, setting] of Object.entries(settings) as [string, Setting<unknown>][]) {
    if (name === "task") continue;
    const { meaning, expected } = setting;
    const first = "environment steps to train for first (default: learningStarts)";
    command.option(`--${optionName(name)} <value>`, `${name === "steps" ? first : meaning}; ${expected}`);
  }
  command.action(async (name: string, { json, ...options }: Options & { readonly json: string | boolean }) => {
    const number = (field: "samples" | "rollout", low: number, high: number): number | undefined =>
      options[field] === undefined ? undefined : parseInteger(field, options[field], low, high);
    const samples = number("samples", 2, 1_000_000);
    const asked = number("rollout", 0, 1000);
    const trainer = await openTrainer(name, options);
    const { config, replay } = trainer;
    const task = openTask(name);
    const examination = examinationOf(task, config);
    const rollout = rolloutOf(task, config, examination, asked);
    if (options.run === undefined) await train(trainer);
    if (replay.size === 0) throw new UsageError(`run is ${options.run}: it has made no step yet`);
    const result = await measure(trainer, examination, {
      samples: Math.max(samples ?? examination.count, 2 * examination.copies),
      seed: options.seed === undefined ? config.seed : parseSeed(options.seed),
      rollout,
    });
    process.stdout.write(`${json ? JSON.stringify(result) : inWords(result, examination.samples)}\n`);
  });
}
