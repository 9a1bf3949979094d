// One small tanh network per predicted dimension, as the paper's models (section 4), evaluated as a block. The index d of the
// sub-network is the fastest: a level of `units` units is (B, units, padded(D)), so that lanes hold different sub-networks and
// no horizontal sum is needed. The first layer, whose inputs all sub-networks share, is one matrix product (B, I) (I, units
// padded(D)); the others are lanewise products. Hidden layers are tanh, the last is linear.
//
// Blocks: first layer W (I, units, padded(D)) and b (units, padded(D)), further layers W (units in, units out, padded(D)) and
// b (units out, padded(D)). The padded sub-networks are zero and stay zero.

import { allocNumbers, arenaAlloc } from "../core/arena";
import { Random, randomNormal } from "../core/random";
import { gemm, gemmTransposed, transpose } from "../linalg/gemm";
import { lanewiseGemm } from "../linalg/lanewise";
import { addColumnSums, at, clear, padded, tanhDerivativeInPlace, tanhInPlace } from "../linalg/vector";


@unmanaged
@final
export class Ensemble {
  layers: i32;
  rows: i32;
  count: i32;
  /** Inputs I, shared by all sub-networks. */
  inputs: i32;
  /** Sub-networks D, and padded(D). */
  dimensions: i32;
  width: i32;
  /** i32[layers + 1]: inputs I, then the units of every layer of one sub-network. */
  sizes: usize;
  offsets: usize;
  values: usize;
  deltas: usize;
  transposed: usize;
  zeros: usize;
}

/** Units of a level in one sub-network (level 0: inputs). */
@inline
export function ensembleSize(net: Ensemble, level: i32): i32 {
  return load<i32>(net.sizes + ((<usize>level) << 2));
}

/** Numbers in a row of a level. */
@inline
function rowOf(net: Ensemble, level: i32): i32 {
  return level == 0 ? padded(net.inputs) : ensembleSize(net, level) * net.width;
}


@inline
function weightAt<T>(net: Ensemble, block: usize, layer: i32): usize {
  return at<T>(block, load<i32>(net.offsets + ((<usize>layer) << 2)));
}


@inline
function biasAt<T>(net: Ensemble, block: usize, layer: i32): usize {
  return at<T>(weightAt<T>(net, block, layer), ensembleSize(net, layer) * rowOf(net, layer + 1));
}


@inline
function valuesAt(net: Ensemble, level: i32): usize {
  return load<usize>(net.values + <usize>level * sizeof<usize>());
}


@inline
function deltasAt(net: Ensemble, level: i32): usize {
  return load<usize>(net.deltas + <usize>level * sizeof<usize>());
}

/** D sub-networks with `layers` layers; sizes: i32[layers + 1], inputs first, then units of one sub-network. */
export function ensembleCreate<T>(sizes: usize, layers: i32, dimensions: i32, rows: i32): Ensemble {
  const net = changetype<Ensemble>(arenaAlloc(offsetof<Ensemble>()));
  net.layers = layers;
  net.rows = rows;
  net.dimensions = dimensions;
  net.width = padded(dimensions);
  net.inputs = load<i32>(sizes);
  net.sizes = arenaAlloc((<usize>layers + 1) << 2);
  net.offsets = arenaAlloc((<usize>layers) << 2);
  net.values = arenaAlloc(<usize>(layers + 1) * sizeof<usize>());
  net.deltas = arenaAlloc(<usize>(layers + 1) * sizeof<usize>());
  let count = 0;
  let widest = 0;
  for (let level = 0; level <= layers; ++level) {
    const size = load<i32>(sizes + ((<usize>level) << 2));
    if (size < 1) unreachable();
    store<i32>(net.sizes + ((<usize>level) << 2), size);
    const row = rowOf(net, level);
    store<usize>(net.values + <usize>level * sizeof<usize>(), allocNumbers<T>(rows * row));
    store<usize>(net.deltas + <usize>level * sizeof<usize>(), allocNumbers<T>(rows * row));
    widest = max(widest, row);
    if (level > 0) {
      store<i32>(net.offsets + ((<usize>(level - 1)) << 2), count);
      count += (ensembleSize(net, level - 1) + 1) * row;
    }
  }
  net.count = count;
  net.transposed = allocNumbers<T>(rowOf(net, 1) * padded(net.inputs));
  net.zeros = allocNumbers<T>(widest);
  return net;
}

/** Weights N(0, 1 / fan-in), the last layer's times `lastScale`; biases 0. */
export function ensembleInitialise<T>(net: Ensemble, block: usize, random: Random, lastScale: f64): void {
  clear<T>(block, net.count);
  for (let layer = 0; layer < net.layers; ++layer) {
    const I = ensembleSize(net, layer);
    const O = ensembleSize(net, layer + 1);
    const deviation = (layer == net.layers - 1 ? lastScale : 1.0) / Math.sqrt(<f64>I);
    const weight = weightAt<T>(net, block, layer);
    for (let d = 0; d < net.dimensions; ++d) {
      for (let i = 0; i < I; ++i) {
        for (let o = 0; o < O; ++o) {
          store<T>(at<T>(weight, (i * O + o) * net.width + d), <T>(deviation * randomNormal(random)));
        }
      }
    }
  }
}

/** Where the caller puts inputs, (B, padded(I)), padding zero. */
@inline
export function ensembleInput(net: Ensemble): usize {
  return valuesAt(net, 0);
}

/** The last forward's outputs, (B, outputs, padded(D)). */
@inline
export function ensembleOutput(net: Ensemble): usize {
  return valuesAt(net, net.layers);
}


@inline
export function ensembleInputDelta(net: Ensemble): usize {
  return deltasAt(net, 0);
}


