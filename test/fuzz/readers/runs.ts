/** Readers of what runs write: safetensors, checkpoints, chunks of the replay, whole run folders. */

import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { BlowUp } from "../../../src/blow-up.js";
import { captureStep, readCapsule, restoreCapsule } from "../../../src/capsule.js";
import { readCheckpoint, restoreTrainer, saveTrainer } from "../../../src/checkpoint.js";
import { configHash } from "../../../src/cli/load.js";
import { decodeCheckpoint, decodeChunk, encodeChunk } from "../../../src/cli/run-files.js";
import { RunFolder } from "../../../src/cli/run-folder.js";
import { resolveConfig } from "../../../src/config.js";
import type { MetricsRecord } from "../../../src/metrics.js";
import { consecutive, Replay } from "../../../src/replay.js";
import {
  decodeTensors,
  digestOf,
  encodeTensors,
  type StoredTensor,
  type TensorFile,
} from "../../../src/safetensors.js";
import { blank, hashOf, seal } from "../../../src/seal.js";
import type { Trainer } from "../../../src/train.js";
import { instantiateCore } from "../../../src/wasm.js";
import type { Source } from "../../core/numbers.js";
import { bytesOf, folder, textOf } from "../files.js";
import { hold, type Reader } from "../hunt.js";
import { byteMutations, jsonText, mutate, mutateValue, NUMBERS, pick, TEXTS, textMutations } from "../mutate.js";

const compiled = new WebAssembly.Module(readFileSync(new URL("../../../build/core.wasm", import.meta.url)));
const newCore = () => instantiateCore(compiled, () => Promise.reject(new Error("nothing is fetched")));

/** A run with small networks. */
const config = resolveConfig({
  ...{ steps: 60, evaluationInterval: 20, evaluationEpisodes: 1, learningStarts: 10, replayCapacity: 40, batch: 4 },
  ...{ policyHidden: [4], valueHidden: [4], modelHidden: [3] },
});

/** Trains in a run folder, and saves where training would. */
async function train(path: string): Promise<Trainer> {
  const run = RunFolder.create(path, config);
  const loaded = await run.load();
  const { trainer, metrics, timing } = loaded;
  for (const record of trainer.run()) {
    metrics.push(record);
    timing.push({ step: record.step, seconds: record.step / 10, updatesPerSecond: 10 });
    run.saveCheckpoint(loaded);
  }
  return trainer;
}

const path = join(folder, "run");
const trainer = await train(path);

/** The files of the run. */
const files = new Map(
  readdirSync(path, { recursive: true, encoding: "utf8" })
    .filter((name) => statSync(join(path, name)).isFile())
    .map((name) => [name, new Uint8Array(readFileSync(join(path, name)))]),
);

/** Where files of this format begin, and where their digest stands. */
const BEGINNING = '{"__metadata__":{"sha256":"';
const DIGEST_AT = 8 + BEGINNING.length;

/** The digest of a file put right, if it has room for one. */
function resealed(bytes: Uint8Array): Uint8Array {
  const sealed = bytes.slice();
  if (sealed.length >= DIGEST_AT + blank.length) seal(sealed, DIGEST_AT);
  return sealed;
}

/** A file with a header of this text before its arrays. */
function withHeader(bytes: Uint8Array, change: (header: string) => string): Uint8Array {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const header = bytesOf(change(textOf(bytes.subarray(8, 8 + length))));
  const size = new Uint8Array(8);
  new DataView(size.buffer).setBigUint64(0, BigInt(header.length), true);
  return resealed(new Uint8Array(Buffer.concat([size, header, bytes.subarray(8 + length)])));
}

/** A tensor with other numbers, another shape or another type. */
function mutateTensor({ shape, data }: StoredTensor, source: Source): StoredTensor {
  const how = source.below(4);
  if (how === 0) return { shape: [data.length], data };
  if (how === 1) return { shape: [data.byteLength], data: new Uint8Array(data.buffer) };
  if (how === 2 && data.length > 1) return { shape: [1], data: data.slice(0, 1) };
  const changed = data.slice();
  for (let count = pick([1, 10, data.length], source); count > 0; --count) {
    changed[source.below(data.length)] = Number(pick(NUMBERS, source));
  }
  return { shape, data: changed };
}

