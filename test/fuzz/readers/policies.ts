/** The reader of policy files. */

import { readPolicy } from "../../../src/onnx/contract.js";
import { exportPolicy } from "../../../src/onnx/export.js";
import { readModel } from "../../../src/onnx/read.js";
import { blank, hashOf } from "../../../src/seal.js";
import { PLANS, randomCases, randomPolicy, resealed, withMetadata } from "../../onnx/policies.js";
import { hold, type Reader } from "../hunt.js";
import { byteMutations, jsonText, mutate, mutateValue, pick, textMutations } from "../mutate.js";

const files = Object.values(PLANS).map((plan, seed) => {
  const policy = randomPolicy(seed, { ...plan, hidden: [3] });
  return exportPolicy(policy, { golden: randomCases(policy, seed, 2), stochastic: seed % 2 === 0 });
});

/** The digest put right where the file can be read so far. */
function repaired(bytes: Uint8Array): Uint8Array {
  try {
    return resealed(bytes);
  } catch {
    return bytes;
  }
}

const policy: Reader = {
  name: "policy",
  make: (source) => {
    const how = source.below(4);
    if (how === 0) return mutate(files, byteMutations, source);
    if (how === 1) return repaired(mutate(files, byteMutations, source));
    const file = pick(files, source);
    const entries = [...readModel(file).metadata];
    const at = source.below(entries.length);
    const [key, text] = entries[at]!;
    let changed: string;
    if (how === 2 || !/^[[{]/.test(text)) changed = mutate([text], textMutations, source);
    else changed = jsonText(mutateValue(JSON.parse(text), source), source);
    entries[at] = [key, changed];
    return repaired(withMetadata(file, entries));
  },
  read: (bytes: Uint8Array) => {
    const { digest, state, action, golden, task } = readPolicy(bytes);
    const text = Buffer.from(bytes).toString("latin1");
    hold(hashOf(Buffer.from(text.replace(digest, blank), "latin1")) === digest, "its digest is another file's");
    for (const { name, unit, low, high } of [...state, ...action]) {
      hold(name !== "" && unit !== "" && low <= high, `a dimension is ${name} [${unit}] from ${low} to ${high}`);
    }
    hold(!/\p{Cc}/u.test(task), "its task is no line");
    if (golden === undefined) return;
    hold(golden.obs.length === golden.count * state.length, "its golden observations are not whole");
    hold([...golden.obs, ...golden.action].every(Number.isFinite), "its golden numbers are not finite");
  },
};

export const policyReaders: readonly Reader[] = [policy];
