import type { Command } from "commander";
import { type Setting, settings } from "../config.js";
import { freeRunFolder } from "./files.js";
import { optionName, showDefault } from "./info.js";
import { RunFolder } from "./run-folder.js";
import { runSession } from "./session.js";
import { readSettings } from "./settings.js";

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
    await runSession(RunFolder.create(options.out ?? freeRunFolder(`${config.task}-seed-${config.seed}`), config));
  });
}
