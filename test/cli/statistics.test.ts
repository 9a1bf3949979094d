import test from "ava";
import { Chance } from "../../src/chance.js";
import { bootstrapInterval, interquartileMean, median } from "../../src/cli/statistics.js";

const near = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-12 * Math.max(1, Math.abs(b));

test("the median is the middle value, or the mean of the two", (t) => {
  t.is(median([3]), 3);
  t.is(median([9, 1, 4]), 4);
  t.is(median([9, 1, 4, 6]), 5);
  t.is(median([Infinity, 2, Infinity]), Infinity);
  t.is(median([Infinity, 2, 3, 4]), 3.5);
  t.is(median([Infinity, 2]), Infinity);
});

test("of a multiple of four values, the interquartile mean is the mean of the middle half", (t) => {
  t.is(interquartileMean([100, 2, 3, -50]), 2.5);
  t.is(interquartileMean([8, 7, 6, 5, 4, 3, 2, 1e9]), 5.5);
});

test("of other numbers of values, those at the quartiles count in part", (t) => {
  t.is(interquartileMean([7]), 7);
  t.is(interquartileMean([10, 4]), 7);
  t.true(near(interquartileMean([6, 0, 3, 12, 1]), (0.75 * 1 + 3 + 0.75 * 6) / 2.5));
  t.true(near(interquartileMean([0, 1, 100]), (0.25 * 0 + 1 + 0.25 * 100) / 1.5));
  t.true(near(interquartileMean([6, 5, 4, 3, 2, 1]), (0.5 * 2 + 3 + 4 + 0.5 * 5) / 3));
});

test("every value four times over has the same interquartile mean, and the one of order statistics", (t) => {
  const chance = new Chance(3);
  for (let n = 1; n < 40; ++n) {
    const values = Array.from({ length: n }, () => chance.uniform(-5, 20));
    const fourfold = values.flatMap((value) => [value, value, value, value]).sort((a, b) => a - b);
    const middle = fourfold.slice(n, 3 * n);
    t.true(near(interquartileMean(values), middle.reduce((sum, value) => sum + value, 0) / middle.length), `${n}`);
  }
});

test("an interval is a function of its values, moves and stretches with them, and stays among them", (t) => {
  const values = [3, 8, 1, 9, 4, 4, 7];
  const [low, high] = bootstrapInterval([values]);
  t.deepEqual(bootstrapInterval([values.slice()]), [low, high]);
  t.true(1 < low && low < interquartileMean(values) && interquartileMean(values) < high && high < 9);
  const [a, b] = bootstrapInterval([values.map((value) => 2 * value + 10)]);
  t.true(near(a, 2 * low + 10) && near(b, 2 * high + 10));
  t.deepEqual(bootstrapInterval([[5, 5, 5]]), [5, 5]);
  t.deepEqual(bootstrapInterval([[5]]), [5, 5]);
});

test("the interval's ends are the percentiles 2.5 and 97.5 of the resampled means", (t) => {
  // of four zeros and ones, a resample's interquartile mean is 0, 1/2 or 1 as its 0-1, 2, 3-4 ones: 5/16, 6/16, 5/16 of all resamples
  t.deepEqual(bootstrapInterval([[0, 0, 1, 1]]), [0, 1]);
  // of one one in twenty, it is above zero only if at least six are drawn: with a probability of 0.0003
  t.deepEqual(bootstrapInterval([[1, ...new Array<number>(19).fill(0)]]), [0, 0]);
  // the ends of 40,000 resamples by SciPy's trim_mean, of which every value was given four times
  const [low, high] = bootstrapInterval([[12.1, 3.4, 8.8, 9.9, 4.2, 15.3, 7.7, 6.1, 11.0, 5.5]]);
  t.true(Math.abs(low - 5.55) < 0.15 && Math.abs(high - 10.9) < 0.15, `${low}, ${high}`);
});

/**
 * Of 600 samples, how many intervals hold the truth. A percentile bootstrap of 24 values covers less than 95 %: 93.4 %, by 2,000 samples.
 * Then a right implementation has from 538 to 582 but for 3 seeds in 10,000, one of 90 % intervals (87.9 %) in 11 of 100 seeds.
 */
function covered(truth: number, draw: (chance: Chance) => number[][]): number {
  const chance = new Chance(11);
  let count = 0;
  for (let k = 0; k < 600; ++k) {
    const [low, high] = bootstrapInterval(draw(chance));
    if (low <= truth && truth <= high) count += 1;
  }
  return count;
}

const uniform = (chance: Chance, count: number, low: number): number[] =>
  Array.from({ length: count }, () => chance.uniform(low, low + 1));

test("intervals hold the truth as often as a percentile bootstrap's do", (t) => {
  const count = covered(0.5, (chance) => [uniform(chance, 24, 0)]);
  t.true(count >= 538 && count <= 582, `${count} of 600`);
});

test("intervals over tasks far apart do too, because each keeps its number of runs", (t) => {
  const tasks = (chance: Chance): number[][] => [uniform(chance, 12, 0), uniform(chance, 12, 100)];
  const count = covered(50.5, tasks);
  t.true(count >= 538 && count <= 582, `${count} of 600`);
  t.is(
    covered(50.5, (chance) => [tasks(chance).flat()]),
    600,
    "runs of both tasks drawn as if they were one's",
  );
});
