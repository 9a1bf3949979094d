import { PbfWriter } from "pbf";
import type { BasicFeature, Feature, LinearForm } from "../../src/env/features.js";
import type { DenseLayer, Dimension, PolicyDescription } from "../../src/onnx/policy.js";
import { readModel } from "../../src/onnx/read.js";
import type { VerificationCases } from "../../src/onnx/verify.js";
import { blank, seal } from "../../src/seal.js";
import { evaluatePolicy } from "./reference.js";

/** A changed file with the digest that it has now. */
export function resealed(bytes: Uint8Array): Uint8Array {
  const { digestEnd } = readModel(bytes);
  const sealed = bytes.slice();
  seal(sealed, digestEnd! - blank.length);
  return sealed;
}

/** An exported file with other metadata, of which an entry `sha256` may hold anything. */
export function withMetadata(
  bytes: Uint8Array,
  entries: readonly (readonly [key: string, value: string])[],
): Uint8Array {
  const writer = new PbfWriter();
  writer.writeVarintField(1, 8);
  writer.writeStringField(2, "valuegrad");
  writer.writeMessage(8, (version, inner) => inner.writeVarintField(2, version), 15);
  for (const entry of entries) {
    writer.writeMessage(
      14,
      ([key, value]: readonly [string, string], inner) => {
        inner.writeStringField(1, key);
        inner.writeStringField(2, value);
      },
      entry,
    );
  }
  // the graph follows the last of the metadata
  const last = [...readModel(bytes).metadata.values()].at(-1)!;
  const graphAt = Buffer.from(bytes).lastIndexOf(last) + Buffer.byteLength(last);
  return new Uint8Array(Buffer.concat([writer.finish(), bytes.subarray(graphAt)]));
}

/** A source of numbers for tests: a linear congruential generator, read from its upper bits. */
export class Source {
  #state: bigint;

  constructor(seed: number) {
    this.#state = BigInt(seed);
    for (let i = 0; i < 4; i++) this.uniform(0, 1);
  }

