// The critic, V(s; nu) or Q(s, a; nu), and its frozen copy, the target of fitted policy evaluation (algorithm 4). An action stands
// beside the features of the state.

import { allocNumbers, arenaAlloc } from "../core/arena";
import { Random } from "../core/random";
import { Encoder, encoderForward, encoderJvp, encoderVjp } from "../nn/encoder";
import { Parameters, parametersCreate } from "../nn/adam";
import {
  Mlp,
  mlpCreate,
  mlpForward,
  mlpInitialise,
  mlpInput,
  mlpInputDelta,
  mlpJvp,
  mlpOutput,
  mlpOutputDelta,
  mlpSize,
  mlpVjp,
} from "../nn/mlp";
import { addRows, at, copyRows, padded } from "../linalg/vector";


@unmanaged
@final
export class Value {
  encoder: Encoder;
  /** A of Q(s, a), 0 of V(s). Where it is 0, the addresses of actions below mean nothing. */
  actions: i32;
  net: Mlp;
  parameters: Parameters;
  /** The frozen copy's block. */
  target: usize;
}

/** sizes: i32[layers + 1], features + actions first, 1 last. */
export function valueCreate<T>(encoder: Encoder, actions: i32, sizes: usize, layers: i32, rows: i32): Value {
  const value = changetype<Value>(arenaAlloc(offsetof<Value>()));
  value.encoder = encoder;
  value.actions = actions;
  value.net = mlpCreate<T>(sizes, layers, rows);
  if (mlpSize(value.net, 0) != encoder.features + actions || mlpSize(value.net, layers) != 1) unreachable();
  value.parameters = parametersCreate<T>(value.net.count);
  value.target = allocNumbers<T>(value.net.count);
  return value;
}

export function valueInitialise<T>(value: Value, random: Random, lastScale: f64): void {
  mlpInitialise<T>(value.net, value.parameters.values, random, lastScale);
  valueCopyTarget<T>(value);
}

/** target = current parameters. */
export function valueCopyTarget<T>(value: Value): void {
  memory.copy(value.target, value.parameters.values, (<usize>value.net.count) << alignof<T>());
}

/** v (B) = V(s) or Q(s, a) under the parameters in `block`. */
export function valueForward<T>(value: Value, block: usize, v: usize, s: usize, a: usize, B: i32): void {
  const net = value.net;
  const F = value.encoder.features;
  const A = value.actions;
  const row = padded(F + A);
  encoderForward<T>(value.encoder, mlpInput(net), row, s, B);
  copyRows<T>(at<T>(mlpInput(net), F), row, a, A, B, A);
  mlpForward<T>(net, block, B);
  copyRows<T>(v, 1, mlpOutput(net), padded(1), B, 1);
}

/**
 * Pullback of dv (B) at the last forward: ds (B, S) += dv V_s and da (B, A) += dv Q_a unless null, gradient += dv V_nu unless null.
 */
export function valueVjp<T>(
  value: Value,
  block: usize,
  gradient: usize,
  ds: usize,
  da: usize,
  dv: usize,
  s: usize,
  B: i32,
): void {
  const net = value.net;
  const F = value.encoder.features;
  const A = value.actions;
  const row = padded(F + A);
  copyRows<T>(mlpOutputDelta(net), padded(1), dv, 1, B, 1);
  mlpVjp<T>(net, block, gradient, (ds | da) != 0, B);
  if (ds) encoderVjp<T>(value.encoder, ds, mlpInputDelta(net), row, s, B);
  if (da) addRows<T>(da, A, at<T>(mlpInputDelta(net), F), row, B, A);
}

/** ds (B, S) += factor V_s and da (B, A) += factor Q_a, each unless null, at s and a. Overwrites v (B). */
export function valueGradient<T>(
  value: Value,
  ds: usize,
  da: usize,
  v: usize,
  factor: T,
  s: usize,
  a: usize,
  B: i32,
): void {
  const block = value.parameters.values;
  valueForward<T>(value, block, v, s, a, B);
  for (let b = 0; b < B; ++b) store<T>(at<T>(v, b), factor);
  valueVjp<T>(value, block, 0, ds, da, v, s, B);
}

/** Pushforward of ds (B, S), of da (B, A), and of a parameter direction unless null: dv (B) at the last forward. */
export function valueJvp<T>(
  value: Value,
  block: usize,
  dv: usize,
  ds: usize,
  da: usize,
  direction: usize,
  s: usize,
  B: i32,
): void {
  const net = value.net;
  const F = value.encoder.features;
  const A = value.actions;
  const row = padded(F + A);
  encoderJvp<T>(value.encoder, mlpInputDelta(net), row, ds, s, B);
  copyRows<T>(at<T>(mlpInputDelta(net), F), row, da, A, B, A);
  mlpJvp<T>(net, block, direction, B);
  copyRows<T>(dv, 1, mlpOutputDelta(net), padded(1), B, 1);
}
