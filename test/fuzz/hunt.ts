/** Fuzzing of what reads input from outside. */

import { UsageError } from "../../src/config.js";
import { MjcfError } from "../../src/mjcf/error.js";
import { Source } from "../core/numbers.js";

/** Something that reads input from outside. */
export interface Reader {
  readonly name: string;
  /** A damaged input. */
  readonly make: (source: Source) => string | Uint8Array;
  /**
   * Reads an input; throws a `Fault` when it accepts what it should not.
   * @throws Error of a documented type with a sentence, when it refuses it.
   */
  readonly read: (input: never) => unknown;
}

/** What an accepted input must not lead to. */
export class Fault extends Error {
  override readonly name = "Fault";
}

/** @throws Fault when a predicate of an accepted input does not hold. */
export function hold(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Fault(what);
}

/** Seconds of processor time, and bytes, that no input may take. */
export const LONGEST = 1;
export const MOST_MEMORY = 3e8;

const ATTEMPTS = 3;
const LONGEST_MESSAGE = 2000;
/** Words of accidents, not of messages that someone wrote. */
const ACCIDENTS =
  /undefined|\[object |Cannot read|is not a function|is not iterable|unreachable|call stack|Invalid array length/;

/** What is wrong with an error as an answer to bad input; undefined where nothing is. */
function complaint(error: unknown): string | undefined {
  if (!(error instanceof Error)) return `it threw ${typeof error}`;
  const documented: readonly unknown[] = [Error, UsageError, MjcfError];
  if (!documented.includes(error.constructor)) return error.stack ?? error.message;
  const { message } = error;
  if (ACCIDENTS.test(message)) return `its message is that of an accident: ${error.stack}`;
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(message)) return `its message is not one line: ${JSON.stringify(message)}`;
  if (message.length < 10 || message.length > LONGEST_MESSAGE) return `its message has ${message.length} characters`;
  return undefined;
}

/** How a reader took an input. */
export interface Attempt {
  readonly outcome: "accepted" | "refused" | "fault";
  /** What is wrong, at a fault. */
  readonly reason?: string;
  /** Processor time, ms. */
  readonly took: number;
}

/** The damaged input of a number. */
export const inputOf = ({ make }: Reader, seed: number, index: number): string | Uint8Array =>
  make(new Source(Math.imul(seed, 0x85ebca6b) + index));

/** Lets a reader read one input. */
export async function attempt(reader: Reader, input: string | Uint8Array): Promise<Attempt> {
  const [memory, time] = [process.memoryUsage.rss(), process.cpuUsage()];
  let outcome: Attempt["outcome"] = "accepted";
  let fault: string | undefined;
  try {
    await reader.read(input as never);
  } catch (error) {
    fault = error instanceof Fault ? error.message : complaint(error);
    outcome = fault === undefined ? "refused" : "fault";
  }
  const { user, system } = process.cpuUsage(time);
  const took = (user + system) / 1000;
  const grown = process.memoryUsage.rss() - memory;
  if (grown > MOST_MEMORY) fault ??= `it took ${Math.round(grown / 1e6)} MB`;
  if (took > 1000 * LONGEST) fault ??= `it took ${took.toFixed(0)} ms`;
  return fault === undefined ? { outcome, took } : { outcome: "fault", reason: fault, took };
}

/** An attempt whose time is that of the input: what takes too long is repeated, since a busy machine may, but the input always does. */
export async function attemptPatiently(reader: Reader, input: string | Uint8Array): Promise<Attempt> {
  let result = await attempt(reader, input);
  for (let again = 1; again < ATTEMPTS && result.took > 1000 * LONGEST; ++again) result = await attempt(reader, input);
  return result;
}
