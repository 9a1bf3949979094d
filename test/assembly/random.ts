// Random numbers.

import * as randoms from "../../assembly/core/random";
import { Random } from "../../assembly/core/random";

export function randomNormals32(random: Random, out: usize, count: i32): void {
  randoms.randomNormals<f32>(random, out, count);
}
export function randomNormals64(random: Random, out: usize, count: i32): void {
  randoms.randomNormals<f64>(random, out, count);
}

// what does not depend on the number type
export {
  randomBelow,
  randomBits,
  randomBlock,
  randomNormal,
  randomSeed,
  randomUniform,
} from "../../assembly/core/random";
