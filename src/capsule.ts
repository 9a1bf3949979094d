import {
  type Checkpoint,
  readCheckpoint,
  restoreTrainer,
  restoreTransitions,
  saveTrainer,
  transitionTensors,
} from "./checkpoint.js";
import { decodeTensors, encodeTensors } from "./safetensors.js";
import type { Trainer } from "./train.js";
import type { Core } from "./wasm.js";

/**
 * Capsules: one training step in a small file. A capsule is a checkpoint of the moment before the step, whose replay holds only the
 * transitions that the step samples.
 */

const HOLDS = "holds";
const ONE_STEP = "one step";
/** The numbers of the transitions. */
const NUMBERS = "capsule.numbers";

/** A step that failed, and why. */
export interface Captured {
  readonly capsule: Uint8Array;
  readonly error: Error;
}

/** Takes one step of a trainer. Returns it as a capsule where it fails, undefined where it does not. */
export function captureStep(trainer: Trainer): Captured | undefined {
  const { learning, replay, config } = trainer;
  const { metadata, tensors } = decodeTensors(saveTrainer(trainer, { replayFrom: replay.added }));
  const numbers = new Set<number>();
  const sample = (index: number): unknown => numbers.add(replay.numberAt(index));
  // the units of the model's targets come from all transitions, once
  if (trainer.steps + 1 === config.learningStarts) for (let i = 0; i < replay.size; ++i) sample(i);
  learning.watch = (phase) => {
    if (phase === "batch") learning.rows.forEach(sample);
  };
  try {
    trainer.step();
    trainer.expectFiniteNetworks();
    return undefined;
  } catch (error) {
    // the step's own transition, which the step makes
    numbers.delete(trainer.replay.added - 1);
    const rows = Int32Array.from([...numbers].sort((a, b) => a - b));
    const sampled = new Map([
      ...tensors,
      ...transitionTensors(replay, rows),
      [NUMBERS, { shape: [rows.length], data: rows }] as const,
    ]);
    const capsule = encodeTensors({ tensors: sampled, metadata: { ...metadata, [HOLDS]: ONE_STEP } });
    return { capsule, error: error as Error };
  } finally {
    learning.watch = undefined;
  }
}

/** @throws Error when the bytes are damaged or no capsule. */
export function readCapsule(bytes: Uint8Array): Checkpoint {
  const checkpoint = readCheckpoint(bytes);
  if (checkpoint.file.metadata[HOLDS] !== ONE_STEP) throw new Error("a checkpoint, but not the capsule of a step");
  return checkpoint;
}

/**
 * A trainer just before a capsule's step.
 * @throws Error when the capsule is not whole.
 */
export function restoreCapsule(core: Core, capsule: Checkpoint): Trainer {
  const rows = capsule.file.tensors.get(NUMBERS)?.data;
  if (!(rows instanceof Int32Array)) throw new Error(`a damaged capsule: it has no ${NUMBERS}`);
  const { replayAdded } = capsule.counters;
  const strange = rows.find((row) => row < 0 || row >= replayAdded);
  if (strange !== undefined) {
    throw new Error(`a damaged capsule: it holds a transition ${strange}, but ${replayAdded} were made`);
  }
  return restoreTrainer(core, capsule, { earlier: (replay) => restoreTransitions(capsule.file, replay, rows) });
}
