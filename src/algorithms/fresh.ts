import type { Pieces } from "../agent.js";
import type { Config } from "../config.js";
import type { Task } from "../env/task.js";

/**
 * What algorithms want whose policies learn from their newest steps, once each: more steps than those that learn from a replay, and
 * small policy steps from little data, often (cart-pole by SVG(1): from two transitions at a time 14,000 steps, from ten 24,000).
 */
export const freshDefaults = ({ defaults }: Task): Partial<Config> => ({
  steps: 3 * (defaults?.steps ?? 10_000),
  evaluationInterval: 3 * (defaults?.evaluationInterval ?? 1_000),
  policyInterval: 2,
  policyLearningRate: 5e-4,
});

/** The pieces of up to `steps` steps into which such a policy's newest steps are cut. */
export const freshPieces = ({ policyInterval }: Config, steps = 1): Pieces => ({
  count: Math.ceil(policyInterval / steps),
  steps: Math.min(steps, policyInterval),
});
