import type { Algorithm } from "./algorithm.js";

/** SVG(1) with experience replay (paper, algorithm 2): every environment step is followed by model, critic and policy, in this order. */
export const svg1ER: Algorithm = {
  summary: "one-step value gradients on replayed transitions, with importance weights",
  policyGradient: "value",
  afterStep(learning) {
    learning.trainModel();
    learning.trainCritic();
    learning.improvePolicy();
  },
};
