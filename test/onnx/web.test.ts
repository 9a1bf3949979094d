import test from "ava";
import { env, InferenceSession, Tensor } from "onnxruntime-web";
import { exportPolicy } from "../../src/onnx/export.js";
import { PLANS, randomCases, randomPolicy } from "./policies.js";

// Both runtimes share one registry of backends per process: this file must not load onnxruntime-node. The Wasm runtime does not
// take overlapping runs, hence serial tests.
env.wasm.numThreads = 1;

for (const [name, plan] of Object.entries(PLANS)) {
  for (const stochastic of [false, true]) {
    test.serial(`onnxruntime-web agrees: ${name}, ${stochastic ? "stochastic" : "deterministic"}`, async (t) => {
      const policy = randomPolicy(4, plan);
      const session = await InferenceSession.create(exportPolicy(policy, { stochastic }), {
        executionProviders: ["wasm"],
      });
      let maxError = 0;
      for (const count of [1, 7, 64]) {
        const cases = randomCases(policy, count, count, stochastic);
        const feeds = { obs: new Tensor("float32", cases.obs, [count, plan.state]) };
        const noise = cases.noise && { noise: new Tensor("float32", cases.noise, [count, plan.bounds.length]) };
        const results = await session.run({ ...feeds, ...noise });
        for (const output of ["mean", "std", "action"] as const) {
          const got = results[output]!.data as Float32Array;
          t.is(got.length, cases[output].length);
          cases[output].forEach((want, i) => {
            maxError = Math.max(maxError, Math.abs(got[i]! - want) / Math.max(1, Math.abs(want)));
          });
        }
      }
      await session.release();
      t.log(`largest error ${maxError.toExponential(1)}`);
      t.true(maxError > 0 && maxError <= 1e-5);
    });
  }
}
