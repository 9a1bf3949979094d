import { existsSync } from "node:fs";
import { Chalk } from "chalk";
import type { Command } from "commander";
import { Chance } from "../chance.js";
import { UsageError } from "../config.js";
import { checkEnvironment, INSTANCES } from "../env/check.js";
import { type Environment, makeEnvironment } from "../env/environment.js";
import { type CoreTask, tasks } from "../env/task.js";
import type { Finding } from "../finding.js";
import { describeModel } from "../mjcf/describe.js";
import type { PlanarModel } from "../mjcf/model.js";
import { Plant } from "../plant.js";
import { checkAdjoint, checkDerivatives } from "./checks/derivatives.js";
import { checkEnergy, checkRandomRun, checkSnapshot, conservativeModels } from "./checks/motion.js";
import { drawStates } from "./checks/states.js";
import { openEnvironments } from "./environment-file.js";
import { createCore } from "./load.js";
import { openModel, parseInteger, parseSeed } from "./model-file.js";
import { colourLevel } from "./terminal.js";

const STATES = 50;

/** Runs every check on a model, one after the other. */
export async function* checkModel(model: PlanarModel, seed: number): AsyncGenerator<Finding> {
  const chance = new Chance(seed);
  const core = await createCore("release");
  const plant = new Plant(core, model);
  const conservative = conservativeModels(model).map((one) => new Plant(core, one));
  const states = drawStates(plant, STATES, chance);
  yield checkDerivatives(plant, states);
  yield checkAdjoint(plant, states, chance);
  yield checkEnergy(conservative, chance);
  yield checkRandomRun(plant, chance);
  yield checkSnapshot(plant, chance);
}

/** Makes a built-in task's environments without disturbances, which exact Jacobians know nothing of: as many as a check wants. */
async function makerOf(task: CoreTask): Promise<() => Environment> {
  const cores = await Promise.all(Array.from({ length: INSTANCES }, () => createCore("release")));
  return () => makeEnvironment(cores.pop()!, task, { disturbance: 0 });
}

interface Options {
  readonly seed: string;
  readonly episodes?: string;
}

interface Check {
  /** What is checked, in words. */
  readonly title: string;
  readonly findings: Iterable<Finding> | AsyncIterable<Finding>;
}

/** @throws UsageError when it is no task, module or model that can be checked. */
async function openCheck(what: string, options: Options): Promise<Check> {
  const seed = parseSeed(options.seed);
  const own = /\.m?js$/.test(what);
  if (own || Object.hasOwn(tasks, what)) {
    const episodes = parseInteger("episodes", options.episodes ?? "6", 1, 1000);
    const task = own ? undefined : tasks[what]!;
    const make = task === undefined ? await openEnvironments(what) : await makerOf(task);
    const title = task === undefined ? what : `${what}, without disturbances: ${task.summary}`;
    return { title, findings: checkEnvironment(make, { seed, episodes }) };
  }
  if (!what.endsWith(".xml") && !existsSync(what)) {
    const names = Object.keys(tasks).join(", ");
    throw new UsageError(`cannot check ${what}: it must be an .xml, .js or .mjs file, or one of ${names}`);
  }
  if (options.episodes !== undefined) {
    throw new UsageError(`episodes is ${options.episodes}: a model has none; leave --episodes out`);
  }
  const model = openModel(what);
  return { title: describeModel(model), findings: checkModel(model, seed) };
}

/** `valuegrad check MODEL.xml`, `valuegrad check ENVIRONMENT.mjs` and `valuegrad check TASK`. */
export function addCheck(program: Command): void {
  program
    .command("check")
    .description(
      "check the simulation and derivatives of a planar MJCF model, or an environment before it is trained on",
    )
    .argument(
      "<what>",
      "an MJCF file, a task's name, or a .js or .mjs file whose default export, or make, makes an environment",
    )
    .option("--seed <n>", "seed of what is drawn: states, controls, actions, starts", "1")
    .option("--episodes <n>", "episodes of an environment (default: 6)")
    .action(async (what: string, options: Options) => {
      const { title, findings } = await openCheck(what, options);
      const { green, red, dim } = new Chalk({ level: colourLevel(process.stdout) });
      process.stdout.write(`${title}\n\nChecks:\n`);
      const failed: string[] = [];
      for await (const { name, ok, skipped, detail } of findings) {
        const mark = skipped ? dim("-     ") : ok ? green("ok    ") : red("FAILED");
        process.stdout.write(`  ${name.padEnd(11)} ${mark} ${detail}\n`);
        if (!ok) failed.push(name);
      }
      if (failed.length > 0) throw new Error(`${what}: ${failed.join(", ")} failed`);
    });
}