@inline
export function ensembleOutputDelta(net: Ensemble): usize {
  return deltasAt(net, net.layers);
}

/** Outputs of all sub-networks for the B inputs in ensembleInput. */
export function ensembleForward<T>(net: Ensemble, block: usize, B: i32): void {
  if (B > net.rows) unreachable();
  for (let layer = 0; layer < net.layers; ++layer) {
    const row = rowOf(net, layer + 1);
    const x = valuesAt(net, layer);
    const y = valuesAt(net, layer + 1);
    const weight = weightAt<T>(net, block, layer);
    const bias = biasAt<T>(net, block, layer);
    if (layer == 0) gemm<T>(y, row, bias, 0, x, padded(net.inputs), weight, row, B, net.inputs, row);
    else applyLayer<T>(net, layer, y, bias, 0, x, weight, B);
    if (layer < net.layers - 1) tanhInPlace<T>(y, B * row);
  }
}

/** y[b,o,d] = init[b,o,d] + sum_i x[b,i,d] W[i,o,d]. */
function applyLayer<T>(
  net: Ensemble,
  layer: i32,
  y: usize,
  init: usize,
  initRow: i32,
  x: usize,
  weight: usize,
  B: i32,
): void {
  const width = net.width;
  const I = ensembleSize(net, layer);
  const O = ensembleSize(net, layer + 1);
  lanewiseGemm<T>(
    y,
    O * width,
    width,
    init,
    initRow,
    width,
    x,
    I * width,
    width,
    weight,
    O * width,
    width,
    B,
    I,
    O,
    width,
  );
}

/** Pullback of ensembleOutputDelta at the last forward, as mlpVjp's. */
export function ensembleVjp<T>(net: Ensemble, block: usize, gradient: usize, wantInput: bool, B: i32): void {
  const width = net.width;
  for (let layer = net.layers - 1; layer >= 0; --layer) {
    const I = ensembleSize(net, layer);
    const O = ensembleSize(net, layer + 1);
    const row = O * width;
    const x = valuesAt(net, layer);
    const dy = deltasAt(net, layer + 1);
    const weight = weightAt<T>(net, block, layer);
    if (layer < net.layers - 1) tanhDerivativeInPlace<T>(dy, valuesAt(net, layer + 1), B * row);
    if (gradient) {
      const dWeight = weightAt<T>(net, gradient, layer);
      if (layer == 0) gemmTransposed<T>(dWeight, row, dWeight, row, x, padded(I), dy, row, I, B, row);
      else {
        // dW[i,o,d] += sum_b x[b,i,d] dy[b,o,d]
        lanewiseGemm<T>(dWeight, row, width, dWeight, row, width, x, width, I * width, dy, row, width, I, B, O, width);
      }
      addColumnSums<T>(biasAt<T>(net, gradient, layer), dy, row, B, row);
    }
    if (layer > 0) {
      // dx[b,i,d] = sum_o dy[b,o,d] W[i,o,d]
      lanewiseGemm<T>(
        deltasAt(net, layer),
        I * width,
        width,
        net.zeros,
        0,
        0,
        dy,
        row,
        width,
        weight,
        width,
        row,
        B,
        O,
        I,
        width,
      );
    } else if (wantInput) {
      const inputWidth = padded(I);
      transpose<T>(net.transposed, inputWidth, weight, row, I, row);
      gemm<T>(deltasAt(net, 0), inputWidth, net.zeros, 0, dy, row, net.transposed, inputWidth, B, row, inputWidth);
    }
  }
}

/**
 * Pullback of ensembleOutputDelta at the last forward by every sub-network alone: jacobian (B, I, padded(D)), whose sum over the
 * sub-networks is what ensembleVjp leaves in ensembleInputDelta.
 */
export function ensembleInputJacobian<T>(net: Ensemble, block: usize, jacobian: usize, B: i32): void {
  ensembleVjp<T>(net, block, 0, false, B);
  const width = net.width;
  const row = rowOf(net, 1);
  // dx[b,i,d] = sum_o dy[b,o,d] W[i,o,d]
  lanewiseGemm<T>(
    jacobian,
    net.inputs * width,
    width,
    net.zeros,
    0,
    0,
    deltasAt(net, 1),
    row,
    width,
    weightAt<T>(net, block, 0),
    width,
    row,
    B,
    ensembleSize(net, 1),
    net.inputs,
    width,
  );
}

/** Pushforward of ensembleInputDelta, and of the parameter direction unless null, to ensembleOutputDelta, as mlpJvp's. */
export function ensembleJvp<T>(net: Ensemble, block: usize, direction: usize, B: i32): void {
  for (let layer = 0; layer < net.layers; ++layer) {
    const row = rowOf(net, layer + 1);
    const x = valuesAt(net, layer);
    const dx = deltasAt(net, layer);
    const dy = deltasAt(net, layer + 1);
    const weight = weightAt<T>(net, block, layer);
    const dBias = direction ? biasAt<T>(net, direction, layer) : net.zeros;
    const dWeight = direction ? weightAt<T>(net, direction, layer) : 0;
    if (layer == 0) {
      const I = net.inputs;
      gemm<T>(dy, row, dBias, 0, dx, padded(I), weight, row, B, I, row);
      if (dWeight) gemm<T>(dy, row, dy, row, x, padded(I), dWeight, row, B, I, row);
    } else {
      applyLayer<T>(net, layer, dy, dBias, 0, dx, weight, B);
      if (dWeight) applyLayer<T>(net, layer, dy, dy, row, x, dWeight, B);
    }
    if (layer < net.layers - 1) tanhDerivativeInPlace<T>(dy, valuesAt(net, layer + 1), B * row);
  }
}
