// What trained policies look like: `npm run bench:replays`. For every bench/results/policies/TASK.onnx, in bench/results/replays: TASK.svg
// shows an episode, TASK.json says which (task, policy file, seed) and what came of it, and measures.csv holds what a viewer would ask,
// measured in episodes from other starts. `-- --tasks cheetah,walker` does a part of it and keeps the other rows; `valuegrad render TASK
// --policy FILE --seed N` shows such an episode as a page.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { csv } from "../src/cli/csv.js";
import { recordEpisode, taskModel } from "../src/cli/episode.js";
import { loadPolicy } from "../src/cli/policy-file.js";
import type { Frame } from "../src/cli/replay/frame.js";
import { renderStrip } from "../src/cli/replay/strip.js";
import { defaultOf } from "../src/config.js";
import { succeeds, tasks } from "../src/env/task.js";
import type { PlanarModel } from "../src/mjcf/model.js";
import { Watcher } from "./replays/episode.js";
import { summarise } from "./replays/measure.js";
import { type Plan, plans } from "./replays/plan.js";

const { values: options } = parseArgs({
  options: {
    tasks: { type: "string", default: Object.keys(plans).join(",") },
    policies: { type: "string", default: fileURLToPath(new URL("results/policies", import.meta.url)) },
    episodes: { type: "string", default: "100" },
    out: { type: "string", default: fileURLToPath(new URL("results/replays", import.meta.url)) },
  },
});
const episodes = Number(options.episodes);
/** Measured episodes start from seeds after this one. */
const FIRST_MEASURED = 1000;
const COLUMNS = [
  "task",
  "disturbance",
  "episodes",
  "measure",
  "unit",
  "counted",
  "mean",
  "median",
  "lowest",
  "highest",
];

/** Where the point of a body is in a frame. */
const placeOf = (model: PlanarModel, { body, x = 0, y = 0 }: NonNullable<Plan["path"]>) => {
  const index = model.bodies.findIndex(({ name }) => name === body);
  return ({ bodies }: Frame): [number, number] => {
    const pose = bodies[index]!;
    const [c, s] = [Math.cos(pose.angle), Math.sin(pose.angle)];
    return [pose.x + c * x - s * y, pose.y + s * x + c * y];
  };
};

const number = (value: number): string => (Number.isFinite(value) ? String(Number(value.toPrecision(4))) : "");

const table = `${options.out}/measures.csv`;
mkdirSync(options.out, { recursive: true });
const before = existsSync(table) ? readFileSync(table, "utf8").trim().split("\n").slice(1) : [];
const rows: (string | number)[][] = before.map((row) => row.split(","));
for (const name of options.tasks.split(",")) {
  const file = `${options.policies}/${name}.onnx`;
  if (!existsSync(file)) continue;
  const task = tasks[name]!;
  const {
    seed,
    picture,
    bare = false,
    path,
    measures,
    steps,
    disturbances = [defaultOf("disturbance", task) as number],
  } = plans[name]!;
  const act = await loadPolicy(file, task);

  const { frames, extras, failed, ...episode } = await recordEpisode(task, act, seed);
  const model = { ...taskModel(task), name };
  const { springs = [] } = extras;
  const shown = bare ? frames.map((frame) => ({ ...frame, touches: [] })) : frames;
  const strip = renderStrip(model, shown, { ...picture, springs, ...(path && { path: placeOf(model, path) }) });
  writeFileSync(`${options.out}/${name}.svg`, strip);
  const replay = {
    task: name,
    policy: `bench/results/policies/${name}.onnx`,
    seed,
    steps: frames.length - 1,
    return: Number(episode.return.toPrecision(6)),
    score: Number(episode.score.toPrecision(5)),
    success: succeeds(task.score, episode.score) && !failed,
  };
  writeFileSync(`${options.out}/${name}.json`, `${JSON.stringify(replay, null, 2)}\n`);
  console.log(`${name}: ${JSON.stringify(replay)}, ${Math.ceil(strip.length / 1000)} kB`);

  const kept = rows.filter(([task]) => task !== name);
  rows.splice(0, rows.length, ...kept);
  for (const disturbance of disturbances) {
    const watcher = await Watcher.open(task, model, act, { disturbance });
    const watched = [];
    for (let i = 1; i <= episodes; ++i) watched.push(await watcher.watch(FIRST_MEASURED + i, steps));
    for (const { name: measure, unit, of } of measures) {
      const { counted, ...values } = summarise(watched.map(of));
      const told = [values.mean, values.median, values.lowest, values.highest].map(number);
      rows.push([name, disturbance, episodes, measure, unit, counted, ...told]);
      console.log(`  ${disturbance}  ${measure}: ${told.join(", ")} ${unit} (${counted})`);
    }
  }
}
const order = Object.keys(plans);
rows.sort(([a], [b]) => order.indexOf(String(a)) - order.indexOf(String(b)));
writeFileSync(table, csv([COLUMNS, ...rows]));
