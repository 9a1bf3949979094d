import type { Command } from "commander";
import { tasks } from "../env/task.js";

/** `valuegrad envs`. */
export function addEnvs(program: Command): void {
  program
    .command("envs")
    .description("list the tasks")
    .action(() => {
      const all = Object.values(tasks);
      const width = Math.max(...all.map(({ name }) => name.length));
      for (const { name, state, action, summary } of all) {
        process.stdout.write(
          `${name.padEnd(width)}  ${String(state.length).padStart(2)} states, ${action.length} ${action.length === 1 ? "action,  " : "actions, "} ${summary}\n`,
        );
      }
    });
}
