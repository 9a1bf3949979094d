// Distances in the plane, which may be rounded so that they are smooth where they are zero.

/** What rounds the tip of the cone for arms, m: below it a distance counts as its square. */
const ROUNDING: f64 = 0.01;

/** sqrt(x^2 + y^2 + rounding^2) in m; its slope is (x, y) over itself. */
export function distance(x: f64, y: f64, rounding: f64): f64 {
  return Math.sqrt(x * x + y * y + rounding * rounding);
}

/** The distance rounded by 0.01 m. */
export function smoothDistance(x: f64, y: f64): f64 {
  return distance(x, y, ROUNDING);
}
