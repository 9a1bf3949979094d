import { UsageError } from "../config.js";
import type { CoreTask } from "../env/task.js";
import { readModel } from "../onnx/read.js";
import type { Act } from "./episode.js";
import { readBytes } from "./files.js";

/**
 * Acting by an exported policy.
 * @throws UsageError when the file is no policy for this task, or onnxruntime-node is not installed.
 */
export async function loadPolicy(path: string, task: CoreTask): Promise<Act> {
  const bytes = readBytes(path);
  const fail = (what: string): never => {
    throw new UsageError(`policy is ${path}: ${what}`);
  };
  try {
    const { metadata } = readModel(bytes);
    const made = metadata.get("task");
    if (made !== task.name) fail(`it is for ${made ?? "an unnamed task"}, not for ${task.name}`);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    fail((error as Error).message);
  }
  const ort = await import("onnxruntime-node").catch(() => fail("running it needs the package onnxruntime-node"));
  const session = await ort.InferenceSession.create(bytes);
  const [S, A] = [task.state.length, task.action.length];
  // a stochastic policy acts by its mean under no noise
  const noise = session.inputNames.includes("noise")
    ? { noise: new ort.Tensor("float32", new Float32Array(A), [1, A]) }
    : {};
  return async (state) => {
    const obs = new ort.Tensor("float32", Float32Array.from(state), [1, S]);
    const { action } = await session.run({ obs, ...noise });
    return action!.data as Float32Array;
  };
}
