// What is computed everywhere: one short training run, in whatever host imports this.

import { init, parameterHash, resolveConfig, Trainer } from "../../build/index.js";

/**
 * Trains with a configuration on a core.
 * @param {import("../../src/index.js").CoreSource} core
 * @param {Record<string, unknown>} config
 * @returns {Promise<string>} the hash of all trained parameters
 */
export async function train(core, config) {
  const trainer = new Trainer(await init(core), resolveConfig(config));
  while (!trainer.done) trainer.step();
  return parameterHash(trainer.agent);
}
