/** Readers of models: MJCF text, compiled models as bytes. */

import { readdirSync, readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { MjcfError } from "../../../src/mjcf/error.js";
import type { PlanarModel } from "../../../src/mjcf/model.js";
import { readModel } from "../../../src/mjcf/read.js";
import { loadModel, saveModel } from "../../../src/mjcf/stored.js";
import { Plant } from "../../../src/plant.js";
import { instantiateCore } from "../../../src/wasm.js";
import { features } from "../../mjcf/features.js";
import { hold, type Reader } from "../hunt.js";
import { byteMutations, change, type Mutation, mutate, mutateValue, NUMBERS, pick, textMutations } from "../mutate.js";

const directory = new URL("../../mjcf/models/", import.meta.url);
const texts = [
  ...readdirSync(directory).map((file) => readFileSync(new URL(file, directory), "utf8")),
  ...Object.values(features),
];

const compiled = new WebAssembly.Module(readFileSync(new URL("../../../build/core.wasm", import.meta.url)));

/** Whatever is accepted can be stored, loaded and stepped. */
async function holdModel(model: PlanarModel): Promise<void> {
  hold(isDeepStrictEqual(loadModel(saveModel(model)), model), "stored and loaded, it is another model");
  const core = await instantiateCore(compiled, () => Promise.reject(new Error("nothing is fetched")));
  const plant = new Plant(core, model);
  plant.u.fill(1);
  plant.step(3);
  hold(plant.trouble[0]! >= 0 && plant.trouble[0]! < 16, `its trouble is ${plant.trouble[0]}`);
}

const WORDS =
  "true false auto degree radian hinge slide ball free plane sphere capsule box mesh xyz RK4 world enable".split(" ");
const ATTRIBUTE = /\s[A-Za-z_]+\s*=\s*"[^"]*"/g;
const NUMBER = /(?<=[" ])-?\d*\.?\d+(?:e-?\d+)?(?=[" ])/g;
const VALUE = /"[^"]*"/g;
const ELEMENT = /<[a-z]+[^<>]*\/>/g;
const OPENING = /<[a-z]+(?=[\s/>])/g;

const found = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map((match) => match[0]);

/** Of elements and attributes. */
const mjcfMutations: readonly Mutation<string>[] = [
  // an attribute deleted, repeated, taken from elsewhere
  (text, source) => change(text, ATTRIBUTE, source, () => ""),
  (text, source) => change(text, ATTRIBUTE, source, (match) => match + match),
  (text, source) => change(text, ATTRIBUTE, source, (match) => match + pick(found(text, ATTRIBUTE), source)),
  // a number changed, repeated, deleted
  (text, source) => change(text, NUMBER, source, () => pick(NUMBERS, source)),
  (text, source) => change(text, NUMBER, source, (match) => `${match} ${match}`),
  (text, source) => change(text, NUMBER, source, () => ""),
  // a value changed, taken from elsewhere
  (text, source) => change(text, VALUE, source, () => `"${pick([...NUMBERS, ...WORDS], source)}"`),
  (text, source) => change(text, VALUE, source, () => pick(found(text, VALUE), source)),
  // an element deleted, repeated, put elsewhere, renamed
  (text, source) => change(text, ELEMENT, source, () => ""),
  (text, source) => change(text, ELEMENT, source, (match) => match + match),
  (text, source) => change(text, ELEMENT, source, (match) => match + pick(found(text, ELEMENT), source)),
  (text, source) => change(text, OPENING, source, () => pick(found(text, OPENING), source)),
  // two elements swapped
  (text, source) => {
    const [one, two] = [pick(found(text, ELEMENT), source), pick(found(text, ELEMENT), source)];
    if (one === undefined || two === undefined) return text;
    return text
      .replace(one, "\u0000")
      .replace(two, () => one)
      .replace("\u0000", () => two);
  },
  // bodies within each other, side by side
  (text, source) => {
    const depth = pick([2, 50, 95, 101, 5000], source);
    const [open, close] = ["<body><joint axis='0 1 0'/><geom size='.1'/>".repeat(depth), "</body>".repeat(depth)];
    return text.replace("</worldbody>", () => `${open}${close}</worldbody>`);
  },
  (text, source) => {
    const pile = '<body><joint axis="0 1 0"/><geom size=".1"/></body>'.repeat(pick([10, 100, 300, 2000], source));
    return text.replace("</worldbody>", () => `${pile}</worldbody>`);
  },
  // a declaration
  (text, source) =>
    pick(['<?xml version="1.0"?>', "<!DOCTYPE a>", "<!-- -->", "<?php ?>", "\ufeff", "&a;"], source) + text,
];

const mjcf: Reader = {
  name: "mjcf",
  make: (source) => mutate(texts, source.below(4) === 0 ? textMutations : mjcfMutations, source),
  read: async (text: string) => {
    let model: PlanarModel;
    try {
      model = readModel(text, "fuzz.xml");
    } catch (error) {
      if (error instanceof MjcfError) hold(/^fuzz\.xml:\d+: \S/.test(error.message), `its message is ${error.message}`);
      throw error;
    }
    await holdModel(model);
  },
};

const models = texts.map((text) => readModel(text));
const stored = models.map(saveModel);
const CHECKSUM_AT = 16;

/** CRC-32 of all bytes but the four of the checksum, computed bit by bit. */
function checksum(bytes: Uint8Array): number {
  let crc = -1;
  for (let i = 0; i < bytes.length; ++i) {
    if (i >= CHECKSUM_AT && i < CHECKSUM_AT + 4) continue;
    crc ^= bytes[i]!;
    for (let bit = 0; bit < 8; ++bit) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

/** The checksum put right, so that what is behind it is reached. */
function resealed(bytes: Uint8Array): Uint8Array {
  const sealed = bytes.slice();
  if (sealed.length >= CHECKSUM_AT + 4) new DataView(sealed.buffer).setUint32(CHECKSUM_AT, checksum(sealed), true);
  return sealed;
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

const storedModel: Reader = {
  name: "stored-model",
  make: (source) => {
    const how = source.below(3);
    if (how === 0) return mutate(stored, byteMutations, source);
    if (how === 1) return resealed(mutate(stored, byteMutations, source));
    try {
      return saveModel(mutateValue(mutateValue(pick(models, source), source), source) as PlanarModel);
    } catch {
      // not every value can be packed
      return resealed(mutate(stored, byteMutations, source));
    }
  },
  read: async (bytes: Uint8Array) => {
    const model = loadModel(bytes);
    hold(sameBytes(resealed(bytes), bytes), "its checksum is wrong");
    await holdModel(model);
  },
};

export const modelReaders: readonly Reader[] = [mjcf, storedModel];
