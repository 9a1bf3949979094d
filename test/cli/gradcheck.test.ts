import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import { algorithms } from "../../src/algorithms/algorithms.js";
import { valuegrad } from "./command.js";

const folder = mkdtempSync(join(tmpdir(), "gradcheck-"));
const small = ["--policy-hidden", "8", "--value-hidden", "8", "--model-hidden", "4", "--evaluation-episodes", "1"];
const quick = ["--samples", "128", "--rollout", "5"];

test("gradcheck trains for a while, then prints how each estimator compares; the same seed prints the same", async (t) => {
  const command = ["gradcheck", "cartpole", "--steps", "300", "--learning-starts", "100", ...small, ...quick];
  const { code, stdout, stderr } = await valuegrad([...command, "--json"]);
  t.is(code, 0, stderr);
  const result = JSON.parse(stdout);
  t.like(result, { task: "cartpole", algorithm: "svg1-er", steps: 300, seed: 1, samples: 128, rolloutSteps: 5 });
  t.true(result.reference.signalToNoise >= 0);
  const { estimators } = result as { estimators: Record<string, unknown>[] };
  t.deepEqual(
    estimators.map(({ data, model, value, own }) => [data, model, value, own]),
    [
      ["fresh", "exact", "exact", false],
      ["fresh", "learned", "exact", false],
      ["fresh", "exact", "critic", false],
      ["fresh", "learned", "critic", false],
      ["replayed", "exact", "critic", false],
      ["replayed", "learned", "critic", true],
    ],
  );
  for (const estimator of estimators) {
    for (const name of ["cosine", "ceiling", "bias", "signalToNoise"]) t.true(Number.isFinite(estimator[name]), name);
  }
  t.is((await valuegrad([...command, "--json"])).stdout, stdout);
  t.not((await valuegrad([...command, "--json", "--seed", "2"])).stdout, stdout);

  const words = await valuegrad([...command, "--algorithm", "svg0-er"]);
  t.is(words.code, 0, words.stderr);
  t.regex(words.stdout, /^cartpole, svg0-er, after 300 steps: the policy's gradient by 128 states\n\ndata/);
  t.regex(
    words.stdout,
    /\nreference .*\nfresh +exact +exact .*\nfresh +none +critic .*\nreplayed +none +critic .* svg0-er\n/,
  );
});

test("gradcheck takes a run with its replay, and leaves it as it is", async (t) => {
  const run = join(folder, "run");
  const settings = ["--task", "reacher-4target", "--algorithm", "svg-inf", "--steps", "300"];
  t.is((await valuegrad(["train", ...settings, ...small, "--out", run])).code, 0);
  const check = ["gradcheck", "reacher-4target", "--run", run, "--samples", "8", "--rollout", "10", "--json"];
  const { code, stdout, stderr } = await valuegrad(check);
  t.is(code, 0, stderr);
  const result = JSON.parse(stdout);
  t.like(result, { algorithm: "svg-inf", steps: 300, samples: 8, rolloutSteps: 10 });
  t.like(result.estimators[0], { model: "exact", value: "exact", bias: 0, length: 1 });
  t.is(result.estimators.find(({ own }: { own: boolean }) => own).model, "learned");
  t.is((await valuegrad(["verify", run])).code, 0);

  for (const [changes, message] of [
    [["--sigma", "0.2"], /^error: sigma is 0\.2: a run has its own; leave it or --run out\n$/],
    [["--samples", "1"], /^error: samples is 1: it must be an integer from 2 to 1000000\n$/],
    [["--rollout", "x"], /^error: rollout is x: it must be an integer from 0 to 1000\n$/],
    [["--run", join(folder, "none")], /^error: run is .*none: this folder holds no run/],
  ] as const) {
    const refused = await valuegrad([...check, ...changes]);
    t.is(refused.code, 2);
    t.regex(refused.stderr, message);
  }
  const other = await valuegrad(["gradcheck", "cartpole", "--run", run]);
  t.is(other.code, 2);
  t.regex(other.stderr, /^error: run is .*run: it learns reacher-4target, not cartpole\n$/);
});

test("gradcheck knows every algorithm, and its help what is compared for each", async (t) => {
  const tiny = [
    "--steps",
    "260",
    "--learning-starts",
    "250",
    "--batch",
    "4",
    "--samples",
    "8",
    "--rollout",
    "1",
    "--json",
  ];
  for (const algorithm of Object.keys(algorithms)) {
    const { code, stdout, stderr } = await valuegrad([
      ...["gradcheck", "cartpole", "--algorithm", algorithm, ...small, ...tiny],
    ]);
    t.is(code, 0, `${algorithm}: ${stderr}`);
    const { estimators } = JSON.parse(stdout) as { estimators: { own: boolean }[] };
    t.is(estimators.filter(({ own }) => own).length, 1, algorithm);
  }
  const { stdout } = await valuegrad(["gradcheck", "--help"]);
  t.regex(
    stdout,
    /\n {2}svg1-er, svg1, svg-k: data fresh, replayed; model exact, learned; value exact, critic; 4096 states\n/,
  );
  t.regex(stdout, /\n {2}reinforce: data fresh; model none; value exact, critic, nothing; 1024 episodes\n/);
  t.regex(
    stdout,
    /\n {2}planner: data fresh, simulated; model exact, learned; value exact, critic, nothing; 64 episodes\n/,
  );
});

test("gradcheck names what it does not know", async (t) => {
  for (const [rest, message] of [
    [["cartpoll"], /^error: task is cartpoll: did you mean cartpole\?/],
    [["cartpole", "--algorithm", "svg-1"], /^error: algorithm is "svg-1": did you mean/],
    [
      ["hand", "--algorithm", "planner", "--rollout", "5"],
      /^error: rollout is 5: nothing comes after an episode of hand;/,
    ],
    [["cartpole", "--steps", "0"], /^error: steps is 0: it must be an integer from 1/],
  ] as const) {
    const { code, stderr } = await valuegrad(["gradcheck", ...rest]);
    t.is(code, 2);
    t.regex(stderr, message);
  }
});
