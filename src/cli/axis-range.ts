/** An axis from end to end. */
export type Range = readonly [low: number, high: number];

/** The range of values, from zero when they are positive and most of the way down to it, and never empty. */
export function domain(values: readonly number[]): Range {
  const [low, high] = extent(values);
  if (low === high) return low === 0 ? [-1, 1] : low > 0 ? [0, low * 2] : [low * 2, 0];
  return low >= 0 && low < high * 0.5 ? [0, high] : [low, high];
}

export function logDomain(values: readonly number[]): Range {
  const [low, high] = extent(values);
  return [low * 0.8, high * 1.25];
}

/** The powers of ten in a range, with their doubles and halves when that leaves fewer than three. */
export function logTicks([low, high]: Range): number[] {
  const decades = Array.from({ length: 61 }, (_, index) => index - 30);
  const ticks = (digits: readonly number[]): number[] =>
    decades.flatMap((decade) => digits.map((digit) => Number(`${digit}e${decade}`)));
  const inside = (tick: number): boolean => tick >= low && tick <= high;
  const tens = ticks([1]).filter(inside);
  return tens.length >= 3 ? tens : ticks([1, 2, 5]).filter(inside);
}

export function xRange(values: readonly number[]): Range {
  if (values.length === 0) return [0, 1];
  const [low, high] = extent(values);
  if (low < high) return low > 0 && low < high * 0.5 ? [0, high] : [low, high];
  return low === 0 ? [0, 1] : low > 0 ? [0, low] : [low, 0];
}

export function extent(values: readonly number[]): Range {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}
