// What is computed everywhere: one short training run, in whatever host imports this.

import { init, parameterHash, resolveConfig, Trainer } from "../../build/index.js";

/** SHA-256 of a text, in hexadecimal. */
async function hashOf(text) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** As program.d.ts says. */
export async function train(core, config) {
  const trainer = new Trainer(await init(core), resolveConfig(config));
  const lines = Array.from(trainer.run(), (record) => `${JSON.stringify(record)}\n`);
  return {
    updates: trainer.updates,
    weights: await parameterHash(trainer.agent),
    metrics: await hashOf(lines.join("")),
  };
}
