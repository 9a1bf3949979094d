import type { Algorithm } from "./algorithm.js";

/**
 * Deterministic policy gradients (Silver et al. 2014), which the paper compares with: the policy's mean climbs the value of actions, and its
 * fixed Gaussian noise explores.
 */
export const dpg: Algorithm = {
  summary: "gradients of the value of actions for the policy's mean, with noise to explore",
  policyGradient: "action value",
  deterministic: true,
  afterStep(learning) {
    learning.trainCritic();
    learning.improvePolicy();
  },
};
