import type { Command } from "commander";
import { UsageError } from "../config.js";
import { successInWords } from "../env/task.js";
import { loadTrainer } from "./load.js";
import { outcome } from "./terminal.js";

/** A count from a command line. */
function count(name: string, text: string, low: number, high: number): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < low || value > high || text.trim() === "") {
    throw new UsageError(`${name} is ${text}: it must be an integer from ${low} to ${high}`);
  }
  return value;
}

/** `valuegrad eval RUN`. */
export function addEval(program: Command): void {
  program
    .command("eval")
    .description("run the deterministic policy of a run in fresh episodes")
    .argument("<run>", "a run folder, or its checkpoint.safetensors")
    .option("--episodes <n>", "how many episodes", "10")
    .option("--seed <n>", "seed of the start states (default: the run's)")
    .option("--json", "print the result as JSON", false)
    .action(async (run: string, options: { episodes: string; seed?: string; json: boolean }) => {
      const episodes = count("episodes", options.episodes, 1, 100_000);
      const trainer = await loadTrainer(run);
      const seed =
        options.seed === undefined ? trainer.config.seed : count("seed", options.seed, 0, Number.MAX_SAFE_INTEGER);
      const result = trainer.evaluateEpisodes(episodes, seed);
      const { task } = trainer;
      if (options.json) {
        process.stdout.write(`${JSON.stringify({ task: task.name, steps: trainer.steps, seed, ...result })}\n`);
        return;
      }
      const { score } = task;
      result.returns.forEach((value, i) => {
        const failed = result.failures[i] ? ", failed" : "";
        process.stdout.write(
          `episode ${i + 1}: return ${value.toFixed(2)}, ${score.name} ${result.scores[i]!.toFixed(4)}${failed}\n`,
        );
      });
      let sum = 0;
      for (const value of result.returns) sum += value;
      process.stdout.write(
        `mean of ${episodes}: return ${(sum / episodes).toFixed(2)}, ${score.name} ${result.score.toFixed(4)}; ${outcome(result)}\n` +
          `an episode succeeds when ${successInWords(task)}\n`,
      );
    });
}
