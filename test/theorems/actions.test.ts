// SVG(0) with the exact value of actions is SVG(1) with that of states. In the problem of this test both are networks of the core: the
// former is drawn at random, the reward is what makes it right.

import test from "ava";
import { mlpSlots } from "../core/blocks.js";
import { COS, LINEAR, SIN, type TestFeature } from "../core/encoders.js";
import { assertClose, assertGradient, derivative, dot as innerProduct, Source } from "../core/numbers.js";
import {
  additive,
  inferNoise,
  type Numbers,
  type Observed,
  type Problem,
  pieceValue,
  type Row,
} from "../oracle/equations.js";
import { held, minus, over, plus, type Quantity, sin, Tape, times } from "../oracle/tape.js";
import { LINEAR_NETWORKS } from "./linear.js";
import { follow, tapeGradient } from "./pieces.js";
import { type Spec, Subject } from "./subject.js";

const [GAMMA, REWARD_SCALE, STEPS] = [0.9, 0.5, 3];
const START: Numbers = [0.4, -0.7];
const features: readonly TestFeature[] = [
  { kind: LINEAR, forms: [[[0, 1]]], scale: 2 },
  { kind: SIN, forms: [[[1, 1]]], scale: 1 },
  { kind: COS, forms: [[[1, 1]]], scale: 1 },
];
const HIDDEN = 4;
const F = features.length;
const spec: Spec = {
  ...LINEAR_NETWORKS,
  states: 2,
  actions: 1,
  features,
  critic: "actions",
  valueHidden: [HIDDEN],
  predicted: [0],
  scales: [1],
  gamma: GAMMA,
  rewardScale: REWARD_SCALE,
};

/** Noises are 1 or -1, each half of the time: that of the action, and that of the second number of the state. */
const NOISES = [1, -1].flatMap((eta) => [0.3, -0.3].map((xi) => ({ eta: [eta], xi: [0, xi] })));
const f = additive(([x, y], [a]) => [
  plus(times(0.9, x!), times(0.5, a!)),
  plus(y!, plus(times(0.3, sin(x!)), times(0.2, a!))),
]);

/** The policy and Q, whose parameters everything else follows from. */
const base = new Subject(spec, { steps: 1, pieces: 1, exact: true });
base.randomise(new Source(2), { policy: 0.7, model: 1, value: 1 });
const valueOfAction = base.critic;

/** V(s), the mean of Q(s, mu(s) + sigma) and Q(s, mu(s) - sigma): mu is linear in the features, so it takes twice the units of Q. */
function stateValueWeights(): number[] {
  const number = (sizes: readonly number[], block: Numbers, layer: number, input: number | "bias", output: number) =>
    block[mlpSlots(sizes).findIndex((slot) => slot.layer === layer && slot.input === input && slot.output === output)]!;
  const ofQ = (layer: number, input: number | "bias", output: number) =>
    number([F + 1, HIDDEN, 1], base.valueWeights, layer, input, output);
  const ofPolicy = (input: number | "bias") => number([F, 2], base.theta, 0, input, 0);
  const sigma = held(base.policy().moments(START).sigma[0]!);
  return mlpSlots([F, 2 * HIDDEN, 1]).map(({ layer, input, output, padding }) => {
    if (padding) return 0;
    if (layer === 1) return input === "bias" ? ofQ(1, "bias", 0) : ofQ(1, input % HIDDEN, 0) / 2;
    const unit = output % HIDDEN;
    const action = ofPolicy(input) + (input === "bias" ? (output < HIDDEN ? sigma : -sigma) : 0);
    return ofQ(0, input, unit) + ofQ(0, F, unit) * action;
  });
}

function create(critic: Spec["critic"], steps: number, pieces: number): Subject {
  const valueHidden = critic === "actions" ? [HIDDEN] : [2 * HIDDEN];
  const subject = new Subject({ ...spec, critic, valueHidden }, { steps, pieces, exact: true });
  subject.theta = base.theta;
  subject.valueWeights = critic === "actions" ? base.valueWeights : stateValueWeights();
  return subject;
}