/** A file with an entry of its metadata, or an array, changed. */
function mutateFile({ tensors, metadata }: TensorFile, source: Source): TensorFile {
  const entries = Object.entries(metadata);
  if (source.below(3) > 0 && entries.length > 0) {
    const [key, text] = pick(entries, source);
    const change = source.below(4) > 0 && /^[[{]/.test(text) && key !== "metrics";
    const value = change
      ? jsonText(mutateValue(JSON.parse(text), source), source)
      : mutate([text], textMutations, source);
    return { tensors, metadata: { ...metadata, [key]: value } };
  }
  const changed = new Map(tensors);
  if (tensors.size === 0) return { tensors, metadata: {} };
  const [name, tensor] = pick([...tensors], source);
  const how = source.below(6);
  if (how === 0) changed.delete(name);
  else if (how === 1) changed.set(pick(TEXTS, source), tensor);
  else if (how === 2) changed.set(name, pick([...tensors.values()], source));
  else changed.set(name, mutateTensor(tensor, source));
  return { tensors: changed, metadata };
}

/** Sealed files damaged: so that the digest is wrong; or with a right one, in the bytes, the header's text, the contents. */
function damaged(originals: readonly Uint8Array[], source: Source): Uint8Array {
  const how = source.below(6);
  if (how === 0) return mutate(originals, byteMutations, source);
  if (how === 1) return resealed(mutate(originals, byteMutations, source));
  const original = pick(originals, source);
  if (how === 2) {
    return withHeader(original, (header) => {
      const at = BEGINNING.length + blank.length;
      return header.slice(0, at) + mutate([header.slice(at)], textMutations, source);
    });
  }
  return encodeTensors(mutateFile(decodeTensors(original), source));
}

/** An accepted file is one whose digest, computed here by another function, is right. */
function holdSeal(bytes: Uint8Array): void {
  const digest = textOf(bytes.subarray(DIGEST_AT, DIGEST_AT + blank.length));
  const zeroed = bytes.slice();
  zeroed.fill(0x30, DIGEST_AT, DIGEST_AT + blank.length);
  hold(hashOf(zeroed) === digest, "its digest is another file's");
}

const odd: ReadonlyMap<string, StoredTensor> = new Map<string, StoredTensor>([
  ["bytes", { shape: [3], data: Uint8Array.of(1, 2, 255) }],
  ["weights", { shape: [2, 2], data: Float32Array.of(1.5, -2, 3, Infinity) }],
  ["times", { shape: [1], data: Float64Array.of(Math.PI) }],
  ["nothing", { shape: [0, 4], data: new Float32Array(0) }],
  ["counts", { shape: [2], data: Int32Array.of(-1, 7) }],
]);
const tensorFiles = [
  encodeTensors({ tensors: odd, metadata: { name: "value" } }),
  encodeTensors({ tensors: new Map(), metadata: {} }),
];

const safetensors: Reader = {
  name: "safetensors",
  make: (source) => damaged(tensorFiles, source),
  read: (bytes: Uint8Array) => {
    const file = decodeTensors(bytes);
    holdSeal(bytes);
    const size = [...file.tensors.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
    hold(size <= bytes.length, "it has more numbers than bytes");
    hold(isDeepStrictEqual(decodeTensors(encodeTensors(file)), file), "written and read again, it is another");
  },
};

const checkpoints = [
  ...[...files].filter(([name]) => name.endsWith(".safetensors")).map(([, bytes]) => bytes),
  saveTrainer(trainer),
];

/** What a restored trainer must do. */
function holdTrainer(restored: Trainer): void {
  hold(isDeepStrictEqual(resolveConfig({ ...restored.config }), restored.config), "its configuration is not whole");
  const { batch, modelUpdates, valueUpdates, policyUpdates, evaluationEpisodes } = restored.config;
  // the time that steps take is their configuration's affair
  if (batch * (modelUpdates + valueUpdates + policyUpdates) > 1000 || evaluationEpisodes > 10) return;
  try {
    for (let i = 0; i < 3; ++i) restored.step();
  } catch (error) {
    // wild weights may do that
    if (!(error instanceof BlowUp)) throw error;
  }
  saveTrainer(restored);
}

const checkpoint: Reader = {
  name: "checkpoint",
  make: (source) => damaged(checkpoints, source),
  read: async (bytes: Uint8Array) => {
    const read = readCheckpoint(bytes);
    holdSeal(bytes);
    // a run's checkpoint holds more
    if (read.file.metadata.chunks !== undefined) decodeCheckpoint(bytes).metrics.forEach(holdMetrics);
    const restored = restoreTrainer(await newCore(), read, { earlier: () => {} });
    hold(restored.steps === read.counters.steps, "it goes on from another step");
    holdTrainer(restored);
  },
};

/** A step that fails, since a weight is as large as numbers get. */
async function failedStep(): Promise<Uint8Array> {
  const poisoned = readCheckpoint(saveTrainer(trainer));
  poisoned.file.tensors.get("value.1.weight")!.data.fill(3e38);
  const captured = captureStep(restoreTrainer(await newCore(), poisoned));
  return captured!.capsule;
}

const capsules = [await failedStep()];

const capsule: Reader = {
  name: "capsule",
  make: (source) => damaged(capsules, source),
  read: async (bytes: Uint8Array) => {
    const read = readCapsule(bytes);
    holdSeal(bytes);
    const restored = restoreCapsule(await newCore(), read);
    hold(restored.steps === read.counters.steps, "it is of another step");
    holdTrainer(restored);
  },
};

const CHUNK = 4096;

const replay = new Replay(2 * CHUNK, 4, 1);
for (let i = 0; i < CHUNK; ++i) replay.add([i, 0, 1, 2], [0.5], i, [i + 1, 0, 1, 2], -1, false, i % 100 === 0);
const chunks = [encodeChunk(replay, 0)];

const chunk: Reader = {
  name: "replay-chunk",
  make: (source) => damaged(chunks, source),
  read: (bytes: Uint8Array) => {
    const target = new Replay(2 * CHUNK, 4, 1);
    // as a checkpoint would ask for it
    target.resume(CHUNK);
    decodeChunk(bytes, digestOf(bytes), target, 0);
    holdSeal(bytes);
    const { s, reward } = target.read(consecutive(0, CHUNK));
    const stored = decodeTensors(bytes).tensors.get("replay.s");
    hold(isDeepStrictEqual(s, stored?.data), "its states are others");
    hold(reward.length === CHUNK, "it holds another number of transitions");
  },
};

function holdMetrics(record: MetricsRecord): void {
  for (const key of ["step", "episodes", "updates", "evaluationReturn", "score", "successes", "sigma"] as const) {
    hold(typeof record?.[key] === "number", `an evaluation has the ${key} ${String(record?.[key])}`);
  }
  for (const key of ["modelErrors", "valueGradient"] as const) {
    const list: unknown = record[key];
    const good = list === null || (Array.isArray(list) && list.length > 0 && list.every(Number.isFinite));
    hold(good, `an evaluation has the ${key} ${String(list)}`);
  }
  hold(typeof record.solved === "boolean", `an evaluation is solved: ${String(record.solved)}`);
}

/** A run folder with one file damaged: its name, a zero byte, its bytes. */
const runFolder: Reader = {
  name: "run-folder",
  make: (source) => {
    const [name, bytes] = pick([...files], source);
    let content: Uint8Array;
    if (name.endsWith(".safetensors")) content = damaged([bytes], source);
    else if (name !== "config.json" || source.below(2) === 0)
      content = bytesOf(mutate([textOf(bytes)], textMutations, source));
    else {
      const identity = JSON.parse(textOf(bytes)) as { config: Record<string, unknown> };
      const changed = mutateValue(identity, source) as typeof identity;
      try {
        Object.assign(changed, { hash: configHash(resolveConfig(changed.config)) });
      } catch {}
      content = bytesOf(JSON.stringify(changed));
    }
    return new Uint8Array(Buffer.concat([bytesOf(`${name}\u0000`), content]));
  },
  read: async (input: Uint8Array) => {
    const at = input.indexOf(0);
    const name = textOf(input.subarray(0, at));
    writeFileSync(join(path, name), input.subarray(at + 1));
    try {
      const problems: string[] = [];
      const run = RunFolder.open(path, (problem) => problems.push(problem));
      const loaded = await run.load();
      for (const problem of problems) hold(/^cannot use \S+: [^\n]+$/.test(problem), `it reports ${problem}`);
      hold([0, 20, 40, 60].includes(loaded.trainer.steps), `it goes on from step ${loaded.trainer.steps}`);
      loaded.metrics.forEach(holdMetrics);
      for (const { step, seconds } of loaded.timing) hold(step >= 0 && seconds >= 0, `a time is ${seconds} at ${step}`);
      holdTrainer(loaded.trainer);
    } finally {
      writeFileSync(join(path, name), files.get(name) ?? new Uint8Array());
    }
  },
};

export const runReaders: readonly Reader[] = [safetensors, checkpoint, capsule, chunk, runFolder];
