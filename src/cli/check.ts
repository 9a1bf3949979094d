import { Chalk } from "chalk";
import type { Command } from "commander";
import { Chance } from "../chance.js";
import type { Finding } from "../finding.js";
import { describeModel } from "../mjcf/describe.js";
import type { PlanarModel } from "../mjcf/model.js";
import { Plant } from "../plant.js";
import { checkAdjoint, checkDerivatives } from "./checks/derivatives.js";
import { checkEnergy, checkRandomRun, checkSnapshot, conservativeModels } from "./checks/motion.js";
import { drawStates } from "./checks/states.js";
import { createCore } from "./load.js";
import { openModel, parseSeed } from "./model-file.js";
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

/** `valuegrad check MODEL.xml`. */
export function addCheck(program: Command): void {
  program
    .command("check")
    .description("print what was read of a planar MJCF model, and check its simulation and derivatives")
    .argument("<model>", "an MJCF file")
    .option("--seed <n>", "seed of the states and controls", "1")
    .action(async (file: string, options: { seed: string }) => {
      const seed = parseSeed(options.seed);
      const model = openModel(file);
      const { green, red } = new Chalk({ level: colourLevel(process.stdout) });
      process.stdout.write(`${describeModel(model)}\n\nChecks:\n`);
      const failed: string[] = [];
      for await (const { name, ok, detail } of checkModel(model, seed)) {
        process.stdout.write(`  ${name.padEnd(11)} ${ok ? green("ok    ") : red("FAILED")} ${detail}\n`);
        if (!ok) failed.push(name);
      }
      if (failed.length > 0) throw new Error(`${file}: ${failed.join(", ")} failed`);
    });
}
