import { Chance } from "../chance.js";
import { type Finding, judge, shown, skip } from "../finding.js";
import { checkGradient, checkJacobian } from "./checks/derivatives.js";
import { type Recording, record, stepsOf } from "./checks/recording.js";
import { checkClipping, checkSeeds, checkSnapshot } from "./checks/repetition.js";
import { checkEpisodes, checkFinite, checkResults, checkState, checkTerms } from "./checks/rows.js";
import { attempt, Fault, type Notes, Subject } from "./checks/subject.js";
import type { Environment } from "./environment.js";
import { taskProblems } from "./task-problems.js";

/** How much is tried. */
export interface CheckOptions {
  /** Seed of the actions and of the environment, an integer from 0; default 1. */
  readonly seed?: number;
  /** Episodes that are recorded, an integer from 1; default 6: by turns random actions, held ones, extreme ones. */
  readonly episodes?: number;
}

const METHODS = ["reset", "step"] as const;
const OPTIONAL = ["rewardGradient", "reward", "transitionJacobian", "snapshot", "restore"] as const;
/** Environments that a check makes. */
export const INSTANCES = 3;
/** Seeds whose starts are compared. */
const SEEDS = 16;

/** What is wrong with what `make` made, before it is used. */
function interfaceProblems(made: readonly unknown[]): string[] {
  const [first] = made;
  if (typeof first !== "object" || first === null || first instanceof Promise) {
    return [`make returned ${shown(first)}: it must return an Environment, at once`];
  }
  const environment = first as Readonly<Record<string, unknown>>;
  const wrong = (name: string, required: boolean): string[] =>
    typeof environment[name] === "function" || (!required && environment[name] === undefined)
      ? []
      : [`${name} is ${shown(environment[name])}: it must be a method`];
  return [
    ...(new Set(made).size < made.length
      ? ["make returned the same object twice: it must make a new one every time"]
      : []),
    ...METHODS.flatMap((name) => wrong(name, true)),
    ...OPTIONAL.flatMap((name) => wrong(name, false)),
    ...taskProblems(environment.task).map((problem) => `task: ${problem}`),
  ];
}

/** A check's finding; what the environment threw or what made its answers unusable is one too. */
function guarded(name: string, check: () => Finding): Finding {
  try {
    return check();
  } catch (error) {
    if (error instanceof Fault) return { name, ok: false, detail: error.message };
    throw error;
  }
}

/**
 * Checks an environment of one's own before it is trained on, in this order: `task`, its description and methods; `results`, what reset
 * and step return; `finite`, every number under random and extreme actions; `state`, bounds, constants and clock; `terms`, their sum;
 * `episodes`, where they end; `seeds`, equal seeds and actions give equal bits; `clipping` of actions; `snapshot` and restore;
 * `gradient` of the reward and `jacobian` of the transition, against differences; `arrays`, which are neither altered nor handed out
 * twice. What the environment throws is a finding. It ends early where a failed check leaves nothing to go on with. An endless loop in
 * the environment's code can't be stopped from within: it hangs the check too.
 * @param make Makes an environment; called three times.
 * @throws RangeError when an option is out of its range.
 */
export function* checkEnvironment(
  make: () => Environment,
  { seed = 1, episodes = 6 }: CheckOptions = {},
): Generator<Finding, void, void> {
  if (!(Number.isSafeInteger(seed) && seed >= 0)) throw new RangeError(`seed is ${seed}: it must be an integer from 0`);
  if (!(Number.isInteger(episodes) && episodes >= 1))
    throw new RangeError(`episodes is ${episodes}: it must be 1 or more`);
  const chance = new Chance(seed);
  // as large as a trainer's are
  const seeds = Array.from({ length: SEEDS }, (_, i) => (seed % 0x1_0000_0000) * 0x10_0000 + i);
  const notes: Notes = { arrays: [], terms: [], calls: 0 };

  let made: readonly Environment[] = [];
  const opening = guarded("task", () => {
    made = Array.from({ length: INSTANCES }, () => attempt("make", make));
    const problems = interfaceProblems(made);
    if (problems.length > 0) return { name: "task", ok: false, detail: problems.join("; ") };
    const { name, state, action, features, predicted, reward } = made[0]!.task;
    const counts = `S = ${state.length}, A = ${action.length}, ${features.length} features, ${predicted.length} predicted, ${reward.length} reward terms`;
    return judge("task", `${name}: ${counts}; every field is in order`, []);
  });
  yield opening;
  if (!opening.ok) return;
  const [one, two, fresh] = made.map((environment) => new Subject(environment, notes)) as [Subject, Subject, Subject];
  const { layout } = one;

  let recorded: Recording | undefined;
  yield guarded("results", () => {
    recorded = record(one, episodes, seeds[0]!, chance);
    return checkResults(layout, recorded);
  });
  if (recorded === undefined) return;
  const recording = recorded;
  yield checkFinite(recording);
  if (stepsOf(recording.episodes) === 0) return;
  yield checkState(layout, recording);
  yield checkTerms(layout, recording, notes.terms);
  yield checkEpisodes(layout, recording);

  const again = guarded("seeds", () => checkSeeds(one, two, recording.episodes, seeds));
  yield again;
  const unrepeatable = "equal actions must lead to equal results first (seeds)";
  yield again.ok
    ? guarded("clipping", () => checkClipping(one, two, recording.episodes[0]!, chance))
    : skip("clipping", unrepeatable);
  const snapshot = again.ok
    ? guarded("snapshot", () => checkSnapshot(one, fresh, recording.episodes))
    : skip("snapshot", unrepeatable);
  yield snapshot;
  const restorable = snapshot.ok && snapshot.skipped === undefined;
  yield guarded("gradient", () => checkGradient(one, recording.episodes, restorable));
  yield guarded("jacobian", () => checkJacobian(one, recording.episodes, restorable));
  yield judge(
    "arrays",
    `${notes.calls} calls leave what they are given as it is; what they return stays as it was`,
    notes.arrays,
  );
}
