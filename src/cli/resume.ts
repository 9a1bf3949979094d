import type { Command } from "commander";
import { settings, UsageError } from "../config.js";
import { RunFolder } from "./run-folder.js";
import { runSession } from "./session.js";
import { warn } from "./terminal.js";

/** `valuegrad resume RUN`. */
export function addResume(program: Command): void {
  program
    .command("resume")
    .description("go on with a run that was stopped, whatever stopped it; it ends with the bytes of one that never was")
    .argument("<run>", "a run folder")
    .option("--steps <n>", "train to this many environment steps, as if the run had been begun with them")
    .action(async (path: string, options: { readonly steps?: string }) => {
      const run = RunFolder.open(path, warn);
      if (options.steps !== undefined) {
        const steps = settings.steps.parse(options.steps);
        if (!settings.steps.accepts(steps)) {
          throw new UsageError(`steps is ${options.steps}: it must be ${settings.steps.expected}`);
        }
        run.extend(steps);
      }
      await runSession(run);
    });
}
