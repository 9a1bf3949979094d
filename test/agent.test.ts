import test from "ava";
import { Agent, type AgentTask } from "../src/agent.js";
import { resolveConfig } from "../src/config.js";
import { angle, type Feature, identity, inFrame, polar, vectorSum } from "../src/env/features.js";
import type { Frame } from "../src/env/frames.js";
import { init } from "../src/node.js";
import { exportPolicy } from "../src/onnx/export.js";
import { verifyPolicy } from "../src/onnx/verify.js";
import { Source } from "./onnx/policies.js";
import { evaluatePolicy } from "./onnx/reference.js";

const dimension = (name: string) => ({ name, unit: "1", low: -Infinity, high: Infinity });

/** A chain of two links q0, q1 and a target x, y; the task exists for the agent only. */
const CHAIN: AgentTask = {
  name: "chain",
  state: ["q0", "q1", "x", "y", "v"].map(dimension),
  action: [{ name: "torque", unit: "N m", low: -1, high: 1 }],
  controlStep: 0.05,
  features: [
    ...identity(4, 3),
    ...vectorSum([polar(0.5, []), polar(-0.75, [[1, 1]]), inFrame([[2, -1]], [[3, -1]], [[0, 1]], 1)], 0.4),
    ...angle(1, 2),
    ...inFrame([[4, 1]], [[3, 1]], [[1, 0.5]], 2),
  ],
  predicted: [0, 1, 4],
};
const CONFIG = resolveConfig({ policyHidden: [12], valueHidden: [8], modelHidden: [6], batch: 16 });
const ROWS = 16;

async function createAgent(task: AgentTask = CHAIN, config = CONFIG): Promise<Agent> {
  return new Agent(await init(), task, config, ROWS);
}

test("an agent sees the features that its task describes, sums of vectors too, and its exported policy sees the same", async (t) => {
  const agent = await createAgent();
  const { values } = agent.policy;
  // what an untrained network says would be next to nothing
  for (let i = 0; i < values.length; ++i) values[i]! *= 3;
  const source = new Source(4);
  const obs = source.array(ROWS * CHAIN.state.length, () => source.normal());
  const action = Float32Array.from(agent.actDeterministically(obs, ROWS));
  const policy = agent.describePolicy();
  const expected = Array.from({ length: ROWS }, (_, b) => evaluatePolicy(policy, obs.subarray(5 * b, 5 * b + 5), [0]));
  const largest = Math.max(...expected.map(({ mean }) => Math.abs(mean[0]!)));
  t.true(largest > 0.1);
  for (const [b, { mean }] of expected.entries()) t.true(Math.abs(action[b]! - mean[0]!) < 1e-5 * largest);
  const mean = Float32Array.from(expected, (output) => output.mean[0]!);
  const std = Float32Array.from(expected, (output) => output.std[0]!);
  const clipped = Float32Array.from(expected, (output) => output.action[0]!);
  await t.notThrowsAsync(verifyPolicy(exportPolicy(policy), { obs, mean, std, action: clipped, count: ROWS }));
});

test("the value of a state depends on it alone, of a critic of actions, too: it judges the policy's mean there", async (t) => {
  for (const algorithm of ["svg1-er", "svg0-er"] as const) {
    const agent = await createAgent(CHAIN, { ...CONFIG, algorithm });
    for (const network of [agent.policy, agent.value]) {
      network.values.forEach((value, i, values) => {
        values[i] = 3 * value;
      });
    }
    const [here, there] = [
      [0, 0.5, 1, -1, 0],
      [1, -2, 0, 2, 1],
    ];
    agent.actDeterministically(here);
    const [own] = agent.valueOf(here).slice();
    agent.actDeterministically(there);
    t.is(agent.valueOf(here)[0], own, algorithm);
    t.not(agent.valueOf(there)[0], own, algorithm);
  }
});

test("an agent's model takes actions as they were chosen, or as the environment clips them", async (t) => {
  const errorAfter = async (torque: number, modelActions: "chosen" | "clipped" = "clipped"): Promise<number> => {
    const agent = await createAgent(CHAIN, { ...CONFIG, modelActions });
    const source = new Source(5);
    agent.batch.s.set(source.array(agent.batch.s.length, () => source.normal()));
    agent.batch.sNext.set(source.array(agent.batch.sNext.length, () => source.normal()));
    agent.batch.a.fill(torque);
    return agent.updateModel();
  };
  t.is(await errorAfter(1), await errorAfter(2.5));
  t.is(await errorAfter(-1), await errorAfter(-7));
  t.not(await errorAfter(1), await errorAfter(0.9));
  t.not(await errorAfter(1, "chosen"), await errorAfter(2.5, "chosen"));
});

