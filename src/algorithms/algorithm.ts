import type { Pieces } from "../agent.js";
import type { Config } from "../config.js";
import type { Task } from "../env/task.js";
import type { Learning } from "../learning.js";

/**
 * How the policy's gradient is estimated: along values of states, V(s), through a model; up the value of actions, Q(s, a), which is
 * what the critic judges then; or by likelihood ratios, from advantages and the densities of actions.
 */
export type PolicyGradient = "value" | "action value" | "likelihood ratio";

/** A way of learning: what is done after environment steps and episodes. */
export interface Algorithm {
  /** One line. */
  readonly summary: string;
  /** Settings whose default differs for this algorithm on a task. They come before the task's own. */
  readonly defaults?: (task: Task) => Partial<Config>;
  readonly policyGradient: PolicyGradient;
  /** Whether the policy that is learned is the mean alone, its noise being there to explore. */
  readonly deterministic?: boolean;
  /** The pieces of trajectories that a policy step learns from; single transitions of a minibatch unless given. */
  readonly pieces?: (task: Task, config: Config) => Pieces | undefined;
  /** Whether a policy step is made along what the model simulates in the place of an episode. */
  readonly simulates?: boolean;
  /** After every environment step, once learning has started. */
  afterStep(learning: Learning): void;
  /** After an episode of `length` steps, all of them the current policy's. */
  afterEpisode?(learning: Learning, length: number): void;
}
