import { join } from "node:path";
import type { Command } from "commander";
import { saveTrainer } from "../checkpoint.js";
import { type Config, resolveConfig, type Setting, settings, UsageError } from "../config.js";
import type { MetricsRecord, TimingRecord } from "../metrics.js";
import { Trainer } from "../train.js";
import { version } from "../version.js";
import { exportVerified, verdict } from "./export.js";
import { createRunFolder, freeRunFolder, readBytes, writeAtomically } from "./files.js";
import { optionName, showDefault } from "./info.js";
import { configHash, createCore } from "./load.js";
import { renderReport } from "./report.js";
import { colourLevel, createProgress, formatDuration, outcome, terminalCurve } from "./terminal.js";

/** Milliseconds of training between two looks at the terminal and at signals. */
const SLICE = 50;

const runFiles = [
  "config.json: every setting of this run",
  "metrics.jsonl: one line per evaluation",
  "timing.jsonl: wall-clock times of the same evaluations",
  "checkpoint.safetensors: weights, optimisers, replay and everything else that training goes on from",
  "policy.onnx: the policy, ready to deploy",
];

const jsonLines = (records: readonly unknown[]): string =>
  records.map((record) => `${JSON.stringify(record)}\n`).join("");

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Settings from the command line over those of a configuration file. */
function readSettings(options: Record<string, string>): Config {
  const partial: Record<string, unknown> = {};
  if (options.config !== undefined) {
    let parsed: unknown;
    try {
      parsed = JSON.parse(Buffer.from(readBytes(options.config)).toString());
    } catch (error) {
      if (error instanceof UsageError) throw error;
      throw new UsageError(`config is ${options.config}: this file holds no JSON`);
    }
    // a run's config.json holds the settings under `config`
    const object = (parsed as { config?: unknown } | null)?.config ?? parsed;
    if (typeof object !== "object" || object === null || Array.isArray(object)) {
      throw new UsageError(`config is ${options.config}: this file holds no JSON object of settings`);
    }
    Object.assign(partial, object);
  }
  for (const [name, setting] of Object.entries(settings) as [string, Setting<unknown>][]) {
    const text = options[name];
    if (text === undefined) continue;
    const value = setting.parse(text);
    if (typeof value === "number" && Number.isNaN(value)) {
      throw new UsageError(`${name} is ${text}: it must be ${setting.expected}`);
    }
    partial[name] = value;
  }
  return resolveConfig(partial);
}

/** A flag that the first SIGINT or SIGTERM raises; the second ends the process at once. */
function watchSignals(): { readonly stopped: () => boolean; readonly release: () => void } {
  let stopped = false;
  const stop = (): void => {
    if (stopped) process.exit(130);
    stopped = true;
  };
  process.on("SIGINT", stop).on("SIGTERM", stop);
  return { stopped: () => stopped, release: () => process.off("SIGINT", stop).off("SIGTERM", stop) };
}

async function train(config: Config, folder: string): Promise<void> {
  const core = await createCore(config.core);
  const trainer = new Trainer(core, config);
  createRunFolder(folder);
  const identity = { version, hash: configHash(config), config };
  writeAtomically(join(folder, "config.json"), `${JSON.stringify(identity, null, 2)}\n`);

  const { stdout } = process;
  const interactive = stdout.isTTY === true && process.env.CI === undefined;
  const progress = createProgress({ stream: stdout, interactive, total: config.steps, task: config.task });
  const signals = watchSignals();
  const metrics: MetricsRecord[] = [];
  const timing: TimingRecord[] = [];
  const start = performance.now();
  const elapsed = (): number => (performance.now() - start) / 1000;
  let updatesBefore = 0;
  let secondsBefore = 0;

  const record = (): void => {
    const measured = trainer.evaluate();
    const seconds = elapsed();
    const updatesPerSecond = (trainer.updates - updatesBefore) / Math.max(seconds - secondsBefore, 1e-9);
    updatesBefore = trainer.updates;
    secondsBefore = seconds;
    metrics.push(measured);
    timing.push({ step: trainer.steps, seconds, updatesPerSecond });
    writeAtomically(join(folder, "checkpoint.safetensors"), saveTrainer(trainer));
    writeAtomically(join(folder, "metrics.jsonl"), jsonLines(metrics));
    writeAtomically(join(folder, "timing.jsonl"), jsonLines(timing));
    progress.record(measured, timing.at(-1)!);
  };

  try {
    record();
    while (!trainer.done && !signals.stopped()) {
      const sliceEnd = performance.now() + SLICE;
      do trainer.step();
      while (!trainer.evaluationDue && performance.now() < sliceEnd);
      if (trainer.evaluationDue) record();
      const seconds = elapsed();
      progress.update({
        step: trainer.steps,
        lastReturn: metrics.at(-1)!.evaluationReturn,
        updatesPerSecond: trainer.updates / seconds,
        secondsLeft: (seconds / trainer.steps) * (config.steps - trainer.steps),
      });
      // lets signals and the terminal in
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (metrics.at(-1)!.step !== trainer.steps) record();
  } finally {
    progress.stop();
  }

  const policy = join(folder, "policy.onnx");
  const maxError = await exportVerified(trainer, policy, false);
  const last = metrics.at(-1)!;
  const { score } = trainer.task;
  const verdictInWords = `${score.name} ${last.score.toFixed(3)}, ${outcome(last)}`;
  const html = await renderReport({
    title: `${config.task}, seed ${config.seed}`,
    task: config.task,
    summary: `${capitalised(trainer.task.summary)}. After ${trainer.steps} environment steps: return ${last.evaluationReturn.toFixed(1)}, ${verdictInWords}.`,
    config,
    metrics,
    threshold: { score: score.threshold, label: `${score.name} ${score.threshold}` },
    files: runFiles,
  });
  writeAtomically(join(folder, "report.html"), html);
  signals.release();

  const curve = terminalCurve(metrics, {
    columns: stdout.columns ?? 80,
    colour: interactive && colourLevel(stdout) > 0,
  });
  if (curve !== "") stdout.write(`${curve}\n`);
  stdout.write(
    `${trainer.done ? "done" : "stopped"} after ${trainer.steps} steps in ${formatDuration(elapsed())}, ${verdictInWords}\n`,
  );
  stdout.write(`${policy}: ${verdict(maxError)}\n`);
  stdout.write(`${join(folder, "report.html")}: the curves; valuegrad eval ${folder} runs the policy again\n`);
}

/** `valuegrad train`. */
export function addTrain(program: Command): void {
  const command = program
    .command("train")
    .description("train a policy; writes a run folder with its curve, a checkpoint and an ONNX file")
    .option("--out <folder>", "where to write (default: runs/TASK-seed-N, or the first free name after it)")
    .option("--config <file>", "a JSON file of settings, such as another run's config.json; options override it");
  for (const [name, setting] of Object.entries(settings) as [string, Setting<unknown>][]) {
    command.option(
      `--${optionName(name)} <value>`,
      `${setting.meaning}; ${setting.expected} (default: ${showDefault(setting.default)})`,
    );
  }
  command.action(async (options: Record<string, string>) => {
    const config = readSettings(options);
    await train(config, options.out ?? freeRunFolder(`${config.task}-seed-${config.seed}`));
  });
}
