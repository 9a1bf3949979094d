import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import { readCheckpoint } from "../../src/checkpoint.js";
import { renderReport } from "../../src/cli/report.js";
import { tasks } from "../../src/env/task.js";
import type { MetricsRecord } from "../../src/metrics.js";
import { readModel } from "../../src/onnx/read.js";
import { verifyGolden } from "../../src/onnx/verify.js";
import { contents, valuegrad } from "./command.js";

const folder = (): string => mkdtempSync(join(tmpdir(), "valuegrad-"));
const files = [
  "SHA256SUMS",
  "best.onnx",
  "checkpoints",
  "config.json",
  "metrics.jsonl",
  "policy.onnx",
  "report.html",
  "timing.jsonl",
];
const newest = (out: string) => {
  const name = readdirSync(join(out, "checkpoints")).sort().at(-1)!;
  return readCheckpoint(new Uint8Array(readFileSync(join(out, "checkpoints", name))));
};
const lines = (path: string): Record<string, unknown>[] =>
  readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

test("train writes a run folder that eval, export and info understand", async (t) => {
  const out = join(folder(), "run");
  const args = [
    "--seed",
    "3",
    "--steps",
    "1200",
    "--evaluation-interval",
    "500",
    "--policy-hidden",
    "32,16",
    "--out",
    out,
  ];
  const { code, stdout, stderr } = await valuegrad(["train", "--task", "cartpole", ...args]);
  t.is(stderr, "");
  t.is(code, 0);
  t.false(stdout.includes("\u001b"), "no control characters in a pipe");
  t.regex(stdout, /done after 1200 steps/);
  t.regex(stdout, /policy\.onnx: verified in onnxruntime on 256 random states/);
  t.deepEqual(readdirSync(out).sort(), files);
  t.deepEqual(
    lines(join(out, "metrics.jsonl")).map(({ step }) => step),
    [0, 500, 1000, 1200],
  );
  t.deepEqual(
    lines(join(out, "timing.jsonl")).map(({ step }) => step),
    [0, 500, 1000, 1200],
  );
  const { config } = JSON.parse(readFileSync(join(out, "config.json"), "utf8"));
  t.is(config.seed, 3);
  t.deepEqual(config.policyHidden, [32, 16]);
  t.deepEqual(newest(out).config, config);
  t.true((await verifyGolden(new Uint8Array(readFileSync(join(out, "policy.onnx"))))).maxError < 1e-5);
  // the shipped bundle leaves parts of the plotting library out: the charts are those of the whole one
  const charts = (html: string) => html.match(/<svg[\s\S]*?<\/svg>/g)!;
  const threshold = { score: tasks.cartpole!.score.threshold, label: "cos(angle) 0.95" };
  const metrics = lines(join(out, "metrics.jsonl")) as unknown as MetricsRecord[];
  const predicted = tasks.cartpole!.predicted.map((i) => tasks.cartpole!.state[i]!.name);
  const about = { title: "", task: "cartpole", summary: "", files: [] };
  const whole = await renderReport({ ...about, config, metrics, threshold, predicted });
  t.deepEqual(charts(readFileSync(join(out, "report.html"), "utf8")), charts(whole));

  const evaluation = await valuegrad(["eval", out, "--episodes", "13", "--json"]);
  t.is(evaluation.code, 0);
  const result = JSON.parse(evaluation.stdout);
  t.is(result.returns.length, 13);
  const first = lines(join(out, "metrics.jsonl")).at(-1)!;
  const ten = (result.returns as number[]).slice(0, 10);
  t.is(ten.reduce((sum, value) => sum + value, 0) / 10, first.evaluationReturn as number);
  t.regex((await valuegrad(["eval", out])).stdout, /^episode 1: return .*mean of 10: return /s);

  const exported = join(folder(), "deep", "er", "noisy.onnx");
  const exporting = await valuegrad(["export", out, "--stochastic", "--out", exported]);
  t.is(exporting.code, 0, exporting.stderr);
  t.deepEqual(
    readModel(new Uint8Array(readFileSync(exported))).inputs.map(({ name }) => name),
    ["obs", "noise"],
  );
  const again = await valuegrad(["export", out, "--out", join(folder(), "policy.onnx")]);
  t.is(again.code, 0);
  const best = join(folder(), "best.onnx");
  t.is((await valuegrad(["export", out, "--best", "--out", best])).code, 0);
  t.deepEqual(readFileSync(best), readFileSync(join(out, "best.onnx")));
  t.regex((await valuegrad(["info", exported])).stdout, /policy for cartpole[\s\S]*noise \[batch, 1\]/);
  t.regex((await valuegrad(["info", out])).stdout, /cartpole, 1200 of 1200 environment steps/);

  // another run's settings can be taken over, options go first
  const copy = join(folder(), "copy");
  const taken = await valuegrad(["train", "--config", join(out, "config.json"), "--steps", "20", "--out", copy]);
  t.is(taken.code, 0, taken.stderr);
  const copied = JSON.parse(readFileSync(join(copy, "config.json"), "utf8")).config;
  t.deepEqual(copied, { ...config, steps: 20 });
});

