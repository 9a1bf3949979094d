import { dirname, join } from "node:path";
import type { Command } from "commander";
import { UsageError } from "../config.js";
import { deployPolicy, verificationCases } from "../deploy.js";
import { verifyPolicy } from "../onnx/verify.js";
import type { Trainer } from "../train.js";
import { version } from "../version.js";
import { ensureFolderOf, writeAtomically } from "./files.js";
import { configHash } from "./load.js";
import { BEST, POLICY } from "./run-folder.js";
import { loadTrainer } from "./saved.js";

/** Random states on which an exported file must agree with the core. */
const VERIFICATION_ROWS = 256;

/** A trainer's policy, of the given step, as an ONNX file that says where it comes from. */
export function policyFile(trainer: Trainer, stochastic = false, step = trainer.steps): Uint8Array {
  return deployPolicy(trainer.agent, {
    stochastic,
    metadata: {
      generator: `valuegrad ${version}`,
      config: JSON.stringify(trainer.config),
      config_hash: configHash(trainer.config),
      environment_steps: String(step),
    },
  });
}

/**
 * Writes a trainer's policy to `path` and runs the file in onnxruntime-node against the core.
 * @returns the largest difference found, or null where onnxruntime-node is not installed.
 * @throws Error when file and core differ; the file is not written then.
 */
export async function exportVerified(
  trainer: Trainer,
  path: string,
  stochastic: boolean,
  step = trainer.steps,
): Promise<number | null> {
  const model = policyFile(trainer, stochastic, step);
  let maxError: number | null = null;
  if (await hasRuntime()) {
    ({ maxError } = await verifyPolicy(model, verificationCases(trainer.agent, VERIFICATION_ROWS)));
  }
  writeAtomically(path, model);
  return maxError;
}

/** The same for the policy of its best evaluation. */
export async function exportBest(trainer: Trainer, path: string, stochastic = false): Promise<number | null> {
  return await trainer.best.inPlace(async (step) => await exportVerified(trainer, path, stochastic, step));
}

async function hasRuntime(): Promise<boolean> {
  try {
    await import("onnxruntime-node");
    return true;
  } catch {
    return false;
  }
}

/** How a verification went, in words. */
export function verdict(maxError: number | null): string {
  return maxError === null
    ? "not verified: install onnxruntime-node to have it compared with the core"
    : `verified in onnxruntime on ${VERIFICATION_ROWS} random states, largest difference ${maxError.toExponential(1)}`;
}

/** `valuegrad export RUN`. */
export function addExport(program: Command): void {
  program
    .command("export")
    .description("write the policy of a run as an ONNX file and verify it against the core")
    .argument("<run>", "a run folder or a checkpoint")
    .option("--out <file>", "where to write (default: policy.onnx, or best.onnx, in the folder)")
    .option(
      "--stochastic",
      "give the graph a second input, noise (standard normal), so that actions are sampled",
      false,
    )
    .option("--best", "the policy as it was at its best evaluation", false)
    .action(async (run: string, options: { out?: string; stochastic: boolean; best: boolean }) => {
      const trainer = await loadTrainer(run);
      const plain = options.best ? BEST : POLICY;
      const name = options.stochastic ? plain.replace(".onnx", ".stochastic.onnx") : plain;
      const path = options.out ?? join(run.endsWith(".safetensors") ? dirname(run) : run, name);
      if (!path.endsWith(".onnx")) throw new UsageError(`out is ${path}: its name must end in .onnx`);
      ensureFolderOf(path);
      const maxError = await (options.best ? exportBest : exportVerified)(trainer, path, options.stochastic);
      process.stdout.write(`${path}: ${verdict(maxError)}\n`);
    });
}
