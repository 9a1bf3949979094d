// A distance in the plane that is smooth where it is zero.

/** What rounds the tip of the cone, m: below it a distance counts as its square. */
const ROUNDING: f64 = 0.01;

/** sqrt(x^2 + y^2 + 0.01^2) in m; its slope is (x, y) over itself. */
export function smoothDistance(x: f64, y: f64): f64 {
  return Math.sqrt(x * x + y * y + ROUNDING * ROUNDING);
}