const valueOfState = create("states", 1, 1).critic;
const mean = (values: Row): Quantity => times(1 / values.length, values.reduce(plus));
/** The scaled reward: what Q says of the action, less what is expected of the next state. */
const reward = (s: Row, a: Row) =>
  minus(valueOfAction(s, a), times(GAMMA, mean(NOISES.map(({ xi }) => valueOfState(f.step(s, a, xi))))));
const problem: Problem = { f, reward, critic: valueOfState, gamma: GAMMA };

/** Derivatives of quantities by s and a. */
function derivatives({ s, a }: Observed) {
  const tape = new Tape();
  const [state, action] = [tape.variables(s), tape.variables(a)];
  const r = over(reward(state, action), REWARD_SCALE);
  const next = f.step(state, action, [0, 0]);
  return {
    rS: tape.gradient(r, state),
    rA: tape.gradient(r, action),
    rSNext: [0, 0],
    fS: next.flatMap((x) => tape.gradient(x, state)),
    fA: next.flatMap((x) => tape.gradient(x, action)),
  };
}

/** Every sequence of `length` noises. */
const sequences = (length: number): (typeof NOISES)[] =>
  length === 0 ? [[]] : sequences(length - 1).flatMap((before) => NOISES.map((noise) => [...before, noise]));

/** What every sequence of noises makes of the start in `length` steps. */
const paths = (length: number) =>
  follow(
    base.policy(),
    f,
    sequences(length).map((noises) => ({ s: START, noises })),
  );

test("SVG(0) with the exact Q is SVG(1) with the exact V, state by state, and SVG(3) over three of them", (t) => {
  for (const s of [START, [-0.3, 2], [1, 1]]) {
    const actions = NOISES.map(({ eta }) => base.policy().act(s, eta));
    assertClose(t, [held(mean(actions.map((a) => valueOfAction(s, a))))], [held(valueOfState(s))], 1e-13, "V");
  }
  const total = { zero: base.theta.map(() => 0), one: base.theta.map(() => 0) };
  for (let time = 0; time < STEPS; time++) {
    const last = paths(time + 1).map((path) => [path.at(-1)!]);
    const [zero, one] = [create("actions", 1, last.length), create("states", 1, last.length)];
    for (const subject of [zero, one]) subject.observe(last, derivatives);
    const gradients = { zero: zero.actionGradient(), one: one.gradient(true) };
    assertClose(t, gradients.zero, gradients.one, 1e-12, `at ${time}`);
    // no sample is as the other: they agree in the mean over the next state
    const single = { zero: create("actions", 1, 1), one: create("states", 1, 1) };
    for (const subject of [single.zero, single.one]) subject.observe([last[0]!], derivatives);
    t.true(Math.abs(single.zero.actionGradient()[0]! / single.one.gradient(true)[0]! - 1) > 1e-3);

    const tape = new Tape();
    const theta = tape.variables(base.theta);
    const values = last.flat().map(({ s, a }) => {
      const eta = base.policy().infer(s, a);
      return valueOfAction(s, base.policy(theta).act(s, eta));
    });
    assertClose(t, gradients.zero, tape.gradient(mean(values), theta), 1e-12, `the tape at ${time}`);
    for (const way of ["zero", "one"] as const) {
      total[way] = total[way].map((x, i) => x + GAMMA ** time * gradients[way][i]!);
    }
  }
  const pieces = paths(STEPS);
  const three = create("states", STEPS, pieces.length);
  three.observe(pieces, derivatives);
  const gradient = three.gradient(true);
  assertClose(t, total.zero, gradient, 1e-12, "SVG(0)");
  assertClose(t, total.one, gradient, 1e-12, "SVG(1)");
  assertClose(t, gradient, tapeGradient(three, problem, pieces), 1e-12, "the tape");

  // and all of them are the derivative of the return
  const noises = pieces.map((piece) => inferNoise(base.policy(), f, piece));
  const direction = new Source(9).array(base.theta.length);
  const along = (x: number) => {
    const policy = base.policy(base.theta.map((at, i) => at + x * direction[i]!));
    return held(mean(pieces.map((piece, p) => pieceValue(policy, problem, piece, noises[p]!))));
  };
  assertGradient(t, [innerProduct(gradient, direction)], [derivative(along, 0)], "theta");
});
