/** How messages quote what was given, and guess what was meant. */

import { distance } from "fastest-levenshtein";

const LONGEST_QUOTE = 60;
/** A checksum and its quotation marks fit. */
const LONGEST_VALUE = 70;
const MOST_GUESSES = 3;

/** Text on one line: white space and characters that steer a terminal become single spaces. */
export const oneLine = (text: string): string => text.replace(/[\s\p{Cc}\p{Zl}\p{Zp}]+/gu, " ");

/** Whether a name can stand in a line of text. */
export const isPrintable = (name: string): boolean => !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(name);

/** A given value for messages: on one line, and not too long. */
export function shorten(value: string, longest = LONGEST_QUOTE): string {
  // before the rest is looked at: a value can be of any length
  const line = oneLine(value.slice(0, 2 * longest));
  return line.length > longest ? `${line.slice(0, longest - 3)}...` : line;
}

/** The longest list that a message shows. */
const LONGEST_LIST = 8;

/** A value for messages, whatever it is: lists by their beginning, what is in lists of lists not at all. */
export function show(value: unknown, within = false): string {
  if (typeof value === "string") return JSON.stringify(shorten(value, LONGEST_VALUE));
  if (typeof value !== "object" || value === null) return String(value);
  if (!Array.isArray(value)) return "an object";
  if (within) return "a list";
  const items = value.slice(0, LONGEST_LIST).map((item) => show(item, true));
  return `[${[...items, ...(value.length > LONGEST_LIST ? ["..."] : [])].join()}]`;
}

/** A name in small letters and digits only, so that learning-starts and learningStarts are one. */
const bare = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, "");

/** How many letters of a name may be wrong for it to be guessed still: never all of them. */
const tolerance = (letters: number): number => Math.min(letters - 1, Math.max(letters < 4 ? 1 : 2, 0.35 * letters));

/** The names that a misspelt one probably stands for: those one letter away, else those of which it is a part, else the nearest. */
function guesses(given: string, names: readonly string[]): readonly string[] {
  const meant = bare(given.slice(0, 2 * LONGEST_QUOTE));
  if (meant === "") return [];
  const changes = names.map((name) => distance(bare(name), meant));
  const fewest = Math.min(...changes);
  const nearest = names.filter((name, i) => changes[i] === fewest && fewest <= tolerance(bare(name).length));
  if (fewest <= 1) return nearest;
  const whole = meant.length < 3 ? [] : names.filter((name) => bare(name).includes(meant));
  return whole.length > 0 ? whole : nearest;
}

/** "did you mean a or b? " for a misspelt name; empty where none of the names is near. */
export function didYouMean(given: string, names: readonly string[]): string {
  const likely = guesses(given, names).slice(0, MOST_GUESSES);
  const last = likely.at(-1);
  if (last === undefined) return "";
  return `did you mean ${likely.length > 1 ? `${likely.slice(0, -1).join(", ")} or ${last}` : last}? `;
}
