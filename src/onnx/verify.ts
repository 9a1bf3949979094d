import { type PolicyContract, readPolicy } from "./contract.js";

type Runtime = typeof import("onnxruntime-node");

/** States and what the policy must give for them, all row-major. S and A are the sizes of the state and the action. */
export interface VerificationCases {
  /** (count, S). */
  readonly obs: Float32Array;
  /** (count, A), before clipping. */
  readonly mean: Float32Array;
  /** (count, A). */
  readonly std: Float32Array;
  /** (count, A), clipped. */
  readonly action: Float32Array;
  /** (count, A), the noise in `action`, for a stochastic graph; without it `action` must be that of zero noise. */
  readonly noise?: Float32Array;
  readonly count: number;
}

export interface Verification {
  /** Largest error seen: |got - expected|, divided by |expected| where that is above 1. */
  readonly maxError: number;
}

/** One thread, and no word but of errors. */
export const runtimeOptions = { intraOpNumThreads: 1, logSeverityLevel: 3 } as const;

interface Expected {
  readonly obs: Float32Array;
  readonly noise: Float32Array | undefined;
  readonly outputs: Readonly<Record<string, Float32Array>>;
  readonly count: number;
}

/**
 * Runs a policy file in onnxruntime-node and compares all of its outputs with values computed elsewhere.
 *
 * @param tolerance largest error allowed, see `Verification`.
 * @throws Error when an output differs (the message names output, row, column, expected and got), the file is not a policy
 *   file (see `readPolicy`), the cases do not fit it, or onnxruntime-node is not installed.
 */
export function verifyPolicy(model: Uint8Array, cases: VerificationCases, tolerance = 1e-5): Promise<Verification> {
  const { obs, noise, mean, std, action, count } = cases;
  return runAndCompare(model, readPolicy(model), { obs, noise, outputs: { mean, std, action }, count }, tolerance);
}

/**
 * Runs a policy file in onnxruntime-node on the golden vectors of its own metadata.
 *
 * @param tolerance largest error allowed, see `Verification`.
 * @returns the largest error, and how many golden vectors there are.
 * @throws Error as `verifyPolicy` does, and when the file holds no golden vectors.
 */
export async function verifyGolden(model: Uint8Array, tolerance = 1e-5): Promise<Verification & { count: number }> {
  const contract = readPolicy(model);
  if (contract.golden === undefined) throw new Error('The file holds no golden vectors (metadata key "golden").');
  const { obs, action, count } = contract.golden;
  const expected = { obs, noise: undefined, outputs: { action }, count };
  return { ...(await runAndCompare(model, contract, expected, tolerance)), count };
}

async function runAndCompare(
  model: Uint8Array,
  contract: PolicyContract,
  expected: Expected,
  tolerance: number,
): Promise<Verification> {
  const { obs, noise, outputs, count } = expected;
  const { stochastic } = contract;
  const [stateSize, actionSize] = [contract.state.length, contract.action.length];
  if (!(count > 0)) throw new Error("There are no cases to verify the policy file with.");
  checkLength("obs", obs, count, stateSize);
  for (const [name, values] of Object.entries(outputs)) checkLength(name, values, count, actionSize);
  if (noise !== undefined) checkLength("noise", noise, count, actionSize);
  if (noise !== undefined && !stochastic) throw new Error("Noise was given, but the policy file takes none.");

  const { InferenceSession, Tensor } = await loadRuntime();
  const session = await InferenceSession.create(model, runtimeOptions);
  try {
    const feeds: Record<string, InstanceType<typeof Tensor>> = { obs: new Tensor("float32", obs, [count, stateSize]) };
    if (stochastic) {
      feeds.noise = new Tensor("float32", noise ?? new Float32Array(count * actionSize), [count, actionSize]);
    }
    const results = await session.run(feeds);
    let maxError = 0;
    for (const [name, values] of Object.entries(outputs)) {
      const error = compare(name, values, results[name]?.data, actionSize, tolerance);
      if (error > maxError) maxError = error;
    }
    return { maxError };
  } finally {
    await session.release();
  }
}

function checkLength(name: string, values: Float32Array, count: number, width: number): void {
  if (values.length === count * width) return;
  throw new Error(`The policy file has ${width} columns of ${name}: ${values.length} values are not ${count} rows.`);
}

/** @throws Error when onnxruntime-node is not installed. */
export async function loadRuntime(): Promise<Runtime> {
  try {
    return await import("onnxruntime-node");
  } catch (cause) {
    if ((cause as { code?: unknown }).code === "ERR_MODULE_NOT_FOUND") {
      const message = "Verifying a policy file needs the package onnxruntime-node: npm install onnxruntime-node@1.30";
      throw new Error(message, { cause });
    }
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`onnxruntime-node is installed but cannot be loaded: ${detail}`, { cause });
  }
}

function compare(name: string, expected: Float32Array, data: unknown, width: number, tolerance: number): number {
  if (!(data instanceof Float32Array) || data.length !== expected.length) {
    throw new Error(`Output ${name} of the policy file is not float32 of ${expected.length} values.`);
  }
  let maxError = 0;
  for (let i = 0; i < expected.length; i++) {
    const [want, got] = [expected[i]!, data[i]!];
    const error = Math.abs(got - want) / Math.max(1, Math.abs(want));
    if (!(error <= tolerance)) {
      const place = `${name}[${Math.floor(i / width)}, ${i % width}]`;
      throw new Error(`The policy file disagrees at ${place}: expected ${want}, got ${got} (tolerance ${tolerance}).`);
    }
    if (error > maxError) maxError = error;
  }
  return maxError;
}
