/** What fuzzing does to texts, bytes and values. Everything is a function of a source's numbers. */

import type { Source } from "../core/numbers.js";

/** Damages an input; `others` are what pieces may be taken from. */
export type Mutation<T> = (input: T, source: Source, others: readonly T[]) => T;

export const pick = <T>(list: readonly T[], source: Source): T => list[source.below(list.length)]!;

/** Numbers, as text, at which readers go wrong. */
export const NUMBERS = [
  ..."0 -0 -1 1 2 1e308 -1e308 1e-308 5e-324 1e999 -1e999 nan NaN inf Infinity 0x10 1e100 1e15 1e-15 0.5 1.5".split(
    " ",
  ),
  ..."255 256 65535 65536 2147483647 2147483648 -2147483648 4294967295 4294967296 9007199254740991".split(" "),
  ..."9007199254740993 18446744073709551616 90 180 1e5 .5 5. 1e +3 -- 1,5 1e5e5 1_000 0b1 ١ 1n".split(" "),
  "",
  " ",
  "9".repeat(400),
];

/** Texts that are more than they seem. */
export const TEXTS = [
  ..."__proto__ constructor toString prototype hasOwnProperty null true false [] {} ../../etc/passwd a/b .. CON".split(
    " ",
  ),
  "",
  " ",
  "\u0000",
  "\ufeff",
  "\u2028",
  "\u202e",
  "\u009b2J",
  "\ud800",
  "\u001b[31m",
  "two\nlines",
  "<script>alert(1)</script>",
  "💥".repeat(100),
  "a".repeat(10_000),
  "e\u0301\u0301\u0301".repeat(50),
];

/** Applies one to three mutations, chosen by the source. */
export function mutate<T extends string | Uint8Array>(
  originals: readonly T[],
  mutations: readonly Mutation<T>[],
  source: Source,
): T {
  let input = pick(originals, source);
  for (let changes = 1 + source.below(3); changes > 0 && input.length > 0; --changes) {
    input = pick(mutations, source)(input, source, originals);
  }
  return input;
}

/** A match of a pattern, chosen evenly, replaced. */
export function change(text: string, pattern: RegExp, source: Source, replace: (match: string) => string): string {
  const matches = [...text.matchAll(pattern)];
  if (matches.length === 0) return text;
  const match = pick(matches, source);
  return text.slice(0, match.index) + replace(match[0]) + text.slice(match.index + match[0].length);
}

const cut: Mutation<string> = (text, source) => text.slice(0, source.below(text.length));

const remove: Mutation<string> = (text, source) => {
  const at = source.below(text.length);
  return text.slice(0, at) + text.slice(at + 1 + source.below(40));
};

const repeat: Mutation<string> = (text, source) => {
  const at = source.below(text.length);
  const piece = text.slice(at, at + 1 + source.below(200));
  return text.slice(0, at) + piece.repeat(1 + source.below(3)) + text.slice(at);
};

const splice: Mutation<string> = (text, source, others) => {
  const other = pick(others, source);
  return text.slice(0, source.below(text.length)) + other.slice(source.below(other.length));
};

const character: Mutation<string> = (text, source) => {
  const at = source.below(text.length);
  const codes = [
    0,
    10,
    34,
    38,
    39,
    44,
    58,
    60,
    62,
    65,
    91,
    92,
    93,
    123,
    125,
    0x2028,
    0xfffe,
    0x1f600,
    source.below(256),
  ];
  return text.slice(0, at) + String.fromCodePoint(pick(codes, source)) + text.slice(at + 1);
};

const numberChanged: Mutation<string> = (text, source) =>
  change(text, /-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/g, source, () => pick(NUMBERS, source));

const textAdded: Mutation<string> = (text, source) => {
  const at = source.below(text.length);
  return text.slice(0, at) + pick(TEXTS, source) + text.slice(at);
};

const nested: Mutation<string> = (text, source) => {
  const depth = pick([2, 100, 5000, 20_000], source);
  const [open, close] = pick(
    [
      ["[", "]"],
      ['{"a":', "}"],
      ["(", ")"],
      ["- ", "\n"],
    ] as const,
    source,
  );
  return change(text, /-?\d+(?:\.\d+)?|"[^"]*"/g, source, (match) => open.repeat(depth) + match + close.repeat(depth));
};

/** For any text. */
export const textMutations = [cut, remove, repeat, splice, character, numberChanged, textAdded, nested];

const flip: Mutation<Uint8Array> = (bytes, source) => {
  const flipped = bytes.slice();
  for (let flips = pick([1, 1, 2, 20], source); flips > 0; --flips) {
    flipped[source.below(bytes.length)]! ^= 1 << source.below(8);
  }
  return flipped;
};

const truncate: Mutation<Uint8Array> = (bytes, source) => bytes.slice(0, source.below(bytes.length));

const concat = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

