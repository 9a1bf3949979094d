// Networks as pieces of work: MLP and ensemble, forward and forward + backward (gradients of parameters and inputs), and Adam.
// Each is checked against backpropagation written out in double precision.

import type { Work } from "./measure.js";
import { allocInts, fill, floatsAt, type Module, padded, uniform } from "./module.js";

const ROWS = 256;
const BATCHES = [1, 32, 64, 256];

/** A network in the arena, as the checks and the work see it. */
export interface Network {
  name: string;
  sizes: number[];
  /** Stacked sub-networks; 1 for a plain MLP. */
  dimensions: number;
  /** Numbers between two sub-networks' neighbouring units: 1, or the padded number of sub-networks. */
  width: number;
  prefix: "mlp" | "ensemble";
  net: number;
  parameters: number;
  count: number;
}

export function create(module: Module, prefix: "mlp" | "ensemble", sizes: number[], dimensions: number): Network {
  const { exports } = module;
  const table = allocInts(module, sizes);
  const layers = sizes.length - 1;
  const net = prefix === "mlp" ? exports.mlpCreate!(table, layers, ROWS) : 0;
  const stack = prefix === "ensemble" ? exports.ensembleCreate!(table, layers, dimensions, ROWS) : 0;
  const address = net + stack;
  const count = exports[`${prefix}Count`]!(address);
  const shape = sizes.join("-");
  const name = prefix === "mlp" ? shape : `${dimensions} x (${shape})`;
  const width = prefix === "mlp" ? 1 : padded(dimensions);
  return { name, sizes, dimensions, width, prefix, net: address, parameters: exports.parametersOf!(count), count };
}

/** Numbers in a row of level l, padding included. */
export function rowOf(network: Network, level: number): number {
  const size = network.sizes[level]!;
  return level === 0 || network.prefix === "mlp" ? padded(size) : size * network.width;
}

/** Index of the weight from unit i to unit o of a layer in sub-network d; i = I is the bias. */
function weightIndex(network: Network, layer: number, i: number, o: number, d: number): number {
  let offset = 0;
  for (let l = 0; l < layer; ++l) offset += (network.sizes[l]! + 1) * rowOf(network, l + 1);
  return offset + i * rowOf(network, layer + 1) + o * network.width + d;
}

/** Backpropagation of one input row through sub-network d, adding to `gradient` and `dx`. Returns the outputs. */
function reference(
  network: Network,
  values: Float32Array,
  d: number,
  x: Float32Array,
  dy: number[],
  gradient: Float64Array,
  dx: Float64Array,
): number[] {
  const { sizes } = network;
  const last = sizes.length - 2;
  const levels: number[][] = [Array.from(x)];
  for (let layer = 0; layer <= last; ++layer) {
    const inputs = levels[layer]!;
    levels.push(
      Array.from({ length: sizes[layer + 1]! }, (_, o) => {
        let sum = values[weightIndex(network, layer, sizes[layer]!, o, d)]!;
        for (let i = 0; i < sizes[layer]!; ++i) sum += inputs[i]! * values[weightIndex(network, layer, i, o, d)]!;
        return layer === last ? sum : Math.tanh(sum);
      }),
    );
  }
  let delta = dy;
  for (let layer = last; layer >= 0; --layer) {
    const inputs = levels[layer]!;
    const before: number[] = Array.from({ length: sizes[layer]! }, () => 0);
    for (let o = 0; o < sizes[layer + 1]!; ++o) {
      const g = layer === last ? delta[o]! : delta[o]! * (1 - levels[layer + 1]![o]! ** 2);
      for (let i = 0; i < sizes[layer]!; ++i) {
        const at = weightIndex(network, layer, i, o, d);
        gradient[at]! += g * inputs[i]!;
        before[i]! += g * values[at]!;
      }
      gradient[weightIndex(network, layer, sizes[layer]!, o, d)]! += g;
    }
    delta = before;
  }
  delta.forEach((g, i) => {
    dx[i]! += g;
  });
  return levels[last + 1]!;
}

/** Throws unless two blocks agree to a share of the largest number. */
export function agree(what: string, actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 2e-5): void {
  let largest = 0;
  let error = 0;
  for (let i = 0; i < expected.length; ++i) {
    largest = Math.max(largest, Math.abs(expected[i]!));
    error = Math.max(error, Math.abs(actual[i]! - expected[i]!));
  }
  if (!(largest > 0 && error <= tolerance * largest && actual.length === expected.length))
    throw new Error(`${what}: error ${error}, largest number ${largest}`);
}

