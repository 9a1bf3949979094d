import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { settings } from "../../src/config.js";
import { decodeTensors, encodeTensors } from "../../src/safetensors.js";
import { contents, valuegrad } from "./command.js";

const folder = (): string => mkdtempSync(join(tmpdir(), "valuegrad-"));

/** Small networks, a replay that forgets, episodes that end: the more state, the more there is to lose. */
const config = {
  ...{ task: "reacher-4target", steps: 900, evaluationInterval: 300, evaluationEpisodes: 1, learningStarts: 100 },
  ...{ policyHidden: [16], valueHidden: [16], modelHidden: [4], deviation: "learned", replayCapacity: 500 },
};
const file = join(folder(), "config.json");
writeFileSync(file, JSON.stringify(config));

const train = (out: string, ...more: string[]) => valuegrad(["train", "--config", file, "--out", out, ...more]);

const whole = join(folder(), "run");
test.before("train without a stop", async (t) => {
  t.is((await train(whole)).code, 0);
});

/** A copy of the run as it was when it had made `step` steps: as if everything later had never been written. */
function upTo(step: number): string {
  const copy = join(folder(), "run");
  cpSync(whole, copy, { recursive: true });
  for (const name of readdirSync(join(copy, "checkpoints"))) {
    if (Number.parseInt(name, 10) > step) rmSync(join(copy, "checkpoints", name));
  }
  for (const name of ["policy.onnx", "best.onnx", "report.html", "SHA256SUMS"]) rmSync(join(copy, name));
  return copy;
}

/** The run at this path ends with the bytes of the one that was never stopped. */
async function resumes(t: ExecutionContext, path: string, stderr = /^$/): Promise<string> {
  const result = await valuegrad(["resume", path]);
  t.is(result.code, 0, result.stderr);
  t.regex(result.stderr, stderr);
  t.deepEqual(contents(path), contents(whole));
  return result.stdout;
}

for (const signal of ["SIGKILL", "SIGTERM", "SIGINT"] as const) {
  test(`after ${signal} in the middle, the resumed run ends with the same bytes`, async (t) => {
    const out = join(folder(), "run");
    const stopped = await valuegrad(["train", "--config", file, "--out", out], undefined, (child) => {
      // the line of the evaluation at step 300
      child.stdout!.on("data", (text) => String(text).includes("step 300") && setTimeout(() => child.kill(signal), 30));
    });
    t.is(stopped.code, { SIGKILL: null, SIGTERM: 75, SIGINT: 0 }[signal]);
    t.notDeepEqual(contents(out), contents(whole));
    await resumes(t, out);
  });
}

test("a run that was stopped before its first checkpoint begins", async (t) => {
  const out = upTo(-1);
  writeFileSync(join(out, "checkpoints", "0000000300.safetensors.partial-4194999"), "half");
  writeFileSync(join(out, "metrics.jsonl.partial-4194999"), "half");
  const stdout = await resumes(t, out);
  t.regex(stdout, /^\S+: will take 0\.\d MB on disk .*\nstep +0 /);
});

test("a run that is done is left as it is; lost results are made again", async (t) => {
  const done = join(folder(), "run");
  cpSync(whole, done, { recursive: true });
  t.regex(await resumes(t, done), /^\S*run: was done after 900 steps\n/);
  // what others put there is no part of the run
  writeFileSync(join(done, "notes.txt"), "mine");
  t.is((await valuegrad(["resume", done])).code, 0);
  t.deepEqual(readFileSync(join(done, "SHA256SUMS")), readFileSync(join(whole, "SHA256SUMS")));
  await resumes(t, upTo(900));
});

test("a folder of results without checkpoints, as sweeps keep them, is not begun again", async (t) => {
  const out = join(folder(), "cell");
  cpSync(whole, out, { recursive: true });
  rmSync(join(out, "checkpoints"), { recursive: true });
  const before = contents(out);
  for (const command of ["resume", "eval"]) {
    const { code, stderr } = await valuegrad([command, out]);
    t.is(code, 2);
    t.regex(
      stderr,
      /^error: run is \S+cell: it is finished and keeps no checkpoints; valuegrad render reacher-4target --policy /,
    );
  }
  t.deepEqual(contents(out), before);
});

test("a run that was killed right after its last checkpoint is brought to an end", async (t) => {
  const out = upTo(900);
  // as the files were before: an older checkpoint, and metrics that lack the last line
  const checkpoints = join(out, "checkpoints");
  cpSync(join(checkpoints, "0000000600.safetensors"), join(checkpoints, "0000000300.safetensors"));
  const metrics = readFileSync(join(out, "metrics.jsonl"), "utf8").trimEnd();
  writeFileSync(join(out, "metrics.jsonl"), metrics.slice(0, metrics.lastIndexOf("\n") + 1));
  await resumes(t, out);
});

test("a damaged checkpoint is reported and the one before it used", async (t) => {
  for (const [damage, stderr] of [
    [
      (path: string) => truncateSync(path, 5000),
      /^warning: cannot use \S*0000000900\.safetensors: not a whole safetensors file: .*\n$/,
    ],
    [(path: string) => writeFileSync(path, ""), /^warning: cannot use .*0 bytes\n$/],
    [
      (path: string) => {
        const bytes = readFileSync(path);
        bytes[bytes.length >> 1]! ^= 16;
        writeFileSync(path, bytes);
      },
      /^warning: cannot use .*do not match its checksum\n$/,
    ],
  ] as const) {
    const out = upTo(900);
    damage(join(out, "checkpoints", "0000000900.safetensors"));
    await resumes(t, out, stderr);
  }
});

