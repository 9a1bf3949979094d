/**
 * Statistics of few runs, as Agarwal et al., "Deep Reinforcement Learning at the Edge of the Statistical Precipice" (NeurIPS 2021),
 * recommend them. The arithmetic is exactly defined: equal numbers give equal statistics everywhere.
 */

import { Chance } from "../chance.js";

/** An interval's two ends. */
export type Interval = readonly [low: number, high: number];

const ascending = (values: ArrayLike<number>): Float64Array => Float64Array.from(values).sort();

/** The middle of the sorted values, the mean of the two middle ones where their count is even. Values may be infinite. */
export function median(values: ArrayLike<number>): number {
  const sorted = ascending(values);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
}

/**
 * The mean of the middle half of the values: of n sorted ones, value i stands for the ranks from i / n to (i + 1) / n, and weighs as
 * much of them as lies between 1/4 and 3/4. One value is its own, two give their mean.
 */
export function interquartileMean(values: ArrayLike<number>): number {
  return middleMean(ascending(values), new Uint32Array(values.length).fill(1));
}

/** The same of sorted values of which each counts several times. In quarters of a rank all weights are integers; they add up to 2 n. */
function middleMean(sorted: Float64Array, counts: Uint32Array): number {
  const n = sorted.length;
  let sum = 0;
  let from = 0;
  for (let i = 0; i < n && from < 3 * n; ++i) {
    const to = from + 4 * counts[i]!;
    if (to > n) sum += sorted[i]! * (Math.min(to, 3 * n) - Math.max(from, n));
    from = to;
  }
  return sum / (2 * n);
}

const RESAMPLES = 2000;
const CONFIDENCE = 0.95;
const SEED = 1;

/**
 * A 95 % interval of the interquartile mean over all values, by the percentile bootstrap of 2,000 stratified resamples: each draws, with
 * replacement, as many values from every stratum as it has. Equal numbers of strata and values are always resampled alike, so that
 * intervals at successive evaluations are those of resampled runs.
 * @param strata The values of every stratum (a task's runs), at least one each.
 */
export function bootstrapInterval(strata: readonly (readonly number[])[]): Interval {
  const pool = strata.flat();
  const order = [...pool.keys()].sort((a, b) => pool[a]! - pool[b]!);
  const sorted = Float64Array.from(order, (index) => pool[index]!);
  const ranks = new Uint32Array(pool.length);
  order.forEach((index, rank) => {
    ranks[index] = rank;
  });
  const chance = new Chance(SEED);
  const counts = new Uint32Array(pool.length);
  const means = new Float64Array(RESAMPLES);
  for (let k = 0; k < RESAMPLES; ++k) {
    counts.fill(0);
    let first = 0;
    for (const { length } of strata) {
      for (let i = 0; i < length; ++i) counts[ranks[first + chance.index(length)]!]! += 1;
      first += length;
    }
    means[k] = middleMean(sorted, counts);
  }
  means.sort();
  return [percentile(means, (1 - CONFIDENCE) / 2), percentile(means, (1 + CONFIDENCE) / 2)];
}

/** The value below which a fraction of sorted values lies, on a straight line between neighbours. */
function percentile(sorted: Float64Array, fraction: number): number {
  const at = fraction * (sorted.length - 1);
  const below = Math.floor(at);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (high - low) * (at - below);
}
