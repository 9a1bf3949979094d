// The whole SVG(1)-ER update at half-cheetah's sizes, through the release interface: 18 states, 6 actions, batch 64, policy
// 18-100-100-12, critic 18-200-100-1 with its target, model 18 x (24-20-20-1), Adam on all three. Learning rates are 0, so that
// every turn does the same work on the same numbers.

import type { Work } from "./measure.js";
import { allocDoubles, allocInts, fill, floatsAt, type Module, uniform } from "./module.js";
import { multiplyAdds } from "./networks.js";

/** States, actions, rows of a batch, and the units of the networks' hidden layers. */
export interface LearnerSizes {
  readonly S: number;
  readonly A: number;
  readonly B: number;
  readonly policy: readonly number[];
  readonly critic: readonly number[];
  readonly model: readonly number[];
}

export const HALF_CHEETAH: LearnerSizes = {
  S: 18,
  A: 6,
  B: 64,
  policy: [100, 100],
  critic: [200, 100],
  model: [20, 20],
};
export const GAMMA = 0.99;
export const SIGMA_RANGE = [0.01, 1] as const;
export const TARGET_PERIOD = 100;

/** Units of every layer, inputs first: of policy, critic, and one of the model's sub-networks. */
export function layersOf({ S, A, policy, critic, model }: LearnerSizes) {
  return { policy: [S, ...policy, 2 * A], critic: [S, ...critic, 1], model: [S + A, ...model, 1] };
}

/** A learner over a batch of random transitions. */
export function createLearner(module: Module, sizes: LearnerSizes) {
  const { S, A, B } = sizes;
  const layers = layersOf(sizes);
  const { exports } = module;
  const call = (name: string, ...operands: (number | bigint)[]): number => exports[name]!(...operands);
  const random = call("randomCreate", 1n, 0, 0);
  const dimensions = Array.from({ length: S }, (_, i) => i);
  // feature i is state dimension i: each has one summand with one term in the first of its three forms
  const encoder = call(
    "encoderCreate",
    S,
    S,
    S,
    allocInts(module, dimensions),
    allocInts(
      module,
      Array.from({ length: S }, () => 0),
    ),
    allocInts(
      module,
      Array.from({ length: 3 * S + 1 }, (_, form) => Math.ceil(form / 3)),
    ),
    allocInts(module, dimensions),
    allocDoubles(
      module,
      Array.from({ length: S }, () => 1),
    ),
    allocDoubles(
      module,
      Array.from({ length: S }, () => 1),
    ),
  );
  const policy = call(
    "policyCreate",
    encoder,
    allocInts(module, layers.policy),
    layers.policy.length - 1,
    B,
    1,
    1,
    ...SIGMA_RANGE,
    3,
  );
  call("policyInitialise", policy, random, 0.1, 0.3);
  const value = call("valueCreate", encoder, 0, allocInts(module, layers.critic), layers.critic.length - 1, B);
  call("valueInitialise", value, random, 1);
  const predicted = allocInts(module, dimensions);
  const frames = call("framesCreate", S, S, 0, 0, allocInts(module, [0]), 0, 0);
  const model = call(
    "modelCreate",
    encoder,
    A,
    allocInts(module, layers.model),
    layers.model.length - 1,
    predicted,
    S,
    frames,
    0,
    B,
  );
  call("modelInitialise", model, random, 1);
  for (const [owner, name] of [
    [policy, "policyParameters"],
    [value, "valueParameters"],
    [model, "modelParameters"],
  ] as const) {
    call("parametersConfigure", call(name, owner), 0, 1);
  }
  const batch = call("batchCreate", B, S, A);
  const numbers = uniform();
  for (const block of ["S", "SNext", "RS", "RSNext"])
    fill(floatsAt(module, call(`batch${block}`, batch), B * S), numbers);
  for (const block of ["A", "RA"]) fill(floatsAt(module, call(`batch${block}`, batch), B * A), numbers);
  fill(floatsAt(module, call("batchReward", batch), B), numbers);
  call("policyForward", policy, call("batchS", batch), B);
  call("policyLogProb", policy, call("batchBehaviourLogProb", batch), call("batchA", batch), B);
  const learner = call("learnerCreate", policy, model, value, 0, GAMMA, 1, TARGET_PERIOD);
  // the policy is the one that acted, so every ratio is exactly 1; the losses of random networks are neither 0 nor huge
  call("importanceRatios", learner, batch, B);
  if (floatsAt(module, call("batchWeight", batch), B).some((weight) => weight !== 1))
    throw new Error("a ratio is not 1");
  for (const loss of [
    call("updateModel", learner, batch, B),
    call("updateValue", learner, batch, B),
    call("updatePolicy", learner, batch, 1, B, 1),
  ]) {
    if (!(loss > 1e-3 && loss < 1e3)) throw new Error(`a loss or norm of the update is ${loss}`);
  }
  return { policy, value, model, learner, batch };
}

export function wholeUpdate({ exports }: Module, learner: number, batch: number, B: number): void {
  exports.updateModel!(learner, batch, B);
  exports.importanceRatios!(learner, batch, B);
  exports.updateValue!(learner, batch, B);
  exports.importanceRatios!(learner, batch, B);
  exports.updatePolicy!(learner, batch, 1, B, 1);
}

/** Multiply-adds of a row in each part of an update, from those of one pass forward through policy, critic and model. */
export function partsOf(p: Pass, v: Pass, m: Pass) {
  // of a pullback: once for the parameters' gradient, once for the inputs' without or with the first layer
  return {
    model: m.all + m.all + (m.all - m.first),
    ratios: p.all,
    value: 2 * v.all + v.all + (v.all - v.first),
    policy: 2 * v.all + 2 * m.all + p.all + (p.all - p.first),
  };
}
type Pass = ReturnType<typeof multiplyAdds>;

export function update(module: Module): Work[] {
  const { S, B } = HALF_CHEETAH;
  const { learner, batch } = createLearner(module, HALF_CHEETAH);
  const { updateModel, importanceRatios, updateValue, updatePolicy } = module.exports;
  const layers = layersOf(HALF_CHEETAH);
  const { model, ratios, value, policy } = partsOf(
    multiplyAdds(layers.policy),
    multiplyAdds(layers.critic),
    multiplyAdds(layers.model, S),
  );
  const work = (name: string, count: number, turn: () => void): Work => ({
    name: `SVG(1)-ER ${name}`,
    multiplyAdds: B * count,
    unit: "us",
    turn,
  });
  return [
    work("whole update", model + ratios + value + ratios + policy, () => {
      wholeUpdate(module, learner, batch, B);
    }),
    work("updateModel", model, () => {
      updateModel!(learner, batch, B);
    }),
    work("importanceRatios", ratios, () => {
      importanceRatios!(learner, batch, B);
    }),
    work("updateValue", value, () => {
      updateValue!(learner, batch, B);
    }),
    work("importanceRatios + updatePolicy", ratios + policy, () => {
      importanceRatios!(learner, batch, B);
      updatePolicy!(learner, batch, 1, B, 1);
    }),
  ];
}
