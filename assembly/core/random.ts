// Philox4x32-10, a counter-based generator (Salmon, Moraes, Dror, Shaw: Parallel Random Numbers: As Easy as 1, 2, 3, 2011).
// The key is the seed; the counter's upper half names the stream, so changing one consumer never shifts another.

import { arenaAlloc } from "./arena";
import { cosine, logarithm, sine } from "./math";

/** Who draws. One stream each. */
export enum Stream {
  Initialisation,
  PolicyNoise,
  Environment,
  ReplaySampling,
  Evaluation,
  Verification,
  /** Noise of actions and transitions that never happened. */
  Imagination,
  /** Noise of episodes that training is examined by. */
  Diagnosis,
}

const ROUND_A: u64 = 0xd2511f53;
const ROUND_B: u64 = 0xcd9e8d57;
const WEYL_A: u32 = 0x9e3779b9;
const WEYL_B: u32 = 0xbb67ae85;
const ROUNDS: i32 = 10;
const TWO_PI: f64 = 6.283185307179586;


@unmanaged
@final
export class Random {
  counter: u64;
  stream: u32;
  index: u32;
  keyA: u32;
  keyB: u32;
  // the last block's four words, and how many of them are used up
  word0: u32;
  word1: u32;
  word2: u32;
  word3: u32;
  used: i32;
  // the second normal number of the last pair
  hasSpare: i32;
  spare: f64;
}

/** A generator for one stream. `index` separates consumers within a stream, such as the environments of a batch. */
export function randomCreate(seed: u64, stream: u32, index: u32): Random {
  const random = changetype<Random>(arenaAlloc(offsetof<Random>()));
  randomSeed(random, seed, stream, index);
  return random;
}

/** Restarts the generator. */
export function randomSeed(random: Random, seed: u64, stream: u32, index: u32): void {
  random.counter = 0;
  random.stream = stream;
  random.index = index;
  random.keyA = <u32>seed;
  random.keyB = <u32>(seed >> 32);
  random.used = 4;
  random.hasSpare = 0;
  random.spare = 0;
}

/** Fills the four words from the counter, then counts on. */
export function randomBlock(random: Random): void {
  let c0 = <u32>random.counter;
  let c1 = <u32>(random.counter >> 32);
  let c2 = random.stream;
  let c3 = random.index;
  let k0 = random.keyA;
  let k1 = random.keyB;
  for (let round = 0; round < ROUNDS; ++round) {
    const productA = ROUND_A * <u64>c0;
    const productB = ROUND_B * <u64>c2;
    c0 = (<u32>(productB >> 32)) ^ c1 ^ k0;
    c2 = (<u32>(productA >> 32)) ^ c3 ^ k1;
    c1 = <u32>productB;
    c3 = <u32>productA;
    k0 += WEYL_A;
    k1 += WEYL_B;
  }
  random.word0 = c0;
  random.word1 = c1;
  random.word2 = c2;
  random.word3 = c3;
  random.counter += 1;
  random.used = 0;
}

/** 32 random bits. */
export function randomBits(random: Random): u32 {
  // whatever a restored state says, no word behind the fourth is read
  if (<u32>random.used >= 4) randomBlock(random);
  const word = load<u32>(changetype<usize>(random) + ((<usize>random.used) << 2), offsetof<Random>("word0"));
  random.used += 1;
  return word;
}

/** Uniform in [0, 1), 53 bits. */
export function randomUniform(random: Random): f64 {
  const high = <u64>(randomBits(random) >> 5);
  const low = <u64>(randomBits(random) >> 6);
  return <f64>((high << 26) | low) * (1.0 / 9007199254740992.0);
}

/** Uniform in [low, high). */
export function randomBetween(random: Random, low: f64, high: f64): f64 {
  return low + (high - low) * randomUniform(random);
}

/** Uniform between -bound and bound. */
export function randomWithin(random: Random, bound: f64): f64 {
  return bound * (2 * randomUniform(random) - 1);
}

/** Standard normal, by Box and Muller's transform; pairs are used up in order. */
export function randomNormal(random: Random): f64 {
  if (random.hasSpare) {
    random.hasSpare = 0;
    return random.spare;
  }
  // 1 - u is in (0, 1], so the logarithm is finite
  const radius = Math.sqrt(-2.0 * logarithm<f64>(1.0 - randomUniform(random)));
  const turn = TWO_PI * randomUniform(random);
  random.spare = radius * sine<f64>(turn);
  random.hasSpare = 1;
  return radius * cosine<f64>(turn);
}

/** Uniform in 0 .. bound - 1 without bias (Lemire: Fast Random Integer Generation in an Interval, 2019). Traps on bound 0. */
export function randomBelow(random: Random, bound: u32): u32 {
  if (bound == 0) unreachable();
  let product = <u64>randomBits(random) * <u64>bound;
  if (<u32>product < bound) {
    const threshold: u32 = (<u32>0 - bound) % bound;
    while (<u32>product < threshold) product = <u64>randomBits(random) * <u64>bound;
  }
  return <u32>(product >> 32);
}

/** out[i] = a random integer below bound, i < count. */
export function randomIndices(random: Random, out: usize, count: i32, bound: u32): void {
  for (let i = 0; i < count; ++i) store<u32>(out + ((<usize>i) << 2), randomBelow(random, bound));
}

/** out[i] = a standard normal number, i < count. */
export function randomNormals<T>(random: Random, out: usize, count: i32): void {
  for (let i = 0; i < count; ++i) store<T>(out + ((<usize>i) << alignof<T>()), <T>randomNormal(random));
}
