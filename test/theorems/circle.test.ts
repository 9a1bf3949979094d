// With the exact value function SVG(k) is the same for every k (horizons.test.ts), here with a critic of the core: a point on a circle is
// moved by its action and likes to be at angle 0; its value is a sine.

import test from "ava";
import { COS, SIN } from "../core/encoders.js";
import { assertClose, assertZero, derivative } from "../core/numbers.js";
import { sigmaOf } from "../core/quadratic.js";
import { additive, type Problem } from "../oracle/equations.js";
import { cos, minus, plus, times } from "../oracle/tape.js";
import { LINEAR_NETWORKS } from "./linear.js";
import { follow, tapeGradient } from "./pieces.js";
import { Subject } from "./subject.js";

const [GAMMA, COST, STEPS, BIAS, Z] = [0.9, 0.3, 6, 0.4, -0.5];
const circle: Problem = {
  f: additive(([angle], [a]) => [plus(angle!, a!)]),
  reward: (_, [a], [next]) => minus(cos(next!), times(COST, times(a!, a!))),
  gamma: GAMMA,
};

/**
 * With a noise of 1 or -1, each half of the time, E[exp(i angle)] shrinks and turns by (cos sigma) exp(i bias) in a step: the value is the
 * real part of c exp(i angle), of which this is c.
 */
function valueCoefficient(bias: number, sigma: number): readonly [re: number, im: number] {
  const [re, im] = [Math.cos(sigma) * Math.cos(bias), Math.cos(sigma) * Math.sin(bias)];
  const [x, y] = [1 - GAMMA * re, -GAMMA * im];
  const square = x * x + y * y;
  return [(re * x + im * y) / square, (im * x - re * y) / square];
}
const COEFFICIENT = valueCoefficient(BIAS, sigmaOf(Z));

function createCircle(steps: number, count: number, exact: boolean): Subject {
  const features = [COS, SIN].map((kind) => ({ kind, forms: [[[0, 1] as const]], scale: 1 }));
  const sizes = { states: 1, actions: 1, features, predicted: [0], scales: [0.7] };
  const subject = new Subject({ ...LINEAR_NETWORKS, ...sizes, gamma: GAMMA }, { steps, pieces: count, exact });
  subject.theta = [0, 0, 0, 0, 0, 0, 0, 0, BIAS, Z, 0, 0];
  subject.valueWeights = [COEFFICIENT[0], 0, 0, 0, -COEFFICIENT[1], 0, 0, 0];
  subject.modelWeights = [0, 0, 0, 0, 0, 0, 0, 0, 1 / 0.7];
  return subject;
}

/** Every sequence of `length` noises. */
const coins = (length: number) =>
  Array.from({ length: 2 ** length }, (_, code) =>
    Array.from({ length }, (_, t) => ({ eta: [((code >> t) & 1) * 2 - 1], xi: [0] })),
  );

/** The gradient of SVG(K) over STEPS steps from an angle, by the core and by the tape. */
function circleGradient(K: number, exact: boolean) {
  let [total, reference] = [new Array<number>(12).fill(0), new Array<number>(12).fill(0)];
  for (let time = 0; time < STEPS; time += K) {
    const subject = createCircle(K, 2 ** (time + K), exact);
    const before = follow(
      subject.policy(),
      circle.f,
      coins(time).map((noises) => ({ s: [0.3], noises })),
    ).map((piece) => piece.at(-1)?.sNext ?? [0.3]);
    const all = follow(
      subject.policy(),
      circle.f,
      before.flatMap((s) => coins(K).map((noises) => ({ s, noises }))),
    );
    subject.observe(all, ({ a: [a], sNext: [next] }) => ({
      rS: [0],
      rA: [-2 * COST * a!],
      rSNext: [-Math.sin(next!)],
      fS: [1],
      fA: [1],
    }));
    const plusPart = (sum: readonly number[], part: readonly number[]) =>
      sum.map((x, at) => x + GAMMA ** time * part[at]!);
    total = plusPart(total, subject.gradient(true));
    reference = plusPart(reference, tapeGradient(subject, { ...circle, critic: subject.critic }, all));
  }
  return { total, reference };
}

for (const exact of [true, false]) {
  test(`circle, ${exact ? "exact" : "learned"} model: with the exact critic SVG(k) is the same for every k`, (t) => {
    // the return of STEPS steps and the value after them, a function of bias and z
    const value = (bias: number, z: number) => {
      const [re, im] = valueCoefficient(bias, sigmaOf(z));
      const shrink = Math.cos(sigmaOf(z));
      let sum = (-COST * (bias ** 2 + sigmaOf(z) ** 2) * (1 - GAMMA ** STEPS)) / (1 - GAMMA);
      for (let time = 1; time <= STEPS; time++)
        sum += GAMMA ** (time - 1) * shrink ** time * Math.cos(0.3 + time * bias);
      const [angle, weight] = [0.3 + STEPS * bias, (GAMMA * shrink) ** STEPS];
      return {
        sum: sum + weight * (COEFFICIENT[0] * Math.cos(angle) - COEFFICIENT[1] * Math.sin(angle)),
        // without an end
        endless: re * Math.cos(0.3) - im * Math.sin(0.3) - (COST * (bias ** 2 + sigmaOf(z) ** 2)) / (1 - GAMMA),
      };
    };
    const { sum, endless } = value(BIAS, Z);
    const rest = (COST * (BIAS ** 2 + sigmaOf(Z) ** 2) * GAMMA ** STEPS) / (1 - GAMMA);
    t.true(Math.abs(sum - rest - endless) < 1e-12, "the value is exact");
    const byBias = derivative((x) => value(x, Z).sum, BIAS);
    const byZ = derivative((x) => value(BIAS, x).sum, Z);
    const all = [1, 2, 3, 6].map((K) => circleGradient(K, exact));
    for (const { total, reference } of all) {
      assertClose(t, [total[8]!, total[9]!], [byBias, byZ], 1e-10, "bias and z");
      assertClose(t, total, all[0]!.total, 1e-12, "one as the other");
      assertClose(t, total, reference, 1e-12, "the tape");
      t.true(Math.abs(total[0]!) > 1e-3 && Math.abs(total[4]!) > 1e-3, "the policy may begin to look at the state");
      assertZero(
        t,
        [1, 5, 2, 10].map((at) => total[at]!),
        "its deviation may not",
      );
    }
  });
}