function checkNetwork(module: Module, network: Network, B: number): void {
  const { sizes, prefix, net, parameters, count } = network;
  const { exports } = module;
  const last = sizes.length - 1;
  exports[`${prefix}ForwardBackward`]!(net, parameters, B);
  const block = (address: number, length: number): Float32Array => floatsAt(module, address, length);
  const inputRow = rowOf(network, 0);
  const outputRow = rowOf(network, last);
  const values = block(exports.parametersValues!(parameters), count);
  const inputs = block(exports[`${prefix}Input`]!(net), B * inputRow);
  const deltas = block(exports[`${prefix}OutputDelta`]!(net), B * outputRow);
  const outputs = new Float64Array(B * outputRow);
  const gradient = new Float64Array(count);
  const inputDeltas = new Float64Array(B * inputRow);
  for (let b = 0; b < B; ++b) {
    const x = inputs.subarray(b * inputRow, b * inputRow + sizes[0]!);
    const dx = inputDeltas.subarray(b * inputRow, (b + 1) * inputRow);
    for (let d = 0; d < network.dimensions; ++d) {
      const slots = Array.from({ length: sizes[last]! }, (_, o) => b * outputRow + o * network.width + d);
      const dy = slots.map((slot) => deltas[slot]!);
      reference(network, values, d, x, dy, gradient, dx).forEach((y, o) => {
        outputs[slots[o]!] = y;
      });
    }
  }
  agree(`${network.name} outputs`, block(exports[`${prefix}Output`]!(net), B * outputRow), outputs);
  agree(`${network.name} gradient`, block(exports.parametersGradient!(parameters), count), gradient);
  agree(`${network.name} input gradient`, block(exports[`${prefix}InputDelta`]!(net), B * inputRow), inputDeltas);
}

/** Draws parameters, inputs and output adjoints; what is padding stays zero. */
export function draw(module: Module, network: Network): void {
  const random = uniform();
  const { sizes, prefix, net, width, dimensions } = network;
  const { exports } = module;
  const values = floatsAt(module, exports.parametersValues!(network.parameters), network.count);
  for (let layer = 0; layer < sizes.length - 1; ++layer) {
    const I = sizes[layer]!;
    for (let i = 0; i <= I; ++i) {
      for (let o = 0; o < sizes[layer + 1]!; ++o) {
        for (let d = 0; d < dimensions; ++d) values[weightIndex(network, layer, i, o, d)] = random() / Math.sqrt(I);
      }
    }
  }
  const level = (address: number, row: number, used: (j: number) => boolean): void => {
    const block = floatsAt(module, address, ROWS * row);
    for (let j = 0; j < block.length; ++j) block[j] = used(j % row) ? random() : 0;
  };
  const O = sizes[sizes.length - 1]!;
  level(exports[`${prefix}Input`]!(net), rowOf(network, 0), (j) => j < sizes[0]!);
  level(exports[`${prefix}OutputDelta`]!(net), rowOf(network, sizes.length - 1), (j) =>
    prefix === "mlp" ? j < O : j % width < dimensions,
  );
}

/** Multiply-adds of one input row, without padding: forward, and of the first layer alone. */
export function multiplyAdds(sizes: readonly number[], dimensions = 1): { all: number; first: number } {
  const layers = sizes.slice(1).map((O, l) => dimensions * O * sizes[l]!);
  return { all: layers.reduce((sum, n) => sum + n, 0), first: layers[0]! };
}

function networkWorks(module: Module, network: Network, batches: number[]): Work[] {
  draw(module, network);
  const { prefix, net, parameters } = network;
  const forward = module.exports[`${prefix}Forward`]!;
  const both = module.exports[`${prefix}ForwardBackward`]!;
  const { all } = multiplyAdds(network.sizes, network.dimensions);
  return batches.flatMap((B): Work[] => [
    {
      name: `${network.name} forward, batch ${B}`,
      multiplyAdds: B * all,
      unit: "us",
      turn: () => {
        forward(net, parameters, B);
      },
    },
    {
      name: `${network.name} forward + backward, batch ${B}`,
      multiplyAdds: 3 * B * all,
      unit: "us",
      turn: () => {
        both(net, parameters, B);
      },
      check: () => {
        checkNetwork(module, network, Math.min(B, 32));
      },
    },
  ]);
}

function adamWork(module: Module, name: string, count: number): Work {
  const { exports } = module;
  const random = uniform();
  const parameters = exports.parametersOf!(count);
  exports.parametersConfigure!(parameters, 1e-4, 1);
  const block = (which: string): Float32Array => floatsAt(module, exports[`parameters${which}`]!(parameters), count);
  const turn = (): void => {
    exports.adam!(parameters);
  };
  return {
    name: `Adam ${name}, ${count} numbers`,
    multiplyAdds: 0,
    unit: "us",
    turn,
    check: () => {
      fill(block("Values"), random);
      fill(block("Gradient"), random);
      const expected = Float64Array.from(block("Values"));
      const norm = Math.sqrt(block("Gradient").reduce((sum, g) => sum + g * g, 0));
      // at the first step both moments' corrections cancel their decay
      block("Gradient").forEach((g, i) => {
        expected[i]! -= (1e-4 * (g / norm)) / (Math.abs(g / norm) + 1e-8);
      });
      turn();
      agree(`Adam ${name}`, block("Values"), expected);
    },
  };
}

export function networks(module: Module): Work[] {
  const shapes = [
    [24, 100, 100, 18],
    [20, 200, 100, 1],
    [24, 40, 40, 18],
  ];
  const plain = shapes.map((sizes) => create(module, "mlp", sizes, 1));
  const stack = create(module, "ensemble", [24, 20, 20, 1], 18);
  return [
    ...plain.flatMap((network) => networkWorks(module, network, BATCHES)),
    ...networkWorks(module, stack, [64]),
    ...[...plain, stack].map((network) => adamWork(module, network.name, network.count)),
  ];
}
