// Networks and their optimiser as contests: MLP, ensemble, Adam.

import { mlpSlots, predictorSlots, readSlots, type Slot, type Tensor } from "../../src/network.js";
import { GraphBuilder } from "../../src/onnx/graph.js";
import { writeModel } from "../../src/onnx/schema.js";
import { timerOf } from "../kernels/measure.js";
import { fill, floatsAt, type Module, padded, uniform } from "../kernels/module.js";
import { create, draw, type Network, rowOf } from "../kernels/networks.js";
import type { Contest, Results, Targets } from "./contest.js";

const MLP = [24, 100, 100, 18];
const ENSEMBLE = [24, 20, 20, 1];
const DIMENSIONS = 18;
const LEARNING_RATE = 1e-4;

/** Arrays as results, by name. */
export const asResults = (arrays: readonly Tensor[]): Results =>
  Object.fromEntries(arrays.map(({ name, data }) => [name, data]));

/** The slots of a network's own block. */
function slotsOf({ sizes, dimensions, prefix }: Network): Slot[] {
  return prefix === "mlp" ? mlpSlots(sizes) : predictorSlots(sizes, dimensions, false);
}

/** What the core has at an address for a network: one array of a row for each of B, without its padding. */
function level(module: Module, name: string, address: number, B: number, columns: number, stride: number): Tensor {
  const slot = { name, shape: [B, columns], offset: 0, rows: B, columns, stride };
  return readSlots(floatsAt(module, address, B * stride), [slot])[0]!;
}

function pass(module: Module, network: Network, B: number, backward: boolean) {
  const { exports } = module;
  const { prefix, net, parameters, count, sizes } = network;
  const run = exports[`${prefix}Forward${backward ? "Backward" : ""}`]!;
  const read = (name: string, which: string, end: 0 | 1): Tensor => {
    const last = sizes.length - 1;
    const columns = end === 0 ? sizes[0]! : prefix === "mlp" ? sizes[last]! : network.dimensions;
    const stride = end === 0 ? padded(columns) : rowOf(network, last);
    return level(module, name, exports[`${prefix}${which}`]!(net), B, columns, stride);
  };
  const block = (which: string): Tensor[] =>
    readSlots(floatsAt(module, exports[`parameters${which}`]!(parameters), count), slotsOf(network));
  const turn = (): void => {
    run(net, parameters, B);
  };
  return {
    numbers: [...block("Values"), read("x", "Input", 0), read("dy", "OutputDelta", 1)],
    side: {
      name: module.build,
      time: timerOf(turn),
      results: () => {
        turn();
        const y = read("y", "Output", 1);
        return asResults(backward ? [y, read("dx", "InputDelta", 0), ...block("Gradient")] : [y]);
      },
    },
  };
}

/** Dense layers with tanh between them from x to y as an ONNX file, of "0.weight", "0.bias" and so on. */
function modelOf(numbers: readonly Tensor[]): Uint8Array {
  const find = (wanted: string): Tensor => numbers.find(({ name }) => name === wanted)!;
  const end = (name: string, like: string) => ({ name, shape: ["batch", find(like).shape[1]!], doc: "" });
  const graph = new GraphBuilder([end("x", "x")], [end("y", "dy")]);
  const last = numbers.filter(({ name }) => name.endsWith(".weight")).length - 1;
  let value = "x";
  for (let layer = 0; layer <= last; ++layer) {
    const arrays = ["weight", "bias"].map((kind) => find(`${layer}.${kind}`));
    const constants = arrays.map(({ name, shape, data }) => graph.constant(name, shape, data));
    value = graph.node("Gemm", [value, ...constants], layer === last ? "y" : `layer${layer}`);
    if (layer < last) value = graph.node("Tanh", [value], `hidden${layer}`);
  }
  return writeModel({ producer: "valuegrad", graph: graph.build("network", ""), metadata: [] });
}

function passes(
  modules: readonly Module[],
  kind: "mlp" | "ensemble",
  B: number,
  backward: boolean,
  targets: Targets,
): Contest {
  const sizes = kind === "mlp" ? MLP : ENSEMBLE;
  const dimensions = kind === "mlp" ? 1 : DIMENSIONS;
  const passed = modules.map((module) => {
    const network = create(module, kind, sizes, dimensions);
    draw(module, network);
    return { ...pass(module, network, B, backward), network };
  });
  const { numbers } = passed[0]!;
  const direction = backward ? "forward + backward" : "forward";
  return {
    work: `${passed[0]!.network.name} ${direction}, batch ${B}`,
    ours: passed.map(({ side }) => side),
    task: {
      work: kind === "mlp" ? `mlp ${direction}` : "ensemble",
      numbers,
      settings: {},
      ...(kind === "mlp" && !backward ? { model: modelOf(numbers) } : {}),
    },
    targets,
  };
}

export function mlps(modules: readonly Module[]): Contest[] {
  return [
    passes(modules, "mlp", 1, false, {}),
    passes(modules, "mlp", 64, false, {}),
    passes(modules, "mlp", 1, true, { PyTorch: 10 }),
    passes(modules, "mlp", 64, true, { PyTorch: 1.4 }),
  ];
}

export const ensembles = (modules: readonly Module[]): Contest[] => [passes(modules, "ensemble", 64, true, {})];

export function adam(modules: readonly Module[]): Contest[] {
  const prepared = modules.map((module) => {
    const { exports } = module;
    const network = create(module, "mlp", MLP, 1);
    const { parameters, count } = network;
    draw(module, network);
    // no peer limits the gradient's norm
    exports.parametersConfigure!(parameters, LEARNING_RATE, 1e30);
    const slots = mlpSlots(MLP);
    const gradient = floatsAt(module, exports.parametersGradient!(parameters), count);
    const random = uniform();
    for (const { offset, rows, columns, stride } of slots) {
      for (let row = 0; row < rows; ++row) {
        fill(gradient.subarray(offset + row * stride, offset + row * stride + columns), random);
      }
    }
    const read = (): Tensor[] => readSlots(floatsAt(module, exports.parametersValues!(parameters), count), slots);
    const turn = (): void => {
      exports.adam!(parameters);
    };
    const gradients = readSlots(gradient, slots).map((tensor) => ({ ...tensor, name: `gradient.${tensor.name}` }));
    return {
      numbers: [...read(), ...gradients],
      side: {
        name: module.build,
        time: timerOf(turn),
        // after three steps
        results: () => {
          for (let step = 0; step < 3; ++step) turn();
          return asResults(read());
        },
      },
    };
  });
  return [
    {
      work: `Adam on ${MLP.join("-")}`,
      ours: prepared.map(({ side }) => side),
      task: { work: "adam", numbers: prepared[0]!.numbers, settings: { learning_rate: LEARNING_RATE } },
    },
  ];
}
