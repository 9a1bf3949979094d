import { join } from "node:path";
import { type Captured, captureStep } from "../capsule.js";
import { UsageError } from "../config.js";
import type { Trainer } from "../train.js";
import { exportBest, exportVerified, verdict } from "./export.js";
import { renderReport } from "./report.js";
import { BEST, type Loaded, POLICY, REPORT, type RunFolder, runFiles } from "./run-folder.js";
import { watchSignals } from "./signals.js";
import { freeBytes, inMegabytes, predictSizes } from "./sizes.js";
import { colourLevel, createProgress, formatDuration, outcome, terminalCurve, warn } from "./terminal.js";

/** Milliseconds of training between two looks at the terminal and at signals. */
const SLICE = 50;
/** Milliseconds without a checkpoint after which one is written although no evaluation is due. */
const CHECKPOINT_PERIOD = 60_000;
/** Milliseconds between two messages to a parent process. */
const MESSAGE_PERIOD = 500;

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Calls a function at most once in a period. */
function atMostEvery(period: number, call: () => void): () => void {
  let last = performance.now();
  return () => {
    if (performance.now() - last < period) return;
    last = performance.now();
    call();
  };
}

/** Trains from where a run is until it is done or a signal comes, then writes its results. */
export async function runSession(run: RunFolder): Promise<void> {
  const signals = watchSignals();
  const start = performance.now();
  const loaded = await run.load();
  const { trainer } = loaded;
  if (trainer.steps > 0) {
    process.stdout.write(`${run.path}: ${trainer.done ? "was done" : "goes on"} after ${trainer.steps} steps\n`);
  }
  sayWhatItTakes(run.path, trainer);
  let maxError: number | null;
  try {
    run.adopt();
    run.follow(loaded);
    await trainOn(run, loaded, signals.signal).catch(async (error: Error) => {
      throw error instanceof UsageError ? error : await keepFailure(run, error, trainer.steps);
    });
    maxError = await writeResults(run, loaded);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`${error.message}; put it right, then valuegrad resume ${run.path} goes on`);
  }
  signals.release();
  reportEnd(run, loaded, (performance.now() - start) / 1000, maxError);
}

/** The disk space that a run will need. */
function sayWhatItTakes(folder: string, trainer: Trainer): void {
  const { checkpoints, replay, total } = predictSizes(trainer);
  const parts = `checkpoints ${inMegabytes(checkpoints)}, replay ${inMegabytes(replay)}`;
  process.stdout.write(`${folder}: will take ${inMegabytes(total)} on disk (${parts})\n`);
  // a third checkpoint stands beside the two while it is written
  const short = total + checkpoints / 2 - freeBytes(folder);
  if (short > 0)
    warn(`the disk of ${folder} has ${inMegabytes(short)} too little: training will stop where it is full`);
}

const CAPSULE = "capsule.safetensors";

/**
 * Keeps the step that failed, by training again from the last checkpoint up to it.
 * @param reached Steps that the failed trainer had made: those before the failed one, or with it.
 */
async function keepFailure(run: RunFolder, error: Error, reached: number): Promise<Error> {
  const { trainer } = await run.load();
  const good = trainer.steps;
  process.stderr.write(`${error.message}; training again from step ${good} up to there\n`);
  let captured: Captured | undefined;
  while (captured === undefined && trainer.steps <= reached) {
    // what happens rarely is looked for in the last steps only
    if (trainer.steps < reached - 1) trainer.step();
    else captured = captureStep(trainer);
  }
  if (captured === undefined) {
    return new Error(
      `${error.message}; it did not happen again: the machine, not the run, is at fault; valuegrad resume ${run.path} goes on`,
    );
  }
  run.write(CAPSULE, captured.capsule);
  const capsule = join(run.path, CAPSULE);
  return new Error(
    `${captured.error.message}; the last good checkpoint is of step ${good}; valuegrad replay ${capsule} shows what went wrong first`,
  );
}

