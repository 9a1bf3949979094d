// What predicts D dimensions, M numbers of each, from inputs that all of them see: a sub-network for every dimension (ensemble.ts), or
// one network for all of them (mlp.ts). Whoever predicts need not know which.
//
// A row of outputs holds the number m of dimension d at m stride + d.

import { allocNumbers, arenaAlloc } from "../core/arena";
import { Random } from "../core/random";
import { at, clear, padded } from "../linalg/vector";
import {
  Ensemble,
  ensembleCreate,
  ensembleForward,
  ensembleInitialise,
  ensembleInput,
  ensembleInputDelta,
  ensembleInputJacobian,
  ensembleJvp,
  ensembleOutput,
  ensembleOutputDelta,
  ensembleVjp,
} from "./ensemble";
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
  mlpVjp,
} from "./mlp";


@unmanaged
@final
export class Predictor {
  /** Whether there is one network; `mlp` is it, else `ensemble`. */
  single: i32;
  ensemble: Ensemble;
  mlp: Mlp;
  /** Numbers in a parameter block. */
  count: i32;
  rows: i32;
  inputs: i32;
  dimensions: i32;
  /** Numbers M predicted of every dimension. */
  outputs: i32;
  /** Numbers in a row of outputs, and from a dimension's one output to its next. */
  row: i32;
  stride: i32;
  /** Of the Jacobian: T (rows, row), adjoints of the outputs. */
  adjoints: usize;
}

/**
 * sizes: i32[layers + 1], inputs first, then units of every sub-network or of the single network, the outputs M of one dimension last.
 */
export function predictorCreate<T>(sizes: usize, layers: i32, dimensions: i32, single: i32, rows: i32): Predictor {
  const net = changetype<Predictor>(arenaAlloc(offsetof<Predictor>()));
  net.single = single;
  net.rows = rows;
  net.inputs = load<i32>(sizes);
  net.dimensions = dimensions;
  const last = (<usize>layers) << 2;
  net.outputs = load<i32>(sizes + last);
  if (single) {
    const all = arenaAlloc(last + 4);
    memory.copy(all, sizes, last);
    store<i32>(all + last, net.outputs * dimensions);
    net.mlp = mlpCreate<T>(all, layers, rows);
    net.count = net.mlp.count;
    net.stride = dimensions;
    net.row = padded(net.outputs * dimensions);
  } else {
    net.ensemble = ensembleCreate<T>(sizes, layers, dimensions, rows);
    net.count = net.ensemble.count;
    net.stride = padded(dimensions);
    net.row = net.outputs * net.stride;
  }
  return net;
}

/** Weights N(0, 1 / fan-in), the last layer's times `lastScale`; biases 0. */
export function predictorInitialise<T>(net: Predictor, block: usize, random: Random, lastScale: f64): void {
  if (net.single) mlpInitialise<T>(net.mlp, block, random, lastScale);
  else ensembleInitialise<T>(net.ensemble, block, random, lastScale);
}

/** Where the caller puts inputs, (B, padded(I)), padding zero. */
@inline
export function predictorInput(net: Predictor): usize {
  return net.single ? mlpInput(net.mlp) : ensembleInput(net.ensemble);
}

/** The last forward's outputs, (B, row). */
@inline
export function predictorOutput(net: Predictor): usize {
  return net.single ? mlpOutput(net.mlp) : ensembleOutput(net.ensemble);
}


@inline
export function predictorInputDelta(net: Predictor): usize {
  return net.single ? mlpInputDelta(net.mlp) : ensembleInputDelta(net.ensemble);
}


@inline
export function predictorOutputDelta(net: Predictor): usize {
  return net.single ? mlpOutputDelta(net.mlp) : ensembleOutputDelta(net.ensemble);
}

/** Outputs for the B inputs in predictorInput. */
export function predictorForward<T>(net: Predictor, block: usize, B: i32): void {
  if (net.single) mlpForward<T>(net.mlp, block, B);
  else ensembleForward<T>(net.ensemble, block, B);
}

/** Pullback of predictorOutputDelta at the last forward, as mlpVjp's. */
export function predictorVjp<T>(net: Predictor, block: usize, gradient: usize, wantInput: bool, B: i32): void {
  if (net.single) mlpVjp<T>(net.mlp, block, gradient, wantInput, B);
  else ensembleVjp<T>(net.ensemble, block, gradient, wantInput, B);
}

/** Pushforward of predictorInputDelta, and of the parameter direction unless null, to predictorOutputDelta, as mlpJvp's. */
export function predictorJvp<T>(net: Predictor, block: usize, direction: usize, B: i32): void {
  if (net.single) mlpJvp<T>(net.mlp, block, direction, B);
  else ensembleJvp<T>(net.ensemble, block, direction, B);
}

/** Room for predictorInputJacobian. */
export function predictorAllocateJacobian<T>(net: Predictor): void {
  if (net.single) net.adjoints = allocNumbers<T>(net.rows * net.row);
}

/**
 * Pullback of predictorOutputDelta at the last forward by every dimension alone: jacobian (B, I, padded(D)), whose sum over the
 * dimensions is what predictorVjp leaves in predictorInputDelta. A single network is pulled back once for every dimension.
 */
export function predictorInputJacobian<T>(net: Predictor, block: usize, jacobian: usize, B: i32): void {
  if (net.single) singleInputJacobian<T>(net, block, jacobian, B);
  else ensembleInputJacobian<T>(net.ensemble, block, jacobian, B);
}

function singleInputJacobian<T>(net: Predictor, block: usize, jacobian: usize, B: i32): void {
  const delta = mlpOutputDelta(net.mlp);
  const width = padded(net.dimensions);
  const input = padded(net.inputs);
  memory.copy(net.adjoints, delta, (<usize>(B * net.row)) << alignof<T>());
  for (let d = 0; d < net.dimensions; ++d) {
    clear<T>(delta, B * net.row);
    for (let b = 0; b < B; ++b) {
      for (let m = 0; m < net.outputs; ++m) {
        const i = b * net.row + m * net.stride + d;
        store<T>(at<T>(delta, i), load<T>(at<T>(net.adjoints, i)));
      }
    }
    mlpVjp<T>(net.mlp, block, 0, true, B);
    for (let b = 0; b < B; ++b) {
      for (let i = 0; i < net.inputs; ++i) {
        const slope = load<T>(at<T>(mlpInputDelta(net.mlp), b * input + i));
        store<T>(at<T>(jacobian, (b * net.inputs + i) * width + d), slope);
      }
    }
  }
}
