import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import { RunFolder } from "../../src/cli/run-folder.js";
import { predictSizes } from "../../src/cli/sizes.js";
import { resolveConfig, UsageError } from "../../src/config.js";
import { contents } from "./command.js";

/** Nothing is learned, so that many transitions are made in a moment. The replay forgets while it is stored. */
const config = resolveConfig({
  ...{ task: "hand", steps: 20_000, evaluationInterval: 3_000, evaluationEpisodes: 1, learningStarts: 1_000_000 },
  ...{ policyHidden: [4], valueHidden: [4], modelHidden: [4], replayCapacity: 6_000 },
});

const problems: string[] = [];
const open = (path: string): RunFolder => RunFolder.open(path, (problem) => problems.push(problem));

/** Goes on with a run to a step, with a checkpoint at every evaluation and, where it stops, at that step. */
async function goOn(run: RunFolder, until = config.steps): Promise<void> {
  const loaded = await run.load();
  run.follow(loaded);
  const { trainer, metrics } = loaded;
  const record = () => {
    metrics.push(trainer.evaluate());
    run.saveCheckpoint(loaded);
  };
  if (metrics.length === 0) record();
  while (trainer.steps < until) {
    trainer.step();
    run.saveChunk(trainer);
    if (trainer.evaluationDue) record();
  }
  if (!trainer.evaluationDue) run.saveCheckpoint(loaded);
}

const path = (): string => join(mkdtempSync(join(tmpdir(), "valuegrad-")), "run");

test.serial("the replay is kept in chunks that never change, those that are needed", async (t) => {
  const whole = path();
  await goOn(RunFolder.create(whole, config));
  t.deepEqual(readdirSync(join(whole, "checkpoints")).sort(), ["0000018000.safetensors", "0000020000.safetensors"]);
  // the checkpoint of step 18,000 needs transitions from 12,000 on: chunk 2 holds 8,192 to 12,287
  t.deepEqual(readdirSync(join(whole, "replay")).sort(), ["000002.safetensors", "000003.safetensors"]);

  const stopped = path();
  await goOn(RunFolder.create(stopped, config), 4_500);
  const early = contents(stopped).get("replay/000000.safetensors");
  for (const step of [4_501, 8_192, 8_193, 12_287, 12_288, 19_999]) await goOn(open(stopped), step);
  t.is(readdirSync(join(stopped, "checkpoints")).length, 3, "two of evaluations and the last");
  await goOn(open(stopped));
  t.deepEqual(contents(stopped), contents(whole));
  t.deepEqual(problems, []);
  t.truthy(early);
});

for (const changes of [{}, { replayCapacity: 3_000 }, { replayCapacity: 100_000, evaluationInterval: 500 }]) {
  test.serial(`files are as large as predicted before the start: ${JSON.stringify(changes)}`, async (t) => {
    const folder = path();
    const settings = resolveConfig({ ...config, ...changes });
    const run = RunFolder.create(folder, settings);
    const sizes = predictSizes((await run.load()).trainer);
    await goOn(run);
    const sum = (beginning: string) =>
      [...contents(folder)].reduce((bytes, [name, file]) => bytes + (name.startsWith(beginning) ? file.length : 0), 0);
    for (const [taken, predicted] of [
      [sum("checkpoints"), sizes.checkpoints],
      [sum("replay"), sizes.replay],
      [sum("checkpoints") + sum("replay") + sum("metrics"), sizes.total],
    ] as const) {
      t.true(taken <= predicted && taken >= 0.97 * predicted - 4_000, `${taken}, predicted ${predicted}`);
    }
  });
}

test.serial("a damaged, exchanged or missing chunk is never gone on with", async (t) => {
  const run = path();
  await goOn(RunFolder.create(run, config), 13_000);
  const chunk = join(run, "replay", "000002.safetensors");
  const bytes = readFileSync(chunk);
  const flipped = Buffer.from(bytes);
  flipped[bytes.length - 9]! ^= 1;
  for (const [content, message] of [
    [flipped, /checkpoints\/0000013000.* it needs .*000002\.safetensors: .*do not match its checksum/],
    [readFileSync(join(run, "replay", "000001.safetensors")), /000002\.safetensors: it is not this run's file/],
    [bytes.subarray(0, 1000), /000002\.safetensors: not a whole safetensors file/],
  ] as const) {
    writeFileSync(chunk, content);
    problems.length = 0;
    const { trainer } = await open(run).load();
    // the checkpoint of step 12,000 does not need the chunk, and makes it anew
    t.is(trainer.steps, 12_000);
    t.is(problems.length, 1);
    t.regex(problems[0]!, message);
  }
  await goOn(open(run), 13_000);
  t.deepEqual(readFileSync(chunk), bytes);
});

test.serial("what is no longer needed and can't be removed is named; nothing is lost", async (t) => {
  const out = path();
  await goOn(RunFolder.create(out, config), 9_000);
  const obstacle = join(out, "checkpoints", "0000003000.safetensors");
  mkdirSync(obstacle);
  const message = `cannot remove ${obstacle}: it is a folder`;
  await t.throwsAsync(() => goOn(open(out), 12_000), { instanceOf: UsageError, message });
  rmSync(obstacle, { recursive: true });
  await goOn(open(out), 12_000);
  t.deepEqual(readdirSync(join(out, "checkpoints")).sort(), ["0000009000.safetensors", "0000012000.safetensors"]);
});
