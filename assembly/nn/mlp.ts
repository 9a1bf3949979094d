// Multilayer perceptron of any depth: dense layers, tanh between them, the last one linear. A Mlp is a shape with room to
// evaluate it on up to `rows` inputs; its parameters are one block given to each call, so that a target network is the same
// Mlp with another block.
//
// Blocks: for every layer W (I, padded(O)) and b (padded(O)), one after the other.

import { allocNumbers, arenaAlloc } from "../core/arena";
import { Random, randomNormal } from "../core/random";
import { at, clear, padded, tanhDerivativeInPlace, tanhInPlace } from "../linalg/vector";
import { denseForward, denseJvp, denseVjp } from "./dense";


@unmanaged
@final
export class Mlp {
  /** Dense layers. */
  layers: i32;
  /** Largest batch. */
  rows: i32;
  /** Numbers in a parameter block. */
  count: i32;
  /** i32[layers + 1]: widths, input first. */
  sizes: usize;
  /** i32[layers]: where layer l begins in a parameter block. */
  offsets: usize;
  /** usize[layers + 1]: the (rows, padded(sizes[l])) values of level l; level 0 is the input. */
  values: usize;
  /** usize[layers + 1]: adjoints (backward) or tangents (forward) of the same levels. */
  deltas: usize;
  /** Scratch for a transposed weight matrix, and a row of zeros. */
  transposed: usize;
  zeros: usize;
}


@inline
export function mlpSize(net: Mlp, level: i32): i32 {
  return load<i32>(net.sizes + ((<usize>level) << 2));
}


@inline
function weightAt<T>(net: Mlp, block: usize, layer: i32): usize {
  return at<T>(block, load<i32>(net.offsets + ((<usize>layer) << 2)));
}


@inline
function biasAt<T>(net: Mlp, block: usize, layer: i32): usize {
  return at<T>(weightAt<T>(net, block, layer), mlpSize(net, layer) * padded(mlpSize(net, layer + 1)));
}


@inline
function valuesAt(net: Mlp, level: i32): usize {
  return load<usize>(net.values + <usize>level * sizeof<usize>());
}


@inline
function deltasAt(net: Mlp, level: i32): usize {
  return load<usize>(net.deltas + <usize>level * sizeof<usize>());
}

/** A network with `layers` dense layers; sizes: i32[layers + 1], input first. */
export function mlpCreate<T>(sizes: usize, layers: i32, rows: i32): Mlp {
  const net = changetype<Mlp>(arenaAlloc(offsetof<Mlp>()));
  net.layers = layers;
  net.rows = rows;
  net.sizes = arenaAlloc((<usize>layers + 1) << 2);
  net.offsets = arenaAlloc((<usize>layers) << 2);
  net.values = arenaAlloc(<usize>(layers + 1) * sizeof<usize>());
  net.deltas = arenaAlloc(<usize>(layers + 1) * sizeof<usize>());
  let count = 0;
  let largest = 0;
  let widest = 0;
  for (let level = 0; level <= layers; ++level) {
    const size = load<i32>(sizes + ((<usize>level) << 2));
    if (size < 1) unreachable();
    store<i32>(net.sizes + ((<usize>level) << 2), size);
    const width = padded(size);
    store<usize>(net.values + <usize>level * sizeof<usize>(), allocNumbers<T>(rows * width));
    store<usize>(net.deltas + <usize>level * sizeof<usize>(), allocNumbers<T>(rows * width));
    widest = max(widest, width);
    if (level > 0) {
      const inputs = mlpSize(net, level - 1);
      store<i32>(net.offsets + ((<usize>(level - 1)) << 2), count);
      count += (inputs + 1) * width;
      largest = max(largest, padded(inputs) * size);
    }
  }
  net.count = count;
  net.transposed = allocNumbers<T>(largest);
  net.zeros = allocNumbers<T>(widest);
  return net;
}

