import type { Algorithm } from "./algorithm.js";

/**
 * SVG(inf) (paper, algorithm 1): after every episode one policy step along the episode, on which both noises are inferred. The model
 * learns from everything. With `bootstrap` the critic, learned as in algorithm 4, says what comes after the episode.
 */
export const svgInf: Algorithm = {
  summary: "value gradients along whole episodes, with inferred noise",
  defaults: ({ episodeSteps, finite }) => ({
    steps: 400 * episodeSteps,
    evaluationInterval: 20 * episodeSteps,
    learningStarts: episodeSteps,
    bootstrap: finite ? "none" : "critic",
    squash: "none",
    deviation: "learned",
    sigma: 0.3,
    policyHidden: [50, 50],
    // an episode's gradient may be a hundred times as long as the next one's: every episode counts alike
    policyLearningRate: 1e-2,
    gradientLimit: 0.3,
  }),
  policyGradient: "value",
  pieces: ({ episodeSteps }) => ({ count: 1, steps: episodeSteps }),
  afterStep(learning) {
    learning.trainModel();
    if (learning.bootstraps) learning.trainCritic();
  },
  afterEpisode(learning, length) {
    learning.improvePolicyAlong(length);
  },
};
