// The critic V(s; nu) and its frozen copy, the target of fitted policy evaluation (algorithm 4).

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
import { at, padded } from "../linalg/vector";


@unmanaged
@final
export class Value {
  encoder: Encoder;
  net: Mlp;
  parameters: Parameters;
  /** The frozen copy's block. */
  target: usize;
}

/** sizes: i32[layers + 1], features first, 1 last. */
export function valueCreate<T>(encoder: Encoder, sizes: usize, layers: i32, rows: i32): Value {
  const value = changetype<Value>(arenaAlloc(offsetof<Value>()));
  value.encoder = encoder;
  value.net = mlpCreate<T>(sizes, layers, rows);
  if (mlpSize(value.net, 0) != encoder.features || mlpSize(value.net, layers) != 1) unreachable();
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

/** v (B) = V(s) under the parameters in `block`. */
export function valueForward<T>(value: Value, block: usize, v: usize, s: usize, B: i32): void {
  const net = value.net;
  encoderForward<T>(value.encoder, mlpInput(net), padded(value.encoder.features), s, B);
  mlpForward<T>(net, block, B);
  const width = padded(1);
  for (let b = 0; b < B; ++b) store<T>(at<T>(v, b), load<T>(at<T>(mlpOutput(net), b * width)));
}

/** Pullback of dv (B) at the last forward: ds (B, S) += dv V_s unless null, gradient += dv V_nu unless null. */
export function valueVjp<T>(value: Value, block: usize, gradient: usize, ds: usize, dv: usize, s: usize, B: i32): void {
  const net = value.net;
  const width = padded(1);
  for (let b = 0; b < B; ++b) store<T>(at<T>(mlpOutputDelta(net), b * width), load<T>(at<T>(dv, b)));
  mlpVjp<T>(net, block, gradient, ds != 0, B);
  if (ds) encoderVjp<T>(value.encoder, ds, mlpInputDelta(net), padded(value.encoder.features), s, B);
}

/** Pushforward of ds (B, S) and of a parameter direction unless null: dv (B) at the last forward. */
export function valueJvp<T>(
  value: Value,
  block: usize,
  dv: usize,
  ds: usize,
  direction: usize,
  s: usize,
  B: i32,
): void {
  const net = value.net;
  const width = padded(1);
  encoderJvp<T>(value.encoder, mlpInputDelta(net), padded(value.encoder.features), ds, s, B);
  mlpJvp<T>(net, block, direction, B);
  for (let b = 0; b < B; ++b) store<T>(at<T>(dv, b), load<T>(at<T>(mlpOutputDelta(net), b * width)));
}
