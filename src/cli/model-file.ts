import { UsageError } from "../config.js";
import { MjcfError } from "../mjcf/error.js";
import type { PlanarModel } from "../mjcf/model.js";
import { readModel } from "../mjcf/read.js";
import { Trouble } from "../plant.js";
import { didYouMean, shorten } from "../wording.js";
import { readText } from "./files.js";

/** @throws UsageError when the file can't be read or is not a planar model of the supported subset. */
export function openModel(path: string): PlanarModel {
  const text = readText(path);
  try {
    return readModel(text, path);
  } catch (error) {
    if (error instanceof MjcfError) throw new UsageError(error.message);
    throw error;
  }
}

const words: readonly (readonly [bit: number, text: string])[] = [
  [Trouble.crossingSegments, "two capsules crossed, so the direction of their contact was not defined"],
  [
    Trouble.perpendicularCapsule,
    "a capsule stood exactly upright on a wall or a slope, where MuJoCo loses its friction",
  ],
  [Trouble.unsolved, "the contact solver reached its largest number of iterations"],
  [Trouble.notFinite, "a number stopped being finite"],
];

/** What bits of `Trouble` mean, a clause each. */
export function troubleInWords(bits: number): string[] {
  return words.filter(([bit]) => (bits & bit) !== 0).map(([, text]) => text);
}

/** A number of a command line. */
export function parseNumber(name: string, text: string, low: number, high: number): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= low && value <= high)) {
    throw new UsageError(`${name} is ${shorten(text)}: it must be a number from ${low} to ${high}`);
  }
  return value;
}

/** An integer of a command line. */
export function parseInteger(name: string, text: string, low: number, high: number): number {
  const value = Number(text);
  if (text.trim() === "" || !(Number.isSafeInteger(value) && value >= low && value <= high)) {
    throw new UsageError(`${name} is ${shorten(text)}: it must be an integer from ${low} to ${high}`);
  }
  return value;
}

/** A seed of a command line. */
export function parseSeed(text: string): number {
  return parseInteger("seed", text, 0, Number.MAX_SAFE_INTEGER);
}

/** One of a few words of a command line. */
export function parseChoice<T extends string>(name: string, text: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === text);
  if (found === undefined) {
    const guess = didYouMean(text, choices);
    throw new UsageError(`${name} is ${shorten(text)}: ${guess}it must be one of ${choices.join(", ")}`);
  }
  return found;
}
