import { PbfReader } from "pbf";
import { shorten } from "../wording.js";
import { DATA_TYPES, DIGEST } from "./schema.js";

/** A tensor that a model takes, gives or stores. */
export interface TensorSummary {
  readonly name: string;
  /** Such as "float32". */
  readonly type: string;
  /** Text for a symbolic size, "?" for one that the file leaves open. */
  readonly shape: readonly (number | string)[];
  /** The file's own words about it, or "". */
  readonly doc: string;
}

/** What an ONNX file says about itself: its contract, without its numbers. */
export interface ModelSummary {
  readonly irVersion: number;
  readonly producer: string;
  readonly opsets: readonly { readonly domain: string; readonly version: number }[];
  readonly metadata: ReadonlyMap<string, string>;
  /** The byte after the metadata entry `sha256`, which its value ends before; undefined where there is none. */
  readonly digestEnd: number | undefined;
  readonly graph: string;
  /** Operator of each node, in the file's order. */
  readonly operators: readonly string[];
  readonly inputs: readonly TensorSummary[];
  readonly outputs: readonly TensorSummary[];
  readonly initializers: readonly TensorSummary[];
  /** What it asks of a runtime beyond standard operators on numbers of its own, such as "numbers in another file". */
  readonly demands: readonly string[];
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type ReadField = (field: number) => void;

const VARINT = 0;
const BYTES = 2;

/**
 * Reads the contract of any ONNX file; weights are skipped.
 *
 * @throws Error when the bytes are not an ONNX model, end too early, or give a metadata entry twice.
 */
export function readModel(bytes: Uint8Array): ModelSummary {
  if (bytes.length === 0) throw new Error("Not an ONNX model: the file is empty.");
  try {
    return readModelMessage(new PbfReader(bytes));
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Not an ONNX model, or only a part of one: ${detail} (${bytes.length} bytes read).`, { cause });
  }
}

function readModelMessage(reader: PbfReader): ModelSummary {
  let irVersion = 0;
  let producer = "";
  let graph: string | undefined;
  const opsets: { domain: string; version: number }[] = [];
  const metadata = new Map<string, string>();
  const operators: string[] = [];
  const inputs: TensorSummary[] = [];
  const outputs: TensorSummary[] = [];
  const initializers: TensorSummary[] = [];
  const demands = new Set<string>();
  let digestEnd: number | undefined;

  const readGraphField: ReadField = (field) => {
    if (field === 1) operators.push(readOperator(reader, demands));
    else if (field === 2) graph = readText(reader);
    else if (field === 5) initializers.push(readTensor(reader, demands));
    else if (field === 11) inputs.push(readValueInfo(reader));
    else if (field === 12) outputs.push(readValueInfo(reader));
    else if (field === 15) demands.add("sparse numbers");
  };
  readFields(reader, reader.length, (field) => {
    if (field === 1) irVersion = readInteger(reader);
    else if (field === 2) producer = readText(reader);
    else if (field === 7) {
      graph ??= "";
      readMessage(reader, readGraphField);
    } else if (field === 8) opsets.push(readOperatorSet(reader));
    else if (field === 14) {
      const [key, value] = readStringEntry(reader);
      if (metadata.has(key)) throw new Error(`the metadata entry ${shorten(key)} is given twice`);
      metadata.set(key, value);
      if (key === DIGEST) digestEnd = reader.pos;
    } else if (field === 20) demands.add("training");
    else if (field === 25) demands.add("functions of its own");
  });

  if (irVersion === 0) throw new Error("the IR version is missing");
  if (opsets.length === 0) throw new Error("the operator set is missing");
  if (graph === undefined) throw new Error("the graph is missing");
  if (outputs.length === 0) throw new Error("the graph has no outputs");
  const contract = { irVersion, producer, opsets, metadata, digestEnd, graph };
  return { ...contract, operators, inputs, outputs, initializers, demands: [...demands] };
}

function readOperatorSet(reader: PbfReader): { domain: string; version: number } {
  const opset = { domain: "", version: 0 };
  readMessage(reader, (field) => {
    if (field === 1) opset.domain = readText(reader);
    else if (field === 2) opset.version = readInteger(reader);
  });
  return opset;
}

function readStringEntry(reader: PbfReader): [key: string, value: string] {
  const entry: [string, string] = ["", ""];
  readMessage(reader, (field) => {
    if (field === 1 || field === 2) entry[field - 1] = readText(reader);
  });
  return entry;
}

function readOperator(reader: PbfReader, demands: Set<string>): string {
  let operator = "";
  readMessage(reader, (field) => {
    if (field === 4) operator = readText(reader);
    else if (field === 7 && readText(reader) !== "") demands.add("operators that are not standard");
  });
  return operator;
}

function readTensor(reader: PbfReader, demands: Set<string>): TensorSummary {
  const shape: number[] = [];
  const tensor: Mutable<TensorSummary> = { name: "", type: DATA_TYPES[0], shape, doc: "" };
  readMessage(reader, (field) => {
    if (field === 1) readIntegers(reader, shape);
    else if (field === 2) tensor.type = typeName(readInteger(reader));
    else if (field === 8) tensor.name = readText(reader);
    else if (field === 12) tensor.doc = readText(reader);
    else if (field === 14 && readInteger(reader) !== 0) demands.add("numbers in another file");
  });
  return tensor;
}

function readValueInfo(reader: PbfReader): TensorSummary {
  const shape: (number | string)[] = [];
  const value: Mutable<TensorSummary> = { name: "", type: DATA_TYPES[0], shape, doc: "" };
  const readTensorType: ReadField = (field) => {
    if (field === 1) value.type = typeName(readInteger(reader));
    else if (field === 2) {
      readMessage(reader, (shapeField) => {
        if (shapeField === 1) shape.push(readDimension(reader));
      });
    }
  };
  readMessage(reader, (field) => {
    if (field === 1) value.name = readText(reader);
    else if (field === 2) {
      readMessage(reader, (typeField) => {
        if (typeField === 1) readMessage(reader, readTensorType);
      });
    } else if (field === 3) value.doc = readText(reader);
  });
  return value;
}

function readDimension(reader: PbfReader): number | string {
  let size: number | string = "?";
  readMessage(reader, (field) => {
    if (field === 1) size = readInteger(reader);
    else if (field === 2) size = readText(reader);
  });
  return size;
}

function typeName(type: number): string {
  return DATA_TYPES[type] ?? `type ${type}`;
}

function readFields(reader: PbfReader, end: number, read: ReadField): void {
  while (reader.pos < end) {
    const field = reader.nextField(end);
    if (field === 0) throw new Error(`there is no field 0, as found at byte ${reader.pos}`);
    const start = reader.pos;
    read(field);
    if (reader.pos === start) reader.skip(reader.type);
    if (reader.pos > end) throw new Error(`field ${field} at byte ${start} reaches past its end`);
  }
}

function readMessage(reader: PbfReader, read: ReadField): void {
  expectType(reader, BYTES);
  const start = reader.pos;
  const end = reader.readVarint() + reader.pos;
  if (end > reader.length) throw new Error(`the message at byte ${start} reaches past the end`);
  readFields(reader, end, read);
}

function readText(reader: PbfReader): string {
  expectType(reader, BYTES);
  return reader.readString();
}

function readInteger(reader: PbfReader): number {
  expectType(reader, VARINT);
  return reader.readVarint();
}

function readIntegers(reader: PbfReader, values: number[]): void {
  if (reader.type !== BYTES) expectType(reader, VARINT);
  reader.readPackedVarint(values);
}

function expectType(reader: PbfReader, type: number): void {
  if (reader.type === type) return;
  throw new Error(`the field at byte ${reader.pos} has wire type ${reader.type}, not ${type}`);
}