/** Weights N(0, 1 / fan-in), the last layer's times `lastScale`; biases 0. */
export function mlpInitialise<T>(net: Mlp, block: usize, random: Random, lastScale: f64): void {
  clear<T>(block, net.count);
  for (let layer = 0; layer < net.layers; ++layer) {
    const I = mlpSize(net, layer);
    const O = mlpSize(net, layer + 1);
    const deviation = (layer == net.layers - 1 ? lastScale : 1.0) / Math.sqrt(<f64>I);
    const weight = weightAt<T>(net, block, layer);
    for (let i = 0; i < I; ++i) {
      for (let o = 0; o < O; ++o) store<T>(at<T>(weight, i * padded(O) + o), <T>(deviation * randomNormal(random)));
    }
  }
}

/** Where the caller puts inputs, (B, padded(sizes[0])), padding zero. */
@inline
export function mlpInput(net: Mlp): usize {
  return valuesAt(net, 0);
}

/** The last forward's outputs, (B, padded(sizes[layers])). */
@inline
export function mlpOutput(net: Mlp): usize {
  return valuesAt(net, net.layers);
}

/** Adjoint (backward) or tangent (forward) of the inputs. */
@inline
export function mlpInputDelta(net: Mlp): usize {
  return deltasAt(net, 0);
}

/** Adjoint (backward, put there by the caller, padding zero) or tangent (forward) of the outputs. */
@inline
export function mlpOutputDelta(net: Mlp): usize {
  return deltasAt(net, net.layers);
}

/** Outputs for the B inputs in mlpInput. */
export function mlpForward<T>(net: Mlp, block: usize, B: i32): void {
  if (B > net.rows) unreachable();
  for (let layer = 0; layer < net.layers; ++layer) {
    const O = mlpSize(net, layer + 1);
    const y = valuesAt(net, layer + 1);
    denseForward<T>(
      y,
      valuesAt(net, layer),
      weightAt<T>(net, block, layer),
      biasAt<T>(net, block, layer),
      B,
      mlpSize(net, layer),
      O,
    );
    if (layer < net.layers - 1) tanhInPlace<T>(y, B * padded(O));
  }
}

/**
 * Pullback of mlpOutputDelta at the last forward: adds to the `gradient` block unless it is null, and leaves the inputs'
 * adjoint in mlpInputDelta if `wantInput`.
 */
export function mlpVjp<T>(net: Mlp, block: usize, gradient: usize, wantInput: bool, B: i32): void {
  for (let layer = net.layers - 1; layer >= 0; --layer) {
    const O = mlpSize(net, layer + 1);
    const dy = deltasAt(net, layer + 1);
    if (layer < net.layers - 1) tanhDerivativeInPlace<T>(dy, valuesAt(net, layer + 1), B * padded(O));
    denseVjp<T>(
      layer > 0 || wantInput ? deltasAt(net, layer) : 0,
      gradient ? weightAt<T>(net, gradient, layer) : 0,
      gradient ? biasAt<T>(net, gradient, layer) : 0,
      dy,
      valuesAt(net, layer),
      weightAt<T>(net, block, layer),
      net.transposed,
      net.zeros,
      B,
      mlpSize(net, layer),
      O,
    );
  }
}

/** Pushforward of mlpInputDelta, and of the parameter direction `direction` unless null, to mlpOutputDelta at the last forward. */
export function mlpJvp<T>(net: Mlp, block: usize, direction: usize, B: i32): void {
  for (let layer = 0; layer < net.layers; ++layer) {
    const O = mlpSize(net, layer + 1);
    const dy = deltasAt(net, layer + 1);
    denseJvp<T>(
      dy,
      deltasAt(net, layer),
      direction ? weightAt<T>(net, direction, layer) : 0,
      direction ? biasAt<T>(net, direction, layer) : 0,
      valuesAt(net, layer),
      weightAt<T>(net, block, layer),
      net.zeros,
      B,
      mlpSize(net, layer),
      O,
    );
    if (layer < net.layers - 1) tanhDerivativeInPlace<T>(dy, valuesAt(net, layer + 1), B * padded(O));
  }
}
