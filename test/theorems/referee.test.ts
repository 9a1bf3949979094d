// The core's policy gradients against the tape's, of the same scalar: the value of pieces under both inferred noises.

import test from "ava";
import { DEVIATIONS, type Deviation, FRAMES } from "../core/agents.js";
import { STATES } from "../core/encoders.js";
import { assertClose, assertZero, derivative, largest, Source } from "../core/numbers.js";
import {
  inferNoise,
  type Noise,
  type Observed,
  type PolicyEquations,
  pieceValue,
  type Row,
} from "../oracle/equations.js";
import { dot, held, plus, type Quantity, Tape, times } from "../oracle/tape.js";
import { type Spec, Subject } from "./subject.js";
import { ACTIONS, BASE, derivatives, reward } from "./synthetic.js";

/** Pieces of up to K transitions that follow each other, as some other policy may have made them; some ended before. */
function observe(source: Source, K: number, P: number): Observed[][] {
  return Array.from({ length: P }, (_, p) => {
    const states = Array.from({ length: K + 1 }, () => source.array(STATES, -0.5, 0.5));
    const length = p % 2 === 1 ? Math.ceil(K / 2) : K;
    return Array.from({ length }, (_, t) => ({
      s: states[t]!,
      a: source.array(ACTIONS, -0.8, 0.8),
      sNext: states[t + 1]!,
      ratio: source.uniform(0.2, 2),
      terminated: t === length - 1 && p % 3 === 0,
    }));
  });
}

function meanValue(
  subject: Subject,
  policy: PolicyEquations,
  pieces: readonly (readonly Observed[])[],
  noises: readonly (readonly Noise[])[],
  bootstraps: boolean,
): Quantity {
  const { gamma, rewardScale } = subject.spec;
  const scaled = (s: Row, a: Row, sNext: Row) => times(rewardScale, reward(s, a, sNext));
  const problem = { f: subject.model, reward: scaled, gamma, ...(bootstraps && { critic: subject.critic }) };
  const values = pieces.map((piece, p) => pieceValue(policy, problem, piece, noises[p]!));
  return times(1 / pieces.length, values.reduce(plus));
}

const horizons = [
  { name: "SVG(1)", K: 1, P: 5, bootstraps: true, walks: false },
  { name: "SVG(1) in pieces", K: 1, P: 4, bootstraps: true, walks: true },
  { name: "SVG(3)", K: 3, P: 3, bootstraps: true, walks: true },
  { name: "SVG(inf)", K: 8, P: 2, bootstraps: false, walks: true },
] as const;

function judge(spec: Spec, { K, P, bootstraps, walks }: (typeof horizons)[number]) {
  const source = new Source(K + P);
  const subject = new Subject(spec, { steps: K, pieces: P, exact: false, walks });
  // small changes of the state, or values would be wild functions of the parameters
  subject.randomise(source, { policy: 1, model: 0.25, value: 1 });
  const pieces = observe(source, K, P);
  subject.observe(pieces, derivatives);
  const computed = subject.gradient(bootstraps);
  const noises = pieces.map((piece) => inferNoise(subject.policy(), subject.model, piece));
  const tape = new Tape();
  const theta = tape.variables(subject.theta);
  const value = meanValue(subject, subject.policy(theta), pieces, noises, bootstraps);
  return { subject, pieces, noises, computed, reference: tape.gradient(value, theta) };
}

for (const horizon of horizons) {
  const { name } = horizon;
  for (const noise of ["additive", "learned"] as const) {
    for (const frames of [[], FRAMES]) {
      const turned = frames.length > 0 ? ", changes in a frame" : "";
      test(`${name}, ${noise} noise${turned}: the tape agrees, whatever the policy`, (t) => {
        for (const squash of ["none", "tanh"] as const) {
          for (const deviation of Object.keys(DEVIATIONS) as Deviation[]) {
            for (const etaLimit of [1e3, 0.7]) {
              const spec = { ...BASE, noise, frames, squash, deviation, etaLimit };
              const { subject, noises, computed, reference } = judge(spec, horizon);
              assertClose(t, computed, reference, 1e-12, `${squash}, ${deviation}`);
              const { role } = subject;
              const part = (name: string) => computed.filter((_, at) => role[at] === name);
              t.true(largest(part("mean")) > 1e-3, "the mean matters");
              if (deviation === "fixed") assertZero(t, part("deviation bias"), "a fixed deviation");
              else t.true(largest(part("deviation bias")) > 1e-3, "the deviation matters");
              t.true(largest(noises.flat().flatMap(({ eta }) => eta)) > 0.7, "some noise is over its limit");
            }
          }
        }
      });
    }
  }
}

test("SVG(0): the tape agrees, whatever the policy", (t) => {
  const source = new Source(12);
  for (const squash of ["none", "tanh"] as const) {
    for (const deviation of Object.keys(DEVIATIONS) as Deviation[]) {
      for (const etaLimit of [1e3, 0.7]) {
        const spec: Spec = { ...BASE, critic: "actions", squash, deviation, etaLimit };
        const subject = new Subject(spec, { steps: 1, pieces: 4, exact: false });
        subject.randomise(source);
        const pieces = observe(source, 1, 4);
        subject.observe(pieces, derivatives);
        const tape = new Tape();
        const theta = tape.variables(subject.theta);
        const values = pieces.flat().map(({ s, a }) => {
          const eta = subject.policy().infer(s, a);
          return subject.critic(s, subject.policy(theta).act(s, eta));
        });
        const reference = tape.gradient(times(1 / values.length, values.reduce(plus)), theta);
        assertClose(t, subject.actionGradient(), reference, 1e-12, `${squash}, ${deviation}`);
      }
    }
  }
});

test("the tape's gradient is the derivative of the values under common noise", (t) => {
  for (const horizon of horizons) {
    const { K, bootstraps } = horizon;
    const { subject, pieces, noises, reference } = judge(BASE, horizon);
    const theta = subject.theta;
    const direction = new Source(K).array(theta.length);
    const value = (x: number) => {
      const moved = theta.map((at, i) => at + x * direction[i]!);
      return held(meanValue(subject, subject.policy(moved), pieces, noises, bootstraps));
    };
    assertClose(t, [held(dot(reference, direction))], [derivative(value, 0)], 1e-9, `K = ${K}`);
    // and the noises are those of the observed steps
    for (const [p, piece] of pieces.entries()) {
      for (const [time, { s, a, sNext }] of piece.entries()) {
        const { eta, xi } = noises[p]![time]!;
        assertClose(t, subject.policy().act(s, eta).map(held), a, 1e-12, "a");
        assertClose(t, subject.model.step(s, a, xi).map(held), sNext, 1e-12, "s'");
      }
    }
  }
});
