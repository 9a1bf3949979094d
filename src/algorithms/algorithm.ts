import type { Config } from "../config.js";
import type { Task } from "../env/task.js";
import type { Learning } from "../learning.js";

/** A way of learning: what is done after environment steps and episodes. */
export interface Algorithm {
  /** One line. */
  readonly summary: string;
  /** Settings whose default differs for this algorithm on a task. They come before the task's own. */
  readonly defaults?: (task: Task) => Partial<Config>;
  /** Transitions of trajectories that are learned from at once; none unless given. */
  readonly trajectoryRows?: (task: Task, config: Config) => number;
  /** After every environment step, once learning has started. */
  afterStep(learning: Learning): void;
  /** After an episode of `length` steps, all of them the current policy's. */
  afterEpisode?(learning: Learning, length: number): void;
}