const chunkRepeated: Mutation<Uint8Array> = (bytes, source) => {
  const at = source.below(bytes.length);
  const chunk = bytes.subarray(at, at + 1 + source.below(pick([8, 200, 5000], source)));
  return concat(bytes.subarray(0, at), chunk, chunk, bytes.subarray(at));
};

const chunkRemoved: Mutation<Uint8Array> = (bytes, source) => {
  const at = source.below(bytes.length);
  return concat(bytes.subarray(0, at), bytes.subarray(at + 1 + source.below(pick([8, 200, 5000], source))));
};

const spliced: Mutation<Uint8Array> = (bytes, source, others) => {
  const other = pick(others, source);
  return concat(bytes.subarray(0, source.below(bytes.length)), other.subarray(source.below(other.length)));
};

const INTEGERS = [
  0n,
  1n,
  2n,
  127n,
  128n,
  255n,
  0x7fffn,
  0xffffn,
  0x7fff_ffffn,
  0xffff_ffffn,
  1n << 52n,
  (1n << 64n) - 1n,
];
const FLOATS = [0, -0, 1, -1, Number.NaN, Infinity, -Infinity, 5e-324, 1e308, -1e308, 1e-300];

/** Writes a number of extreme size over 1, 4 or 8 bytes. */
const overwritten: Mutation<Uint8Array> = (bytes, source) => {
  const changed = bytes.slice();
  const width = pick([1, 4, 8], source);
  if (bytes.length < width) return changed;
  // at the beginning, where lengths stand, as often as anywhere
  const end = source.below(2) === 0 ? Math.min(64, bytes.length) : bytes.length;
  const at = Math.min(bytes.length - width, source.below(end) & ~(width - 1));
  const view = new DataView(changed.buffer);
  if (width === 1) view.setUint8(at, Number(BigInt.asUintN(8, pick(INTEGERS, source))));
  else if (width === 4) view.setUint32(at, Number(BigInt.asUintN(32, pick(INTEGERS, source))), true);
  else if (source.below(2) === 0) view.setBigUint64(at, pick(INTEGERS, source), true);
  else view.setFloat64(at, pick(FLOATS, source), true);
  return changed;
};

/** For any bytes. */
export const byteMutations = [flip, flip, truncate, chunkRepeated, chunkRemoved, spliced, overwritten, overwritten];

/** A value that JSON can hold, of a kind that is expected nowhere in particular. */
function oddity(source: Source): unknown {
  const number = Number(pick(NUMBERS, source));
  const odd: unknown[] = [
    null,
    true,
    false,
    [],
    {},
    [[]],
    [null],
    { toString: 1 },
    number,
    number,
    pick(TEXTS, source),
    pick(TEXTS, source),
  ];
  return pick(odd, source);
}

const isList = (value: unknown): value is unknown[] => Array.isArray(value);

/** A value with one thing changed somewhere within: replaced, scaled, removed, added, renamed, or put elsewhere. */
export function mutateValue(value: unknown, source: Source): unknown {
  if (typeof value !== "object" || value === null || source.below(12) === 0) {
    if (typeof value === "number" && source.below(2) === 0) {
      return pick([-value, value + 1, value - 1, value * 1000, value / 1000, value + 0.5, value * 1e300], source);
    }
    if (typeof value === "string" && value !== "" && source.below(2) === 0)
      return mutate([value], textMutations, source);
    return oddity(source);
  }
  if (isList(value)) {
    const list = [...value];
    const at = source.below(list.length + 1);
    const how = source.below(6);
    if (how === 0) list.splice(at, 1);
    else if (how === 1) list.splice(at, 0, oddity(source));
    else if (how === 2) list.splice(at, 0, ...list.slice(0, 5));
    else if (list.length > 0) list[at % list.length] = mutateValue(list[at % list.length], source);
    return list;
  }
  const entries = Object.entries(value);
  const at = source.below(Math.max(1, entries.length));
  const [key, inner] = entries[at] ?? [pick(TEXTS, source), oddity(source)];
  const how = source.below(8);
  if (how === 0) entries.splice(at, 1);
  else if (how === 1) entries.push([pick([...TEXTS, `${key}s`, key.toLowerCase()], source), oddity(source)]);
  else if (how === 2) entries[at] = [pick(TEXTS, source), inner];
  else if (how === 3) entries[at] = [key, pick(entries, source)?.[1]];
  else entries[at] = [key, mutateValue(inner, source)];
  return Object.fromEntries(entries);
}

/** JSON in which numbers beyond JSON's own may stand, and keys twice. */
export function jsonText(value: unknown, source: Source): string {
  const text = JSON.stringify(value) ?? "null";
  const how = source.below(12);
  if (how === 0) return numberChanged(text, source, []);
  if (how === 1) return change(text, /"[^"]*":[^,{}[\]]*/g, source, (match) => `${match},${match}`);
  if (how === 2) return `\ufeff${text}`;
  return text;
}