async function trainOn(run: RunFolder, loaded: Loaded, signal: AbortSignal): Promise<void> {
  const { trainer, metrics, timing } = loaded;
  const { config } = trainer;
  const { stdout } = process;
  const interactive = stdout.isTTY === true && process.env.CI === undefined;
  const progress = createProgress({ stream: stdout, interactive, total: config.steps, task: config.task });
  const before = { seconds: timing.at(-1)?.seconds ?? 0, steps: trainer.steps, updates: trainer.updates };
  const start = performance.now();
  const elapsed = (): number => (performance.now() - start) / 1000;
  let last = { seconds: 0, updates: trainer.updates };

  const record = (): void => {
    const measured = trainer.evaluate();
    const seconds = elapsed();
    const updatesPerSecond = (trainer.updates - last.updates) / Math.max(seconds - last.seconds, 1e-9);
    last = { seconds, updates: trainer.updates };
    metrics.push(measured);
    timing.push({ step: trainer.steps, seconds: before.seconds + seconds, updatesPerSecond });
    run.saveCheckpoint(loaded);
    progress.record(measured, timing.at(-1)!);
  };
  const save = atMostEvery(CHECKPOINT_PERIOD, () => run.saveCheckpoint(loaded));
  const tell = atMostEvery(MESSAGE_PERIOD, () => {
    const message = { step: trainer.steps, steps: config.steps, lastReturn: metrics.at(-1)!.evaluationReturn };
    // a parent that is gone is noticed as such
    if (process.connected) process.send?.(message, undefined, undefined, () => {});
  });

  try {
    if (metrics.length === 0) record();
    while (!trainer.done && !signal.aborted) {
      const sliceEnd = performance.now() + SLICE;
      do {
        trainer.step();
        run.saveChunk(trainer);
      } while (!trainer.evaluationDue && performance.now() < sliceEnd);
      if (trainer.evaluationDue) record();
      else save();
      tell();
      const seconds = elapsed();
      progress.update({
        step: trainer.steps,
        lastReturn: metrics.at(-1)!.evaluationReturn,
        updatesPerSecond: (trainer.updates - before.updates) / seconds,
        secondsLeft: (seconds / (trainer.steps - before.steps)) * (config.steps - trainer.steps),
      });
      // lets signals and the terminal in
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (metrics.at(-1)!.step !== trainer.steps) run.saveCheckpoint(loaded);
  } finally {
    progress.stop();
  }
}

const verdictInWords = ({ task }: Trainer, metrics: Loaded["metrics"]): string => {
  const last = metrics.at(-1)!;
  return `${task.score.name} ${last.score.toFixed(3)}, ${outcome(last)}`;
};

/** The policy, the page of curves, and the checksums of everything. Returns the verified policy's largest error. */
async function writeResults(run: RunFolder, { trainer, metrics }: Loaded): Promise<number | null> {
  const { config, task } = trainer;
  const last = metrics.at(-1)!;
  const { score } = task;
  const maxError = await exportVerified(trainer, join(run.path, POLICY), false);
  await exportBest(trainer, join(run.path, BEST));
  const html = await renderReport({
    title: `${config.task}, seed ${config.seed}`,
    task: config.task,
    summary: `${capitalised(task.summary)}. After ${last.step} environment steps: return ${last.evaluationReturn.toFixed(1)}, ${verdictInWords(trainer, metrics)}.`,
    config,
    metrics,
    threshold: { score: score.threshold, label: `${score.name} ${score.threshold}` },
    predicted: task.predicted.map((i) => task.state[i]!.name),
    files: runFiles,
  });
  run.write(REPORT, html);
  run.writeSums();
  return maxError;
}

function reportEnd(run: RunFolder, { trainer, metrics }: Loaded, seconds: number, maxError: number | null): void {
  const { stdout } = process;
  const curve = terminalCurve(metrics, { columns: stdout.columns ?? 80, colour: colourLevel(stdout) > 0 });
  if (curve !== "") stdout.write(`${curve}\n`);
  const state = trainer.done ? "done" : "stopped";
  stdout.write(
    `${state} after ${trainer.steps} steps in ${formatDuration(seconds)}, ${verdictInWords(trainer, metrics)}\n`,
  );
  stdout.write(`${join(run.path, POLICY)}: ${verdict(maxError)}\n`);
  const { step, successes } = trainer.best.evaluation;
  const best = `the policy after ${step} steps, where ${Math.round(100 * successes)} % of the episodes succeeded`;
  stdout.write(`${join(run.path, BEST)}: ${best}\n`);
  stdout.write(`${join(run.path, REPORT)}: the curves; valuegrad eval ${run.path} runs the policy again\n`);
  if (!trainer.done) stdout.write(`valuegrad resume ${run.path} goes on\n`);
}
