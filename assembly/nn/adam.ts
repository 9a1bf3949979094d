// A block of trainable numbers with its gradient and its Adam state (Kingma, Ba: Adam, 2015, algorithm 1), and the step that
// clips the gradient's global norm (Pascanu et al. 2013) before it uses it.

import { allocNumbers, arenaAlloc } from "../core/arena";
import { add, div, mul, mulAdd, splat, squareRoot, sub } from "../core/lanes";
import { at, clear, sumOfSquares } from "../linalg/vector";

const BETA1: f64 = 0.9;
const BETA2: f64 = 0.999;
const EPSILON: f64 = 1e-8;


@unmanaged
@final
export class Parameters {
  /** How many numbers each block holds, padding included; a multiple of 4. */
  count: i32;
  /** Steps taken. */
  steps: i32;
  values: usize;
  gradient: usize;
  /** First and second moment of the gradient. */
  moment1: usize;
  moment2: usize;
  /** BETA1^steps and BETA2^steps. */
  beta1Power: f64;
  beta2Power: f64;
  learningRate: f64;
  /** Largest norm of a gradient that is used as it is. */
  maxNorm: f64;
  /** Norm of the last step's gradient before clipping. */
  norm: f64;
}

export function parametersCreate<T>(count: i32): Parameters {
  const parameters = changetype<Parameters>(arenaAlloc(offsetof<Parameters>()));
  parameters.count = count;
  parameters.values = allocNumbers<T>(count);
  parameters.gradient = allocNumbers<T>(count);
  parameters.moment1 = allocNumbers<T>(count);
  parameters.moment2 = allocNumbers<T>(count);
  parameters.beta1Power = 1;
  parameters.beta2Power = 1;
  return parameters;
}

export function parametersConfigure(parameters: Parameters, learningRate: f64, maxNorm: f64): void {
  parameters.learningRate = learningRate;
  parameters.maxNorm = maxNorm;
}

/** Takes up the optimiser after `steps` steps; the blocks are the caller's to restore. */
export function parametersResume(parameters: Parameters, steps: i32): void {
  parameters.steps = steps;
  parameters.beta1Power = 1;
  parameters.beta2Power = 1;
  for (let i = 0; i < steps; ++i) {
    parameters.beta1Power *= BETA1;
    parameters.beta2Power *= BETA2;
  }
}

/** gradient = 0: pullbacks accumulate. */
@inline
export function clearGradient<T>(parameters: Parameters): void {
  clear<T>(parameters.gradient, parameters.count);
}

function adamLanes<T, V>(parameters: Parameters, scale: T, rate: T, inverseRoot: T): void {
  const gradientScale = splat<T, V>(scale);
  const stepSize = splat<T, V>(rate);
  const root = splat<T, V>(inverseRoot);
  const epsilon = splat<T, V>(<T>EPSILON);
  const keep1 = splat<T, V>(<T>BETA1);
  const take1 = splat<T, V>(<T>(1 - BETA1));
  const keep2 = splat<T, V>(<T>BETA2);
  const take2 = splat<T, V>(<T>(1 - BETA2));
  let value = parameters.values;
  let gradient = parameters.gradient;
  let moment1 = parameters.moment1;
  let moment2 = parameters.moment2;
  const end = at<T>(value, parameters.count);
  while (value < end) {
    const g = mul<T, V>(load<V>(gradient), gradientScale);
    const m = mulAdd<T, V>(take1, g, mul<T, V>(keep1, load<V>(moment1)));
    const v = mulAdd<T, V>(take2, mul<T, V>(g, g), mul<T, V>(keep2, load<V>(moment2)));
    store<V>(moment1, m);
    store<V>(moment2, v);
    const denominator = mulAdd<T, V>(squareRoot<T, V>(v), root, epsilon);
    store<V>(value, sub<T, V>(load<V>(value), div<T, V>(mul<T, V>(stepSize, m), denominator)));
    value += sizeof<V>();
    gradient += sizeof<V>();
    moment1 += sizeof<V>();
    moment2 += sizeof<V>();
  }
}

/** One step down the gradient, whose global norm is first brought to at most maxNorm. */
export function adamStep<T>(parameters: Parameters): void {
  parameters.norm = Math.sqrt(sumOfSquares<T>(parameters.gradient, parameters.count));
  const scale = parameters.norm > parameters.maxNorm ? parameters.maxNorm / parameters.norm : 1;
  parameters.steps += 1;
  parameters.beta1Power *= BETA1;
  parameters.beta2Power *= BETA2;
  const rate = parameters.learningRate / (1 - parameters.beta1Power);
  const inverseRoot = 1 / Math.sqrt(1 - parameters.beta2Power);
  if (ASC_FEATURE_SIMD) adamLanes<T, v128>(parameters, <T>scale, <T>rate, <T>inverseRoot);
  else adamLanes<T, T>(parameters, <T>scale, <T>rate, <T>inverseRoot);
}
