/** Derivatives by differences, which know where there is no derivative. */

/** Changes of a number whose differences are looked at, each a tenth of the one before. */
const CHANGES = [1e-3, 1e-4, 1e-5, 1e-6, 1e-7];
/** Differences that agree so well, relative to their scale, tell the derivative. */
const SETTLED = 5e-7;
/** Slopes to both sides that differ by more than this, relative to their scale, may be a kink's. */
const BEND = 1e-6;

/** What differences say of a vector-valued function's derivative. */
export interface Slope {
  readonly value: readonly number[];
  /** The largest entry, or the least scale that was asked for: the value is right to about 5e-7 of it. */
  readonly scale: number;
}

/** The largest magnitude, not a number when one of the values is none. */
export const largest = (values: readonly number[]): number =>
  values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

export const minus = (a: readonly number[], b: readonly number[]): number[] => a.map((value, i) => value - b[i]!);

/**
 * The derivative at 0 of `respond` by central differences; undefined near a switch or a kink, where they do not settle, and
 * where the function is computed with numbers of 32 bits.
 * @param respond Undefined where the function has no value.
 * @param leastScale What errors are compared with where the derivative is smaller.
 */
export function slopeOf(
  respond: (change: number) => readonly number[] | undefined,
  leastScale: number,
): Slope | undefined {
  const here = respond(0);
  if (here === undefined) return undefined;
  const centred: number[][] = [];
  const bends: number[] = [];
  const responses = [here];
  for (const change of CHANGES) {
    const ahead = respond(change);
    const behind = respond(-change);
    if (ahead === undefined || behind === undefined) return undefined;
    responses.push(ahead, behind);
    centred.push(minus(ahead, behind).map((value) => value / (2 * change)));
    bends.push(largest(ahead.map((value, i) => (value - here[i]! + (behind[i]! - here[i]!)) / change)));
  }
  // numbers of 32 bits jump, and their differences may agree by chance
  const jumps = (value: number, i: number): boolean =>
    responses.some((one) => one[i] !== value) && responses.every((one) => Math.fround(one[i]!) === one[i]);
  if (here.some(jumps)) return undefined;
  // the error of a central difference goes with the square of the change
  const sharpened = centred.slice(1).map((fine, k) => fine.map((value, i) => value + (value - centred[k]![i]!) / 99));
  const scale = Math.max(largest(centred.at(-2)!), leastScale);
  let [value, least] = [centred[0]!, Infinity];
  for (const list of [centred, sharpened]) {
    list.slice(1).forEach((fine, k) => {
      const gap = largest(minus(fine, list[k]!));
      if (gap < least) [value, least] = [fine, gap];
    });
  }
  if (!(least <= SETTLED * scale)) return undefined;
  // the slopes to both sides differ: by less and less in smooth places, by the same at a kink
  const [wide = 0, middle = 0, narrow = 0] = bends.slice(1, 4);
  if (narrow > BEND * scale && wide < 3 * middle && middle < 3 * narrow) return undefined;
  return { value, scale };
}

/** An error relative to a scale, which may be 0. */
export const relative = (error: number, scale: number): number => (error === 0 ? 0 : error / scale);