const BAD_FEATURES: readonly (readonly [Feature, RegExp])[] = [
  [
    { kind: "sin", of: [[5, 1]], scale: 1 },
    /the task's features cannot be used: feature 0 reads state dimension 5 of 5/,
  ],
  [{ kind: "linear", of: [[0, 1]], scale: -1 }, /feature 0 has scale -1/],
  [{ kind: "sum", of: [], scale: 1 }, /feature 0 is a sum of nothing/],
];

test("features that cannot be computed are refused by name", async (t) => {
  for (const [feature, message] of BAD_FEATURES) {
    await t.throwsAsync(createAgent({ ...CHAIN, features: [feature, ...CHAIN.features] }), { message });
  }
});

const BAD_FRAMES: readonly (readonly [readonly Frame[], RegExp])[] = [
  [
    [{ x: 0, y: 2, angle: [] }],
    /the task's frames cannot be used: frame 0 names state dimension 2, which is not predicted/,
  ],
  [[{ x: 1, y: 1, angle: [] }], /frame 0 names state dimension 1 twice/],
  [
    [
      { x: 0, y: 1, angle: [] },
      { x: 4, y: 0, angle: [] },
    ],
    /frames 0 and 1 both name state dimension 0/,
  ],
  [[{ x: 0, y: 1, angle: [[5, 1]] }], /the angle of frame 0 reads state dimension 5 of 5/],
  [[{ x: 0, y: 1, angle: [[0.5, 1]] }], /the angle of frame 0 reads state dimension 0.5 of 5/],
  [[{ x: 0, y: 1, angle: [[0, Number.NaN]] }], /the angle of frame 0 has coefficient NaN/],
];

test("frames that contradict the state or each other are refused by name", async (t) => {
  for (const [frames, message] of BAD_FRAMES) await t.throwsAsync(createAgent({ ...CHAIN, frames }), { message });
});

test("the noise inferred with a learned sigma has unit variance wherever the true noise grows with the action", async (t) => {
  // v changes by 0.3 a and noise of deviation 0.2 + 0.15 a
  const deviations = async (modelNoise: string) => {
    const config = {
      ...CONFIG,
      ...resolveConfig({ modelNoise, modelHidden: [12], policyHidden: [4], valueHidden: [4] }),
    };
    const agent = new Agent(await init(), CHAIN, config);
    const source = new Source(8);
    const { batch } = agent;
    const draw = (action: () => number) => {
      batch.s.set(source.array(batch.s.length, () => source.uniform(-1, 1)));
      batch.sNext.set(batch.s);
      for (let b = 0; b < batch.rows; ++b) {
        const a = action();
        batch.a[b] = a;
        for (const i of CHAIN.predicted) batch.sNext[5 * b + i]! += 0.3 * a + (0.2 + 0.15 * a) * source.normal();
      }
    };
    for (let i = 0; i < 1500; ++i) {
      draw(() => source.uniform(-1, 1));
      agent.updateModel();
    }
    // held-out transitions of two actions
    return [-0.8, 0.8].map((a) => {
      let squares = 0;
      for (let i = 0; i < 20; ++i) {
        draw(() => a);
        const xi = agent.inferModelNoise();
        for (let b = 0; b < batch.rows; ++b) squares += xi[5 * b + 4]! ** 2;
      }
      return Math.sqrt(squares / (20 * batch.rows));
    });
  };
  const learned = await deviations("learned");
  t.true(
    learned.every((deviation) => Math.abs(deviation - 1) < 0.15),
    learned.join(),
  );
  // additive noise is the same for every action
  const [small, large] = await deviations("additive");
  t.true(large! > 3.5 * small!, `${small} ${large}`);
});

test("an agent's model learns changes in the frames of its task", async (t) => {
  // (q1, v) changes by (0.5, 0.1 + 0.2 a) in a frame turned by the target's x, which the model is not told
  const task = { ...CHAIN, features: identity(0, 1), frames: [{ x: 4, y: 1, angle: [[2, 1]] }] } as const;
  const errors = [];
  for (const frames of [task.frames, []]) {
    const agent = await createAgent({ ...task, frames });
    const source = new Source(6);
    const { batch } = agent;
    batch.s.forEach((_, i) => {
      batch.s[i] = source.uniform(-3, 3);
    });
    batch.sNext.set(batch.s);
    for (let b = 0; b < CONFIG.batch; ++b) {
      const a = source.uniform(-1, 1);
      batch.a[b] = a;
      const [along, across] = [0.5, 0.1 + 0.2 * a];
      const turn = batch.s[5 * b + 2]!;
      batch.sNext[5 * b + 4]! += Math.cos(turn) * along - Math.sin(turn) * across;
      batch.sNext[5 * b + 1]! += Math.sin(turn) * along + Math.cos(turn) * across;
    }
    let error = 0;
    for (let i = 0; i < 500; ++i) error = agent.updateModel();
    errors.push(error);
  }
  t.true(errors[0]! < 1e-4 && errors[1]! > 1e-2, errors.join());
});
