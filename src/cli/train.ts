import type { Command } from "commander";
import { type Config, resolveConfig, type Setting, settings, UsageError } from "../config.js";
import { freeRunFolder, readBytes } from "./files.js";
import { optionName, showDefault } from "./info.js";
import { RunFolder } from "./run-folder.js";
import { runSession } from "./session.js";

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
