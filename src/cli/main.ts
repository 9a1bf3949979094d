#!/usr/bin/env node
import { Chalk } from "chalk";
import { Command, CommanderError } from "commander";
import { UsageError } from "../config.js";
import { version } from "../version.js";
import { oneLine } from "../wording.js";
import { addCheck } from "./check.js";
import { addCompare } from "./compare.js";
import { addEnvs } from "./envs.js";
import { addEval } from "./eval.js";
import { FAILED, USAGE } from "./exit.js";
import { addExport } from "./export.js";
import { reason } from "./files.js";
import { addGradcheck } from "./gradcheck.js";
import { addInfo } from "./info.js";
import { addRender } from "./render.js";
import { addReplay } from "./replay.js";
import { addResume } from "./resume.js";
import { addSimulate } from "./simulate.js";
import { addSweep } from "./sweep.js";
import { colourLevel } from "./terminal.js";
import { addTrain } from "./train.js";
import { addVerify } from "./verify.js";
import { addWorker } from "./worker.js";

const { red } = new Chalk({ level: colourLevel(process.stderr) });

const program = new Command("valuegrad")
  .description("learn continuous control by Stochastic Value Gradients")
  .version(version)
  .showSuggestionAfterError()
  .configureOutput({ outputError: (text, write) => write(red(text)) })
  .exitOverride();
addTrain(program);
addResume(program);
addReplay(program);
addVerify(program);
addEval(program);
addCompare(program);
addExport(program);
addEnvs(program);
addInfo(program);
addGradcheck(program);
addRender(program);
addSimulate(program);
addCheck(program);
addSweep(program);
addWorker(program);
for (const command of program.commands) command.exitOverride().copyInheritedSettings(program);

/** An error in one sentence on standard error, and the exit code that it stands for. */
function report(error: Error): void {
  process.stderr.write(`${red(`error: ${oneLine(error.message)}`)}\n`);
  process.exitCode = error instanceof UsageError ? USAGE : FAILED;
}

let unheard = false;
// whoever reads the output may have seen enough, as head does: what is under way goes on
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (!unheard && error.code !== "EPIPE") report(new UsageError(`cannot write to standard output: ${reason(error)}`));
  unheard = true;
});
process.stderr.on("error", () => {});

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : USAGE;
  else report(error as Error);
}
