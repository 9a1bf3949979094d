import { blank, checkSeal, seal } from "./seal.js";
import { shorten, show } from "./wording.js";

/**
 * The safetensors format: eight bytes of header length (little-endian), a JSON header {name: {dtype, shape, data_offsets}} with string
 * metadata under `__metadata__`, then the arrays' bytes one after the other. Files of this module are sealed: their first metadata
 * entry, `sha256`, is the file's own digest.
 */

const types = { F32: Float32Array, F64: Float64Array, I32: Int32Array, U8: Uint8Array } as const;

type Dtype = keyof typeof types;
export type TensorArray = Float32Array | Float64Array | Int32Array | Uint8Array;

export interface StoredTensor {
  readonly shape: readonly number[];
  readonly data: TensorArray;
}

export interface TensorFile {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** Without the digest. */
  readonly metadata: Readonly<Record<string, string>>;
}

const LENGTH_BYTES = 8;
const METADATA = "__metadata__";
/** How a header begins, up to the digits of the digest. */
const BEGINNING = `{"${METADATA}":{"sha256":"`;
const DIGEST_AT = LENGTH_BYTES + BEGINNING.length;

function dtypeOf(data: TensorArray): Dtype {
  for (const [dtype, type] of Object.entries(types)) if (data instanceof type) return dtype as Dtype;
  throw new TypeError("a tensor holds f32, f64, i32 or u8 numbers");
}

const product = (shape: readonly number[]): number => shape.reduce((size, n) => size * n, 1);

/**
 * The bytes of a file, sealed. Arrays are ordered by the size of their numbers, largest first, then as given, so that each is aligned.
 * @throws Error when an array's length does not match its shape.
 */
export function encodeTensors(file: TensorFile): Uint8Array {
  const entries = [...file.tensors].sort(([, a], [, b]) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT);
  const header: [name: string, entry: unknown][] = [[METADATA, { sha256: blank, ...file.metadata }]];
  let offset = 0;
  for (const [name, { shape, data }] of entries) {
    if (product(shape) !== data.length)
      throw new Error(`tensor ${name} has ${data.length} numbers, its shape ${shape.join(" x ")}`);
    header.push([name, { dtype: dtypeOf(data), shape, data_offsets: [offset, offset + data.byteLength] }]);
    offset += data.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const length = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(LENGTH_BYTES + length + offset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.fill(0x20, LENGTH_BYTES, LENGTH_BYTES + length);
  bytes.set(json, LENGTH_BYTES);
  let at = LENGTH_BYTES + length;
  for (const [, { data }] of entries) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  seal(bytes, DIGEST_AT);
  return bytes;
}

/** The digest that a file of this module carries. */
export const digestOf = (bytes: Uint8Array): string =>
  String.fromCharCode(...bytes.subarray(DIGEST_AT, DIGEST_AT + blank.length));

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function isShape(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}

/**
 * Reads a sealed file.
 * @throws Error that says what is wrong with the bytes: too short, unsealed, altered, an entry that doesn't fit, surplus bytes.
 */
export function decodeTensors(bytes: Uint8Array): TensorFile {
  const fail = (what: string): never => {
    throw new Error(`not a whole safetensors file: ${what}`);
  };
  if (bytes.length < LENGTH_BYTES) fail(`it has ${bytes.length} bytes`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, LENGTH_BYTES).getBigUint64(0, true));
  const start = LENGTH_BYTES + length;
  if (start > bytes.length) fail(`its header should have ${length} bytes, the file has ${bytes.length}`);
  const beginning = String.fromCharCode(...bytes.subarray(LENGTH_BYTES, DIGEST_AT));
  if (beginning !== BEGINNING || DIGEST_AT + blank.length > start) fail("it has no checksum");
  if (checkSeal(bytes, DIGEST_AT) === undefined) fail("its bytes do not match its checksum");
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(LENGTH_BYTES, start)));
  } catch {
    fail("its header is no JSON");
  }
  if (!isRecord(header)) return fail("its header is no JSON object");
  const { [METADATA]: metadata = {}, ...entries } = header;
  if (!isRecord(metadata) || !Object.values(metadata).every((value) => typeof value === "string")) {
    return fail("its metadata are not all strings");
  }
  // not bytes.subarray: that of a Node Buffer is a Buffer, whose slice would not copy
  const body = new Uint8Array(bytes.buffer, bytes.byteOffset + start, bytes.length - start);
  const tensors = new Map<string, StoredTensor>();
  let end = 0;
  for (const [name, entry] of Object.entries(entries)) {
    const title = shorten(name);
    if (!isRecord(entry)) return fail(`entry ${title} is no object`);
    const { dtype, shape, data_offsets: offsets } = entry;
    if (typeof dtype !== "string" || !Object.hasOwn(types, dtype))
      return fail(`tensor ${title} has the type ${show(dtype ?? null)}`);
    if (!isShape(shape) || !isShape(offsets) || offsets.length !== 2)
      return fail(`tensor ${title} has no shape or place`);
    const [from, to] = offsets as [number, number];
    const type = types[dtype as Dtype];
    if (from !== end || to - from !== product(shape) * type.BYTES_PER_ELEMENT) {
      return fail(`tensor ${title} of shape ${shorten(shape.join(" x "))} lies at bytes ${from} to ${to}`);
    }
    if (to > body.length) return fail(`tensor ${title} ends at byte ${to} of ${body.length}`);
    // a copy, so that it is aligned and does not keep the file's bytes alive
    tensors.set(name, { shape, data: new type(body.slice(from, to).buffer) });
    end = to;
  }
  if (end !== body.length) fail(`${body.length - end} bytes follow its last tensor`);
  const { sha256, ...own } = metadata as Record<string, string>;
  return { tensors, metadata: own };
}
