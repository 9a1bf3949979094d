import type { Command } from "commander";
import { UsageError } from "../config.js";
import { Environments } from "../env/environments.js";
import { referenceController, references, referencesOf } from "../env/reference.js";
import { type CoreTask, succeeds, successInWords } from "../env/task.js";
import { shorten } from "../wording.js";
import { readActions } from "./actions.js";
import { type Act, recordEpisode } from "./episode.js";
import { ensureFolderOf, writeAtomically } from "./files.js";
import { createCore } from "./load.js";
import { parseChoice, parseNumber, parseSeed } from "./model-file.js";
import { loadPolicy } from "./policy-file.js";
import { renderReplay } from "./replay/page.js";
import { renderStrip } from "./replay/strip.js";
import { disturbanceOf, openTask } from "./task-options.js";

interface Options {
  readonly policy?: string;
  readonly actions?: string;
  readonly controller?: string;
  readonly seed: string;
  readonly disturbance?: string;
  readonly out?: string;
  readonly picture?: string;
  readonly times?: string;
  readonly layout?: string;
}

async function controllerOf(
  task: CoreTask,
  { policy, actions, controller }: Options,
  seed: number,
): Promise<[Act, string]> {
  const given = Object.entries({ policy, actions, controller }).flatMap(([name, value]) => (value ? [name] : []));
  if (given.length > 1) {
    throw new UsageError(`${given.join(" and ")} are both given: an episode is acted by one of them`);
  }
  if (policy !== undefined) return [await loadPolicy(policy, task), policy];
  if (actions !== undefined) return [readActions(actions, task), `the actions in ${actions}`];
  const kind = parseChoice("controller", controller ?? "zero", referencesOf(task));
  const choose = referenceController(kind, new Environments(await createCore("release"), task, 1, seed), seed);
  const chosen = new Float64Array(task.action.length);
  const act: Act = (state, step) => {
    choose(state, chosen, step);
    return chosen;
  };
  return [act, kind === "lqr" ? "its linear-quadratic regulator" : `${kind} actions`];
}

function parseTimes(text: string): number[] {
  return text.split(",").map((part) => parseNumber("times", part, 0, 1e6));
}

async function run(name: string, options: Options): Promise<void> {
  const task = openTask(name);
  const seed = parseSeed(options.seed);
  const disturbance = disturbanceOf(options);
  const layout = options.layout === undefined ? undefined : parseChoice("layout", options.layout, ["panels", "scene"]);
  const times = options.times === undefined ? undefined : parseTimes(options.times);
  for (const option of ["times", "layout"] as const) {
    if (options[option] !== undefined && options.picture === undefined) {
      throw new UsageError(
        `${option} is ${shorten(options[option])}, but no picture is asked for: name one by --picture`,
      );
    }
  }
  const [act, signal] = await controllerOf(task, options, seed);
  const episode = await recordEpisode(task, act, seed, disturbance);
  const { model, frames, extras, failed, score } = episode;
  const success = succeeds(task.score, score) && !failed;
  const summary =
    `${task.name}: ${task.summary}. Seed ${seed}, acted by ${signal}: return ${episode.return.toFixed(2)}, ` +
    `${task.score.name} ${score.toFixed(3)}, ${success ? "a success" : "no success"}.`;
  const note = `An episode succeeds when ${successInWords(task)}.`;
  const html = options.out ?? (options.picture === undefined ? `${task.name}.html` : undefined);
  if (html !== undefined) {
    const page = renderReplay({ ...model, name: task.name }, frames, { summary, notes: [note], ...extras });
    ensureFolderOf(html);
    writeAtomically(html, page);
    process.stdout.write(`${html}: ${Math.ceil(page.length / 1000)} kB. ${summary}\n`);
  }
  if (options.picture !== undefined) {
    const { springs = [] } = extras;
    const chosen = { springs, ...(times && { times }), ...(layout && { layout }) };
    let picture: string;
    try {
      picture = renderStrip({ ...model, name: task.name }, frames, chosen);
    } catch (error) {
      if (error instanceof RangeError) throw new UsageError(error.message);
      throw error;
    }
    ensureFolderOf(options.picture);
    writeAtomically(options.picture, picture);
    process.stdout.write(`${options.picture}: ${Math.ceil(picture.length / 1000)} kB. ${summary}\n`);
  }
}

/** `valuegrad render TASK`. */
export function addRender(program: Command): void {
  program
    .command("render")
    .description("run one episode of a task and write its replay as one HTML page, or a picture of it as SVG")
    .argument("<task>", "a task's name")
    .option("--policy <file>", "an exported policy that acts")
    .option("--actions <file>", "a JSON file with an array of actions that are played")
    .option("--controller <kind>", `what acts otherwise: ${Object.keys(references).join(", ")} (default: zero)`)
    .option("--seed <n>", "seed of the start state and of random actions", "1")
    .option("--disturbance <x>", "standard deviation of every step's random disturbance (default: the task's)")
    .option("--out <file>", "the HTML page (default: the task's name with .html, unless --picture is given)")
    .option("--picture <file>", "a picture of several moments, as SVG")
    .option("--times <list>", "those moments, in seconds, such as 0,0.5,1")
    .option("--layout <kind>", "how they are shown: panels side by side, or one scene (default: what fits the motion)")
    .action(run);
}
