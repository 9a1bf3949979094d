import type { Algorithm } from "./algorithm.js";
import { freshDefaults, freshPieces } from "./fresh.js";

/**
 * Actor-critic, the paper's baseline (section 6): TD errors of the critic that SVG(1) learns, too, times grad log p(a | s). The policy
 * learns from its own newest steps, once from each, or from the replay with importance weights. No model.
 */
export const ac: Algorithm = {
  summary: "actor-critic: temporal differences times the gradient of log p(a | s)",
  defaults: (task) => ({
    ...freshDefaults(task),
    policyData: "fresh",
    policyInterval: 10,
    policyLearningRate: 1e-3,
  }),
  policyGradient: "likelihood ratio",
  pieces: (_, config) => (config.policyData === "fresh" ? freshPieces(config) : undefined),
  afterStep(learning) {
    learning.trainCritic();
    if (learning.config.policyData === "fresh") learning.improvePolicyOnFresh(1);
    else learning.improvePolicy();
  },
};
