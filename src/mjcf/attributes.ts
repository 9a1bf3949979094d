/** The attributes of an element as numbers, words and flags, with a message for every value that is none of these. */

import { didYouMean, isPrintable, shorten } from "../wording.js";
import { fail, type XmlElement } from "./xml.js";

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const LARGEST_INTEGER = 0x7fffffff;

const count = (least: number, most: number): string =>
  least === most ? `${most === 1 ? "one number" : `${most} numbers`}` : `${least} to ${most} numbers`;

/** Says what is wrong with the value of an attribute. */
export function failValue(element: XmlElement, name: string, expected: string): never {
  const value = element.attributes.get(name)?.value ?? "";
  return fail(element, `has ${name}="${shorten(value)}"; expected ${expected}`, name);
}

/** The text of an attribute; undefined where it is missing. */
export const readText = (element: XmlElement, name: string): string | undefined => element.attributes.get(name)?.value;

/** The text of an attribute that names something. */
export function readName(element: XmlElement, name: string): string | undefined {
  const text = readText(element, name);
  if (text !== undefined && !isPrintable(text)) failValue(element, name, "a name without control characters");
  return text;
}

/** Numbers separated by blanks, at least `least` and at most `most` of them. */
export function readNumbers(element: XmlElement, name: string, most: number, least = most): number[] | undefined {
  const text = readText(element, name);
  if (text === undefined) return undefined;
  const words = text.split(/[ \t\r\n]+/).filter((word) => word !== "");
  const numbers = words.map((word) => (NUMBER.test(word) ? Number(word) : Number.NaN));
  if (words.length < least || words.length > most || !numbers.every(Number.isFinite))
    failValue(element, name, `${count(least, most)}, each finite`);
  return numbers;
}

export const readNumber = (element: XmlElement, name: string): number | undefined => readNumbers(element, name, 1)?.[0];

export function readVector3(element: XmlElement, name: string): [number, number, number] | undefined {
  return readNumbers(element, name, 3) as [number, number, number] | undefined;
}

export function readInteger(element: XmlElement, name: string): number | undefined {
  const value = readNumber(element, name);
  if (value !== undefined && !(Number.isInteger(value) && Math.abs(value) <= LARGEST_INTEGER))
    failValue(element, name, "an integer of at most 31 bits");
  return value;
}

export function readWord<T extends string>(element: XmlElement, name: string, words: readonly T[]): T | undefined {
  const text = readText(element, name);
  if (text === undefined || (words as readonly string[]).includes(text)) return text as T | undefined;
  const expected = words.length === 1 ? `"${words[0]}"` : `one of ${words.join(", ")}`;
  return fail(element, `has ${name}="${shorten(text)}"; ${didYouMean(text, words)}expected ${expected}`, name);
}

export function readFlag(element: XmlElement, name: string): boolean | undefined {
  const word = readWord(element, name, ["true", "false"]);
  return word === undefined ? undefined : word === "true";
}

/** A number with a condition, in words for the message. */
export function readBounded(
  element: XmlElement,
  name: string,
  holds: (value: number) => boolean,
  expected: string,
): number | undefined {
  const value = readNumber(element, name);
  if (value !== undefined && !holds(value)) failValue(element, name, expected);
  return value;
}

export const readPositive = (element: XmlElement, name: string): number | undefined =>
  readBounded(element, name, (value) => value > 0, "a positive number");

export const readNonNegative = (element: XmlElement, name: string): number | undefined =>
  readBounded(element, name, (value) => value >= 0, "a number that is not negative");

/** Overwrites the leading entries of an array with as many numbers as the attribute gives, as MuJoCo does. */
export function overwrite(element: XmlElement, name: string, target: number[]): void {
  const numbers = readNumbers(element, name, target.length, 1);
  numbers?.forEach((value, i) => {
    target[i] = value;
  });
}