  uniform(low: number, high: number): number {
    this.#state = BigInt.asUintN(64, this.#state * 6364136223846793005n + 1442695040888963407n);
    return low + (high - low) * (Number(this.#state >> 32n) / 2 ** 32);
  }

  below(count: number): number {
    return Math.floor(this.uniform(0, count));
  }

  /** Roughly normal: a sum of uniform numbers. */
  normal(): number {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += this.uniform(0, 1);
    return sum;
  }

  array(length: number, next: () => number): Float32Array {
    return Float32Array.from({ length }, next);
  }
}

export interface Plan {
  readonly state: number;
  readonly kinds: readonly Feature["kind"][];
  readonly hidden: readonly number[];
  readonly squash: PolicyDescription["squash"];
  readonly bounds: readonly (readonly [low: number, high: number])[];
}

const BASIC_KINDS: readonly BasicFeature["kind"][] = ["rotated", "linear", "sin", "cos"];

/** A random policy whose numbers are float32, as those of a trained one are. */
export function randomPolicy(seed: number, plan: Plan): PolicyDescription {
  const source = new Source(seed);
  const round = Math.fround;
  const form = (): LinearForm =>
    Array.from(
      { length: 1 + source.below(3) },
      () => [source.below(plan.state), round(source.uniform(-1, 1))] as const,
    );
  const scale = (): number => source.uniform(0.5, 4);
  const basic = (kind: BasicFeature["kind"]): BasicFeature => {
    if (kind === "rotated") return { kind, x: form(), y: form(), angle: form(), scale: scale() };
    return { kind, of: form(), scale: scale() };
  };
  // every kind with both signs, and a constant
  const summands = (): BasicFeature[] => [
    ...BASIC_KINDS.map(basic),
    ...BASIC_KINDS.map((kind) => ({ ...basic(kind), scale: -scale() })),
    { kind: "cos", of: [], scale: scale() },
  ];
  const features = plan.kinds.map(
    (kind): Feature => (kind === "sum" ? { kind, of: summands(), scale: scale() } : basic(kind)),
  );
  const sizes = [features.length, ...plan.hidden, 2 * plan.bounds.length];
  const layers = plan.hidden.concat(0).map((_, i): DenseLayer => {
    const [inputs, outputs] = [sizes[i]!, sizes[i + 1]!];
    const gain = 1.5 / Math.sqrt(inputs);
    return {
      inputs,
      outputs,
      weight: source.array(inputs * outputs, () => gain * source.normal()),
      bias: source.array(outputs, () => 0.3 * source.normal()),
    };
  });
  const unbounded = (_: unknown, i: number): Dimension => ({
    name: `s${i}`,
    unit: "m",
    low: -Infinity,
    high: Infinity,
  });
  return {
    task: "test/random",
    state: Array.from({ length: plan.state }, unbounded),
    action: plan.bounds.map(([low, high], i) => ({ name: `a${i}`, unit: "N m", low, high })),
    features,
    layers,
    squash: plan.squash,
    logSigma: { middle: -1.5, halfRange: 2.5 },
  };
}

/** Random states with what the reference policy gives for them. */
export function randomCases(policy: PolicyDescription, seed: number, count: number, noisy = false): VerificationCases {
  const source = new Source(seed);
  const [stateSize, size] = [policy.state.length, policy.action.length];
  const obs = source.array(count * stateSize, () => 3 * source.normal());
  const noise = noisy ? source.array(count * size, () => source.normal()) : new Float32Array(count * size);
  const results = Array.from({ length: count }, (_, row) =>
    evaluatePolicy(
      policy,
      obs.subarray(row * stateSize, (row + 1) * stateSize),
      noise.subarray(row * size, (row + 1) * size),
    ),
  );
  const collect = (output: "mean" | "std" | "action"): Float32Array =>
    Float32Array.from(results.flatMap((result) => result[output]));
  const expected = { obs, mean: collect("mean"), std: collect("std"), action: collect("action"), count };
  return noisy ? { ...expected, noise } : expected;
}

const ALL_KINDS: readonly Feature["kind"][] = [
  "rotated",
  "sin",
  "linear",
  "cos",
  "linear",
  "rotated",
  "cos",
  "sin",
  "linear",
  "sum",
  "sum",
];

/** Policies that between them have every kind of feature, alone and mixed, depth, squashing and bound. */
export const PLANS: Readonly<Record<string, Plan>> = {
  "one layer, linear features": {
    state: 3,
    kinds: ["linear", "linear", "linear"],
    hidden: [],
    squash: "none",
    bounds: [[-1, 1]],
  },
  "sines only": { state: 2, kinds: ["sin", "sin"], hidden: [8], squash: "tanh", bounds: [[-Infinity, 0.5]] },
  "cosines only": { state: 2, kinds: ["cos"], hidden: [8], squash: "none", bounds: [[-0.25, Infinity]] },
  "rotated only": {
    state: 5,
    kinds: ["rotated", "rotated"],
    hidden: [16, 16],
    squash: "tanh",
    bounds: [
      [-Infinity, Infinity],
      [-Infinity, Infinity],
    ],
  },
  "sums only": { state: 4, kinds: ["sum", "sum", "sum"], hidden: [16, 8], squash: "tanh", bounds: [[-0.5, 0.5]] },
  "all kinds, equal bounds": {
    state: 6,
    kinds: ALL_KINDS,
    hidden: [64, 64],
    squash: "tanh",
    bounds: [
      [-0.4, 0.6],
      [-0.4, 0.6],
    ],
  },
  "all kinds, different bounds": {
    state: 17,
    kinds: [...ALL_KINDS, ...ALL_KINDS],
    hidden: [100, 60, 30],
    squash: "none",
    bounds: [
      [-0.1, 0.1],
      [-0.6, 0.3],
      [-Infinity, 0],
      [-0.5, Infinity],
      [-Infinity, Infinity],
      [0.2, 0.2],
    ],
  },
  "different upper bounds only": {
    state: 4,
    kinds: ["linear", "cos"],
    hidden: [12],
    squash: "none",
    bounds: [
      [-Infinity, 0.1],
      [-Infinity, -0.1],
    ],
  },
  "different lower bounds only": {
    state: 4,
    kinds: ["sin", "linear"],
    hidden: [12],
    squash: "none",
    bounds: [
      [0.1, Infinity],
      [-0.1, Infinity],
    ],
  },
};
