import { featureProblem } from "../env/features.js";
import { shorten } from "../wording.js";
import { addEncoder, type EncodedState } from "./encoder.js";
import { GraphBuilder } from "./graph.js";
import { type Golden, policyMetadata } from "./metadata.js";
import { type DenseLayer, type Dimension, isLabel, type PolicyDescription } from "./policy.js";
import { type ValueInfo, writeModel } from "./schema.js";

export interface ExportOptions {
  /** Adds the input `noise`; the action is then drawn from the policy instead of being its mean. Default false. */
  readonly stochastic?: boolean;
  /** Further entries of the file's metadata, such as the config hash. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Test vectors to store in the file, computed elsewhere. They hold for the stochastic graph with zero noise. */
  readonly golden?: Golden;
}

/**
 * Writes a policy as an ONNX file (IR 8, opset 15, standard operators only) that needs nothing around it: state encoder, scales,
 * squashing and clipping are in the graph. With S state and A action dimensions and any batch size:
 *
 * - input `obs`, float32 [batch, S]: the raw state in its units;
 * - input `noise`, float32 [batch, A], stochastic graph only: standard normal;
 * - output `action`, float32 [batch, A]: mean, or mean + std * noise, clipped to the action bounds;
 * - output `mean`, float32 [batch, A]: before clipping;
 * - output `std`, float32 [batch, A].
 *
 * @returns the bytes of the file; equal arguments give equal bytes.
 * @throws Error when the description contradicts itself or holds numbers that are not finite (bounds may be infinite), or the
 *   metadata is refused.
 */
export function exportPolicy(policy: PolicyDescription, options: ExportOptions = {}): Uint8Array {
  checkPolicy(policy);
  const stochastic = options.stochastic ?? false;
  const inputs = [inputInfo(policy), ...(stochastic ? [noiseInfo(policy)] : [])];
  const outputs = outputInfos(policy, stochastic);
  const graph = new GraphBuilder(inputs, outputs);

  const last = policy.layers.length - 1;
  const size = policy.action.length;
  const encoded = addEncoder(graph, "obs", policy.state.length, policy.features);
  let value = encoded.value;
  policy.layers.forEach((trained, index) => {
    const layer = index === 0 ? foldEncoder(trained, encoded.columns) : trained;
    if (index < last) {
      value = graph.node("Tanh", [addDense(graph, value, layer, `layer${index}`)], `hidden${index}`);
      return;
    }
    addMean(graph, value, sliceOutputs(layer, 0, size), policy.squash);
    addStd(graph, value, sliceOutputs(layer, size, 2 * size), policy.logSigma);
  });
  if (stochastic) addClip(graph, graph.node("Add", ["mean", addScaledNoise(graph)], "sample"), policy.action);
  else addClip(graph, "mean", policy.action);

  return writeModel({
    producer: "valuegrad",
    graph: graph.build("policy", `Policy for ${policy.task}`),
    metadata: policyMetadata(policy, inputs, outputs, options.metadata ?? {}, options.golden),
  });
}

function inputInfo(policy: PolicyDescription): ValueInfo {
  return { name: "obs", shape: ["batch", policy.state.length], doc: `state: ${columnNames(policy.state)}` };
}

function noiseInfo(policy: PolicyDescription): ValueInfo {
  return { name: "noise", shape: ["batch", policy.action.length], doc: "independent standard normal numbers" };
}

function outputInfos(policy: PolicyDescription, stochastic: boolean): ValueInfo[] {
  const shape = ["batch", policy.action.length];
  const source = stochastic ? "mean + std * noise" : "mean";
  return [
    { name: "action", shape, doc: `${source}, clipped to the action bounds: ${columnNames(policy.action)}` },
    { name: "mean", shape, doc: "mean of the action before clipping" },
    { name: "std", shape, doc: "standard deviation of the action before clipping" },
  ];
}

function columnNames(dimensions: readonly Dimension[]): string {
  return dimensions.map(({ name, unit }) => `${name} [${unit}]`).join(", ");
}

/** Puts the encoder's order of columns, their scales and the sums over them into the rows of the first weight matrix. */
function foldEncoder(layer: DenseLayer, columns: EncodedState["columns"]): DenseLayer {
  const { outputs } = layer;
  const weight = new Float32Array(columns.length * outputs);
  columns.forEach(({ feature, scale }, row) => {
    for (let i = 0; i < outputs; i++) weight[row * outputs + i] = layer.weight[feature * outputs + i]! / scale;
  });
  return { ...layer, inputs: columns.length, weight };
}