test("without a good checkpoint the run is refused, and how to have it anew is said", async (t) => {
  const out = upTo(900);
  for (const name of readdirSync(join(out, "checkpoints"))) truncateSync(join(out, "checkpoints", name), 100);
  const before = contents(out);
  const { code, stderr } = await valuegrad(["resume", out]);
  t.is(code, 2);
  t.regex(
    stderr,
    /error: cannot go on with .*: none of its checkpoints is good; valuegrad train --config .* the same bytes\n$/,
  );
  t.is((await valuegrad(["eval", out])).code, 2);
  t.deepEqual(contents(out), before);
});

test("another run's checkpoint is not taken", async (t) => {
  const other = join(folder(), "run");
  t.is((await train(other, "--seed", "2", "--steps", "300")).code, 0);
  const out = upTo(900);
  cpSync(join(other, "checkpoints", "0000000300.safetensors"), join(out, "checkpoints", "0000000900.safetensors"));
  await resumes(t, out, /^warning: cannot use .*0000000900.safetensors: it is another run's\n$/);
});

test("a run trained on ends with the bytes of one that was begun with as many steps", async (t) => {
  // of the last, the checkpoint of step 600 is kept
  for (const steps of ["300", "450", "700"]) {
    const out = join(folder(), "run");
    t.is((await train(out, "--steps", steps)).code, 0);
    const { code, stderr } = await valuegrad(["resume", out, "--steps", "900"]);
    t.is(code, 0, stderr);
    t.deepEqual(contents(out), contents(whole));
    const shorter = await valuegrad(["resume", out, "--steps", "800"]);
    t.is(shorter.code, 2);
    t.regex(shorter.stderr, /^error: steps is 800: the run has already made 900\n$/);
    t.regex(
      (await valuegrad(["resume", out, "--steps", "many"])).stderr,
      /^error: steps is many: it must be an integer/,
    );
  }
});

test("altered settings, another version and no run are refused", async (t) => {
  const text = readFileSync(join(whole, "config.json"), "utf8");
  for (const [altered, message] of [
    [
      text.replace('"seed": 1', '"seed": 2'),
      /its settings were altered, their hash is another; valuegrad train --config/,
    ],
    [
      text.replace(/"version": "[^"]+"/, '"version": "0.0.9"'),
      /version 0\.0\.9 of valuegrad began it, this is .*begins anew\n$/,
    ],
    [text.slice(0, -20), /cannot use .*config\.json: it holds no JSON\n$/],
    ["[]", /cannot use .*config\.json: it has no config\n$/],
    ["null", /cannot use .*config\.json: it has no config\n$/],
    ['{"config":{"sede":1}}', /unknown setting "sede"/],
  ] as const) {
    const out = upTo(900);
    writeFileSync(join(out, "config.json"), altered);
    const { code, stderr } = await valuegrad(["resume", out]);
    t.is(code, 2);
    t.regex(stderr, message);
  }
  t.regex((await valuegrad(["resume", folder()])).stderr, /this folder holds no run, it has no config\.json\n$/);
});

test("the checksums of a finished run are those that sha256sum finds", (t) => {
  const output = execFileSync("sha256sum", ["--strict", "-c", "SHA256SUMS"], { cwd: whole }).toString();
  t.deepEqual(
    output
      .trim()
      .split("\n")
      .map((line) => line.replace(": OK", "")),
    [...contents(whole).keys()].filter((name) => name !== "SHA256SUMS"),
  );
});

test("every setting's default is that of train, so that a run's config.json is whole", (t) => {
  const { config: resolved } = JSON.parse(readFileSync(join(whole, "config.json"), "utf8"));
  t.deepEqual(Object.keys(resolved), Object.keys(settings));
});

test("a blow-up leaves the last good checkpoint and a capsule, whose replay says what went wrong first", async (t) => {
  const out = upTo(600);
  const path = join(out, "checkpoints", "0000000600.safetensors");
  const { tensors, metadata } = decodeTensors(readFileSync(path));
  tensors.get("value.1.weight")!.data.fill(3e38);
  writeFileSync(path, encodeTensors({ tensors, metadata }));
  const before = contents(out);
  const { code, stderr } = await valuegrad(["resume", out]);
  t.is(code, 1);
  const lines = stderr.trim().split("\n");
  t.is(lines.length, 2);
  t.regex(
    lines[0]!,
    /^the critic's gradient norm is (NaN|Infinity) at environment step 601: .*; training again from step 600 up to there$/,
  );
  t.regex(
    lines[1]!,
    /^error: the critic's .* the last good checkpoint is of step 600; valuegrad replay \S*capsule\.safetensors shows/,
  );
  const after = contents(out);
  const capsule = after.get("capsule.safetensors")!;
  t.true(capsule.length < before.get("checkpoints/0000000600.safetensors")!.length);
  for (const name of before.keys()) {
    if (name.startsWith("checkpoints/")) t.deepEqual(after.get(name), before.get(name), "the good ones stand");
  }

  const replayed = await valuegrad(["replay", join(out, "capsule.safetensors")]);
  t.is(replayed.code, 0, replayed.stderr);
  t.regex(replayed.stdout, /reacher-4target, svg1-er, seed 1\nstep 601, in order of computation/);
  t.regex(
    replayed.stdout,
    /first: in phase critic, critic gradient became (NaN|-?Infinity) \(number \d+\)\n.*has blown up\n$/,
  );

  writeFileSync(join(out, "capsule.safetensors"), capsule.subarray(0, -1));
  const cut = await valuegrad(["replay", join(out, "capsule.safetensors")]);
  t.is(cut.code, 2);
  t.regex(cut.stderr, /^error: cannot use .*capsule\.safetensors: .* do not match its checksum\n$/);
  t.regex((await valuegrad(["replay", path])).stderr, /not the capsule of a step\n$/);
});
