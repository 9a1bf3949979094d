import type { Algorithm } from "./algorithm.js";
import { freshDefaults, freshPieces } from "./fresh.js";

/** SVG(0) (paper, section 4.2): like SVG(0)-ER, but the policy learns from its own newest steps, once from each. */
export const svg0: Algorithm = {
  summary: "gradients of the value of actions on fresh transitions, without a model",
  defaults: (task) => ({ ...freshDefaults(task), valueUpdates: 4 }),
  policyGradient: "action value",
  pieces: (_, config) => freshPieces(config),
  afterStep(learning) {
    learning.trainCritic();
    learning.improvePolicyOnFresh(1);
  },
};
