/** Vectors and rotations of space, as far as reading a model needs them. A matrix is row by row. */

import { cosSin } from "./trigonometry.js";

export type Vector3 = readonly [number, number, number];
export type Matrix3 = readonly [number, number, number, number, number, number, number, number, number];

export const IDENTITY: Matrix3 = [1, 0, 0, 0, 1, 0, 0, 0, 1];

export const dot = (a: Vector3, b: Vector3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

export const add = (a: Vector3, b: Vector3): Vector3 => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];

export const scale = (a: Vector3, s: number): Vector3 => [a[0] * s, a[1] * s, a[2] * s];

export const subtract = (a: Vector3, b: Vector3): Vector3 => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];

export const cross = (a: Vector3, b: Vector3): Vector3 => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];

/** Length without overflow. */
export function norm(a: Vector3): number {
  const largest = Math.max(Math.abs(a[0]), Math.abs(a[1]), Math.abs(a[2]));
  if (largest === 0) return 0;
  const b = scale(a, 1 / largest);
  return largest * Math.sqrt(dot(b, b));
}

/** The direction of a vector, undefined for (almost) none. */
export function direction(a: Vector3): Vector3 | undefined {
  const length = norm(a);
  return length < 1e-14 ? undefined : [a[0] / length, a[1] / length, a[2] / length];
}

export const row = (m: Matrix3, i: 0 | 1 | 2): Vector3 => [m[3 * i]!, m[3 * i + 1]!, m[3 * i + 2]!];

export const column = (m: Matrix3, j: 0 | 1 | 2): Vector3 => [m[j]!, m[j + 3]!, m[j + 6]!];

export const fromRows = (a: Vector3, b: Vector3, c: Vector3): Matrix3 => [...a, ...b, ...c];

export const fromColumns = (a: Vector3, b: Vector3, c: Vector3): Matrix3 => transpose(fromRows(a, b, c));

export const transpose = (m: Matrix3): Matrix3 => [m[0], m[3], m[6], m[1], m[4], m[7], m[2], m[5], m[8]];

export const transform = (m: Matrix3, v: Vector3): Vector3 => [dot(row(m, 0), v), dot(row(m, 1), v), dot(row(m, 2), v)];

export function multiply(a: Matrix3, b: Matrix3): Matrix3 {
  return fromColumns(transform(a, column(b, 0)), transform(a, column(b, 1)), transform(a, column(b, 2)));
}

/** a D a^T of a rotation a and a diagonal matrix D. */
export function rotateDiagonal(a: Matrix3, d: Vector3): Matrix3 {
  const scaled = fromColumns(scale(column(a, 0), d[0]), scale(column(a, 1), d[1]), scale(column(a, 2), d[2]));
  return multiply(scaled, transpose(a));
}

/** Rotation of a unit quaternion (w, x, y, z). */
export function fromQuaternion(w: number, x: number, y: number, z: number): Matrix3 {
  return [
    w * w + x * x - y * y - z * z,
    2 * (x * y - w * z),
    2 * (x * z + w * y),
    2 * (x * y + w * z),
    w * w - x * x + y * y - z * z,
    2 * (y * z - w * x),
    2 * (x * z - w * y),
    2 * (y * z + w * x),
    w * w - x * x - y * y + z * z,
  ];
}

/** Turn by an angle in radians about a unit axis. */
export function aboutAxis(axis: Vector3, angle: number): Matrix3 {
  const [c, s] = cosSin(angle);
  return turn(axis, c, s);
}

/** Turn about a unit axis by the angle whose cosine and sine are given. */
function turn([x, y, z]: Vector3, c: number, s: number): Matrix3 {
  const d = 1 - c;
  return [
    c + d * x * x,
    d * x * y - s * z,
    d * x * z + s * y,
    d * x * y + s * z,
    c + d * y * y,
    d * y * z - s * x,
    d * x * z - s * y,
    d * y * z + s * x,
    c + d * z * z,
  ];
}

/** The smallest turn that takes the z axis to a unit vector; half a turn about x where that is -z. */
export function towards(v: Vector3): Matrix3 {
  const s = Math.sqrt(v[0] * v[0] + v[1] * v[1]);
  if (s < 1e-10) return v[2] > 0 ? IDENTITY : [1, 0, 0, 0, -1, 0, 0, 0, -1];
  return turn([-v[1] / s, v[0] / s, 0], v[2], s);
}
