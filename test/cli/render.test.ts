import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import { SaxesParser } from "saxes";
import type { Algorithm } from "../../src/algorithms/algorithm.js";
import { type AlgorithmName, algorithms } from "../../src/algorithms/algorithms.js";
import { featureInWords } from "../../src/cli/feature-words.js";
import { type Feature, inFrame, polar, vectorSum } from "../../src/env/features.js";
import { tasks } from "../../src/env/task.js";
import { resealed } from "../onnx/policies.js";

const cli = join(import.meta.dirname, "../../build/cli.js");

/** Runs the built command line in a new folder as a user would. */
function valuegrad(cwd: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], { cwd, encoding: "utf8" });
  return { status, stdout, stderr };
}

const folder = (): string => mkdtempSync(join(tmpdir(), "valuegrad-"));

/** The data in a replay's page. */
const dataOf = (path: string) =>
  JSON.parse(/<script type="application\/json" id="data">(.*?)<\/script>/s.exec(readFileSync(path, "utf8"))![1]!) as {
    times: number[];
    curves: { name: string; values: number[] }[];
  };

test("envs lists every task with a line of its own", (t) => {
  const { status, stdout } = valuegrad(folder(), "envs");
  t.is(status, 0);
  const lines = stdout.trimEnd().split("\n");
  t.deepEqual(
    lines.map((line) => line.split(" ")[0]),
    Object.keys(tasks),
  );
  for (const [i, { state, summary }] of Object.values(tasks).entries()) {
    t.true(lines[i]!.includes(`${state.length} states`) && lines[i]!.endsWith(summary));
  }
});

test("whoever reads only the first lines gets no complaint", (t) => {
  for (const command of ["envs", "info", "info monoped"]) {
    const script = `"${process.execPath}" "${cli}" ${command} | head -1`;
    for (let i = 0; i < 3; ++i) t.is(spawnSync("sh", ["-c", script], { encoding: "utf8" }).stderr, "", command);
  }
});

for (const [name, { summary, defaults }] of Object.entries(algorithms) as [AlgorithmName, Algorithm][]) {
  test(`info ${name} prints what it is and every default of its own`, (t) => {
    const { status, stdout } = valuegrad(folder(), "info", name);
    t.is(status, 0);
    t.true(stdout.startsWith(`${name}: ${summary}\n`));
    const [, shared = "", hand = ""] = /^defaults (.*)\n(?: {2}hand +(.*)\n)?/m.exec(stdout) ?? [];
    for (const [key, value] of Object.entries(defaults?.(tasks.hand!) ?? {})) {
      const option = key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
      t.true(` ${shared} ${hand} `.includes(` --${option} ${value} `), option);
    }
    t.is(defaults === undefined, shared === "");
  });
}

