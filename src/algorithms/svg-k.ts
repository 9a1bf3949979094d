import type { Algorithm } from "./algorithm.js";
import { freshPieces } from "./fresh.js";

/**
 * SVG(k) for any k (paper, section 4.1): value gradients along pieces of trajectories of `horizon` steps with the critic after them,
 * replayed with importance weights or fresh.
 */
export const svgK: Algorithm = {
  summary: "value gradients along pieces of trajectories of a few steps",
  policyGradient: "value",
  pieces(_, config) {
    const { batch, horizon, policyData } = config;
    return policyData === "fresh" ? freshPieces(config, horizon) : { count: batch, steps: horizon, replayed: true };
  },
  afterStep(learning) {
    const { horizon, policyData } = learning.config;
    learning.trainModel();
    learning.trainCritic();
    if (policyData === "replay") learning.improvePolicy(horizon);
    else learning.improvePolicyOnFresh(horizon);
  },
};