test("two runs of one configuration write the same bytes, except for the clock's file", async (t) => {
  const runs = [join(folder(), "a"), join(folder(), "b")];
  for (const out of runs) {
    t.is((await valuegrad(["train", "--steps", "700", "--evaluation-interval", "350", "--out", out])).code, 0);
  }
  t.deepEqual(contents(runs[0]!), contents(runs[1]!));
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  test(`${signal} saves, exports and exits cleanly`, async (t) => {
    const out = join(folder(), "run");
    const { code, stdout } = await valuegrad(["train", "--steps", "1000000", "--out", out], undefined, (child) => {
      // the first line is printed once training is under way
      child.stdout!.once("data", () => setTimeout(() => child.kill(signal), 1500));
    });
    t.is(code, signal === "SIGINT" ? 0 : 75);
    t.deepEqual(readdirSync(out).sort(), files);
    const { steps } = newest(out).counters;
    t.regex(stdout, new RegExp(`^stopped after ${steps} steps`, "m"));
    t.is(
      lines(join(out, "metrics.jsonl")).at(-1)!.step as number,
      steps - (steps % 1000),
      "no evaluation that was not due",
    );
    t.true((await verifyGolden(new Uint8Array(readFileSync(join(out, "policy.onnx"))))).maxError < 1e-5);
  });
}

test("without --out every run gets a folder of its own", async (t) => {
  const cwd = folder();
  for (let i = 0; i < 2; ++i) t.is((await valuegrad(["train", "--steps", "10"], cwd)).code, 0);
  t.deepEqual(readdirSync(join(cwd, "runs")).sort(), ["cartpole-seed-1", "cartpole-seed-1-2"]);
});

const broken = folder();
writeFileSync(join(broken, "file"), "x");
writeFileSync(join(broken, "list.json"), "[1]");
writeFileSync(join(broken, "typo.json"), '{"sede": 3}');
writeFileSync(join(broken, "cut.safetensors"), "abc");
writeFileSync(join(broken, "cut.onnx"), "abc");
mkdirSync(join(broken, "full"));
writeFileSync(join(broken, "full", "precious"), "mine");

for (const [name, args, message] of [
  [
    "unknown task",
    ["train", "--task", "cartpol"],
    /^error: task is "cartpol": did you mean cartpole\? it must be one of hand, cartpole, .*walker\n$/,
  ],
  ["unknown option", ["train", "--sed", "3"], /^error: unknown option '--sed'\n\(Did you mean --seed\?\)\n$/],
  ["unknown command", ["trian"], /^error: unknown command 'trian'\n\(Did you mean train\?\)\n$/],
  ["wrong type", ["train", "--steps", "many"], /^error: steps is many: it must be an integer from 1 to 1000000000\n$/],
  ["empty number", ["train", "--steps", ""], /^error: steps is : it must be an integer/],
  ["out of range", ["train", "--gamma", "1.5"], /^error: gamma is 1.5: it must be a number from 0 to 1\n$/],
  [
    "a list with a hole",
    ["train", "--policy-hidden", "10,,10"],
    /^error: policyHidden is \[10,NaN,10\]: it must be one to eight/,
  ],
  ["missing value", ["train", "--seed"], /^error: option '--seed <value>' argument missing\n$/],
  [
    "output folder in use",
    ["train", "--out", join(broken, "full")],
    /that folder exists and is not empty; name another, or remove it\n$/,
  ],
  [
    "output under a file",
    ["train", "--out", join(broken, "file", "run")],
    /cannot make this folder, .*; name another\n$/,
  ],
  [
    "output is a file",
    ["train", "--out", join(broken, "file")],
    /cannot make this folder, it is a file; name another\n$/,
  ],
  [
    "no configuration file",
    ["train", "--config", join(broken, "no.json")],
    /cannot read .*no\.json: it does not exist\n$/,
  ],
  ["configuration is no JSON", ["train", "--config", join(broken, "file")], /this file holds no JSON\n$/],
  ["configuration is no object", ["train", "--config", join(broken, "list.json")], /no JSON object of settings\n$/],
  ["configuration with a typo", ["train", "--config", join(broken, "typo.json")], /^error: unknown setting "sede"/],
  ["no run", ["eval", join(broken, "nothing")], /cannot read .*nothing: it does not exist\n$/],
  [
    "a folder that is no run",
    ["eval", broken],
    /^error: run is .*: this folder holds no run, it has no config\.json\n$/,
  ],
  [
    "a damaged checkpoint",
    ["export", join(broken, "cut.safetensors")],
    /cannot use .*not a whole safetensors file: it has 3 bytes\n$/,
  ],
  ["a damaged policy file", ["info", join(broken, "cut.onnx")], /cannot use .*cut\.onnx: /],
  [
    "episodes out of range",
    ["eval", broken, "--episodes", "0"],
    /^error: episodes is 0: it must be an integer from 1 to 100000\n$/,
  ],
  ["export under another ending", ["export", broken, "--out", "x.pt"], /this folder holds no run|must end in \.onnx/],
] as const) {
  test(`bad input, one sentence and exit code 2: ${name}`, async (t) => {
    const { code, stdout, stderr } = await valuegrad([...args]);
    t.is(code, 2);
    t.is(stdout, "");
    t.regex(stderr, message);
    t.false(/\n\s+at /.test(stderr), "no stack trace");
  });
}

test("nothing on disk is lost by a refused run", async (t) => {
  await valuegrad(["train", "--out", join(broken, "full")]);
  t.deepEqual(readdirSync(join(broken, "full")), ["precious"]);
  t.is(readFileSync(join(broken, "full", "precious"), "utf8"), "mine");
  t.false(existsSync(join(broken, "full", "config.json")));
});

test("help and version exit with 0", async (t) => {
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, "../../package.json"), "utf8"));
  t.deepEqual(await valuegrad(["--version"]), { code: 0, stdout: `${version}\n`, stderr: "" });
  const help = await valuegrad(["train", "--help"]);
  t.is(help.code, 0);
  t.regex(help.stdout, /--policy-learning-rate <value>/);
  t.regex((await valuegrad(["info"])).stdout, /cartpole[\s\S]*--gamma 0\.98/);
  t.regex((await valuegrad(["info", "cartpole"])).stdout, /pole_angle \[rad\] -inf \.\. inf/);
});
