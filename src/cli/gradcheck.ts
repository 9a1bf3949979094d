import { Chalk } from "chalk";
import type { Command } from "commander";
import type { AlgorithmName } from "../algorithms/algorithms.js";
import { type Config, resolveConfig, type Setting, settings, UsageError } from "../config.js";
import { EPISODE_COPIES, examineEpisodes } from "../gradcheck/episodes.js";
import { type Comparison, type Contest, compare, type Source, signalToNoise } from "../gradcheck/estimate.js";
import { Meter, rolloutSteps } from "../gradcheck/meter.js";
import { examineTransitions, TRANSITION_COPIES } from "../gradcheck/transitions.js";
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

/** What is examined of an algorithm's gradient, how many samples unless asked otherwise, and how many at a time. */
interface Examination {
  readonly samples: "states" | "episodes";
  readonly count: number;
  readonly copies: number;
  /** Whose actions the algorithm learns from. */
  readonly actions: Source["actions"];
  /** Samples of a gradient that the algorithm goes along. */
  readonly perGradient: (config: Config) => number;
}

const states = { samples: "states", count: 4096, copies: TRANSITION_COPIES } as const;
const replayed: Examination = { ...states, actions: "replayed", perGradient: ({ batch }) => batch };
const fresh: Examination = { ...states, actions: "fresh", perGradient: ({ policyInterval }) => policyInterval };
const whole: Examination = {
  samples: "episodes",
  count: 64,
  copies: EPISODE_COPIES,
  actions: "fresh",
  perGradient: () => 1,
};

const examinations: Partial<Record<AlgorithmName, Examination>> = {
  "svg1-er": replayed,
  svg1: fresh,
  "svg-inf": whole,
  "svg0-er": replayed,
  svg0: fresh,
  dpg: replayed,
};

/** @throws UsageError when nothing is known to examine of an algorithm. */
function examinationOf({ algorithm }: Config): Examination {
  const known = examinations[algorithm];
  if (known !== undefined) return known;
  throw new UsageError(`algorithm is ${algorithm}: gradcheck measures ${Object.keys(examinations).join(", ")}`);
}

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
  examinationOf(given);
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

/** Measures with at least so many samples. */
async function measure(
  trainer: Trainer,
  examination: Examination,
  { samples, seed, rollout: asked }: { readonly samples: number; readonly seed: number; readonly rollout?: number },
): Promise<Result> {
  const { config, replay } = trainer;
  const task = openTask(trainer.task.name);
  const { copies } = examination;
  const groups = Math.ceil(samples / copies);
  const along = examination.samples === "episodes";
  const rollout = along && task.finite ? 0 : Math.max(asked ?? rolloutSteps(config, task), along ? 1 : 0);
  // a gradient of sigma takes other samples than one of the mean
  const changes = along ? { seed } : { seed, etaLimit: 0 };
  const core = await createCore(config.core);
  const meter = new Meter(core, trainer, task, copies, along ? task.episodeSteps + rollout : 1, changes);
  const { actions } = examination;
  const newest = actions === "fresh" ? Math.min(replay.size, task.episodeSteps) : replay.size;
  const contests = along
    ? examineEpisodes(meter, groups, rollout)
    : examineTransitions(meter, replay, { newest, actions, groups, steps: rollout });
  const progress = openProgress();
  let contest: Contest | undefined;
  let done = 0;
  try {
    for (contest of contests) await progress.update("measures", ++done / groups);
  } finally {
    progress.stop();
  }
  const { reference, estimators } = contest!;
  const ratio = examination.perGradient(config) / copies;
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
  const lines = estimators.map(({ actions, model, value, own, ...numbers }) => {
    const { cosine, ceiling, length, bias } = numbers;
    const line = row([actions, model, value], [cosine, ceiling, length, bias, numbers.signalToNoise].map(three));
    return own ? bold(`${line}  ${algorithm}`) : line;
  });
  return [
    `${task}, ${algorithm}, after ${steps} steps: the policy's gradient by ${result.samples} ${samples}`,
    "",
    dim(row(["actions", "model", "value"], columns)),
    row(["reference", "", ""], ["", "", "", "", three(reference.signalToNoise)]),
    ...lines,
    "",
    `exact rollouts of ${result.rolloutSteps} steps; "at most": the cosine that the noise of both would leave of 1`,
  ].join("\n");
}

const three = (value: number): string => (Number.isFinite(value) ? value.toPrecision(3) : "-");

/** `valuegrad gradcheck`. */
export function addGradcheck(program: Command): void {
  const command = program
    .command("gradcheck")
    .description(
      "measure bias and noise of an algorithm's policy gradient against exact rollouts, and what of them the learned model, the critic and replayed actions cause",
    )
    .argument("<task>", "a task's name")
    .option("--run <folder>", "a run whose policy, model, critic and replay are taken; without it training begins anew")
    .option(
      "--samples <n>",
      `how many to measure with (default: ${states.count} ${states.samples} or ${whole.count} ${whole.samples})`,
    )
    .option(
      "--rollout <n>",
      "steps of an exact rollout, after which the critic says the rest, with 0 everything (default: until the discount leaves 5 %)",
    )
    .option("--json", "print the result as JSON", false);
  for (const [name, setting] of Object.entries(settings) as [string, Setting<unknown>][]) {
    if (name === "task") continue;
    const { meaning, expected } = setting;
    const first = "environment steps to train for first (default: learningStarts)";
    command.option(`--${optionName(name)} <value>`, `${name === "steps" ? first : meaning}; ${expected}`);
  }
  command.action(async (name: string, { json, ...options }: Options & { readonly json: string | boolean }) => {
    const asked = options.samples === undefined ? undefined : parseInteger("samples", options.samples, 2, 1_000_000);
    const trainer = await openTrainer(name, options);
    const examination = examinationOf(trainer.config);
    if (options.run === undefined) await train(trainer);
    if (trainer.replay.size === 0) throw new UsageError(`run is ${options.run}: it has made no step yet`);
    const rollout = options.rollout === undefined ? {} : { rollout: parseInteger("rollout", options.rollout, 0, 1000) };
    const drawn = options.seed === undefined ? trainer.config.seed : parseSeed(options.seed);
    const samples = Math.max(asked ?? examination.count, 2 * examination.copies);
    const result = await measure(trainer, examination, { samples, seed: drawn, ...rollout });
    process.stdout.write(`${json ? JSON.stringify(result) : inWords(result, examination.samples)}\n`);
  });
}
