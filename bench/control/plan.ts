/** The best episode that several starts lead to: a guess, what receding-horizon control makes of it, a polish over the whole episode. */

import { Chance } from "../../src/chance.js";
import { type GaitSearchOptions, gaitActions, searchGait } from "./gait.js";
import { Optimiser, type OptimiserOptions } from "./optimiser.js";
import { type ControlProblem, rollout, type Trajectory } from "./problem.js";
import { type RecedingOptions, recede } from "./receding.js";

export interface PlanOptions {
  /** Control steps of the episode. */
  readonly steps: number;
  /** One start each. */
  readonly seeds?: readonly number[];
  /** First guess of every start: these actions (T, A); else the best sine gait; else uniform noise of size `noise`. */
  readonly guess?: Float64Array;
  readonly gait?: Omit<GaitSearchOptions, "seed">;
  readonly noise?: number;
  /** Receding-horizon control, `passes` times, each from the start's best episode so far; without it, the guess is polished at once. */
  readonly receding?: Omit<RecedingOptions, "guess" | "seed" | "progress">;
  readonly passes?: number;
  /** Newton steps over the whole episode. */
  readonly polish?: number;
  readonly polishOptions?: OptimiserOptions;
  readonly log?: (message: string) => void;
}

export interface Plan extends Trajectory {
  readonly seed: number;
  /** The stage after which it was the best. */
  readonly stage: string;
  /** Wall time of the whole search, s. */
  readonly seconds: number;
}

/** @returns the episode of the highest return that any stage of any start met. */
export function planEpisode(problem: ControlProblem, s0: Float64Array, options: PlanOptions): Plan {
  const { steps, seeds = [1], noise = 0.1, receding, passes = 1, polish = 50, log = () => {} } = options;
  const length = steps * problem.actions;
  const began = performance.now();
  const seconds = (): number => (performance.now() - began) / 1000;
  let best: Omit<Plan, "seconds"> | undefined;
  const keep = (seed: number, stage: string, episode: Trajectory): Trajectory => {
    log(`seed ${seed}, ${stage}: return ${episode.total.toFixed(3)}, ${seconds().toFixed(1)} s`);
    if (best === undefined || episode.total > best.total) best = { ...episode, seed, stage };
    return episode;
  };
  const polisher = new Optimiser(problem, steps, options.polishOptions);
  for (const seed of seeds) {
    let episode = keep(seed, "guess", rollout(problem, s0, firstGuess(seed)));
    const improve = (stage: string, next: Trajectory): void => {
      keep(seed, stage, next);
      if (next.total > episode.total) episode = next;
    };
    for (let pass = 1; receding !== undefined && pass <= passes; ++pass) {
      const guess = episode.actions;
      improve(
        `receding horizon, pass ${pass}`,
        recede(problem, s0, steps, { ...receding, guess, seed: seed * 1000 + pass }),
      );
    }
    if (polish > 0) {
      polisher.start(s0, episode.actions);
      polisher.improve(polish);
      improve("polish", polisher.trajectory());
    }
  }
  if (best === undefined) throw new RangeError("a plan needs at least one seed");
  return { ...best, seconds: seconds() };

  function firstGuess(seed: number): Float64Array {
    if (options.guess !== undefined) return options.guess;
    if (options.gait !== undefined) {
      return gaitActions(searchGait(problem, s0, { ...options.gait, seed }).gait, steps);
    }
    const chance = new Chance(seed);
    return Float64Array.from({ length }, () => chance.uniform(-noise, noise));
  }
}