function sliceOutputs(layer: DenseLayer, from: number, to: number): DenseLayer {
  const outputs = to - from;
  const weight = new Float32Array(layer.inputs * outputs);
  for (let row = 0; row < layer.inputs; row++) {
    weight.set(layer.weight.subarray(row * layer.outputs + from, row * layer.outputs + to), row * outputs);
  }
  return { inputs: layer.inputs, outputs, weight, bias: layer.bias.slice(from, to) };
}

function addDense(graph: GraphBuilder, value: string, layer: DenseLayer, name: string): string {
  const weight = graph.constant(`${name}.weight`, [layer.inputs, layer.outputs], layer.weight);
  const bias = graph.constant(`${name}.bias`, [layer.outputs], layer.bias);
  return graph.node("Gemm", [value, weight, bias], name);
}

function addMean(graph: GraphBuilder, value: string, head: DenseLayer, squash: PolicyDescription["squash"]): void {
  const raw = addDense(graph, value, head, "mean_head");
  graph.node(squash === "tanh" ? "Tanh" : "Identity", [raw], "mean");
}

function addStd(graph: GraphBuilder, value: string, head: DenseLayer, logSigma: PolicyDescription["logSigma"]): void {
  const bounded = graph.node("Tanh", [addDense(graph, value, head, "std_head")], "std_bounded");
  const halfRange = graph.constant("log_std.half_range", [], Float32Array.of(logSigma.halfRange));
  const middle = graph.constant("log_std.middle", [], Float32Array.of(logSigma.middle));
  const offset = graph.node("Mul", [bounded, halfRange], "log_std_offset");
  graph.node("Exp", [graph.node("Add", [offset, middle], "log_std")], "std");
}

function addScaledNoise(graph: GraphBuilder): string {
  return graph.node("Mul", ["std", "noise"], "scaled_noise");
}

function addClip(graph: GraphBuilder, value: string, action: readonly Dimension[]): void {
  const low = Float32Array.from(action, (dimension) => dimension.low);
  const high = Float32Array.from(action, (dimension) => dimension.high);
  const hasLow = low.some(Number.isFinite);
  const hasHigh = high.some(Number.isFinite);
  const uniform = low.every((bound) => bound === low[0]) && high.every((bound) => bound === high[0]);
  if (!hasLow && !hasHigh) {
    graph.node("Identity", [value], "action");
  } else if (uniform) {
    const bounds = [hasLow ? graph.constant("action.low", [], low.slice(0, 1)) : ""];
    if (hasHigh) bounds.push(graph.constant("action.high", [], high.slice(0, 1)));
    graph.node("Clip", [value, ...bounds], "action");
  } else {
    let clipped = value;
    if (hasLow) {
      const bound = graph.constant("action.low", [low.length], low);
      clipped = graph.node("Max", [clipped, bound], hasHigh ? "action_above_low" : "action");
    }
    if (hasHigh) graph.node("Min", [clipped, graph.constant("action.high", [high.length], high)], "action");
  }
}

function checkPolicy({ task, state, action, features, layers, logSigma }: PolicyDescription): void {
  const demand = (holds: boolean, problem: string): void => {
    if (!holds) throw new Error(`The policy cannot be exported: ${problem}.`);
  };
  demand(state.length > 0 && action.length > 0, "it needs at least one state and one action dimension");
  const labels = [task, ...[...state, ...action].flatMap(({ name, unit }) => [name, unit])];
  for (const text of labels) demand(isLabel(text), `${JSON.stringify(shorten(text))} is no name or unit`);
  for (const list of [state, action]) {
    demand(new Set(list.map(({ name }) => name)).size === list.length, "two of its dimensions have one name");
  }
  for (const { name, low, high } of [...state, ...action]) {
    demand(low <= high && low < Infinity && high > -Infinity, `the bounds of ${name} are ${low} and ${high}`);
  }
  demand(features.length > 0, "it has no features");
  const problem = featureProblem(features, state.length);
  demand(problem === undefined, problem ?? "");
  demand(layers.length > 0, "it has no layers");
  let width = features.length;
  layers.forEach(({ inputs, outputs, weight, bias }, index) => {
    demand(inputs === width, `layer ${index} takes ${inputs} numbers but gets ${width}`);
    demand(weight.length === inputs * outputs, `layer ${index} has ${weight.length} weights, not ${inputs * outputs}`);
    demand(bias.length === outputs, `layer ${index} has ${bias.length} biases, not ${outputs}`);
    demand(
      weight.every(Number.isFinite) && bias.every(Number.isFinite),
      `layer ${index} has weights that are not finite`,
    );
    width = outputs;
  });
  demand(width === 2 * action.length, `the last layer gives ${width} numbers, not ${2 * action.length}`);
  demand(Number.isFinite(logSigma.middle) && Number.isFinite(logSigma.halfRange), "the range of sigma is not finite");
}
