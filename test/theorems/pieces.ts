// Pieces of trajectories, and what the tape says of them.

import {
  inferNoise,
  type Noise,
  type Numbers,
  type Observed,
  type PolicyEquations,
  type Problem,
  pieceValue,
} from "../oracle/equations.js";
import { held, plus, Tape, times } from "../oracle/tape.js";
import type { Subject } from "./subject.js";

/** The pieces that noises make of start states. */
export function follow(
  policy: PolicyEquations,
  f: Problem["f"],
  starts: readonly { readonly s: Numbers; readonly noises: readonly Noise[] }[],
): Observed[][] {
  return starts.map(({ s: start, noises }) => {
    let s = start;
    return noises.map(({ eta, xi }) => {
      const a = policy.act(s, eta).map(held);
      const row = { s, a, sNext: f.step(s, a, xi).map(held), ratio: 1, terminated: false };
      s = row.sNext;
      return row;
    });
  });
}

/** The gradient of the mean value of pieces under their inferred noises, by the tape. */
export function tapeGradient(subject: Subject, problem: Problem, all: readonly Observed[][]): number[] {
  const tape = new Tape();
  const theta = tape.variables(subject.theta);
  const policy = subject.policy(theta);
  const values = all.map((piece) => pieceValue(policy, problem, piece, inferNoise(subject.policy(), problem.f, piece)));
  return tape.gradient(times(1 / all.length, values.reduce(plus)), theta);
}
