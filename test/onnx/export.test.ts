import { createHash } from "node:crypto";
import test from "ava";
import { identity, inFrame, type LinearForm, polar, vectorSum } from "../../src/env/features.js";
import { type ExportOptions, exportPolicy } from "../../src/onnx/export.js";
import type { PolicyDescription } from "../../src/onnx/policy.js";
import { readModel } from "../../src/onnx/read.js";
import { verifyPolicy } from "../../src/onnx/verify.js";
import { PLANS, type Plan, randomCases, randomPolicy } from "./policies.js";
import { evaluatePolicy } from "./reference.js";

const BOUNDED = PLANS["all kinds, different bounds"]!;

for (const [name, plan] of Object.entries(PLANS)) {
  for (const stochastic of [false, true]) {
    const title = `${name}, ${stochastic ? "stochastic" : "deterministic"}`;

    test(`onnxruntime-node gives the policy's outputs: ${title}`, async (t) => {
      let maxError = 0;
      for (const seed of [1, 2, 3]) {
        const policy = randomPolicy(seed, plan);
        const model = exportPolicy(policy, { stochastic });
        for (const count of [1, 7, 64]) {
          const verification = await verifyPolicy(model, randomCases(policy, seed + count, count, stochastic));
          maxError = Math.max(maxError, verification.maxError);
        }
      }
      t.log(`largest error ${maxError.toExponential(1)}`);
      t.true(maxError > 0 && maxError <= 1e-5);
    });
  }
}

test("each action dimension is clipped to its own bounds, the mean is not", (t) => {
  const policy = randomPolicy(1, BOUNDED);
  const { mean, action, count } = randomCases(policy, 1, 64);
  policy.action.forEach(({ low, high }, column) => {
    const at = (values: Float32Array): number[] => Array.from({ length: count }, (_, row) => values[row * 6 + column]!);
    if (low > -Infinity) t.true(at(mean).some((value) => value < low) && at(action).includes(Math.fround(low)));
    if (high < Infinity) t.true(at(mean).some((value) => value > high) && at(action).includes(Math.fround(high)));
  });
});

test("bounds become Clip where all are equal, Max and Min where they differ, nothing where there are none", (t) => {
  const clipping = (name: string): string[] =>
    readModel(exportPolicy(randomPolicy(1, PLANS[name]!))).operators.filter((operator) =>
      /Clip|Max|Min/.test(operator),
    );
  t.deepEqual(clipping("all kinds, equal bounds"), ["Clip"]);
  t.deepEqual(clipping("sines only"), ["Clip"]);
  t.deepEqual(clipping("cosines only"), ["Clip"]);
  t.deepEqual(clipping("rotated only"), []);
  t.deepEqual(clipping("all kinds, different bounds"), ["Max", "Min"]);
  t.deepEqual(clipping("different upper bounds only"), ["Min"]);
  t.deepEqual(clipping("different lower bounds only"), ["Max"]);
});

test("the same policy gives the same bytes, another policy others", (t) => {
  const hash = (seed: number, options?: ExportOptions): string =>
    createHash("sha256")
      .update(exportPolicy(randomPolicy(seed, BOUNDED), options))
      .digest("hex");
  t.is(hash(1), hash(1));
  t.not(hash(1), hash(2));
  t.not(hash(1), hash(1, { stochastic: true }));
  t.is(hash(1, { metadata: { a: "1", b: "2" } }), hash(1, { metadata: { b: "2", a: "1" } }));
});

test("sums of vectors: where the tip of a chain is, from a target, in the frame of its first link", async (t) => {
  const plan: Plan = { state: 4, kinds: ["sum", "sum"], hidden: [6], squash: "none", bounds: [[-1, 1]] };
  const [l1, l2] = [0.5, 0.75];
  const second: LinearForm = [[1, 1]];
  const target = inFrame([[2, -1]], [[3, -1]], [[0, 1]], 1);
  const policy: PolicyDescription = {
    ...randomPolicy(8, plan),
    features: vectorSum([polar(l1, []), polar(l2, second), target], 2),
  };
  // the reference policy is given the two coordinates as its state instead
  const plain: PolicyDescription = { ...policy, features: [0, 1].flatMap((index) => identity(index, 2)) };
  const cases = randomCases(policy, 9, 7);
  for (let b = 0; b < cases.count; b++) {
    const [q0, q1, x, y] = cases.obs.subarray(4 * b, 4 * b + 4) as unknown as [number, number, number, number];
    const tip = [
      l1 * Math.cos(q0) + l2 * Math.cos(q0 + q1) - x,
      l1 * Math.sin(q0) + l2 * Math.sin(q0 + q1) - y,
    ] as const;
    const seen = [Math.cos(q0) * tip[0] + Math.sin(q0) * tip[1], Math.cos(q0) * tip[1] - Math.sin(q0) * tip[0]];
    const { mean } = evaluatePolicy(plain, seen, [0]);
    t.true(Math.abs(mean[0]! - cases.mean[b]!) < 1e-6 && mean[0] !== 0);
  }
  await t.notThrowsAsync(verifyPolicy(exportPolicy(policy), cases));
});

