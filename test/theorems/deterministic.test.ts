// Without noise the recursion is the paper's equations 3 and 4, which are computed here as they stand, from matrices.

import test from "ava";
import { DEVIATIONS, type Deviation } from "../core/agents.js";
import { assertClose, largest, Source } from "../core/numbers.js";
import type { Numbers, Row } from "../oracle/equations.js";
import { held, Tape, times } from "../oracle/tape.js";
import { Subject } from "./subject.js";
import { ACTIONS, BASE, derivatives, reward } from "./synthetic.js";

type Matrix = readonly Numbers[];

/** Rows of derivatives of f's results at x. */
function jacobian(f: (x: Row) => Row, x: Numbers): Matrix {
  const tape = new Tape();
  const variables = tape.variables(x);
  return f(variables).map((y) => tape.gradient(y, variables));
}

const product = (row: Numbers, matrix: Matrix): Numbers =>
  matrix[0]!.map((_, j) => row.reduce((sum, x, i) => sum + x * matrix[i]![j]!, 0));
const add = (...rows: readonly Numbers[]): Numbers =>
  rows[0]!.map((_, i) => rows.reduce((sum, row) => sum + row[i]!, 0));
const scaled = (factor: number, row: Numbers): Numbers => row.map((x) => factor * x);

const STEPS = 6;
const { gamma, rewardScale, states } = BASE;

for (const dynamics of ["learned", "given"] as const) {
  for (const deviation of Object.keys(DEVIATIONS) as Deviation[]) {
    test(`${dynamics} dynamics, ${deviation} deviation: without noise the gradient is that of equations 3 and 4`, (t) => {
      const source = new Source(5);
      const spec = { ...BASE, deviation, sigma: [1e-3, 2] as const };
      const subject = new Subject(spec, { steps: STEPS, pieces: 1, exact: dynamics === "given" });
      subject.randomise(source, { policy: 1, model: 0.25, value: 1 });
      // sigma at its floor
      const { role } = subject;
      subject.theta = subject.theta.map((x, at) => (role[at] === "deviation bias" ? -30 : x));
      const [policy, model, critic] = [subject.policy(), subject.model, subject.critic];
      const [still, none] = [new Array<number>(ACTIONS).fill(0), new Array<number>(states).fill(0)];
      const f = (s: Row, a: Row) => model.step(s, a, none);

      let s: Numbers = source.array(states, -0.5, 0.5);
      const piece = Array.from({ length: STEPS }, () => {
        const a = policy.act(s, still).map(held);
        const row = { s, a, sNext: f(s, a).map(held), ratio: 1, terminated: false };
        s = row.sNext;
        return row;
      });
      t.true(policy.moments(s).sigma.every((sigma) => held(sigma) < 1.001e-3));

      let vS = jacobian((at) => [critic(at)], s)[0]!;
      let vTheta: Numbers = subject.theta.map(() => 0);
      for (const { s, a, sNext } of piece.toReversed()) {
        const [fS, fA] = [jacobian((x) => f(x, a), s), jacobian((x) => f(s, x), a)];
        const piS = jacobian((x) => policy.act(x, still), s);
        const piTheta = jacobian((theta) => subject.policy(theta).act(s, still), subject.theta);
        const r = (...at: [Row, Row, Row]) => [times(rewardScale, reward(...at))];
        // of r(s, a, f(s, a))
        const rNext = jacobian((x) => r(s, a, x), sNext)[0]!;
        const rS = add(jacobian((x) => r(x, a, sNext), s)[0]!, product(rNext, fS));
        const rA = add(jacobian((x) => r(s, x, sNext), a)[0]!, product(rNext, fA));
        const later = scaled(gamma, vS);
        vTheta = add(product(rA, piTheta), product(product(later, fA), piTheta), scaled(gamma, vTheta));
        const closedLoop = fS.map((row, i) => add(row, product(fA[i]!, piS)));
        vS = add(rS, product(rA, piS), product(later, closedLoop));
      }

      subject.observe([piece], (row) => ({
        ...derivatives(row),
        fS: jacobian((x) => f(x, row.a), row.s).flat(),
        fA: jacobian((x) => f(row.s, x), row.a).flat(),
      }));
      const computed = subject.gradient(true);
      assertClose(t, computed, vTheta, 1e-9, "V_theta");
      const ofDeviation = computed.filter((_, at) => role[at]!.startsWith("deviation"));
      t.true(largest(ofDeviation) < 1e-9, "noise that is not there says nothing of its deviation");
    });
  }
}
