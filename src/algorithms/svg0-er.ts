import type { Algorithm } from "./algorithm.js";

/**
 * SVG(0) with experience replay (paper, algorithm 3): every environment step is followed by critic and policy. The critic is that of actions,
 * Q(s, a), and takes the model's place: its derivative by the action moves the policy.
 */
export const svg0ER: Algorithm = {
  summary: "gradients of the value of actions on replayed transitions, without a model",
  defaults: () => ({ valueUpdates: 4 }),
  policyGradient: "action value",
  afterStep(learning) {
    learning.trainCritic();
    learning.improvePolicy();
  },
};
