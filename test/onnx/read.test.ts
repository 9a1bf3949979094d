import test from "ava";
import { PbfWriter } from "pbf";
import { exportPolicy } from "../../src/onnx/export.js";
import { readModel } from "../../src/onnx/read.js";
import { randomCases, randomPolicy, Source } from "./policies.js";

const POLICY = randomPolicy(1, { state: 2, kinds: ["linear", "cos"], hidden: [3], squash: "none", bounds: [[-1, 1]] });
const MODEL = exportPolicy(POLICY, { golden: randomCases(POLICY, 1, 2) });
const REFUSAL = { instanceOf: Error, message: /^Not an ONNX model/ };

test("a file cut short anywhere is refused", (t) => {
  for (let length = 0; length < MODEL.length; length++) t.throws(() => readModel(MODEL.subarray(0, length)), REFUSAL);
  t.notThrows(() => readModel(MODEL));
});

test("an empty file is refused as empty", (t) => {
  t.throws(() => readModel(new Uint8Array(0)), { message: "Not an ONNX model: the file is empty." });
});

test("text, zeros, random bytes and endless numbers are refused", (t) => {
  const source = new Source(1);
  const refuse = (bytes: Uint8Array) => t.throws(() => readModel(bytes), REFUSAL);
  refuse(new TextEncoder().encode('{"format": "json"}'));
  refuse(new Uint8Array(1000));
  refuse(new Uint8Array(1000).fill(0xff));
  for (let i = 0; i < 300; i++) refuse(Uint8Array.from({ length: 1 + source.below(300) }, () => source.below(256)));
});

test("a damaged byte is read or refused with an Error, never with another exception", (t) => {
  for (let position = 0; position < MODEL.length; position++) {
    for (const flip of [0x01, 0x80, 0xff]) {
      const bytes = MODEL.slice();
      bytes[position]! ^= flip;
      try {
        readModel(bytes);
      } catch (error) {
        if (!(error instanceof Error && /^Not an ONNX model/.test(error.message))) throw error;
      }
    }
  }
  t.pass();
});

test("a message that claims to be longer than the file is refused at once", (t) => {
  const writer = new PbfWriter();
  writer.writeTag(7, 2);
  writer.writeVarint(2 ** 52);
  writer.writeVarintField(1, 1);
  t.throws(() => readModel(writer.finish()), { message: /reaches past the end/ });
});

test("a field that is longer than its message, and bytes after the model, are refused", (t) => {
  const padded = (tail: Uint8Array) => Uint8Array.from([...MODEL, ...tail]);
  t.throws(() => readModel(padded(new Uint8Array(16))), { message: /there is no field 0/ });
  t.throws(() => readModel(padded(Uint8Array.of(0x52, 0x7f))), {
    message: /field 10 at byte \d+ reaches past its end/,
  });

  const opset = new PbfWriter();
  opset.writeTag(8, 2);
  opset.writeVarint(2);
  opset.writeStringField(1, "ai.onnx");
  t.throws(() => readModel(padded(opset.finish())), { message: /field 1 at byte \d+ reaches past its end/ });
});

test("a metadata entry that is given twice is refused", (t) => {
  const writer = new PbfWriter();
  writer.writeMessage(14, (_, inner) => inner.writeStringField(1, "task"), 0);
  const message = /the metadata entry task is given twice/;
  t.throws(() => readModel(Uint8Array.from([...MODEL, ...writer.finish()])), { message });
});

test("a model without the parts that every model has is refused by naming the part", (t) => {
  const write = (...fields: ((writer: PbfWriter) => void)[]): Uint8Array => {
    const writer = new PbfWriter();
    for (const field of fields) field(writer);
    return writer.finish();
  };
  const version = (writer: PbfWriter): void => writer.writeVarintField(1, 8);
  const opset = (writer: PbfWriter): void => writer.writeMessage(8, (n, w) => w.writeVarintField(2, n), 15);
  const graph = (writer: PbfWriter): void => writer.writeMessage(7, (name, w) => w.writeStringField(2, name), "g");
  t.throws(() => readModel(write(opset, graph)), { message: /the IR version is missing/ });
  t.throws(() => readModel(write(version, graph)), { message: /the operator set is missing/ });
  t.throws(() => readModel(write(version, opset)), { message: /the graph is missing/ });
  t.throws(() => readModel(write(version, opset, graph)), { message: /the graph has no outputs/ });
  t.throws(() => readModel(write((writer) => writer.writeStringField(1, "8"))), { message: /wire type 2, not 0/ });
});
