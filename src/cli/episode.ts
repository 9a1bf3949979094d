/** One episode of a built-in task, recorded for a replay. */

import { fileURLToPath } from "node:url";
import { makeEnvironment } from "../env/environment.js";
import type { EnvironmentOptions } from "../env/environments.js";
import type { CoreTask } from "../env/task.js";
import type { PlanarModel } from "../mjcf/model.js";
import { modelFile } from "../node.js";
import { Plant } from "../plant.js";
import { createCore } from "./load.js";
import { openModel } from "./model-file.js";
import type { ReplayExtras, Series } from "./replay/data.js";
import { type Frame, recordFrame } from "./replay/frame.js";

/** The action (A) at a state (S), of control step `step`. */
export type Act = (state: Float64Array, step: number) => ArrayLike<number> | Promise<ArrayLike<number>>;

/** An episode as it went. */
export interface Episode {
  readonly model: PlanarModel;
  /** The start state's, then one for every control step. */
  readonly frames: readonly Frame[];
  readonly extras: ReplayExtras;
  /** Undiscounted. */
  readonly return: number;
  /** What success is judged by, averaged over the task's window at the end. */
  readonly score: number;
  /** Whether a failure was met. */
  readonly failed: boolean;
}

/** The body of a built-in task, from the file that the package brings. */
export function taskModel(task: CoreTask): PlanarModel {
  return openModel(fileURLToPath(modelFile(task.model)));
}

/** Whether a task's state holds its body's velocities, and with them forces and energies are known. */
const isBodily = ({ closedForm, pose }: CoreTask): boolean => !(closedForm || pose);

/** Puts a task's body where a state says, under an action where velocities are known. */
export function placeBody(plant: Plant, task: CoreTask, state: Float64Array, action: ArrayLike<number>): void {
  const n = plant.model.dofs.length;
  plant.q.set(task.pose?.(state) ?? state.subarray(0, n));
  if (!isBodily(task)) return;
  plant.v.set(state.subarray(n, 2 * n));
  for (let k = 0; k < plant.u.length; ++k) plant.u[k] = Math.max(-1, Math.min(1, action[k]!));
}

/** Runs an episode from the start state that `seed` gives. A failure does not end it. */
export async function recordEpisode(
  task: CoreTask,
  act: Act,
  seed: number,
  options: EnvironmentOptions = {},
): Promise<Episode> {
  const environment = makeEnvironment(await createCore("release"), task, { ...options, seed });
  const model = taskModel(task);
  const plant = new Plant(await createCore("release"), model);
  const names = [
    ...task.reward.map(({ name }) => `reward: ${name}`),
    ...task.action.map(({ name }) => `action: ${name}`),
    task.score.name,
  ];
  const rows: number[][] = [];
  const frames: Frame[] = [];
  const draw = (state: Float64Array, action: ArrayLike<number>): void => {
    placeBody(plant, task, state, action);
    plant.time[0] = frames.length * task.controlStep;
    frames.push(recordFrame(plant, 0, task.markers?.(state)));
  };

  let { observation } = environment.reset({ seed });
  let total = 0;
  let score = 0;
  let failed = false;
  for (let step = 0, ended = false; !ended; ++step) {
    const action = await act(observation, step);
    draw(observation, action);
    const result = environment.step(action);
    const { terms, score: now, failed: fell } = result.info;
    rows.push([...task.reward.map(({ name }) => terms[name]!), ...Array.from(action), now]);
    total += result.reward;
    failed ||= fell;
    if (step >= task.episodeSteps - task.score.window) score += now / task.score.window;
    observation = result.observation;
    ended = result.terminated || result.truncated;
    if (ended) draw(observation, action);
  }
  rows.push(rows.at(-1)!);
  const series = names.map((name, k): Series => ({ name, values: rows.map((row) => row[k]!) }));
  const { springs = [] } = task;
  return { model, frames, extras: { series, springs, energy: isBodily(task) }, return: total, score, failed };
}
