import { UsageError } from "../config.js";
import type { CoreTask } from "../env/task.js";
import type { Act } from "./episode.js";
import { readJson } from "./json.js";

/**
 * Actions (T, A) of a JSON file; zero after its end.
 * @throws UsageError when it holds anything else.
 */
export function readActions(path: string, task: CoreTask): Act {
  const A = task.action.length;
  const fail = (what: string): never => {
    throw new UsageError(`actions is ${path}: ${what}`);
  };
  const rows = readJson("actions", path);
  if (!Array.isArray(rows)) return fail("it must hold an array of actions");
  rows.forEach((row, step) => {
    if (!Array.isArray(row) || row.length !== A || !row.every((u) => Number.isFinite(u))) {
      fail(`action ${step} must be an array of ${A} numbers`);
    }
  });
  const idle = new Array<number>(A).fill(0);
  return (_, step) => (rows as number[][])[step] ?? idle;
}
