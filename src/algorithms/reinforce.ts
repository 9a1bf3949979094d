import type { Algorithm } from "./algorithm.js";

/**
 * REINFORCE (Williams 1992), one policy step after every episode: what followed an action in the episode, less the critic's value as
 * its baseline, times grad log p(a | s). Every step counts alike, without gamma^t. With `bootstrap` the critic also says what comes
 * after the episode. No model.
 */
export const reinforce: Algorithm = {
  summary: "returns of whole episodes, less a baseline, times the gradient of log p(a | s)",
  defaults: ({ episodeSteps, finite }) => ({
    steps: 160 * episodeSteps,
    evaluationInterval: 8 * episodeSteps,
    learningStarts: episodeSteps,
    bootstrap: finite ? "none" : "critic",
    deviation: "learned",
    policyLearningRate: 1e-3,
    valueUpdates: 1,
    // as SVG(inf) has it there; a baseline from returned rewards, which one reward in a thousand steps reaches at once
    ...(finite && {
      valueLearning: "returns",
      squash: "none",
      sigma: 0.3,
      policyHidden: [50, 50],
      gradientLimit: 0.3,
    }),
  }),
  policyGradient: "likelihood ratio",
  pieces: ({ episodeSteps }) => ({ count: 1, steps: episodeSteps }),
  afterStep(learning) {
    learning.trainCritic();
  },
  afterEpisode(learning, length) {
    learning.improvePolicyAlong(length);
  },
};
