import { UsageError } from "../config.js";
import { type CoreTask, tasks } from "../env/task.js";
import { parseNumber } from "./model-file.js";

/** @throws UsageError when no built-in task has this name. */
export function openTask(name: string): CoreTask {
  if (!Object.hasOwn(tasks, name)) {
    throw new UsageError(`task is ${name}: it must be one of ${Object.keys(tasks).join(", ")}`);
  }
  return tasks[name]!;
}

/** The disturbance that a command line asks for, none where it does not. */
export function disturbanceOf({ disturbance }: { readonly disturbance?: string }): { readonly disturbance?: number } {
  return disturbance === undefined ? {} : { disturbance: parseNumber("disturbance", disturbance, 0, 10) };
}
