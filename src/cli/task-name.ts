import { UsageError } from "../config.js";
import { type CoreTask, tasks } from "../env/task.js";

/** @throws UsageError when no built-in task has this name. */
export function openTask(name: string): CoreTask {
  if (!Object.hasOwn(tasks, name)) {
    throw new UsageError(`task is ${name}: it must be one of ${Object.keys(tasks).join(", ")}`);
  }
  return tasks[name]!;
}
