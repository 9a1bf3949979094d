import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import { decodeTensors, encodeTensors } from "../../src/safetensors.js";
import { hashOf } from "../../src/seal.js";
import { valuegrad } from "./command.js";

const folder = (): string => mkdtempSync(join(tmpdir(), "valuegrad-"));
const config = {
  ...{ task: "reacher-4target", steps: 400, evaluationInterval: 200, evaluationEpisodes: 1, learningStarts: 100 },
  ...{ policyHidden: [16], valueHidden: [16], modelHidden: [4] },
};
const file = join(folder(), "config.json");
writeFileSync(file, JSON.stringify(config));
const run = join(folder(), "run");
test.before("train", async (t) => {
  t.is((await valuegrad(["train", "--config", file, "--out", run])).code, 0);
});

/** A copy of the run with a file changed, and without the checksums that would show it at once. */
function changed(name: string, change: (bytes: Buffer) => Uint8Array | string): string {
  const copy = join(folder(), "run");
  cpSync(run, copy, { recursive: true });
  rmSync(join(copy, "SHA256SUMS"));
  writeFileSync(join(copy, name), change(readFileSync(join(copy, name))));
  return copy;
}

const metricsOf = (path: string) => readFileSync(join(path, "metrics.jsonl"), "utf8");

test("a run that is what its configuration makes is found identical", async (t) => {
  const { code, stdout, stderr } = await valuegrad(["verify", run]);
  t.is(code, 0, stderr);
  t.regex(
    stdout,
    /^reacher-4target, svg1-er, seed 1: identical: 3 evaluations up to step 400; checkpoints of steps 200, 400; policy\n$/,
  );
});

for (const [what, name, change, message] of [
  [
    "a better return in the metrics",
    "metrics.jsonl",
    (bytes: Buffer) => String(bytes).replace(/("step":200,.*?"score":0\.)/, "$10"),
    /DIFFERS: at the evaluation of step 200, score is 0\.0\d+, recomputed 0\.\d+$/m,
  ],
  [
    "a weight",
    "checkpoints/0000000200.safetensors",
    (bytes: Buffer) => {
      const { tensors, metadata } = decodeTensors(bytes);
      tensors.get("value.adam.moment1.0.bias")!.data[3]! += 1e-3;
      return encodeTensors({ tensors, metadata });
    },
    /DIFFERS: in \S*0000000200\.safetensors, value\.adam\.moment1\.0\.bias\[3\] is \S+, recomputed \S+$/m,
  ],
  [
    "a flipped bit",
    "checkpoints/0000000400.safetensors",
    (bytes: Buffer) => {
      bytes[2000]! ^= 1;
      return bytes;
    },
    /DIFFERS: \S*0000000400\.safetensors is damaged: .*checksum$/m,
  ],
  [
    "the policy",
    "policy.onnx",
    (bytes: Buffer) => {
      bytes[bytes.length - 1]! ^= 1;
      return bytes;
    },
    /DIFFERS: the policy file differs, although all weights agree$/m,
  ],
  [
    "the best evaluation's policy",
    "best.onnx",
    (bytes: Buffer) => {
      bytes[bytes.length - 1]! ^= 1;
      return bytes;
    },
    /DIFFERS: best\.onnx is not the policy of step \d+$/m,
  ],
] as const) {
  test(`a change is found and named: ${what}`, async (t) => {
    const { code, stdout, stderr } = await valuegrad(["verify", changed(name, change as (bytes: Buffer) => string)]);
    t.is(code, 1);
    t.regex(stdout, message);
    t.regex(stderr, /^error: \S+: 1 of 1 differ\n$/);
  });
}

test("a file that is no longer what SHA256SUMS says is named before anything is computed", async (t) => {
  const copy = changed("report.html", () => "mine");
  cpSync(join(run, "SHA256SUMS"), join(copy, "SHA256SUMS"));
  rmSync(join(copy, "policy.onnx"));
  const { code, stdout, stderr } = await valuegrad(["verify", copy]);
  t.is(code, 1);
  t.is(stdout, "");
  t.regex(stderr, /no longer what SHA256SUMS says: policy\.onnx, report\.html\n$/);
});

test("published rows are computed anew, all or one", async (t) => {
  const { config: resolved, hash } = JSON.parse(readFileSync(join(run, "config.json"), "utf8"));
  const metrics = metricsOf(run)
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const policy = hashOf(readFileSync(join(run, "policy.onnx")));
  const row = { cell: hash, config: resolved, metrics, policy };
  const path = join(folder(), "results.jsonl");
  const lied = { ...row, policy: hash };
  writeFileSync(path, [row, lied].map((line) => `${JSON.stringify(line)}\n`).join(""));
  const both = await valuegrad(["verify", path]);
  t.is(both.code, 1);
  t.regex(both.stdout, /^.*identical: 3 evaluations up to step 400; policy\n.*DIFFERS: the policy file differs.*\n$/);
  t.is((await valuegrad(["verify", path, "--cell", "0"])).code, 0);
  t.is((await valuegrad(["verify", path, "--cell", "1"])).code, 1);
  const unknown = await valuegrad(["verify", path, "--cell", "nine"]);
  t.is(unknown.code, 2);
  t.regex(unknown.stderr, /^error: cell is nine: it must be a number from 0 to 1, or the beginning of a hash\n$/);
});

test("a run that was stopped is verified up to where it got", async (t) => {
  const out = join(folder(), "run");
  await valuegrad(["train", "--config", file, "--steps", "100000", "--out", out], undefined, (child) => {
    child.stdout!.on(
      "data",
      (text) => String(text).includes("step     200") && setTimeout(() => child.kill("SIGINT"), 60),
    );
  });
  const steps = Number.parseInt(readdirSync(join(out, "checkpoints")).sort().at(-1)!, 10);
  t.true(steps > 200);
  const { code, stdout } = await valuegrad(["verify", out]);
  t.is(code, 0, stdout);
  t.regex(stdout, new RegExp(`identical: \\d+ evaluations up to step \\d+; checkpoints of steps .*\\b${steps}\\n$`));
});
