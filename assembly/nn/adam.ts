// A block of trainable numbers with its gradient and its Adam state (Kingma, Ba: Adam, 2015, algorithm 1), and the step that
// clips the gradient's global norm (Pascanu et al. 2013) before it uses it.

import { allocNumbers, arenaAlloc } from "../core/arena";
import { div, loadSplat, mul, mulAdd, squareRoot, sub } from "../core/lanes";
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

// What a step multiplies with, T: factor of the gradient, step size, 1 / sqrt(1 - BETA2^steps), EPSILON, BETA1, 1 - BETA1, BETA2,
// 1 - BETA2. In memory, because V8 moves the making of a vector from numbers, with the divisions before it, into the loop.
const FACTORS: usize = memory.data(8 * sizeof<f64>(), 16);

function adamLanes<T, V>(parameters: Parameters): void {
  const gradientScale = loadSplat<T, V>(FACTORS);
  const stepSize = loadSplat<T, V>(at<T>(FACTORS, 1));
  const root = loadSplat<T, V>(at<T>(FACTORS, 2));
  const epsilon = loadSplat<T, V>(at<T>(FACTORS, 3));
  const keep1 = loadSplat<T, V>(at<T>(FACTORS, 4));
  const take1 = loadSplat<T, V>(at<T>(FACTORS, 5));
  const keep2 = loadSplat<T, V>(at<T>(FACTORS, 6));
  const take2 = loadSplat<T, V>(at<T>(FACTORS, 7));
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
  store<T>(FACTORS, <T>scale);
  store<T>(at<T>(FACTORS, 1), <T>(parameters.learningRate / (1 - parameters.beta1Power)));
  store<T>(at<T>(FACTORS, 2), <T>(1 / Math.sqrt(1 - parameters.beta2Power)));
  store<T>(at<T>(FACTORS, 3), <T>EPSILON);
  store<T>(at<T>(FACTORS, 4), <T>BETA1);
  store<T>(at<T>(FACTORS, 5), <T>(1 - BETA1));
  store<T>(at<T>(FACTORS, 6), <T>BETA2);
  store<T>(at<T>(FACTORS, 7), <T>(1 - BETA2));
  if (ASC_FEATURE_SIMD) adamLanes<T, v128>(parameters);
  else adamLanes<T, T>(parameters);
}
