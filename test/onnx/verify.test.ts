import { execFile } from "node:child_process";
import { promisify } from "node:util";
import test from "ava";
import { exportPolicy } from "../../src/onnx/export.js";
import type { PolicyDescription } from "../../src/onnx/policy.js";
import { verifyGolden, verifyPolicy } from "../../src/onnx/verify.js";
import { PLANS, randomCases, randomPolicy, resealed } from "./policies.js";

const POLICY = randomPolicy(1, PLANS["all kinds, different bounds"]!);
const CASES = randomCases(POLICY, 2, 7);
const MODEL = exportPolicy(POLICY);

/** The policy with one weight or bias of one layer changed. */
function corrupt(layer: number, part: "weight" | "bias", index: number, change: number): PolicyDescription {
  const layers = POLICY.layers.map((original, i) => {
    if (i !== layer) return original;
    return { ...original, [part]: original[part].map((value, k) => (k === index ? value + change : value)) };
  });
  return { ...POLICY, layers };
}

test("one changed weight is found, in the output that it reaches", async (t) => {
  const last = POLICY.layers.length - 1;
  await t.throwsAsync(verifyPolicy(exportPolicy(corrupt(0, "weight", 0, 1e-2)), CASES), {
    message: /disagrees at mean/,
  });
  await t.throwsAsync(verifyPolicy(exportPolicy(corrupt(last, "bias", 2, 1e-3)), CASES), {
    message: /^The policy file disagrees at mean\[0, 2\]: expected -?[\d.]+, got -?[\d.]+ \(tolerance 0.00001\)\.$/,
  });
  await t.throwsAsync(verifyPolicy(exportPolicy(corrupt(last, "bias", 7, 1e-3)), CASES), {
    message: /disagrees at std\[0, 1\]/,
  });
});

test("one changed byte of the weights in the file is found", async (t) => {
  const { weight } = POLICY.layers[1]!;
  const start = Buffer.from(MODEL).indexOf(Buffer.from(weight.buffer, weight.byteOffset, 32));
  t.true(start > 0);
  const bytes = MODEL.slice();
  bytes[start + 2]! ^= 0x40;
  await t.throwsAsync(async () => verifyPolicy(bytes, CASES), { message: /do not match its checksum/ });
  await t.throwsAsync(verifyPolicy(resealed(bytes), CASES), { message: /disagrees/ });
});

test("a missing clip is found", async (t) => {
  const action = POLICY.action.map((dimension) => ({ ...dimension, low: -Infinity, high: Infinity }));
  await t.throwsAsync(verifyPolicy(exportPolicy({ ...POLICY, action }), CASES), { message: /disagrees at action/ });
});

test("expected values that are NaN never pass", async (t) => {
  const std = CASES.std.map(() => Number.NaN);
  await t.throwsAsync(verifyPolicy(MODEL, { ...CASES, std }), { message: /disagrees at std\[0, 0\]: expected NaN/ });
});

test("the tolerance is the caller's", async (t) => {
  const { maxError } = await verifyPolicy(MODEL, CASES);
  await t.throwsAsync(verifyPolicy(MODEL, CASES, maxError / 2), { message: /disagrees/ });
  await t.notThrowsAsync(verifyPolicy(exportPolicy(corrupt(0, "weight", 0, 1e-4)), CASES, 1));
});

test("cases that do not fit the file are refused", async (t) => {
  const refuse = (change: Partial<typeof CASES>, message: RegExp) =>
    t.throwsAsync(verifyPolicy(MODEL, { ...CASES, ...change }), { message });
  await refuse({ obs: CASES.obs.subarray(1) }, /17 columns of obs: 118 values are not 7 rows/);
  await refuse({ mean: CASES.mean.subarray(6) }, /6 columns of mean: 36 values are not 7 rows/);
  await refuse({ noise: new Float32Array(42) }, /takes none/);
  await refuse({ count: 0 }, /no cases/);
});

test("a file that is not a policy is refused", async (t) => {
  await t.throwsAsync(async () => verifyPolicy(MODEL.subarray(0, 999), CASES), { message: /^Not an ONNX model/ });
  const renamed = resealed(Buffer.from(Buffer.from(MODEL).toString("latin1").replaceAll("obs", "foo"), "latin1"));
  await t.throwsAsync(async () => verifyPolicy(renamed, CASES), { message: /^Not a policy file of valuegrad: / });
});

for (const stochastic of [false, true]) {
  const kind = stochastic ? "stochastic" : "deterministic";

  test(`a ${kind} file proves itself on its golden vectors`, async (t) => {
    const { maxError, count } = await verifyGolden(exportPolicy(POLICY, { stochastic, golden: CASES }));
    t.is(count, 7);
    t.true(maxError > 0 && maxError <= 1e-5);
  });

  test(`a ${kind} file that is not the golden vectors' policy is found`, async (t) => {
    const other = exportPolicy(corrupt(1, "weight", 5, 0.5), { stochastic, golden: CASES });
    await t.throwsAsync(verifyGolden(other), { message: /disagrees at action/ });
  });
}

test("a file without golden vectors cannot prove itself", async (t) => {
  await t.throwsAsync(verifyGolden(MODEL), { message: /holds no golden vectors/ });
});

test("without onnxruntime-node the error says how to get it", async (t) => {
  const hooks = `export function resolve(name, context, next) {
    if (name !== "onnxruntime-node") return next(name, context);
    throw Object.assign(new Error("Cannot find package"), { code: "ERR_MODULE_NOT_FOUND" });
  }`;
  const script = `
    import { register } from "node:module";
    import { verifyGolden } from "./src/onnx/verify.ts";
    register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(hooks)}`)});
    const model = Buffer.from(process.argv[1], "base64");
    await verifyGolden(model).catch((error) => console.log(error.message));
  `;
  const model = Buffer.from(exportPolicy(POLICY, { golden: CASES })).toString("base64");
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, ["--import=tsx", "--input-type=module", "--eval", script, model]);
  t.is(stdout.trim(), "Verifying a policy file needs the package onnxruntime-node: npm install onnxruntime-node@1.30");
});