test("a feature may name a state dimension twice, or none", async (t) => {
  const plan: Plan = { state: 2, kinds: ["linear", "cos"], hidden: [4], squash: "none", bounds: [[-1, 1]] };
  const policy: PolicyDescription = {
    ...randomPolicy(5, plan),
    features: [
      {
        kind: "linear",
        of: [
          [1, 0.5],
          [1, 0.25],
        ],
        scale: 2,
      },
      { kind: "cos", of: [], scale: 1 },
    ],
  };
  await t.notThrowsAsync(verifyPolicy(exportPolicy(policy), randomCases(policy, 6, 7)));
});

const PLAIN: Plan = { state: 2, kinds: ["linear", "sin"], hidden: [3], squash: "tanh", bounds: [[-1, 1]] };
const VALID = randomPolicy(1, PLAIN);
const [FIRST, LAST] = [VALID.layers[0]!, VALID.layers[1]!];

const REFUSED: readonly (readonly [what: string, policy: PolicyDescription, message: RegExp])[] = [
  ["no state", { ...VALID, state: [] }, /at least one state/],
  ["no features", { ...VALID, features: [] }, /no features/],
  ["no layers", { ...VALID, layers: [] }, /no layers/],
  ["a layer of the wrong width", { ...VALID, layers: [LAST] }, /layer 0 takes 3 numbers but gets 2/],
  ["a last layer without sigma", { ...VALID, layers: [FIRST] }, /the last layer gives 3 numbers, not 2/],
  ["weights missing", { ...VALID, layers: [{ ...FIRST, weight: new Float32Array(5) }, LAST] }, /5 weights, not 6/],
  ["biases missing", { ...VALID, layers: [{ ...FIRST, bias: new Float32Array(2) }, LAST] }, /2 biases, not 3/],
  [
    "a weight that is NaN",
    { ...VALID, layers: [FIRST, { ...LAST, weight: LAST.weight.map(() => Number.NaN) }] },
    /layer 1 has weights that are not finite/,
  ],
  [
    "a state dimension out of range",
    { ...VALID, features: [{ kind: "sin", of: [[2, 1]], scale: 1 }] },
    /feature 0 reads state dimension 2 of 2/,
  ],
  ["a sum of nothing", { ...VALID, features: [{ kind: "sum", of: [], scale: 1 }] }, /feature 0 is a sum of nothing/],
  [
    "a summand's state dimension out of range",
    { ...VALID, features: [{ kind: "sum", of: [{ kind: "sin", of: [[-1, 1]], scale: 1 }], scale: 1 }] },
    /feature 0 reads state dimension -1 of 2/,
  ],
  [
    "a summand of length zero",
    { ...VALID, features: vectorSum([polar(0, [[0, 1]])], 1) },
    /feature 0 has a summand of scale Infinity/,
  ],
  [
    "a sum with a negative scale",
    { ...VALID, features: vectorSum([polar(1, [[0, 1]])], -1) },
    /feature 0 has scale -1/,
  ],
  ["a zero scale", { ...VALID, features: [{ kind: "sin", of: [[0, 1]], scale: 0 }] }, /feature 0 has scale 0/],
  [
    "bounds out of order",
    { ...VALID, action: [{ name: "torque", unit: "N m", low: 1, high: -1 }] },
    /the bounds of torque are 1 and -1/,
  ],
  ["an infinite sigma", { ...VALID, logSigma: { middle: 0, halfRange: Infinity } }, /range of sigma/],
];

for (const [what, policy, message] of REFUSED) {
  test(`a policy is refused for ${what}`, (t) => {
    t.throws(() => exportPolicy(policy), { message });
  });
}
