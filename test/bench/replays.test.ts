import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { lag } from "../../bench/replays/arms.js";
import { type Moment, type Watched, Watcher } from "../../bench/replays/episode.js";
import { alternation, borneBy } from "../../bench/replays/legs.js";
import { degrees, firstTime, standard, summarise } from "../../bench/replays/measure.js";
import { plans } from "../../bench/replays/plan.js";
import { recordEpisode, taskModel } from "../../src/cli/episode.js";
import { loadPolicy } from "../../src/cli/policy-file.js";
import { tasks } from "../../src/env/task.js";

const root = join(import.meta.dirname, "../..");
const results = join(root, "bench/results");

interface Replay {
  readonly task: string;
  readonly policy: string;
  readonly seed: number;
  readonly steps: number;
  readonly return: number;
  readonly score: number;
  readonly success: boolean;
}

const replayOf = (task: string): Replay =>
  JSON.parse(readFileSync(join(results, "replays", `${task}.json`), "utf8")) as Replay;

for (const name of ["cartpole", "reacher-4target"]) {
  test(`${name}: the committed policy and seed give the committed episode`, async (t) => {
    const replay = replayOf(name);
    const task = tasks[name]!;
    const act = await loadPolicy(join(root, replay.policy), task);
    const { frames, ...episode } = await recordEpisode(task, act, replay.seed);
    t.is(frames.length - 1, replay.steps);
    // onnxruntime rounds differently from processor to processor
    t.true(Math.abs(episode.return - replay.return) < 1e-3 * Math.abs(replay.return), `${episode.return}`);
    t.true(Math.abs(episode.score - replay.score) < 1e-3, `${episode.score}`);

    const watcher = await Watcher.open(task, taskModel(task), act);
    const { moments } = await watcher.watch(replay.seed);
    t.is(moments.length, frames.length);
    const own = moments.slice(-task.score.window).reduce((sum, { score }) => sum + score, 0) / task.score.window;
    t.true(Math.abs(own - episode.score) < 1e-12, "what is measured is what is shown");
    t.deepEqual((await watcher.watch(replay.seed)).moments, moments);
    t.notDeepEqual((await watcher.watch(replay.seed + 1)).moments[0]!.state, moments[0]!.state);
  });
}

test("every committed policy has its replay, its picture and its measures", (t) => {
  const table = readFileSync(join(results, "replays/measures.csv"), "utf8").trim().split("\n");
  const width = table[0]!.split(",").length;
  t.true(table.every((row) => row.split(",").length === width));
  const files = readdirSync(join(results, "policies")).filter((file) => file.endsWith(".onnx"));
  t.true(files.length >= 10);
  for (const file of files) {
    const name = file.replace(".onnx", "");
    const replay = replayOf(name);
    t.is(replay.task, name);
    t.is(replay.policy, `bench/results/policies/${file}`);
    t.is(replay.seed, plans[name]!.seed);
    t.true(existsSync(join(results, "replays", `${name}.svg`)));
    const rows = table.filter((row) => row.startsWith(`${name},`));
    const { measures, disturbances = [0] } = plans[name]!;
    t.is(rows.length, measures.length * disturbances.length, name);
  }
});

/** Moments 0.1 s apart. */
function episodeOf(moments: readonly Partial<Moment>[]): Watched {
  const blank = { state: new Float64Array(8), score: 0, failed: false, sites: {}, loads: new Map<string, number>() };
  return {
    task: { ...tasks["reacher-moving"]!, controlStep: 0.1 },
    moments: moments.map((moment, i) => ({ time: i / 10, ...blank, ...moment })),
  };
}

test("a tip that follows late has the lag that it is late by", (t) => {
  const place = (time: number): [number, number] => [Math.sin(time), Math.cos(2 * time)];
  const following = (late: number): Watched =>
    episodeOf(
      Array.from({ length: 60 }, (_, i) => ({
        state: Float64Array.of(0, 0, 0, 0, 0, 0, ...place(i / 10)),
        sites: { tip: place((i - late) / 10) },
      })),
    );
  for (const late of [0, 1, 4]) t.true(Math.abs(lag(following(late)) - late / 10) < 1e-9);
});

test("weight is told by the parts that bear it, steps by the feet that touch down", (t) => {
  const on = (...parts: string[]): Partial<Moment> => ({
    loads: new Map(parts.map((part) => [`floor ${part}`, part === "knee" ? 30 : 10])),
  });
  const walk = episodeOf([on("left"), on("left", "right"), on("right"), on("left"), on("knee"), on("left")]);
  t.is(borneBy(walk, ["left", "right"]), 60 / 90);
  t.is(borneBy(episodeOf([{}]), ["left"]), undefined);
  // right, left, left
  t.is(alternation(walk, ["left", "right"]), 1 / 2);
  t.is(alternation(episodeOf([{}, on("left"), on("right"), on("left")]), ["left", "right"]), 1);
  t.is(alternation(episodeOf([on("left"), on("left")]), ["left", "right"]), undefined);
});

test("an episode succeeds by the task's score over its window, without a failure", (t) => {
  const success = standard.find(({ name }) => name === "success")!;
  const task = tasks.monoped!;
  const { threshold, window } = task.score;
  const judged = (scores: number[], failed = false): number | undefined =>
    success.of({ ...episodeOf(scores.map((score, i) => ({ score, failed: failed && i === 0 }))), task });
  const good = new Array<number>(window).fill(threshold);
  t.is(judged([0, ...good]), 1);
  t.is(judged([...good, 0]), 0);
  t.is(judged([0, ...good], true), 0);
});

test("times, angles and summaries", (t) => {
  const episode = episodeOf([1, 0, 1, 1, 1, 0].map((score) => ({ score })));
  t.is(
    firstTime(episode, ({ score }) => score === 0),
    0.1,
  );
  t.is(
    firstTime(episode, ({ score }) => score === 1, 0.2),
    0.2,
  );
  t.is(
    firstTime(episode, ({ score }) => score === 1, 0.3),
    undefined,
  );
  t.is(degrees(3 * Math.PI + 0.1).toFixed(3), (-180 + (0.1 * 180) / Math.PI).toFixed(3));
  t.deepEqual(summarise([3, undefined, 1, 8]), { counted: 3, mean: 4, median: 3, lowest: 1, highest: 8 });
  t.like(summarise([undefined]), { counted: 0, median: Number.NaN, lowest: Number.NaN });
});
