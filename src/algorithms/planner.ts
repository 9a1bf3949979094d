import type { Algorithm } from "./algorithm.js";
import { svgInf } from "./svg-inf.js";

/**
 * What the paper compares SVG(inf) with (figure 2, left): the same model, policy, horizon and defaults, but after every episode the
 * policy step is made along a trajectory that the model simulates from the episode's start, with noise that is drawn.
 */
export const planner: Algorithm = {
  ...svgInf,
  summary: "value gradients along simulated episodes, with sampled noise",
  simulates: true,
  afterEpisode(learning, length) {
    learning.improvePolicyAlongSimulated(length);
  },
};
