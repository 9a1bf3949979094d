import { Chalk } from "chalk";
import type { Command } from "commander";
import type { AlgorithmName } from "../algorithms/algorithms.js";
import { resolveConfig, type Setting, settings, UsageError } from "../config.js";
import { EPISODE_COPIES, examineEpisodes } from "../gradcheck/episodes.js";
import { type Contest, compare } from "../gradcheck/estimate.js";
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

interface Options extends Readonly<Record<string, string | boolean>> {
  readonly json: boolean;
}

/** What is examined of an algorithm's gradient, how many samples unless asked otherwise, and how many at a time. */
interface Examination {
  readonly samples: string;
  readonly count: number;
  readonly copies: number;
  /** Samples of a gradient that the algorithm goes along. */
  readonly perGradient: (trainer: Trainer) => number;
}

const transitions: Examination = {
  samples: "replayed transitions",
  count: 512,
  copies: TRANSITION_COPIES,
  perGradient: ({ config }) => config.batch,
};
const episodes: Examination = { samples: "episodes", count: 64, copies: EPISODE_COPIES, perGradient: () => 1 };

const examinations: Partial<Record<AlgorithmName, Examination>> = { "svg1-er": transitions, "svg-inf": episodes };

/** The trainer of a run as it is, or one that trains first. */
async function openTrainer(name: string, { run, ...options }: Options): Promise<Trainer> {
  openTask(name);
  if (typeof run === "string") {
    const surplus = Object.keys(settings).find((setting) => options[setting] !== undefined && setting !== "seed");
    if (surplus !== undefined) {
      throw new UsageError(`${optionName(surplus)} is ${options[surplus]}: a run has its own; leave it or --run out`);
    }
    const { trainer } = await RunFolder.open(run, warn).load();
    if (trainer.task.name !== name) throw new UsageError(`run is ${run}: it learns ${trainer.task.name}, not ${name}`);
    return trainer;
  }
  const given = readSettings({ ...(options as Record<string, string>), task: name });
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

async function examine(trainer: Trainer, examination: Examination, groups: number, seed: number) {
  const { config, replay } = trainer;
  const task = openTask(trainer.task.name);
  const { copies } = examination;
  const along = examination === episodes;
  const rollout = along && task.finite ? 0 : rolloutSteps(config, task);
  const steps = rollout + (along ? task.episodeSteps : 1);
  const meter = new Meter(await createCore(config.core), trainer, task, copies, steps, seed);
  const contests = along
    ? examineEpisodes(meter, groups, rollout)
    : examineTransitions(meter, replay, groups, rollout, seed);
  const progress = openProgress();
  let contest: Contest | undefined;
  let done = 0;
  try {
    for (contest of contests) await progress.update("measures", ++done / groups);
  } finally {
    progress.stop();
  }
  return { contest: contest!, rollout };
}

const three = (value: number): string => (Number.isFinite(value) ? value.toPrecision(3) : "-").padStart(10);

/** `valuegrad gradcheck`. */
export function addGradcheck(program: Command): void {
  const command = program
    .command("gradcheck")
    .description(
      "measure bias and variance of a policy gradient, and what of them comes from the learned model, the critic and replayed actions",
    )
    .argument("<task>", "a task's name")
    .option("--run <folder>", "a run whose policy, model, critic and replay are taken; without it training begins anew")
    .option("--samples <n>", "transitions or episodes to measure with (default: 512 transitions, 64 episodes)")
    .option("--json", "print the result as JSON", false);
  for (const [name, setting] of Object.entries(settings) as [string, Setting<unknown>][]) {
    if (name === "task") continue;
    const meaning =
      name === "steps" ? "environment steps to train for first (default: learningStarts)" : setting.meaning;
    command.option(`--${optionName(name)} <value>`, `${meaning}; ${setting.expected}`);
  }
  command.action(async (name: string, options: Options) => {
    const samples =
      options.samples === undefined ? undefined : parseInteger("samples", String(options.samples), 32, 1e6);
    const trainer = await openTrainer(name, options);
    const { config, replay } = trainer;
    const examination = examinations[config.algorithm];
    if (examination === undefined) {
      const known = Object.keys(examinations).join(", ");
      throw new UsageError(`algorithm is ${config.algorithm}: gradcheck knows ${known}`);
    }
    await train(trainer);
    if (replay.size === 0) throw new UsageError(`run is ${options.run}: it has made no step yet`);
    const seed = options.seed === undefined ? config.seed : parseSeed(String(options.seed));
    const groups = Math.ceil((samples ?? examination.count) / examination.copies);
    const { contest, rollout } = await examine(trainer, examination, groups, seed);
    const ratio = examination.perGradient(trainer) / examination.copies;
    const about = {
      task: name,
      algorithm: config.algorithm,
      steps: trainer.steps,
      seed,
      samples: groups * examination.copies,
      rolloutSteps: rollout,
      agreement: contest.reference.agreement,
    };
    const compared = contest.estimates.map((estimate) => ({
      ...compare(estimate, contest.reference, ratio),
      own: estimate === contest.own,
    }));
    if (options.json) {
      const estimators = compared.map(({ source, ...numbers }) => ({ ...source, ...numbers }));
      process.stdout.write(`${JSON.stringify({ ...about, estimators })}\n`);
      return;
    }
    const { bold, dim } = new Chalk({ level: colourLevel(process.stdout) });
    const lines = compared.map(({ source, cosine, length, bias, signalToNoise, own }, i) => {
      const parts = [source.actions, source.model, source.value].map((part) => part.padEnd(10)).join("");
      const line = parts + [cosine, length, bias, signalToNoise].map(three).join("");
      return own ? bold(`${line}  ${config.algorithm}`) : i === 0 ? `${line}  reference` : line;
    });
    const head = ["actions", "model", "value"].map((part) => part.padEnd(10)).join("");
    const columns = ["cosine", "length", "bias", "signal"].map((part) => part.padStart(10)).join("");
    process.stdout.write(
      `${name}, ${config.algorithm}, seed ${config.seed}, after ${trainer.steps} steps: the policy's gradient at ${about.samples} ${examination.samples}\n` +
        `reference: the exact model and rollouts of ${rollout} steps; its halves agree with cosine ${about.agreement.toFixed(3)}\n\n` +
        `${dim(head + columns)}\n${lines.join("\n")}\n`,
    );
  });
}
