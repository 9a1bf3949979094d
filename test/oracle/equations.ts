// Policy, model and critic as the paper writes them (sections 4 and 5), and the value of a piece of a trajectory (equation 6, unrolled),
// in quantities that may stand on a tape. Weights are the numbers of the core's parameter blocks.

import type { Deviation, TestFrame } from "../core/agents.js";
import type { Slot } from "../core/blocks.js";
import { COS, type Form, LINEAR, SIN, type TestFeature, type TestSummand } from "../core/encoders.js";
import { clip, cos, dot, exp, held, minus, over, plus, type Quantity, sin, tanh, times } from "./tape.js";

/** Numbers, a state for example. */
export type Row = readonly Quantity[];
export type Numbers = readonly number[];

const sum = (terms: Row): Quantity => terms.reduce(plus, 0);

/** A tanh network whose weights stand in a block: network `network`. */
function perceptron(slots: readonly Slot[], block: Row, network = 0): (x: Row) => Row {
  const layers: { readonly weights: Quantity[]; readonly bias: Quantity }[][] = [];
  for (const [at, slot] of slots.entries()) {
    if (slot.padding || slot.network !== network) continue;
    layers[slot.layer] ??= [];
    const outputs = layers[slot.layer]!;
    const { weights } = outputs[slot.output] ?? { weights: [] };
    if (slot.input !== "bias") weights[slot.input] = block[at]!;
    outputs[slot.output] = { weights, bias: block[at]! };
  }
  return (x) =>
    layers.reduce<Row>((inputs, outputs, layer) => {
      const sums = outputs.map(({ weights, bias }) => plus(dot(weights, inputs), bias));
      return layer + 1 < layers.length ? sums.map(tanh) : sums;
    }, x);
}

const linear = (form: Form, s: Row): Quantity =>
  dot(
    form.map(([, coefficient]) => coefficient),
    form.map(([index]) => s[index]!),
  );

/** Features of a state. */
export function encode(features: readonly TestFeature[], s: Row): Row {
  const summand = ({ kind, forms, scale }: TestSummand): Quantity => {
    const [x, y, angle] = [0, 1, 2].map((j) => linear(forms[j] ?? [], s)) as [Quantity, Quantity, Quantity];
    if (kind === LINEAR) return over(x, scale);
    if (kind === SIN) return over(sin(x), scale);
    if (kind === COS) return over(cos(x), scale);
    return over(plus(times(cos(angle), x), times(sin(angle), y)), scale);
  };
  return features.map((feature) =>
    "sum" in feature ? over(sum(feature.sum.map(summand)), feature.scale) : summand(feature),
  );
}

/** A standard deviation between its bounds: log sigma = their middle + half their distance times tanh z. */
function deviationOf(z: Quantity, [low, high]: readonly [number, number]): Quantity {
  const [middle, half] = [Math.log(low * high) / 2, Math.log(high / low) / 2];
  return exp(plus(middle, times(half, tanh(z))));
}

/** What a network sees, and where its weights stand. */
export interface NetworkDescription {
  readonly features: readonly TestFeature[];
  readonly slots: readonly Slot[];
}

export interface PolicyDescription extends NetworkDescription {
  readonly actions: number;
  readonly squash: "none" | "tanh";
  readonly deviation: Deviation;
  readonly sigma: readonly [low: number, high: number];
  /** Largest noise that counts in the derivative by sigma. */
  readonly etaLimit: number;
}

/** The policy a = mu(s) + sigma eta with the parameters theta. */
export class PolicyEquations {
  readonly #description: PolicyDescription;
  readonly #network: (x: Row) => Row;
  /** The last layer's. */
  readonly #biases: Row;

