/**
 * Sine, cosine and the angle of a vector in plain arithmetic, so that a model compiles to the same bytes in every engine. Errors stay
 * within two units in the last place of the result or 2e-16, whichever is larger.
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

/** Arc tangent of 0 <= t <= 1 to about 1e-15: three halvings of the angle, then the series. */
function arcTangent(t: number): number {
  let u = t;
  for (let i = 0; i < 3; ++i) u /= 1 + Math.sqrt(1 + u * u);
  let sum = 0;
  for (let n = 17; n >= 1; n -= 2) sum = 1 / n - u * u * sum;
  return 8 * u * sum;
}

/** The angle in (-pi, pi] of the vector (x, y); 0 for the zero vector. */
export function angleOf(x: number, y: number): number {
  if (y === 0) return x < 0 ? Math.PI : 0;
  if (x === 0) return y > 0 ? HALF_PI : -HALF_PI;
  const ax = Math.abs(x);
  const ay = Math.abs(y);
  const scale = Math.max(ax, ay);
  const u = ax / scale;
  const v = ay / scale;
  const steep = v > u;
  const rough = steep ? HALF_PI - arcTangent(u / v) : arcTangent(v / u);
  // one step of Newton's method takes the angle to rounding
  const [c, s] = cosSin(rough);
  const first = rough + (v * c - u * s) / (u * c + v * s);
  const upper = x < 0 ? Math.PI - first : first;
  return y < 0 ? -upper : upper;
}
