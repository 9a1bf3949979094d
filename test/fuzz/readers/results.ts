/** Readers of what was published: results of sweeps, checksums of folders. */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { alteredFiles, writeSums } from "../../../src/cli/checksums.js";
import { configHash } from "../../../src/cli/load.js";
import { readCellResults } from "../../../src/cli/results.js";
import { cellOf, evaluations } from "../../cli/result-files.js";
import { fileOf, folder, textOf } from "../files.js";
import { hold, type Reader } from "../hunt.js";
import { byteMutations, jsonText, mutate, mutateValue, pick, textMutations } from "../mutate.js";

const metrics = evaluations([
  [0, -20.5],
  [500, 31.25, 0.8],
  [1000, 40, 1],
]);
const cells = [1, 2, 3].map((seed) => cellOf({ task: "cartpole", steps: 1000, seed }, metrics));
const lines = cells.map((cell) => JSON.stringify(cell));

const results: Reader = {
  name: "results",
  make: (source) => {
    const how = source.below(3);
    if (how === 0) return mutate([`${lines.join("\n")}\n`], textMutations, source);
    const value = mutateValue(pick(cells, source), source);
    return `${lines[0]}\n${jsonText(value, source)}\n`;
  },
  read: (input: string) => {
    for (const { cell, config, metrics: records, policy } of readCellResults(fileOf("results.jsonl", input))) {
      hold(configHash(config) === cell, "a cell is of another configuration");
      hold(/^[0-9a-f]{64}$/.test(policy), `a policy is ${policy}`);
      for (const [i, { step, evaluationReturn, successes }] of records.entries()) {
        hold(i === 0 || step > records[i - 1]!.step, `step ${step} comes late`);
        hold(Number.isFinite(evaluationReturn) && successes >= 0 && successes <= 1, `an evaluation is ${successes}`);
      }
    }
  },
};

const summed = join(folder, "summed");
mkdirSync(join(summed, "deep"), { recursive: true });
for (const name of ["config.json", "policy.onnx", "deep/0001.safetensors"]) writeFileSync(join(summed, name), name);
writeSums(summed, ["config.json", "policy.onnx", "deep"]);
const list = join(summed, "SHA256SUMS");
const sums = new Uint8Array(readFileSync(list));

const checksums: Reader = {
  name: "checksums",
  make: (source) =>
    source.below(2) === 0 ? mutate([sums], byteMutations, source) : mutate([textOf(sums)], textMutations, source),
  read: (input: string | Uint8Array) => {
    writeFileSync(list, input);
    for (const name of alteredFiles(summed)) hold(!/(^|\/)\.\.(\/|$)|^\//.test(name), `it reads ${name}`);
  },
};

export const resultReaders: readonly Reader[] = [results, checksums];
