import { Environments } from "../../src/env/environments.js";
import { type CoreTask, tasks } from "../../src/env/task.js";
import { init } from "../../src/node.js";

/** Copies of a task, each in a start state. */
export async function copies(name: string, count = 1, seed = 1): Promise<Environments> {
  const environments = new Environments(await init(), tasks[name] as CoreTask, count, seed);
  for (let i = 0; i < count; ++i) environments.reset(i);
  return environments;
}

/** The copies' states. */
export function rowsOf({ states, count }: Environments): number[][] {
  const S = states.length / count;
  return Array.from({ length: count }, (_, i) => Array.from(states.subarray(i * S, (i + 1) * S)));
}
