import type { Phase } from "./learning.js";
import type { Network } from "./network.js";
import type { Trainer } from "./train.js";

/** An array that a phase of a training step computed. */
export interface Reading {
  readonly phase: Phase;
  readonly quantity: string;
  /** Its largest finite magnitude. */
  readonly largest: number;
  /** Its first number that is not finite, in words, where there is one. */
  readonly bad?: string;
}

/** What a step did, array by array in the order of computation, and what ended it, if anything did. */
export interface Examination {
  readonly readings: readonly Reading[];
  readonly error?: Error;
}

/** The name of a number of an array by its index. */
type Label = (index: number) => string;
type Quantity = readonly [name: string, values: ArrayLike<number>, label?: Label];

/** What a phase has read and written, in order. */
function quantities({ agent, environment, learning, task }: Trainer, phase: Phase): Quantity[] {
  const of =
    (names: readonly string[]): Label =>
    (i) =>
      names[i % names.length]!;
  const rows =
    (names: readonly string[]): Label =>
    (i) =>
      `${names[i % names.length]}, row ${Math.floor(i / names.length)}`;
  const states = task.state.map(({ name }) => name);
  const actions = task.action.map(({ name }) => name);
  const network = (name: string, { gradient, values }: Network): Quantity[] => [
    [`${name} gradient`, gradient],
    [`${name} weights after the update`, values],
  ];
  const { batch } = learning;
  switch (phase) {
    case "action": {
      const { mean, deviation } = agent.moments;
      const A = actions.length;
      return [
        ["state", environment.states, of(states)],
        ["policy weights", agent.policy.values],
        ["policy mean", mean.subarray(0, A), of(actions)],
        ["policy sigma", deviation.subarray(0, A), of(actions)],
        ["action", agent.actions.subarray(0, A), of(actions)],
        ["log p(a | s)", agent.logProbs.subarray(0, 1)],
      ];
    }
    case "environment":
      return [
        ["next state", environment.states, of(states)],
        ["reward terms", environment.terms, of(task.reward.map(({ name }) => name))],
        ["reward", environment.rewards],
      ];
    case "batch":
      return [
        ["batch states", batch.s, rows(states)],
        ["batch actions", batch.a, rows(actions)],
        ["batch rewards", batch.reward],
        ["batch next states", batch.sNext, rows(states)],
        ["batch behaviour log-densities", batch.behaviourLogProb],
      ];
    case "weights":
      return [["importance weights", batch.weight]];
    case "model":
      return network("model", agent.model);
    case "reward":
      return network("learned reward", agent.reward!);
    case "critic":
      return network("critic", agent.value);
    case "derivatives":
      return [
        ["reward gradient r_s", batch.rS, rows(states)],
        ["reward gradient r_a", batch.rA, rows(actions)],
        ["reward gradient r_s'", batch.rSNext, rows(states)],
        ["transition Jacobian f_s", batch.fS],
        ["transition Jacobian f_a", batch.fA],
      ];
    case "policy":
      return network("policy", agent.policy);
  }
}

function read(phase: Phase, [quantity, values, label = (i) => `number ${i}`]: Quantity): Reading {
  let largest = 0;
  let bad: string | undefined;
  for (let i = 0; i < values.length; ++i) {
    const value = values[i]!;
    if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value));
    else bad ??= values.length === 1 ? String(value) : `${value} (${label(i)})`;
  }
  return { phase, quantity, largest, ...(bad === undefined ? {} : { bad }) };
}

/** Takes one step of a trainer and looks at everything that it computes. */
export function examineStep(trainer: Trainer): Examination {
  const readings: Reading[] = [];
  trainer.learning.watch = (phase) => {
    for (const quantity of quantities(trainer, phase)) {
      if (quantity[1].length > 0) readings.push(read(phase, quantity));
    }
  };
  try {
    trainer.step();
    trainer.expectFiniteNetworks();
    return { readings };
  } catch (error) {
    return { readings, error: error as Error };
  } finally {
    trainer.learning.watch = undefined;
  }
}
