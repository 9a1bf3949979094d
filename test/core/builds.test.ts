// The SIMD build against the scalar one: everything a training run does, through the released interface, bit for bit.

import test from "ava";
import { modelBlock } from "../../src/env/models.js";
import { tasks } from "../../src/env/task.js";
import { createFrames } from "./agents.js";
import { COS, createEncoder, LINEAR, ROTATED, SIN, type TestFeature } from "./encoders.js";
import { Core } from "./instantiate.js";
import { Source } from "./numbers.js";

const [STATES, ACTIONS] = [4, 1];
const FEATURES: TestFeature[] = [
  { kind: LINEAR, forms: [[[0, 1]]], scale: 1.8 },
  { kind: SIN, forms: [[[1, 1]]], scale: 1 },
  { kind: COS, forms: [[[1, 1]]], scale: 1 },
  { kind: LINEAR, forms: [[[2, 1]]], scale: 3 },
  { kind: ROTATED, forms: [[[2, 1]], [[3, 1]], [[1, 1]]], scale: 7 },
  {
    sum: [
      { kind: COS, forms: [[]], scale: 2 },
      { kind: SIN, forms: [[[1, -1]]], scale: 3 },
    ],
    scale: 0.7,
  },
];

interface Setup {
  readonly rows: number;
  readonly hidden: readonly number[];
  readonly squash: number;
  readonly deviation: number;
  readonly modelOutputs: number;
  readonly single: number;
}

/** Eight rounds of acting in environments, sampling indices, and the three updates; then a forward step of the model. */
function train(core: Core, { rows, hidden, squash, deviation, modelOutputs, single }: Setup, seed = 3n) {
  const source = new Source(hidden.length);
  const encoder = createEncoder(core, STATES, FEATURES);
  const network = (inputs: number, outputs: number) =>
    [core.putIntegers([inputs, ...hidden, outputs]), hidden.length + 1] as const;
  const F = FEATURES.length;
  const initialisation = core.plain("randomCreate", seed, 0, 0);
  const policyNetwork = network(F, 2 * ACTIONS);
  const policy = core.plain("policyCreate", encoder, ...policyNetwork, rows, squash, deviation, 0.05, 1, 5);
  const value = core.plain("valueCreate", encoder, 0, ...network(F, 1), rows);
  const predicted = core.putIntegers([0, 1, 2, 3]);
  const frames = createFrames(core, STATES, 4, [{ pair: [3, 2], angle: [[1, 2]] }]);
  const modelNetwork = network(F + ACTIONS, modelOutputs);
  const model = core.plain("modelCreate", encoder, ACTIONS, ...modelNetwork, predicted, 4, frames, single, rows);
  const batch = core.plain("batchCreate", rows, STATES, ACTIONS);
  const learner = core.plain("learnerCreate", policy, model, value, 0, 0.97, 0.1, 3);
  core.plain("policyInitialise", policy, initialisation, 0.1, 0.4);
  core.plain("valueInitialise", value, initialisation, 1);
  core.plain("modelInitialise", model, initialisation, 0.1);
  const blocks = [
    core.plain("policyParameters", policy),
    core.plain("valueParameters", value),
    core.plain("modelParameters", model),
  ];
  for (const block of blocks) core.plain("parametersConfigure", block, 1e-3, 0.5);
  const block = modelBlock("cartpole");
  const environment = core.plain(
    "environmentCreate",
    tasks.cartpole!.id,
    core.putBytes(block),
    block.length,
    rows,
    seed,
    2,
  );
  const noise = core.plain("randomCreate", seed, 1, 0);
  const sampling = core.plain("randomCreate", seed, 3, 0);
  const indices = core.plain("arenaAlloc", 4 * rows);
  const xi = core.alloc(rows * STATES);
  const predictedNext = core.alloc(rows * STATES);
  const at = (name: string) => core.plain(`batch${name}`, batch);
  const environmentNumbers = (name: string, count: number) =>
    new Float64Array(core.memory.buffer, core.plain(`environment${name}`, environment), count);
  core.plain("arenaSeal");

  for (let i = 0; i < rows; i++) core.plain("environmentReset", environment, i);
  for (let round = 0; round < 8; round++) {
    // batches of all remainders of four
    const B = rows - (round % 4);
    core.set(at("S"), environmentNumbers("S", rows * STATES));
    core.plain("policyForward", policy, at("S"), rows);
    core.plain("policySample", policy, at("A"), noise, rows);
    core.plain("policyLogProb", policy, at("BehaviourLogProb"), at("A"), rows);
    environmentNumbers("A", rows * ACTIONS).set(core.get(at("A"), rows * ACTIONS));
    core.plain("environmentStep", environment);
    core.set(at("SNext"), environmentNumbers("S", rows * STATES));
    core.set(at("Reward"), environmentNumbers("Reward", rows));
    core.set(
      at("Terminated"),
      Array.from({ length: rows }, () => source.below(2)),
    );
    core.plain("rewardGradient", environment, at("RS"), at("RA"), at("RSNext"), at("S"), at("A"), at("SNext"), B);
    core.plain("updateModel", learner, batch, B);
    core.plain("importanceRatios", learner, batch, B);
    core.plain("updateValue", learner, batch, B);
    core.plain("updatePolicy", learner, batch, 1, B, 1);
    core.plain("randomIndices", sampling, indices, rows, 1000 + round);
  }
  core.set(xi, source.array(rows * STATES));
  core.plain("modelForward", model, at("S"), at("A"), rows);
  core.plain("modelStep", model, predictedNext, at("S"), xi, rows);
  core.plain("policyForward", policy, at("S"), 1);
  const results = [
    ...core.get(predictedNext, rows * STATES),
    ...core.get(core.plain("policyMean", policy), ACTIONS),
    ...blocks.map((block) => core.plain("parametersNorm", block)),
    ...blocks.flatMap((block) => core.get(core.plain("parametersValues", block), 20)),
  ];
  return { arena: core.arena(), results };
}

const SETUPS: [string, Setup][] = [
  ["a small policy of two layers", { rows: 37, hidden: [9], squash: 1, deviation: 2, modelOutputs: 1, single: 0 }],
  ["three layers of odd widths", { rows: 37, hidden: [21, 10], squash: 0, deviation: 1, modelOutputs: 2, single: 1 }],
  [
    "wide layers and a large batch",
    { rows: 300, hidden: [64, 64], squash: 1, deviation: 0, modelOutputs: 1, single: 0 },
  ],
];

for (const [name, setup] of SETUPS) {
  test(`SIMD and scalar build leave the same bytes after training with ${name}`, (t) => {
    const [simd, scalar] = [new Core(32, "core"), new Core(32, "core.scalar")];
    t.true(simd.constant("HAS_SIMD") === 1 && scalar.constant("HAS_SIMD") === 0);
    t.is(simd.plain("arenaBase"), scalar.plain("arenaBase"));
    const [first, second] = [train(simd, setup), train(scalar, setup)];
    t.is(first.arena.length, second.arena.length);
    t.is(Buffer.compare(first.arena, second.arena), 0);
    // something was computed, and nothing ran away
    t.true(first.results.every(Number.isFinite));
    t.true(new Set(first.results).size > setup.rows * STATES);
  });

  test(`another seed leaves other bytes with ${name}`, (t) => {
    const [first, second] = [3n, 4n].map((seed) => train(new Core(32, "core"), setup, seed));
    t.not(Buffer.compare(first!.arena, second!.arena), 0);
  });
}
