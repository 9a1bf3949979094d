/**
 * Reads 10,000 damaged models: each must be read or refused with an MjcfError, within a second, whatever was done to
 * it.
 *
 *   npx tsx scripts/fuzz-mjcf.ts [count] [seed]
 */

import { readdirSync, readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { MjcfError } from "../src/mjcf/error.js";
import type { PlanarModel } from "../src/mjcf/model.js";
import { readModel } from "../src/mjcf/read.js";
import { loadModel, saveModel } from "../src/mjcf/stored.js";
import { features } from "../test/mjcf/features.js";

const [count = 10_000, seed = 1] = process.argv.slice(2).map(Number);
const LONGEST = 1000;

/** Integers below n, the same ones for the same seed (the xorshift generator of 32 bits). */
let state = (seed * 2_654_435_761) >>> 0 || 1;
function below(n: number): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % n;
}

const pick = <T>(list: readonly T[]): T => list[below(list.length)]!;

/** A match of a pattern, chosen evenly, replaced. */
function change(text: string, pattern: RegExp, replace: (match: string) => string): string {
  const matches = [...text.matchAll(pattern)];
  if (matches.length === 0) return text;
  const match = pick(matches);
  return text.slice(0, match.index) + replace(match[0]) + text.slice(match.index + match[0].length);
}

const NUMBERS = [
  ..."0 -0 -1 1 2 1e308 -1e308 1e-308 5e-324 1e999 nan inf 0x10 1e100 -1e100 1e15 1e-15 4294967296 -2147483648".split(
    " ",
  ),
  ..."90 180 1e5 .5 5. 1e +3 -- 1,5 1e5e5".split(" "),
  "",
  " ",
  "9".repeat(400),
];
const WORDS =
  "true false auto degree radian hinge slide ball free plane sphere capsule box mesh xyz RK4 world enable".split(" ");
const ATTRIBUTE = /\s[A-Za-z_]+\s*=\s*"[^"]*"/g;
const NUMBER = /(?<=[" ])-?\d*\.?\d+(?:e-?\d+)?(?=[" ])/g;
const ELEMENT = /<[a-z]+[^<>]*\/>/g;
const OPENING = /<[a-z]+(?=[\s/>])/g;

const names = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map((match) => match[0]);

const mutations: Readonly<Record<string, (text: string) => string>> = {
  "attribute deleted": (text) => change(text, ATTRIBUTE, () => ""),
  "attribute repeated": (text) => change(text, ATTRIBUTE, (match) => match + match),
  "attribute taken from elsewhere": (text) => change(text, ATTRIBUTE, (match) => match + pick(names(text, ATTRIBUTE))),
  "number changed": (text) => change(text, NUMBER, () => pick(NUMBERS)),
  "number repeated": (text) => change(text, NUMBER, (match) => `${match} ${match}`),
  "number deleted": (text) => change(text, NUMBER, () => ""),
  "value changed": (text) => change(text, /"[^"]*"/g, () => `"${pick([...NUMBERS, ...WORDS])}"`),
  "value taken from elsewhere": (text) => change(text, /"[^"]*"/g, () => pick(names(text, /"[^"]*"/g))),
  "element deleted": (text) => change(text, ELEMENT, () => ""),
  "element repeated": (text) => change(text, ELEMENT, (match) => match + match),
  "element moved": (text) => change(text, ELEMENT, (match) => match + pick(names(text, ELEMENT))),
  "element renamed": (text) => change(text, OPENING, () => pick(names(text, OPENING))),
  "elements swapped": (text) => {
    const [one, two] = [pick(names(text, ELEMENT)), pick(names(text, ELEMENT))];
    return one && two ? text.replace(one, "\u0000").replace(two, one).replace("\u0000", two) : text;
  },
  "text cut": (text) => text.slice(0, below(text.length)),
  "piece removed": (text) => {
    const at = below(text.length);
    return text.slice(0, at) + text.slice(at + 1 + below(40));
  },
  "piece repeated": (text) => {
    const at = below(text.length);
    const piece = text.slice(at, at + 1 + below(200));
    return text.slice(0, at) + piece.repeat(1 + below(3)) + text.slice(at);
  },
  "character changed": (text) => {
    const at = below(text.length);
    return (
      text.slice(0, at) +
      String.fromCodePoint(pick([0, 38, 60, 62, 34, 39, 65, 0x2028, 0xfffe, 0x1f600, below(256)])) +
      text.slice(at + 1)
    );
  },
  "nested deep": (text) => {
    const depth = pick([2, 50, 95, 101, 5000]);
    const [open, close] = ["<body><joint axis='0 1 0'/><geom size='.1'/>".repeat(depth), "</body>".repeat(depth)];
    return text.replace("</worldbody>", () => `${open}${close}</worldbody>`);
  },
  "many elements": (text) => {
    const pile = '<body><joint axis="0 1 0"/><geom size=".1"/></body>'.repeat(pick([10, 100, 300, 2000]));
    return text.replace("</worldbody>", () => `${pile}</worldbody>`);
  },
  "declaration added": (text) =>
    pick(['<?xml version="1.0"?>', "<!DOCTYPE a>", "<!-- -->", "<?php ?>", "\ufeff", "&a;"]) + text,
};

const directory = new URL("../test/mjcf/models/", import.meta.url);
const originals = [
  ...readdirSync(directory).map((file) => readFileSync(new URL(file, directory), "utf8")),
  ...Object.values(features),
];

const counts = new Map<string, { read: number; refused: number }>();
let faults = 0;
let longest = 0;
const complain = (what: string, text: string): void => {
  ++faults;
  console.error(`${what}\n${text.slice(0, 2000)}\n`);
};

for (let i = 0; i < count; ++i) {
  let text = pick(originals);
  let last = "";
  for (let changes = 1 + below(3); changes > 0 && text.length > 0; --changes) {
    last = pick(Object.keys(mutations));
    text = mutations[last]!(text);
  }
  const counted = counts.get(last) ?? { read: 0, refused: 0 };
  counts.set(last, counted);
  let model: PlanarModel | undefined;
  const start = performance.now();
  try {
    model = readModel(text, "fuzz.xml");
    ++counted.read;
  } catch (error) {
    ++counted.refused;
    if (!(error instanceof MjcfError))
      complain(error instanceof Error ? (error.stack ?? error.message) : String(error), text);
    else if (!/^fuzz\.xml:\d+: [^\n]+$/.test(error.message)) complain(`message: ${error.message}`, text);
  }
  const took = performance.now() - start;
  longest = Math.max(longest, took);
  if (took > LONGEST) complain(`took ${took.toFixed(0)} ms`, text);
  if (model !== undefined && !isDeepStrictEqual(loadModel(saveModel(model)), model))
    complain("stored and loaded, it is another model", text);
}

for (const [name, { read, refused }] of [...counts].sort()) console.log(`${name}: ${read} read, ${refused} refused`);
const sum = (key: "read" | "refused"): number => [...counts.values()].reduce((total, one) => total + one[key], 0);
console.log(
  `${count} models: ${sum("read")} read, ${sum("refused")} refused, ${faults} faults, longest ${longest.toFixed(0)} ms`,
);
process.exitCode = faults === 0 ? 0 : 1;
