import { PbfWriter } from "pbf";
import { blank, seal } from "../seal.js";

/**
 * The part of the ONNX protobuf schema that a policy needs, and its writer. Interfaces follow the messages of onnx.proto; the
 * numbers in the writers are that file's field numbers.
 */

/** IR version of the files: 8, which every runtime since 2021 loads. */
export const IR_VERSION = 8;
/** Version of the standard operator set (domain "") of the files. */
export const OPSET_VERSION = 15;

/** TensorProto.DataType by number; the files here hold float32 only. */
export const DATA_TYPES = [
  "undefined",
  "float32",
  "uint8",
  "int8",
  "uint16",
  "int16",
  "int32",
  "int64",
  "string",
  "bool",
  "float16",
  "float64",
  "uint32",
  "uint64",
  "complex64",
  "complex128",
  "bfloat16",
] as const;

const FLOAT32 = DATA_TYPES.indexOf("float32");
const ATTRIBUTE_INT = 2;

/** AttributeProto with an integer value. */
export interface Attribute {
  readonly name: string;
  readonly int: number;
}

/** The operators of the files, all of the standard set. */
export const OPERATORS = [
  "Add",
  "Clip",
  "Concat",
  "Cos",
  "Exp",
  "Gemm",
  "Identity",
  "MatMul",
  "Max",
  "Min",
  "Mul",
  "Sin",
  "Tanh",
] as const;

/** NodeProto. An empty input name stands for an optional input left out. */
export interface Node {
  readonly name: string;
  readonly operator: (typeof OPERATORS)[number];
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: readonly Attribute[];
}

/** TensorProto of float32, row-major; no dimensions for a scalar. */
export interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** ValueInfoProto of a float32 tensor; a text dimension is symbolic (any size). */
export interface ValueInfo {
  readonly name: string;
  readonly shape: readonly (number | string)[];
  readonly doc: string;
}

/** GraphProto. Nodes are in topological order. */
export interface Graph {
  readonly name: string;
  readonly doc: string;
  readonly nodes: readonly Node[];
  readonly initializers: readonly Tensor[];
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
}

/** ModelProto over the standard operators. */
export interface Model {
  readonly producer: string;
  readonly graph: Graph;
  /** metadata_props, in the order they are written, after the file's digest. */
  readonly metadata: readonly (readonly [key: string, value: string])[];
}

/** The metadata entry that holds the file's own digest. */
export const DIGEST = "sha256";

/**
 * Serialises and seals a model: its first metadata entry, `sha256`, is the file's own digest. The graph is written last (protobuf leaves the order of fields open), so that a file cut short anywhere
 * has lost a part of its graph and cannot be mistaken for a whole one.
 *
 * @returns the bytes of an .onnx file, a function of the model alone.
 */
export function writeModel(model: Model): Uint8Array {
  const writer = new PbfWriter();
  writer.writeVarintField(1, IR_VERSION);
  writer.writeStringField(2, model.producer);
  writer.writeMessage(8, writeOperatorSet, OPSET_VERSION);
  // its value is the last that has been written then, and nothing moves it
  writer.writeMessage(14, writeStringEntry, [DIGEST, blank] as const);
  const digestAt = writer.pos - blank.length;
  for (const entry of model.metadata) writer.writeMessage(14, writeStringEntry, entry);
  writer.writeMessage(7, writeGraph, model.graph);
  const bytes = writer.finish().slice();
  seal(bytes, digestAt);
  return bytes;
}

function writeOperatorSet(version: number, writer: PbfWriter): void {
  writer.writeStringField(1, "");
  writer.writeVarintField(2, version);
}

function writeStringEntry([key, value]: readonly [string, string], writer: PbfWriter): void {
  writer.writeStringField(1, key);
  writer.writeStringField(2, value);
}

function writeGraph(graph: Graph, writer: PbfWriter): void {
  for (const node of graph.nodes) writer.writeMessage(1, writeNode, node);
  writer.writeStringField(2, graph.name);
  for (const tensor of graph.initializers) writer.writeMessage(5, writeTensor, tensor);
  writer.writeStringField(10, graph.doc);
  for (const input of graph.inputs) writer.writeMessage(11, writeValueInfo, input);
  for (const output of graph.outputs) writer.writeMessage(12, writeValueInfo, output);
}

function writeNode(node: Node, writer: PbfWriter): void {
  for (const input of node.inputs) writer.writeStringField(1, input);
  for (const output of node.outputs) writer.writeStringField(2, output);
  writer.writeStringField(3, node.name);
  writer.writeStringField(4, node.operator);
  for (const attribute of node.attributes) writer.writeMessage(5, writeAttribute, attribute);
}

function writeAttribute(attribute: Attribute, writer: PbfWriter): void {
  writer.writeStringField(1, attribute.name);
  writer.writeVarintField(3, attribute.int);
  writer.writeVarintField(20, ATTRIBUTE_INT);
}

function writeTensor(tensor: Tensor, writer: PbfWriter): void {
  for (const size of tensor.shape) writer.writeVarintField(1, size);
  writer.writeVarintField(2, FLOAT32);
  writer.writeStringField(8, tensor.name);
  writer.writeBytesField(9, littleEndian(tensor.data));
}

function littleEndian(values: Float32Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  for (let i = 0; i < values.length; i++) view.setFloat32(i * 4, values[i]!, true);
  return new Uint8Array(view.buffer);
}

function writeValueInfo(value: ValueInfo, writer: PbfWriter): void {
  writer.writeStringField(1, value.name);
  writer.writeMessage(2, writeType, value.shape);
  writer.writeStringField(3, value.doc);
}

function writeType(shape: ValueInfo["shape"], writer: PbfWriter): void {
  writer.writeMessage(1, writeTensorType, shape);
}

function writeTensorType(shape: ValueInfo["shape"], writer: PbfWriter): void {
  writer.writeVarintField(1, FLOAT32);
  writer.writeMessage(2, writeShape, shape);
}

function writeShape(shape: ValueInfo["shape"], writer: PbfWriter): void {
  for (const size of shape) writer.writeMessage(1, writeDimension, size);
}

function writeDimension(size: number | string, writer: PbfWriter): void {
  if (typeof size === "number") writer.writeVarintField(1, size);
  else writer.writeStringField(2, size);
}