  constructor(description: PolicyDescription, theta: Row) {
    const { slots } = description;
    const last = slots.at(-1)!.layer;
    this.#description = description;
    this.#network = perceptron(slots, theta);
    this.#biases = theta.filter((_, at) => {
      const { layer, input, padding } = slots[at]!;
      return layer === last && input === "bias" && !padding;
    });
  }

  /** mu and sigma at a state. */
  moments(s: Row): { readonly mean: Row; readonly sigma: Row } {
    const { features, actions, squash, deviation, sigma } = this.#description;
    const outputs = this.#network(encode(features, s));
    const mean = outputs.slice(0, actions).map((z) => (squash === "tanh" ? tanh(z) : z));
    const biases = this.#biases;
    const inputs = { "state-dependent": outputs, learned: biases, fixed: biases.map(held) }[deviation];
    return { mean, sigma: inputs.slice(actions).map((z) => deviationOf(z, sigma)) };
  }

  act(s: Row, eta: Numbers): Row {
    const { mean, sigma } = this.moments(s);
    return mean.map((mu, k) => {
      const counted = held(clip(eta[k]!, this.#description.etaLimit));
      return plus(plus(mu, times(sigma[k]!, counted)), held(sigma[k]!) * (eta[k]! - counted));
    });
  }

  /** The noise with which it chooses a: equation 12's eta, a point. */
  infer(s: Numbers, a: Numbers): Numbers {
    const { mean, sigma } = this.moments(s);
    return a.map((x, k) => (x - held(mean[k]!)) / held(sigma[k]!));
  }

  /** The logarithm of p(a | s). */
  logDensity(s: Numbers, a: Numbers): number {
    const { sigma } = this.moments(s);
    const densities = this.infer(s, a).map((eta, k) => {
      return Math.exp(-(eta ** 2) / 2) / (held(sigma[k]!) * Math.sqrt(2 * Math.PI));
    });
    return densities.reduce((log, density) => log + Math.log(density), 0);
  }
}

/** A transition s' = f(s, a, xi). */
export interface Transition {
  step(s: Row, a: Row, xi: Numbers): Row;
  /** The noise that leads from s, a to sNext. */
  infer(s: Numbers, a: Numbers, sNext: Numbers): Numbers;
}

/** A transition with additive noise: s' = f(s, a) + xi. */
export function additive(f: (s: Row, a: Row) => Row): Transition {
  return {
    step: (s, a, xi) => f(s, a).map((x, i) => plus(x, xi[i]!)),
    infer: (s, a, sNext) => f(s, a).map((x, i) => sNext[i]! - held(x)),
  };
}

export interface ModelDescription extends NetworkDescription {
  /** The state dimension that network d predicts; the others are copied. */
  readonly predicted: readonly number[];
  readonly scales: Numbers;
  readonly frames: readonly TestFrame[];
  readonly noise: "additive" | "learned";
  /** Actions count up to this magnitude; without bound unless given. */
  readonly actionBound?: number;
}

/** The learned model: s' = s + R(s) scale (mu(s, a) + sigma(s, a) xi). */
export class ModelEquations implements Transition {
  readonly #description: ModelDescription;
  readonly #networks: ((x: Row) => Row)[];

  constructor(description: ModelDescription, weights: Row) {
    this.#description = description;
    this.#networks = description.predicted.map((_, d) => perceptron(description.slots, weights, d));
  }

  #moments(s: Row, a: Row): { readonly mean: Quantity; readonly sigma: Quantity }[] {
    const { features, noise, actionBound = Infinity } = this.#description;
    // clipped, with the slope of what is not
    const counted = a.map((x) => plus(x, Math.max(-actionBound, Math.min(actionBound, held(x))) - held(x)));
    const inputs = [...encode(features, s), ...counted];
    return this.#networks.map((network) => {
      const [mean, z] = network(inputs);
      return { mean: mean!, sigma: noise === "learned" ? deviationOf(z!, [1e-3, 10]) : 1 };
    });
  }

  /** Changes with their pairs turned by `sign` times the frames' angles. */
  #turned(changes: Row, s: Row, sign: 1 | -1): Row {
    const result = [...changes];
    for (const { pair, angle } of this.#description.frames) {
      const [x, y] = pair.map((d) => changes[d]!) as [Quantity, Quantity];
      const t = times(sign, linear(angle, s));
      result[pair[0]] = minus(times(cos(t), x), times(sin(t), y));
      result[pair[1]] = plus(times(sin(t), x), times(cos(t), y));
    }
    return result;
  }

  step(s: Row, a: Row, xi: Numbers): Row {
    const { predicted, scales } = this.#description;
    const seen = this.#moments(s, a).map(({ mean, sigma }, d) =>
      times(scales[d]!, plus(mean, times(sigma, xi[predicted[d]!]!))),
    );
    const changes = this.#turned(seen, s, 1);
    return s.map((x, i) => plus(x, predicted.includes(i) ? changes[predicted.indexOf(i)]! : xi[i]!));
  }

  infer(s: Numbers, a: Numbers, sNext: Numbers): Numbers {
    const { predicted, scales } = this.#description;
    const moments = this.#moments(s, a);
    const seen = this.#turned(
      predicted.map((i) => sNext[i]! - s[i]!),
      s,
      -1,
    );
    return s.map((x, i) => {
      const d = predicted.indexOf(i);
      if (d < 0) return sNext[i]! - x;
      return (held(seen[d]!) / scales[d]! - held(moments[d]!.mean)) / held(moments[d]!.sigma);
    });
  }
}

/** The critic: V(s), or Q(s, a) where it is asked for actions. */
export function criticEquation({ features, slots }: NetworkDescription, weights: Row): (s: Row, a?: Row) => Quantity {
  const network = perceptron(slots, weights);
  return (s, a = []) => network([...encode(features, s), ...a])[0]!;
}

/** A transition as it was observed. */
export interface Observed {
  readonly s: Numbers;
  readonly a: Numbers;
  readonly sNext: Numbers;
  /** Density of the action under the policy over that under the one that acted. */
  readonly ratio: number;
  readonly terminated: boolean;
}

export interface Noise {
  readonly eta: Numbers;
  readonly xi: Numbers;
}

/** Both noises of the observed transitions (equations 11 and 12). */
export const inferNoise = (policy: PolicyEquations, f: Transition, piece: readonly Observed[]): Noise[] =>
  piece.map(({ s, a, sNext }) => ({ eta: policy.infer(s, a), xi: f.infer(s, a, sNext) }));

/** What the value of a piece is made of; without a critic nothing comes after it. */
export interface Problem {
  readonly f: Transition;
  readonly reward: (s: Row, a: Row, sNext: Row, t: number) => Quantity;
  readonly critic?: (s: Row) => Quantity;
  readonly gamma: number;
}

/**
 * The value at the start of a piece: from its first state on, under the noises, the sum of gamma^t r_t and what the critic says comes
 * after. An action's ratio counts for all that comes of it.
 */
export function pieceValue(
  policy: PolicyEquations,
  { f, reward, critic, gamma }: Problem,
  piece: readonly Observed[],
  noises: readonly Noise[],
): Quantity {
  let s: Row = piece[0]!.s;
  let share = 1;
  const terms: Quantity[] = [];
  for (const [t, { ratio, terminated }] of piece.entries()) {
    const { eta, xi } = noises[t]!;
    const a = policy.act(s, eta);
    const sNext = f.step(s, a, xi);
    share *= ratio;
    terms.push(times(share, reward(s, a, sNext, t)));
    share *= terminated ? 0 : gamma;
    s = sNext;
  }
  if (critic) terms.push(times(share, critic(s)));
  return sum(terms);
}
