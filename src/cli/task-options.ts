import { type CoreTask, tasks } from "../env/task.js";
import { parseChoice, parseNumber } from "./model-file.js";

/** @throws UsageError when no built-in task has this name. */
export function openTask(name: string): CoreTask {
  return tasks[parseChoice("task", name, Object.keys(tasks))]!;
}

/** The disturbance that a command line asks for, none where it does not. */
export function disturbanceOf({ disturbance }: { readonly disturbance?: string }): { readonly disturbance?: number } {
  return disturbance === undefined ? {} : { disturbance: parseNumber("disturbance", disturbance, 0, 10) };
}
