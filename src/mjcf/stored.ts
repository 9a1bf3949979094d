/**
 * A compiled model as bytes, so that whoever embeds one needs no XML. Little-endian: four characters "VGMS", version,
 * length of the block, length of the names, CRC-32 of everything but itself, zero, each of 4 bytes; then the block that
 * the core takes (block.ts) at a multiple of 8, then the names as JSON in UTF-8.
 */

import { isPrintable } from "../wording.js";
import { packModel } from "./block.js";
import type { PlanarModel } from "./model.js";
import { type ModelNames, unpackModel } from "./unpack.js";
import { firstFault } from "./validate.js";

const MAGIC = 0x534d4756; // "VGMS"
const VERSION = 1;
const HEADER = 24;
const CHECKSUM_AT = 16;

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; ++bit) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

/** CRC-32 of all bytes but the four of the checksum. */
function checksum(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  bytes.forEach((byte, i) => {
    if (i < CHECKSUM_AT || i >= CHECKSUM_AT + 4) crc = (crc >>> 8) ^ table[(crc ^ byte) & 0xff]!;
  });
  return (crc ^ 0xffffffff) >>> 0;
}

const namesOf = (model: PlanarModel): ModelNames => {
  const list = (records: readonly { readonly name: string }[]): string[] => records.map((record) => record.name);
  return {
    model: model.name,
    bodies: list(model.bodies),
    dofs: list(model.dofs),
    geoms: list(model.geoms),
    actuators: list(model.actuators),
    sites: list(model.sites),
  };
};

/** The bytes of a model, from which loadModel makes an equal one. */
export function saveModel(model: PlanarModel): Uint8Array<ArrayBuffer> {
  const block = packModel(model);
  const names = new TextEncoder().encode(JSON.stringify(namesOf(model)));
  const bytes = new Uint8Array(HEADER + block.length + names.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, VERSION, true);
  view.setUint32(8, block.length, true);
  view.setUint32(12, names.length, true);
  bytes.set(block, HEADER);
  bytes.set(names, HEADER + block.length);
  view.setUint32(CHECKSUM_AT, checksum(bytes), true);
  return bytes;
}

const refuse = (reason: string): never => {
  throw new Error(`the stored model cannot be read: ${reason}`);
};

const isName = (value: unknown): boolean => typeof value === "string" && isPrintable(value);
const areNames = (value: unknown): boolean => Array.isArray(value) && value.every(isName);

function parseNames(bytes: Uint8Array): ModelNames {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new Error("its names are no JSON");
  }
  const names = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
  const lists = ["bodies", "dofs", "geoms", "actuators", "sites"];
  if (!isName(names.model) || !lists.every((list) => areNames(names[list])))
    throw new Error("its names are not lists of strings without control characters");
  return names as unknown as ModelNames;
}

/**
 * The model that saveModel stored.
 * @throws Error, one sentence, for bytes that are damaged, cut short or no stored model.
 */
export function loadModel(bytes: Uint8Array): PlanarModel {
  if (bytes.length < HEADER) return refuse(`${bytes.length} bytes are too few`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, true) !== MAGIC) return refuse("it does not begin as a stored model does");
  const version = view.getUint32(4, true);
  if (version !== VERSION) return refuse(`its version is ${version}, expected ${VERSION}`);
  const blockEnd = HEADER + view.getUint32(8, true);
  const length = blockEnd + view.getUint32(12, true);
  if (bytes.length !== length)
    return refuse(`it has ${bytes.length} bytes, expected ${length}; it is cut short or damaged`);
  if (checksum(bytes) !== view.getUint32(CHECKSUM_AT, true)) return refuse("its checksum is wrong; it is damaged");
  let model: PlanarModel;
  try {
    model = unpackModel(bytes.subarray(HEADER, blockEnd), parseNames(bytes.subarray(blockEnd)));
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
  const fault = firstFault(model);
  return fault === undefined ? model : refuse(fault);
}
