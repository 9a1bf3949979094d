import type { Algorithm } from "./algorithm.js";
import { freshDefaults, freshPieces } from "./fresh.js";

/** SVG(1) (paper, section 4.2): like SVG(1)-ER, but the policy learns from its own newest steps, once from each. */
export const svg1: Algorithm = {
  summary: "one-step value gradients on fresh transitions",
  defaults: freshDefaults,
  policyGradient: "value",
  pieces: (_, config) => freshPieces(config),
  afterStep(learning) {
    learning.trainModel();
    learning.trainCritic();
    learning.improvePolicyOnFresh(1);
  },
};
