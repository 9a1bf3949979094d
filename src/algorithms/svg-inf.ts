import type { Algorithm } from "./algorithm.js";

/**
 * SVG(inf) (paper, algorithm 1): after every episode one policy step along the episode, on which both noises are inferred. The model
 * learns from everything. With `bootstrap` the critic, learned as in algorithm 4, says what comes after the episode.
 */
export const svgInf: Algorithm = {
  summary: "value gradients along whole episodes, with inferred noise",
  defaults: ({ episodeSteps, finite }) => ({
    learningStarts: episodeSteps,
    bootstrap: finite ? "none" : "critic",
    squash: "none",
    deviation: "learned",
    sigma: 0.3,
    policyLearningRate: 1e-2,
  }),
  trajectoryRows: ({ episodeSteps }) => episodeSteps,
  afterStep(learning) {
    learning.trainModel();
    if (learning.config.bootstrap === "critic") learning.trainCritic();
  },
  afterEpisode(learning, length) {
    learning.improvePolicyAlong(length, learning.config.bootstrap === "critic");
  },
};
