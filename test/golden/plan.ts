import { type Config, settings } from "../../src/config.js";
import { type Task, tasks } from "../../src/env/task.js";

/** A row that the table should have: its name, and the settings in which it differs from the table's own. */
export interface PlannedRow {
  readonly name: string;
  readonly settings: Partial<Config>;
}

/** Environment steps of a row after the end of its second episode, and updates of a learner that makes one after every step. */
const STEPS_AFTER_EPISODES = 50;
const UPDATES = 150;

/** Seeds other than 1: with this one the gripper's palm and fingers press on the ball, and its fingers on the walls. */
const seeds: Readonly<Record<string, number>> = { gripper: 8 };

/** Two whole episodes and the start of a third, with updates before and after their ends. */
function short({ name, episodeSteps }: Task, algorithm: Config["algorithm"], others: Partial<Config> = {}) {
  const steps = 2 * episodeSteps + STEPS_AFTER_EPISODES;
  return { task: name, algorithm, seed: seeds[name] ?? 1, steps, learningStarts: steps - UPDATES + 1, ...others };
}

/** The released networks and minibatch, for 2,000 updates. */
const long: Partial<Config> = {
  steps: 2499,
  learningStarts: 500,
  replayCapacity: 100_000,
  batch: 64,
  policyHidden: [100, 100],
  valueHidden: [200, 100],
  modelHidden: [20, 20],
  evaluationEpisodes: 10,
};

/** What else SVG(1) with replay can be told, each on tasks where it matters. */
const variants: readonly (readonly [task: string, variant: string, settings: Partial<Config>])[] = [
  ["cartpole", "2000-updates", long],
  ["cartpole", "largest-seed", { seed: Number.MAX_SAFE_INTEGER }],
  // a body of its own equations, drag, contacts between bodies that move, contacts with the ground
  ["hand", "exact", { model: "exact" }],
  ["swimmer5", "exact", { model: "exact" }],
  ["gripper", "exact", { model: "exact" }],
  ["walker", "exact", { model: "exact" }],
  ["monoped", "model-single", { modelNetwork: "single" }],
  ["cartpole", "reward-learned", { reward: "learned" }],
  ["cartpole", "returns", { valueLearning: "returns" }],
  ["monoped", "residual", { valueLearning: "residual" }],
  ["cheetah", "kl", { klWeight: 0.01, klTarget: 1 }],
  ["gripper", "model-noise", { modelNoise: "learned" }],
  ["monoped", "model-noise", { modelNoise: "learned" }],
  ["reacher-moving", "deviation-learned", { deviation: "learned" }],
  ["cheetah", "deviation-state", { deviation: "state" }],
  ["cartpole", "unsquashed", { squash: "none" }],
  ["hand", "disturbance", { disturbance: 1 }],
  ["monoped", "disturbance", { disturbance: 0.05 }],
  ["cartpole-balance", "failures-end", { earlyTermination: "on" }],
  ["walker", "failures-end", { earlyTermination: "on" }],
];

/** What every algorithm is run on: a task without failures and contacts, and one with both, which end its episodes. */
const common = ["cartpole", "walker"];

/** Every task with the default algorithm, every algorithm on a few tasks, then the variants. */
export function plannedRows(): PlannedRow[] {
  const plain = settings.algorithm.choices.flatMap((algorithm) =>
    Object.values(tasks)
      .filter(({ name }) => algorithm === settings.algorithm.default || common.includes(name))
      .map((task) => ({ name: `${task.name}/${algorithm}`, settings: short(task, algorithm) })),
  );
  const others = variants.map(([task, variant, own]) => ({
    name: `${task}/svg1-er/${variant}`,
    settings: short(tasks[task]!, "svg1-er", own),
  }));
  return [...plain, ...others];
}
