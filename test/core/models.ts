// Models with and without frames and learned noise, of separate networks and of one, and what they must compute by its definition.

import { ACTIONS, createModel, FRAMES, PREDICTED, SCALES, type TestFrame, valuesOf } from "./agents.js";
import { evaluate } from "./blocks.js";
import { encode, FEATURES, STATES } from "./encoders.js";
import { type Bits, Core } from "./instantiate.js";
import { Source } from "./numbers.js";

export const B = 5;
export const HIDDEN = [6];
/** Most actions are within it, some are beyond it. */
const ACTION_BOUND = 0.7;
const clipped = (x: number): number => Math.max(-ACTION_BOUND, Math.min(ACTION_BOUND, x));
const D = PREDICTED.length;

/** What a model is made with. */
export interface Variant {
  readonly name: string;
  readonly learnedNoise: boolean;
  readonly frames: readonly TestFrame[];
  /** Whether one network predicts all dimensions. */
  readonly single: boolean;
}

export const VARIANTS: readonly Variant[] = [false, true].flatMap((learnedNoise) =>
  [[], FRAMES].flatMap((frames) =>
    [false, true].map((single) => ({
      name: `${single ? "single" : "separate"} model with ${learnedNoise ? "learned" : "additive"} noise${frames.length > 0 ? " and a frame" : ""}`,
      learnedNoise,
      frames,
      single,
    })),
  ),
);

/** A row of D changes, its framed pairs turned by sign times their angles at s. */
export function turned(
  changes: readonly number[],
  frames: readonly TestFrame[],
  s: readonly number[],
  sign: 1 | -1,
): number[] {
  const result = [...changes];
  for (const { pair, angle } of frames) {
    const t = sign * angle.reduce((sum, [index, coefficient]) => sum + coefficient * s[index]!, 0);
    const [x, y] = [changes[pair[0]]!, changes[pair[1]]!];
    result[pair[0]] = Math.cos(t) * x - Math.sin(t) * y;
    result[pair[1]] = Math.sin(t) * x + Math.cos(t) * y;
  }
  return result;
}

export function setup(bits: Bits, variant: Variant) {
  const { learnedNoise, frames, single } = variant;
  const core = new Core(bits);
  const source = new Source(learnedNoise ? 1 : 0);
  const model = createModel(core, source, B, { learnedNoise, hidden: HIDDEN, frames, single });
  core.plain("modelBoundActions", model.address, ACTION_BOUND);
  const [states, actions] = [source.singles(B * STATES), source.singles(B * ACTIONS)];
  const [s, a] = [core.put(states), core.put(actions)];
  const noise = source.singles(B * STATES, -2, 2);
  const xi = core.put(noise);
  const sNext = core.alloc(B * STATES);
  const forward = () => core.run("modelForward", model.address, s, a, B);
  const step = () => {
    forward();
    core.run("modelStep", model.address, sNext, s, xi, B);
    return core.get(sNext, B * STATES);
  };
  /**
   * Clips the actions themselves and lifts the model's bound. Nothing that the model computes changes, but now its differences are what
   * its derivatives are by definition: those by what is left of an action.
   */
  const clipActions = () => {
    core.set(a, core.get(a, B * ACTIONS).map(clipped));
    core.plain("modelBoundActions", model.address, Number.POSITIVE_INFINITY);
  };
  const adjoint = source.singles(B * STATES);
  const [ds, da, q] = [core.alloc(B * STATES), core.alloc(B * ACTIONS), core.put(adjoint)];
  const vjp = () => {
    core.set(core.plain("modelXi", model.address), noise);
    core.run("modelVjp", model.address, ds, da, q, s, B);
  };
  /** mu and sigma (B, D) by their definition. */
  const moments = () => {
    const sizes = [FEATURES.length + ACTIONS, ...HIDDEN, learnedNoise ? 2 : 1];
    const parameters = valuesOf(core, model);
    const [numbersS, numbersA] = [core.get(s, B * STATES), core.get(a, B * ACTIONS)];
    const inputs = Array.from({ length: B }, (_, b) => [
      ...encode(FEATURES, numbersS.slice(b * STATES, (b + 1) * STATES)),
      ...numbersA.slice(b * ACTIONS, (b + 1) * ACTIONS).map(clipped),
    ]).flat();
    const middle = (Math.log(1e-3) + Math.log(10)) / 2;
    const halfRange = (Math.log(10) - Math.log(1e-3)) / 2;
    const M = learnedNoise ? 2 : 1;
    const all = evaluate(model.slots, parameters, [...sizes.slice(0, -1), M * D], inputs);
    const separate = PREDICTED.map((_, d) => evaluate(model.slots, parameters, sizes, inputs, d));
    /** Number m of dimension d in row b: a single network's outputs are m for every dimension, then the next m. */
    const output = (b: number, d: number, m: number) => (single ? all[(b * M + m) * D + d]! : separate[d]![b * M + m]!);
    return Array.from({ length: B * D }, (_, at) => {
      const [b, d] = [Math.floor(at / D), at % D];
      const sigma = learnedNoise ? Math.exp(middle + halfRange * Math.tanh(output(b, d, 1))) : 1;
      return { mu: output(b, d, 0), sigma };
    });
  };
  /** The changes (B, D) from s to next, seen in the frames and over their scale: what mu is to predict. */
  const targets = (next: readonly number[]) => {
    const numbers = core.get(s, B * STATES);
    return Array.from({ length: B }, (_, b) => {
      const [from, to] = [numbers, next].map((all) => all.slice(b * STATES, (b + 1) * STATES)) as [number[], number[]];
      const changes = PREDICTED.map((i) => to[i]! - from[i]!);
      return turned(changes, frames, from, -1).map((x, d) => x / SCALES[d]!);
    }).flat();
  };
  return {
    core,
    source,
    model,
    states,
    actions,
    s,
    a,
    noise,
    sNext,
    forward,
    step,
    clipActions,
    adjoint,
    ds,
    da,
    q,
    vjp,
    moments,
    targets,
  };
}

/** The mean over rows of half the squared error in units of sigma, plus log sigma, of the predicted dimensions. */
export function loss(made: ReturnType<typeof setup>, next: readonly number[]): number {
  const targets = made.targets(next);
  return made.moments().reduce((sum, { mu, sigma }, at) => {
    const error = mu - targets[at]!;
    return sum + ((error / sigma) ** 2 / 2 + Math.log(sigma)) / B;
  }, 0);
}
