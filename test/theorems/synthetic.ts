// A learner with every feature of the state, and a smooth reward, for no task in particular.

import { FRAMES, PREDICTED, SCALES } from "../core/agents.js";
import { FEATURES, STATES } from "../core/encoders.js";
import { Source } from "../core/numbers.js";
import type { Numbers, Row } from "../oracle/equations.js";
import { dot, held, plus, type Quantity, sin, times } from "../oracle/tape.js";
import type { Derivatives, Spec } from "./subject.js";

export const ACTIONS = 3;

export const BASE: Spec = {
  states: STATES,
  actions: ACTIONS,
  features: FEATURES,
  policyHidden: [7, 5],
  squash: "tanh",
  deviation: "state-dependent",
  sigma: [0.05, 2],
  etaLimit: 1e3,
  critic: "states",
  valueHidden: [6, 5],
  modelHidden: [6],
  noise: "learned",
  predicted: PREDICTED,
  scales: SCALES,
  frames: FRAMES,
  gamma: 0.9,
  rewardScale: 0.5,
};

interface Transition {
  readonly s: Numbers;
  readonly a: Numbers;
  readonly sNext: Numbers;
}

/** A smooth reward sin(c s) + (d a) (e s') + |a|^2 / 3, and its derivatives. */
const constants = new Source(3);
const [c, d, e] = [constants.array(STATES), constants.array(ACTIONS), constants.array(STATES)];
export const reward = (s: Row, a: Row, sNext: Row): Quantity =>
  plus(plus(sin(dot(c, s)), times(dot(d, a), dot(e, sNext))), times(1 / 3, dot(a, a)));
export const derivatives = ({ s, a, sNext }: Transition): Derivatives => {
  const [along, push, slope] = [held(dot(d, a)), held(dot(e, sNext)), Math.cos(held(dot(c, s)))];
  return {
    rS: c.map((x) => x * slope),
    rA: d.map((x, k) => x * push + (2 / 3) * a[k]!),
    rSNext: e.map((x) => x * along),
  };
};
