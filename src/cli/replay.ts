import { Chalk } from "chalk";
import type { Command } from "commander";
import { readCapsule, restoreCapsule } from "../capsule.js";
import type { Checkpoint } from "../checkpoint.js";
import { UsageError } from "../config.js";
import { type Examination, examineStep, type Reading } from "../examine.js";
import type { Trainer } from "../train.js";
import { readBytes } from "./files.js";
import { createCore } from "./load.js";
import { colourLevel } from "./terminal.js";

const line = ({ phase, quantity, largest, bad }: Reading): string =>
  `  ${phase.padEnd(11)}  ${quantity.padEnd(31)}  ${largest.toExponential(2).padStart(9)}${bad === undefined ? "" : `  ${bad}`}`;

/** What an examination found: the quantities up to the first that is not finite, and that one in a sentence. */
function inWords(step: number, { readings, error }: Examination): string {
  const { red, bold } = new Chalk({ level: colourLevel(process.stdout) });
  const first = readings.findIndex(({ bad }) => bad !== undefined);
  const upTo = first < 0 ? readings : readings.slice(0, first);
  const wrong = readings[first];
  const lines = [`step ${step}, in order of computation: phase, quantity, largest magnitude`, ...upTo.map(line)];
  if (wrong !== undefined) {
    lines.push(red(line(wrong)), bold(`first: in phase ${wrong.phase}, ${wrong.quantity} became ${wrong.bad}`));
  }
  if (error !== undefined) {
    if (wrong === undefined) lines.push(bold(`after phase ${readings.at(-1)?.phase}, with all of these finite:`));
    lines.push(red(error.message));
  }
  return lines.join("\n");
}

/** `valuegrad replay CAPSULE`. */
export function addReplay(program: Command): void {
  program
    .command("replay")
    .description("repeat the training step that a blow-up left as a capsule, and say which quantity went wrong first")
    .argument("<capsule>", "a capsule file")
    .action(async (path: string) => {
      const bytes = readBytes(path);
      let capsule: Checkpoint;
      let trainer: Trainer;
      try {
        capsule = readCapsule(bytes);
        trainer = restoreCapsule(await createCore(capsule.config.core), capsule);
      } catch (error) {
        if (error instanceof UsageError) throw error;
        throw new UsageError(`cannot use ${path}: ${(error as Error).message}`);
      }
      const { task, seed, algorithm } = capsule.config;
      process.stdout.write(`${path}: ${task}, ${algorithm}, seed ${seed}\n`);
      const examination = examineStep(trainer);
      process.stdout.write(`${inWords(trainer.steps, examination)}\n`);
      if (examination.error === undefined)
        throw new Error("the step did not fail here: this machine computes otherwise");
    });
}
