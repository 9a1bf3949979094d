import { Chance } from "../chance.js";
import type { Controller } from "../evaluate.js";
import type { Environments } from "./environments.js";
import { regulatorController } from "./regulator.js";
import type { CoreTask } from "./task.js";

/** Ways of acting that a learned policy is compared with. */
export const references = {
  zero: "no action",
  random: "a uniform action within its bounds, new in every step",
  lqr: "linear-quadratic feedback from the exact dynamics about the goal",
} as const;

export type ReferenceName = keyof typeof references;

/** The references that a task has. */
export function referencesOf(task: CoreTask): ReferenceName[] {
  return task.goal === undefined ? ["zero", "random"] : ["zero", "random", "lqr"];
}

/**
 * A reference for `evaluateController`.
 * @param environments What it acts in; `lqr` linearises their task.
 * @param seed Of the random actions.
 * @throws Error when the task has no such reference.
 */
export function referenceController(name: ReferenceName, environments: Environments, seed = 1): Controller {
  const { task } = environments;
  if (!referencesOf(task).includes(name)) {
    throw new Error(`${task.name} has no reference ${name}: it has ${referencesOf(task).join(", ")}`);
  }
  switch (name) {
    case "zero":
      return (_, actions) => actions.fill(0);
    case "random": {
      const chance = new Chance(seed);
      return (_, actions) => {
        for (let k = 0; k < actions.length; ++k) actions[k] = chance.uniform(-1, 1);
      };
    }
    case "lqr":
      return regulatorController(environments);
  }
}
