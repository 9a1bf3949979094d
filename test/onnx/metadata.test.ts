import test from "ava";
import { exportPolicy } from "../../src/onnx/export.js";
import { type Golden, parseGolden } from "../../src/onnx/metadata.js";
import { type ModelSummary, readModel } from "../../src/onnx/read.js";
import { type Plan, randomCases, randomPolicy } from "./policies.js";

const PLAN: Plan = {
  state: 3,
  kinds: ["linear", "sin", "cos", "rotated"],
  hidden: [5],
  squash: "tanh",
  bounds: [
    [-1, 2],
    [-Infinity, Infinity],
  ],
};
const POLICY = { ...randomPolicy(1, PLAN), task: "cart-pole/größe π ≥ 3" };
const GOLDEN = randomCases(POLICY, 2, 4);

test("an exported file states its contract", (t) => {
  const model = readModel(exportPolicy(POLICY, { stochastic: true }));
  t.is(model.irVersion, 8);
  t.deepEqual(model.opsets, [{ domain: "", version: 15 }]);
  t.is(model.producer, "valuegrad");
  const shapes = (tensors: ModelSummary["inputs"]) => tensors.map(({ name, type, shape }) => ({ name, type, shape }));
  const action = { type: "float32", shape: ["batch", 2] };
  t.deepEqual(shapes(model.inputs), [
    { name: "obs", type: "float32", shape: ["batch", 3] },
    { name: "noise", ...action },
  ]);
  t.deepEqual(shapes(model.outputs), [
    { name: "action", ...action },
    { name: "mean", ...action },
    { name: "std", ...action },
  ]);
  const weights = shapes(model.initializers).filter(({ name }) => name.endsWith(".weight"));
  t.deepEqual(weights, [
    { name: "layer0.weight", type: "float32", shape: [4, 5] },
    { name: "mean_head.weight", type: "float32", shape: [5, 2] },
    { name: "std_head.weight", type: "float32", shape: [5, 2] },
  ]);
  t.is(new Set(model.initializers.map(({ name }) => name)).size, model.initializers.length);
});

test("the deterministic graph takes no noise", (t) => {
  t.deepEqual(
    readModel(exportPolicy(POLICY)).inputs.map(({ name }) => name),
    ["obs"],
  );
});

test("task, names, units, bounds, features and the caller's metadata read back", (t) => {
  const { metadata } = readModel(exportPolicy(POLICY, { metadata: { seed: "7", config_hash: "ab12" } }));
  t.is(metadata.get("format_version"), "2");
  t.is(metadata.get("task"), POLICY.task);
  t.is(metadata.get("config_hash"), "ab12");
  t.is(metadata.get("seed"), "7");
  t.deepEqual(JSON.parse(metadata.get("actions")!), [
    { name: "a0", unit: "N m", low: -1, high: 2 },
    { name: "a1", unit: "N m", low: null, high: null },
  ]);
  t.deepEqual(
    JSON.parse(metadata.get("observations")!).map(({ name }: { name: string }) => name),
    ["s0", "s1", "s2"],
  );
  t.deepEqual(JSON.parse(metadata.get("features")!), POLICY.features);
  t.is(JSON.parse(metadata.get("inputs")!).obs, "float32 [batch, 3]: state: s0 [m], s1 [m], s2 [m]");
  t.deepEqual(Object.keys(JSON.parse(metadata.get("outputs")!)), ["action", "mean", "std"]);
});

test("a key of the format cannot be overwritten", (t) => {
  for (const key of ["task", "golden", "format_version", "sha256"]) {
    t.throws(() => exportPolicy(POLICY, { metadata: { [key]: "x" } }), { message: new RegExp(`"${key}" belongs to`) });
  }
});

test("golden vectors read back bit for bit", (t) => {
  const { metadata } = readModel(exportPolicy(POLICY, { golden: GOLDEN }));
  const golden = parseGolden(metadata, 3, 2);
  t.deepEqual(golden, { obs: GOLDEN.obs, action: GOLDEN.action, count: 4 });
});

test("golden vectors of the wrong length, or not finite, are refused at export", (t) => {
  const refuse = (golden: Partial<Golden>, message: RegExp) =>
    t.throws(() => exportPolicy(POLICY, { golden: { ...GOLDEN, ...golden } }), { message });
  refuse({ count: 3 }, /Golden observations: 12 values, not 3 rows of 3/);
  refuse({ action: new Float32Array(7) }, /Golden actions: 7 values, not 4 rows of 2/);
  refuse({ action: GOLDEN.action.map(() => Number.NaN) }, /Golden actions are not finite/);
  refuse({ obs: new Float32Array(0), action: new Float32Array(0), count: 0 }, /not 0 rows of 3/);
});

test("golden vectors that are missing or malformed are refused when read", (t) => {
  const refuse = (text: string | undefined, message: RegExp) =>
    t.throws(() => parseGolden(new Map(text === undefined ? [] : [["golden", text]]), 3, 2), { message });
  refuse(undefined, /holds no golden vectors/);
  refuse("{", /are not JSON/);
  refuse("null", /observations of the file are not rows of 3/);
  refuse('{"obs":[[1,2]],"action":[[1,2]]}', /observations of the file are not rows of 3/);
  refuse('{"obs":[[1,2,3]],"action":[[1,1e39]]}', /actions of the file are not rows of 2/);
  refuse('{"obs":[[1,2,3]],"action":[[1,null]]}', /actions of the file are not rows of 2/);
  refuse('{"obs":[[1,2,3],[1,2,3]],"action":[[1,2]]}', /2 golden observations but 1 golden actions/);
});
