import test from "ava";
import { Chance } from "../src/chance.js";
import { decodeTensors, encodeTensors, type StoredTensor } from "../src/safetensors.js";
import { blank, seal } from "../src/seal.js";

const tensors = new Map<string, StoredTensor>([
  ["bytes", { shape: [3], data: Uint8Array.of(1, 2, 255) }],
  ["weights", { shape: [2, 2], data: Float32Array.of(1.5, -2, NaN, Infinity) }],
  ["times", { shape: [1], data: Float64Array.of(Math.PI) }],
  ["nothing", { shape: [0, 4], data: new Float32Array(0) }],
  ["counts", { shape: [2], data: Int32Array.of(-1, 7) }],
]);
const bytes = encodeTensors({ tensors, metadata: { "name ä": 'value "quoted"' } });

test("a file gives back what was put in", (t) => {
  const file = decodeTensors(bytes);
  t.deepEqual(file.metadata, { "name ä": 'value "quoted"' });
  t.is(file.tensors.size, tensors.size);
  for (const [name, tensor] of tensors) t.deepEqual(file.tensors.get(name), tensor, name);
});

test("the bytes are those of the format: header length, JSON header, data where the header says", (t) => {
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  t.is(length % 8, 0);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  t.deepEqual(header.times, { dtype: "F64", shape: [1], data_offsets: [0, 8] });
  t.is(new DataView(bytes.buffer).getFloat64(8 + length, true), Math.PI);
  const [from] = header.counts.data_offsets;
  t.is(new DataView(bytes.buffer).getInt32(8 + length + from, true), -1);
});

test("every truncation and every surplus byte is noticed", (t) => {
  for (let length = 0; length < bytes.length; ++length) {
    t.throws(() => decodeTensors(bytes.subarray(0, length)), { message: /^not a whole safetensors file: / });
  }
  t.throws(() => decodeTensors(Uint8Array.of(...bytes, 0)), { message: /do not match its checksum/ });
});

test("every changed bit is noticed", (t) => {
  const chance = new Chance(1);
  for (let i = 0; i < 1000; ++i) {
    const flipped = bytes.slice();
    flipped[chance.index(bytes.length)]! ^= 1 << chance.index(8);
    t.throws(() => decodeTensors(flipped), { message: /^not a whole safetensors file: / });
  }
});

test("headers that lie are refused in words", (t) => {
  const withHeader = (metadata: string, entries: string, body = 0): Uint8Array => {
    const json = new TextEncoder().encode(`{"__metadata__":{"sha256":"${blank}"${metadata}}${entries}}`);
    const file = new Uint8Array(8 + json.length + body);
    new DataView(file.buffer).setBigUint64(0, BigInt(json.length), true);
    file.set(json, 8);
    seal(file, 8 + '{"__metadata__":{"sha256":"'.length);
    return file;
  };
  t.deepEqual(decodeTensors(withHeader("", "")), { tensors: new Map(), metadata: {} });
  for (const [metadata, entries, message] of [
    ["", ",", /header is no JSON$/],
    ["", ',"a":1', /entry a is no object/],
    ["", ',"a":{"dtype":"F16","shape":[1],"data_offsets":[0,2]}', /type "F16"/],
    ["", ',"a":{"dtype":"toString","shape":[1],"data_offsets":[0,2]}', /type "toString"/],
    ["", ',"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}', /no shape or place/],
    ["", ',"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}', /shape 2 lies at bytes 0 to 4/],
    ["", ',"a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}', /lies at bytes 4 to 12/],
    ["", ',"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}', /1 bytes follow its last tensor/],
    ["", ',"a":{"dtype":"U8","shape":[5],"data_offsets":[0,5]}', /ends at byte 5 of 4/],
    [',"a":1', "", /metadata are not all strings/],
  ] as const) {
    t.throws(() => decodeTensors(withHeader(metadata, entries, 4)), { message });
  }
});

test("a file of another maker, without a checksum, is refused", (t) => {
  const json = new TextEncoder().encode('{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}');
  const file = new Uint8Array(8 + json.length + 1);
  new DataView(file.buffer).setBigUint64(0, BigInt(json.length), true);
  file.set(json, 8);
  t.throws(() => decodeTensors(file), { message: /it has no checksum/ });
});

test("an array that does not fit its shape is not written", (t) => {
  const wrong = new Map([["a", { shape: [3], data: new Float32Array(2) }]]);
  t.throws(() => encodeTensors({ tensors: wrong, metadata: {} }), { message: /tensor a has 2 numbers/ });
});
