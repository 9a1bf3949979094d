/** valuegrad in browsers, workers and anywhere else: what needs no file system. */

import { type Core, type CoreSource, instantiateCore } from "./wasm.js";

export { Agent, type AgentConfig, type AgentTask } from "./agent.js";
export type { AgentBatch } from "./batch.js";
export { BlowUp } from "./blow-up.js";
export {
  type Checkpoint,
  type RestoreOptions,
  readCheckpoint,
  restoreTrainer,
  type SaveOptions,
  saveTrainer,
} from "./checkpoint.js";
export { type Config, resolveConfig, settings, UsageError } from "./config.js";
export { firstBad } from "./diagnose.js";
export { type CheckOptions, checkEnvironment } from "./env/check.js";
export {
  type Environment,
  type Info,
  makeEnvironment,
  type RewardDerivatives,
  type Start,
  type StepResult,
  type TransitionDerivatives,
} from "./env/environment.js";
export { type EnvironmentOptions, Environments, type TransitionRow } from "./env/environments.js";
export {
  angle,
  type BasicFeature,
  type Feature,
  identity,
  inFrame,
  type LinearForm,
  type PlanarVector,
  polar,
  vectorSum,
} from "./env/features.js";
export type { Frame } from "./env/frames.js";
export { type ReferenceName, referenceController, references, referencesOf } from "./env/reference.js";
export { type CoreTask, type RewardTerm, type Score, type Task, tasks } from "./env/task.js";
export type { GradientBatch, JacobianBatch, VectorEnvironment } from "./env/vector.js";
export { type Controller, type Evaluation, evaluate, evaluateController } from "./evaluate.js";
export type { Finding } from "./finding.js";
export { parameterHash } from "./hash.js";
export { effectiveSampleSize, meanWeight, truncateWeights } from "./importance.js";
export type { Phase } from "./learning.js";
export type { MetricsRecord } from "./metrics.js";
export type { PlanarModel } from "./mjcf/model.js";
export { loadModel, saveModel } from "./mjcf/stored.js";
export { exportPolicy } from "./onnx/export.js";
export type { Dimension, PolicyDescription } from "./onnx/policy.js";
export { type BodyPose, Plant, type PlantContact, Trouble } from "./plant.js";
export { Replay, type TransitionBatch, type TransitionColumns } from "./replay.js";
export { Trainer } from "./train.js";
export type { Core, CoreSource } from "./wasm.js";

/**
 * Makes an instance of the core, with a memory of its own.
 * @param source Where the core is (default: core.wasm beside this package's JavaScript), a response, its bytes, or a compiled module,
 * which is the fastest way to make many instances.
 * @throws Error when it can't be fetched, when the host lacks a WebAssembly feature that it uses, or when it is of another version.
 */
export function init(source: CoreSource = new URL("../build/core.wasm", import.meta.url)): Promise<Core> {
  return instantiateCore(source, async (address) => {
    const response = await fetch(address);
    if (!response.ok)
      throw new Error(`${address} answered ${response.status} ${response.statusText}: serve build/core.wasm there`);
    return response;
  });
}