for (const task of Object.values(tasks)) {
  test(`info ${task.name} prints the whole entry of the registry`, (t) => {
    const { status, stdout } = valuegrad(folder(), "info", task.name);
    t.is(status, 0);
    for (const { name, unit } of [...task.state, ...task.action]) t.true(stdout.includes(`${name} [${unit}]`), name);
    for (const { name, formula } of task.reward) t.true(stdout.includes(name) && stdout.includes(formula), name);
    for (const text of [task.start, `${task.controlStep} s`, `${task.episodeSteps} steps`, task.score.name]) {
      t.true(stdout.includes(text), text);
    }
    if (task.failure !== undefined) t.true(stdout.includes(task.failure));
    const encoder = /encoder.*\n((?: {2}\d+ {2}.*\n)+)reward/.exec(stdout)?.[1] ?? "";
    t.is(encoder.trimEnd().split("\n").length, task.features.length);
    if (!task.closedForm) t.regex(stdout, /\d+ time steps of 0\.\d+ s/);
    t.notRegex(stdout, /undefined|NaN|\[object/);
  });

  test(`render ${task.name} writes a replay and a picture of an episode`, (t) => {
    const cwd = folder();
    const { status, stdout, stderr } = valuegrad(
      cwd,
      ...[
        "render",
        task.name,
        "--controller",
        "random",
        "--seed",
        "4",
        "--out",
        "a/page.html",
        "--picture",
        "b/picture.svg",
      ],
    );
    t.is(stderr, "");
    t.is(status, 0);
    t.regex(stdout, /page\.html: \d+ kB\. .* Seed 4, acted by random actions: return -?\d/);
    const { times, curves } = dataOf(join(cwd, "a/page.html"));
    t.is(times.length, task.episodeSteps + 1);
    const names = curves.map(({ name }) => name);
    for (const { name } of task.reward) t.true(names.includes(`reward: ${name}`));
    for (const { name } of task.action) t.true(names.includes(`action: ${name}`));
    const actions = curves.filter(({ name }) => name.startsWith("action: "));
    for (const { values } of actions) t.true(new Set(values).size > 10);
    const picture = readFileSync(join(cwd, "b/picture.svg"), "utf8");
    const parser = new SaxesParser();
    parser.on("error", (error) => t.fail(error.message));
    parser.write(picture).close();
    t.true(picture.length < 30_000, `${picture.length} bytes`);
  });
}

test("features are told as formulas of the state's names", (t) => {
  const names = ["x", "y", "turn"];
  const told = (feature: Feature) => featureInWords(feature, names);
  t.is(told({ kind: "linear", of: [[0, 1]], scale: 2 }), "x / 2");
  t.is(
    told({
      kind: "linear",
      of: [
        [0, -1],
        [1, 0.5],
      ],
      scale: 3,
    }),
    "(-x + 0.5 y) / 3",
  );
  t.is(
    told({
      kind: "sin",
      of: [
        [2, 1],
        [0, -2],
      ],
      scale: 1,
    }),
    "sin(turn - 2 x)",
  );
  const [first, second] = inFrame([[0, 1]], [[1, 1]], [[2, 1]], 4);
  t.is(told(first!), "first of (x, y) seen in a frame turned by turn / 4");
  t.is(told(second!), "first of (y, -x) seen in a frame turned by turn / 4");
  const [along] = vectorSum([polar(3, []), polar(0.5, [[2, 1]])], 2);
  t.is(told(along!), "1.5 + cos(turn) / 4");
});

test("render plays actions from a file, and a policy that training exported", (t) => {
  const cwd = folder();
  writeFileSync(join(cwd, "push.json"), JSON.stringify(Array.from({ length: 20 }, () => [0.5])));
  const played = valuegrad(cwd, "render", "cartpole", "--actions", "push.json");
  t.is(played.status, 0, played.stderr);
  const { curves } = dataOf(join(cwd, "cartpole.html"));
  const { values } = curves.find(({ name }) => name === "action: cart_force")!;
  t.deepEqual(values.slice(0, 21), [...new Array<number>(20).fill(0.5), 0]);

  const small = ["--steps", "60", "--learning-starts", "40", "--batch", "8", "--evaluation-episodes", "1"];
  t.is(valuegrad(cwd, "train", "--task", "cartpole", "--out", "run", ...small).status, 0);
  const acted = valuegrad(cwd, "render", "cartpole", "--policy", "run/policy.onnx", "--out", "policy.html");
  t.is(acted.status, 0, acted.stderr);
  t.regex(acted.stdout, /acted by run\/policy\.onnx/);
  const own = dataOf(join(cwd, "policy.html")).curves.find(({ name }) => name === "action: cart_force")!.values;
  t.true(new Set(own).size > 20);

  const policy = new Uint8Array(readFileSync(join(cwd, "run/policy.onnx")));
  const refused = (name: string, bytes: Uint8Array, message: RegExp, task = "cartpole"): void => {
    writeFileSync(join(cwd, name), bytes);
    const { status, stderr } = valuegrad(cwd, "render", task, "--policy", name, "--out", "refused.html");
    t.is(status, 2, name);
    t.regex(stderr, message);
    t.regex(stderr, /^error: [^\n]+\n$/);
    t.false(existsSync(join(cwd, "refused.html")));
  };
  refused("other.onnx", policy, /policy is other\.onnx: it is for cartpole, not for hand\n$/, "hand");
  const altered = policy.slice();
  altered[altered.length - 1]! ^= 1;
  refused("altered.onnx", altered, /policy is altered\.onnx: Not a policy file of valuegrad: its bytes do not match/);
  t.regex(valuegrad(cwd, "info", "altered.onnx").stderr, /^error: cannot use altered\.onnx: Not a policy file .*\n$/);
  const weights = Buffer.from(policy).lastIndexOf("layer0.weight") + 40;
  for (let i = 0; i < 40; ++i) altered[weights + 4 * i + 3]! ^= 0x80;
  altered[altered.length - 1]! ^= 1;
  refused("forged.onnx", resealed(altered), /policy is forged\.onnx: The policy file disagrees at action\[0, 0\]: /);
  t.regex(valuegrad(cwd, "info", "run/policy.onnx").stdout, /^sha256 [0-9a-f]{64}, .*; 8 golden vectors$/m);
});

test("what render can't use is named, with exit code 2 and no file", (t) => {
  const cwd = folder();
  writeFileSync(join(cwd, "text.json"), "{");
  writeFileSync(join(cwd, "wide.json"), "[[1,2]]");
  writeFileSync(join(cwd, "bad.onnx"), "nothing");
  const cases: [string[], RegExp][] = [
    [["render", "cartpol"], /task is cartpol: did you mean cartpole\? it must be one of .*cartpole/],
    [["render", "cartpole", "--actions", "none.json"], /cannot read none\.json: it does not exist/],
    [["render", "cartpole", "--actions", "text.json"], /actions is text\.json: this file holds no JSON \(line 1\)/],
    [["render", "cartpole", "--actions", "wide.json"], /action 0 must be an array of 1 numbers/],
    [["render", "cartpole", "--policy", "bad.onnx"], /policy is bad\.onnx: Not an ONNX model/],
    [["render", "cartpole", "--policy", "bad.onnx", "--actions", "wide.json"], /policy and actions are both given/],
    [["render", "cartpole", "--controller", "best"], /controller is best: it must be one of/],
    [["render", "cartpole", "--seed", "-1"], /seed is -1/],
    [["render", "cartpole", "--disturbance", "x"], /disturbance is x: it must be a number/],
    [["render", "cartpole", "--picture", "p.svg", "--times", "1,y"], /times is y/],
    [["render", "cartpole", "--picture", "p.svg", "--layout", "round"], /layout is round/],
  ];
  for (const [args, message] of cases) {
    const { status, stderr } = valuegrad(cwd, ...args);
    t.is(status, 2, args.join(" "));
    t.regex(stderr, message);
    t.notRegex(stderr, /\n\s+at /);
  }
  t.false(existsSync(join(cwd, "cartpole.html")));
  t.false(existsSync(join(cwd, "p.svg")));
});
