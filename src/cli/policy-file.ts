import { UsageError } from "../config.js";
import type { CoreTask } from "../env/task.js";
import { type PolicyContract, readPolicy } from "../onnx/contract.js";
import type { Dimension } from "../onnx/policy.js";
import { loadRuntime, runtimeOptions, verifyGolden } from "../onnx/verify.js";
import type { Act } from "./episode.js";
import { readBytes } from "./files.js";

/**
 * Acting by an exported policy.
 * @throws UsageError when the file is no policy for this task, fails on its own golden vectors, or onnxruntime-node is not installed.
 */
export async function loadPolicy(path: string, task: CoreTask): Promise<Act> {
  const bytes = readBytes(path);
  const fail = (what: string): never => {
    throw new UsageError(`policy is ${path}: ${what}`);
  };
  let contract: PolicyContract;
  try {
    contract = readPolicy(bytes);
  } catch (error) {
    return fail((error as Error).message);
  }
  if (contract.task !== task.name) fail(`it is for ${contract.task}, not for ${task.name}`);
  const names = (list: readonly Dimension[]): string => list.map(({ name }) => name).join(", ");
  for (const kind of ["state", "action"] as const) {
    const [its, ours] = [names(contract[kind]), names(task[kind])];
    if (its !== ours) fail(`its ${kind} is ${its}, that of ${task.name} is ${ours}`);
  }
  const { InferenceSession, Tensor } = await loadRuntime().catch((error: Error) => fail(error.message));
  await verifyGolden(bytes).catch((error: Error) => fail(error.message));
  const session = await InferenceSession.create(bytes, runtimeOptions);
  const [S, A] = [task.state.length, task.action.length];
  // a stochastic policy acts by its mean under no noise
  const noise = contract.stochastic ? { noise: new Tensor("float32", new Float32Array(A), [1, A]) } : {};
  return async (state) => {
    const obs = new Tensor("float32", Float32Array.from(state), [1, S]);
    const { action } = await session.run({ obs, ...noise });
    const values = action!.data as Float32Array;
    const bad = values.find((value) => !Number.isFinite(value));
    if (bad !== undefined) fail(`it acts by ${bad} at the state ${Array.from(state).join(", ")}`);
    return values;
  };
}
