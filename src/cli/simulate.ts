import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { type Command, Option } from "commander";
import { UsageError } from "../config.js";
import type { ModelOption, PlanarModel } from "../mjcf/model.js";
import { Plant, Trouble } from "../plant.js";
import { type ControlKind, controlKinds, controller } from "./controls.js";
import { ensureFolderOf, writeAtomically } from "./files.js";
import { createCore } from "./load.js";
import { openModel, parseChoice, parseNumber, parseSeed, troubleInWords } from "./model-file.js";
import { packReplay } from "./replay/data.js";
import { type Frame, recordFrame } from "./replay/frame.js";
import { renderReplay } from "./replay/page.js";
import { renderFrame } from "./replay/svg.js";

const FRAMES_PER_SECOND = 60;
const MOST_FRAMES = 10_000;

/** A simulation, recorded. */
export interface Simulated {
  readonly frames: readonly Frame[];
  readonly steps: number;
  /** What it met, a sentence each, with the time at which it first did. */
  readonly notes: readonly string[];
  /** Whether it ended early because a number stopped being finite. */
  readonly broken: boolean;
}

/** Runs copy 0 of a plant from its reference pose and records about 60 frames a second, the first and the last state among them. */
export function simulate(plant: Plant, seconds: number, kind: ControlKind, seed: number): Simulated {
  const { model } = plant;
  const { timestep } = model.option;
  const steps = Math.max(1, Math.round(seconds / timestep));
  const stride = Math.max(1, Math.round(1 / (FRAMES_PER_SECOND * timestep)));
  const control = controller(kind, model.actuators, seed);
  plant.reset(0);
  const frames = [recordFrame(plant)];
  const notes: string[] = [];
  let seen = 0;
  for (let step = 1; step <= steps; ++step) {
    const time = plant.time[0]!;
    control(plant.u, time);
    plant.step();
    const trouble = plant.trouble[0]!;
    for (const text of troubleInWords(trouble & ~seen)) notes.push(`at ${Number(time.toFixed(6))} s ${text}`);
    seen |= trouble;
    if ((trouble & Trouble.notFinite) !== 0) return { frames, steps: step - 1, notes, broken: true };
    if (step % stride === 0 || step === steps) frames.push(recordFrame(plant));
  }
  return { frames, steps, notes, broken: false };
}

/** Writes frame-0000.svg and so on; returns how many. */
function writeFrames(folder: string, model: PlanarModel, frames: readonly Frame[], every: number): number {
  const data = packReplay(model, frames);
  const count = Math.floor(frames.at(-1)!.time / every + 1e-6) + 1;
  for (let i = 0; i < count; ++i) {
    const path = join(folder, `frame-${String(i).padStart(4, "0")}.svg`);
    if (i === 0) ensureFolderOf(path);
    writeAtomically(path, renderFrame(data, i * every));
  }
  return count;
}

function expectEmpty(folder: string): void {
  if (!existsSync(folder)) return;
  if (!statSync(folder).isDirectory()) throw new UsageError(`frames is ${folder}: that is a file; name a folder`);
  if (readdirSync(folder).length > 0) {
    throw new UsageError(`frames is ${folder}: that folder exists and is not empty; name another, or remove it`);
  }
}

interface Options {
  readonly out?: string;
  readonly seconds: string;
  readonly control: string;
  readonly seed: string;
  readonly integrator?: string;
  readonly frames?: string;
  readonly every?: string;
}

const integrators: readonly ModelOption["integrator"][] = ["Euler", "implicitfast", "RK4"];

async function run(file: string, options: Options): Promise<void> {
  const seconds = parseNumber("seconds", options.seconds, 1e-4, 600);
  const every = parseNumber("every", options.every ?? "0.1", 1e-3, 600);
  const seed = parseSeed(options.seed);
  const kind = parseChoice("control", options.control, Object.keys(controlKinds) as ControlKind[]);
  const { frames: folder } = options;
  if (options.every !== undefined && folder === undefined) {
    throw new UsageError(`every is ${every}, but no pictures are asked for: name their folder by --frames`);
  }
  const html = options.out ?? (folder === undefined ? `${basename(file, extname(file))}.html` : undefined);
  if (folder !== undefined) {
    expectEmpty(folder);
    if (seconds / every >= MOST_FRAMES) {
      throw new UsageError(`every is ${every}: ${seconds} s would make more than ${MOST_FRAMES} frames`);
    }
  }
  const read = openModel(file);
  const integrator =
    options.integrator === undefined
      ? read.option.integrator
      : parseChoice("integrator", options.integrator, integrators);
  const model = { ...read, option: { ...read.option, integrator } };

  const { frames, steps, notes, broken } = simulate(new Plant(await createCore("release"), model), seconds, kind, seed);
  for (const note of notes) process.stderr.write(`${file}: ${note}\n`);
  const end = frames.at(-1)!;
  const signal = kind === "random" ? `random controls of seed ${seed}` : `${kind} controls`;
  const summary = `${Number(end.time.toFixed(3))} s under ${signal}: ${steps} steps of ${model.option.timestep} s, ${integrator}.`;
  if (html !== undefined) {
    const page = renderReplay(model, frames, { summary, notes });
    ensureFolderOf(html);
    writeAtomically(html, page);
    process.stdout.write(`${html}: ${frames.length} frames, ${Math.ceil(page.length / 1000)} kB; ${summary}\n`);
  }
  if (folder !== undefined) {
    const count = writeFrames(folder, model, frames, every);
    process.stdout.write(`${folder}: ${count} SVG ${count === 1 ? "file" : "files"}, one every ${every} s\n`);
  }
  if (broken) throw new Error(`${file}: a number stopped being finite, so the simulation ended at ${end.time} s`);
}

/** `valuegrad simulate MODEL.xml`. */
export function addSimulate(program: Command): void {
  const kinds = Object.entries(controlKinds).map(([kind, meaning]) => `${kind}: ${meaning}`);
  program
    .command("simulate")
    .description("simulate a planar MJCF model; writes a replay as one HTML page, or its pictures as SVG files")
    .argument("<model>", "an MJCF file")
    .option("--out <file>", "the HTML page (default: the model's name with .html, unless --frames is given)")
    .option("--seconds <s>", "simulated time", "5")
    .option("--control <kind>", kinds.join("; "), "zero")
    .option("--seed <n>", "seed of random controls", "1")
    .addOption(new Option("--integrator <name>", `${integrators.join(", ")} (default: the model's)`))
    .option("--frames <folder>", "a new folder for frame-0000.svg and so on")
    .option("--every <s>", "simulated time between two of those (default: 0.1)")
    .action(run);
}
