/**
 * Sine, cosine and the angle of a vector in plain arithmetic, so that a model compiles to the same bytes in every
 * engine. Errors stay near 1e-16 of the result, or of 1 where that is larger.
 */

/** Angles beyond this (radians) have lost too many digits to be meant. */
export const LARGEST_ANGLE = 1e5;

export const DEGREE = Math.PI / 180;

const HALF_PI = Math.PI / 2;

// pi / 2 in three pieces; the first two have so few digits that their products with a quadrant number are exact
const HALF_PI_HIGH = 1.5707963267341256;
const HALF_PI_MIDDLE = 6.077100506303966e-11;
const HALF_PI_LOW = 2.0222662487959506e-21;

/** Coefficients of sin(x) / x and cos(x) in powers of x^2, highest first: (-1)^k / (2k + 1)! and (-1)^k / (2k)!. */
function taylor(first: number): number[] {
  const coefficients: number[] = [];
  let factorial = 1;
  for (let n = 1; n <= 20; ++n) {
    if ((n - 1) % 2 === first) coefficients.unshift((coefficients.length % 2 === 0 ? 1 : -1) / factorial);
    factorial *= n;
  }
  return coefficients;
}

// sin(r) = r + r^3 (...), so its constant term is left out
const SINE = taylor(1).slice(0, -1);
const COSINE = taylor(0);

const polynomial = (coefficients: readonly number[], x: number): number =>
  coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);

/** [cos, sin] of an angle in radians of at most LARGEST_ANGLE. */
export function cosSin(angle: number): [number, number] {
  const quadrant = Math.floor(angle / HALF_PI + 0.5);
  const r = angle - quadrant * HALF_PI_HIGH - quadrant * HALF_PI_MIDDLE - quadrant * HALF_PI_LOW;
  const square = r * r;
  const c = polynomial(COSINE, square);
  const s = r + r * square * polynomial(SINE, square);
  switch (((quadrant % 4) + 4) % 4) {
    case 0:
      return [c, s];
    case 1:
      return [-s, c];
    case 2:
      return [-c, -s];
    default:
      return [s, -c];
  }
}

/** Slopes from which to measure, each with the least slope that uses it and its angle in two pieces. */
const SLOPES = [
  { least: 39 / 16, slope: Infinity, high: 1.5707963267948966, low: 6.123233995736766e-17 },
  { least: 19 / 16, slope: 1.5, high: 0.982793723247329, low: 1.3903311031230998e-17 },
  { least: 11 / 16, slope: 1, high: 0.7853981633974483, low: 3.061616997868383e-17 },
  { least: 7 / 16, slope: 0.5, high: 0.4636476090008061, low: 2.2698777452961687e-17 },
] as const;

const LEVEL = { least: 0, slope: 0, high: 0, low: 0 } as const;
const PI_LOW = 1.2246467991473532e-16;

/** (atan(z) - z) / z^3 in powers of z^2, highest first; |z| is at most 7/16. */
const ARC_TANGENT = Array.from({ length: 22 }, (_, i) => (i % 2 === 0 ? 1 : -1) / (2 * (22 - i) + 1));

/** The angle in (-pi, pi] of the vector (x, y); 0 for the zero vector. */
export function angleOf(x: number, y: number): number {
  if (y === 0) return x < 0 ? Math.PI : 0;
  const scale = Math.max(Math.abs(x), Math.abs(y));
  const u = Math.abs(x) / scale;
  const v = Math.abs(y) / scale;
  const { slope, high, low } = SLOPES.find(({ least }) => v >= least * u) ?? LEVEL;
  const z = slope === Infinity ? -u / v : (v - slope * u) / (u + slope * v);
  const rest = low + z + z * z * z * polynomial(ARC_TANGENT, z * z);
  const upper = x < 0 ? Math.PI - high - (rest - PI_LOW) : high + rest;
  return y < 0 ? -upper : upper;
}
