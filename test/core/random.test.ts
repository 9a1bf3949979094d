import test from "ava";
import { BOTH, Core } from "./instantiate.js";
import { Source } from "./numbers.js";

const POLICY_NOISE = 1;
const ENVIRONMENT = 2;

const generator = (core: Core, seed: bigint, stream: number, index = 0) =>
  core.plain("randomCreate", seed, stream, index);

const draw = (core: Core, name: string, random: number, count: number, ...bound: number[]) =>
  Array.from({ length: count }, () => core.plain(name, random, ...bound));

/** Correlation of two sequences of mean 0 and deviation 1. */
const correlation = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, x, i) => sum + x * b[i]!, 0) / a.length;

// known answers of the Random123 distribution: counter, key, block
const ANSWERS: [string, number[], number[], number[]][] = [
  ["zeros", [0, 0, 0, 0], [0, 0], [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]],
  [
    "ones",
    [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    [0xffffffff, 0xffffffff],
    [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  ],
  [
    "digits of pi",
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    [0xa4093822, 0x299f31d0],
    [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  ],
];

for (const [name, counter, key, block] of ANSWERS) {
  test(`Philox4x32-10 gives the known answer for ${name}`, (t) => {
    const core = new Core(64);
    const random = generator(core, 0n, 0);
    const state = new Uint32Array(core.memory.buffer, random, 11);
    state.set([...counter, ...key]);
    t.deepEqual(
      draw(core, "randomBits", random, 4).map((word) => word >>> 0),
      block,
    );
    // the counter went on by one, carrying into its second word
    const carried = counter[0] === 0xffffffff ? 1 : 0;
    t.is(state[0], (counter[0]! + 1) >>> 0);
    t.is(state[1], (counter[1]! + carried) >>> 0);
  });
}

test("seed, stream and index are the key and the counter's upper half", (t) => {
  const core = new Core(64);
  const random = generator(core, 0x299f31d0a4093822n, 0x13198a2e, 0x03707344);
  const state = new Uint32Array(core.memory.buffer, random, 11);
  t.deepEqual(Array.from(state.subarray(0, 6)), [0, 0, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0]);
});

test("a uniform number takes 27 and 26 bits of two words, and lies in [0, 1)", (t) => {
  const core = new Core(64);
  const words = draw(core, "randomBits", generator(core, 7n, 0), 2000).map((word) => word >>> 0);
  const uniform = draw(core, "randomUniform", generator(core, 7n, 0), 1000);
  t.deepEqual(
    uniform,
    uniform.map((_, i) => ((words[2 * i]! >>> 5) * 2 ** 26 + (words[2 * i + 1]! >>> 6)) / 2 ** 53),
  );
  const extreme = (word: number) => {
    const random = generator(core, 0n, 0);
    // four unused words
    new Uint32Array(core.memory.buffer, random, 11).set([word, word, word, word, 0], 6);
    return core.plain("randomUniform", random);
  };
  t.is(extreme(0), 0);
  t.is(extreme(0xffffffff), 1 - 2 ** -53);
});

test("uniform numbers fill [0, 1) evenly", (t) => {
  const core = new Core(64);
  const count = 200_000;
  const bins = new Array<number>(100).fill(0);
  for (const u of draw(core, "randomUniform", generator(core, 11n, 0), count)) bins[Math.floor(100 * u)]! += 1;
  const chiSquare = bins.reduce((sum, n) => sum + (n - count / 100) ** 2 / (count / 100), 0);
  // 99 degrees of freedom: mean 99, deviation 14
  t.true(chiSquare > 45 && chiSquare < 165, `chi square ${chiSquare}`);
});

test("normal numbers are Box and Muller's pairs of the uniform ones", (t) => {
  const core = new Core(64);
  const uniform = draw(core, "randomUniform", generator(core, 3n, 0), 1000);
  const normal = draw(core, "randomNormal", generator(core, 3n, 0), 1000);
  for (let i = 0; i < 1000; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(1 - uniform[i]!));
    const turn = 2 * Math.PI * uniform[i + 1]!;
    t.true(Math.abs(normal[i]! - radius * Math.cos(turn)) < 1e-12);
    t.true(Math.abs(normal[i + 1]! - radius * Math.sin(turn)) < 1e-12);
  }
});

test("normal numbers have the moments of a standard normal distribution", (t) => {
  const core = new Core(64);
  const count = 400_000;
  const block = core.alloc(count);
  core.run("randomNormals", generator(core, 5n, POLICY_NOISE), block, count);
  const moment = (power: number) => core.get(block, count).reduce((sum, x) => sum + x ** power, 0) / count;
  // five standard errors of each
  for (const [power, value, variance] of [
    [1, 0, 1],
    [2, 1, 2],
    [3, 0, 15],
    [4, 3, 96],
    [6, 15, 10170],
  ] as const) {
    const error = Math.abs(moment(power) - value);
    t.true(error < 5 * Math.sqrt(variance / count), `moment ${power} off by ${error}`);
  }
});

test("a block of normal numbers is the sequence of single ones, rounded to the number type", (t) => {
  for (const bits of BOTH) {
    const core = new Core(bits);
    const single = draw(core, "randomNormal", generator(core, 9n, 0), 7);
    const block = core.alloc(7);
    core.run("randomNormals", generator(core, 9n, 0), block, 7);
    t.deepEqual(core.get(block, 7), bits === 32 ? single.map(Math.fround) : single);
  }
});

test("randomBelow stays below its bound and favours no number", (t) => {
  const core = new Core(64);
  const random = generator(core, 13n, 3);
  for (const bound of [1, 2, 3, 7, 10, 37]) {
    const count = 20_000 * bound;
    const bins = new Array<number>(bound).fill(0);
    for (const n of draw(core, "randomBelow", random, count, bound)) bins[n]! += 1;
    t.is(bins.length, bound, "a number reached the bound");
    const chiSquare = bins.reduce((sum, n) => sum + (n - 20_000) ** 2 / 20_000, 0);
    const freedom = bound - 1;
    t.true(Math.abs(chiSquare - freedom) <= 5 * Math.sqrt(2 * freedom) + 5, `bound ${bound}: chi square ${chiSquare}`);
  }
});

test("randomBelow rejects what would favour some numbers of a large bound", (t) => {
  // 2^32 = 4/3 of this bound: without rejection one number in three would come twice as often as its neighbours
  const bound = 3 * 2 ** 30;
  const core = new Core(64);
  const random = generator(core, 17n, 3);
  const bins = [0, 0, 0];
  for (const n of draw(core, "randomBelow", random, 30_000, bound)) {
    t.true(n >>> 0 < bound);
    bins[(n >>> 0) % 3]! += 1;
  }
  const chiSquare = bins.reduce((sum, n) => sum + (n - 10_000) ** 2 / 10_000, 0);
  t.true(chiSquare < 16, `chi square ${chiSquare} of ${bins}`);
});

test("randomIndices is the sequence of randomBelow; a bound of 0 traps", (t) => {
  const core = new Core(32);
  const out = core.putIntegers(new Array<number>(100).fill(-1));
  core.plain("randomIndices", generator(core, 21n, 3), out, 99, 12);
  const indices = Array.from(new Int32Array(core.memory.buffer, out, 100));
  t.deepEqual(indices, [...draw(core, "randomBelow", generator(core, 21n, 3), 99, 12), -1]);
  t.is(new Set(indices.slice(0, 99)).size, 12);
  t.throws(() => core.plain("randomBelow", generator(core, 21n, 3), 0), { instanceOf: WebAssembly.RuntimeError });
});

test("equal seeds repeat, other seeds, streams and indices are independent", (t) => {
  const core = new Core(64);
  const count = 50_000;
  const normals = (seed: bigint, stream: number, index: number) =>
    draw(core, "randomNormal", generator(core, seed, stream, index), count);
  const first = normals(1n, POLICY_NOISE, 0);
  t.deepEqual(normals(1n, POLICY_NOISE, 0), first);
  for (const [what, other] of [
    ["seed", normals(2n, POLICY_NOISE, 0)],
    ["upper half of the seed", normals(1n + 2n ** 32n, POLICY_NOISE, 0)],
    ["stream", normals(1n, ENVIRONMENT, 0)],
    ["index", normals(1n, POLICY_NOISE, 1)],
  ] as const) {
    for (const shift of [0, 1, 2, 4]) {
      const size = Math.abs(correlation(first.slice(0, count - shift), other.slice(shift)));
      t.true(size < 5 / Math.sqrt(count), `${what}, shifted by ${shift}: correlation ${size}`);
    }
  }
});

test("one consumer's draws do not shift another's", (t) => {
  const core = new Core(64);
  const alone = draw(core, "randomNormal", generator(core, 1n, ENVIRONMENT), 50);
  const [noise, environment] = [generator(core, 1n, POLICY_NOISE), generator(core, 1n, ENVIRONMENT)];
  const source = new Source(1);
  const interleaved = alone.map(() => {
    draw(core, "randomNormal", noise, source.below(4));
    return core.plain("randomNormal", environment);
  });
  t.deepEqual(interleaved, alone);
});

test("randomSeed starts over, even between the two numbers of a pair", (t) => {
  const core = new Core(64);
  const random = generator(core, 1n, 0);
  const first = draw(core, "randomNormal", random, 3);
  core.plain("randomSeed", random, 1n, 0, 0);
  t.deepEqual(draw(core, "randomNormal", random, 3), first);
});
