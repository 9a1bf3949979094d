import { type AlgorithmName, algorithms } from "../../src/algorithms/algorithms.js";
import { tasks } from "../../src/env/task.js";

/** An algorithm on a task, with its shipped defaults. */
export interface Pair {
  readonly task: string;
  readonly algorithm: AlgorithmName;
  readonly seeds: number;
}

/** Where every algorithm is compared. */
const compared = ["cartpole", "hand"];
/** Smooth tasks, along which whole episodes can be differentiated. */
const smooth = ["cartpole-balance", "swimmer3", "swimmer5", "swimmer7", "reacher-4target", "reacher-moving"];
/** Where the paper compares baselines with the default algorithm, too (figures 3 and 4). */
const baselines: Partial<Record<AlgorithmName, readonly string[]>> = {
  dpg: ["swimmer3", "reacher-4target", "cheetah"],
  ac: ["swimmer3", "swimmer5"],
};
/** Where the default algorithm is run with twice as many seeds. */
const thorough = ["cartpole", "swimmer3", "reacher-4target", "cheetah"];

/** The tasks that an algorithm is run on. */
function tasksOf(algorithm: AlgorithmName): readonly string[] {
  if (algorithm === "svg1-er" || algorithm === "svg1") return Object.keys(tasks);
  return [...compared, ...((algorithm === "svg-inf" ? smooth : baselines[algorithm]) ?? [])];
}

/** All that is run, the comparisons first. Ten seeds of SVG(inf) and the planner on the hand are bench/figures/planner.yaml's. */
export function plannedPairs(): Pair[] {
  const pairs = (Object.keys(algorithms) as AlgorithmName[]).flatMap((algorithm) => {
    const elsewhere = algorithm === "svg-inf" || algorithm === "planner" ? "hand" : undefined;
    const own = tasksOf(algorithm).filter((task) => task !== elsewhere);
    return own.map((task) => ({
      task,
      algorithm,
      seeds: algorithm === "svg1-er" && thorough.includes(task) ? 10 : 5,
    }));
  });
  return [
    ...pairs.filter(({ task }) => compared.includes(task)),
    ...pairs.filter(({ task }) => !compared.includes(task)),
  ];
}
