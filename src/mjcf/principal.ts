/**
 * Principal moments and axes of inertia by Jacobi's rotations. Where moments are equal the axes are a matter of the
 * method, and the fluid's drag depends on them: so the order (largest moment first) and both thresholds, relative to
 * the largest moment, are those that MuJoCo 3.14's compiler was seen to have.
 */

import { fromQuaternion, type Matrix3, multiply, transpose, type Vector3 } from "./rotation.js";

/** Elements off the diagonal up to this count as zero. */
const DIAGONAL = 4e-15;
/** Moments that differ by no more than this stay in their order. */
const EQUAL = 1e-12;

type Quaternion = readonly [number, number, number, number];

function product([a, b, c, d]: Quaternion, [w, x, y, z]: Quaternion): Quaternion {
  const q = [
    a * w - b * x - c * y - d * z,
    a * x + b * w + c * z - d * y,
    a * y - b * z + c * w + d * x,
    a * z + b * y - c * x + d * w,
  ] as const;
  const length = Math.sqrt(q[0] * q[0] + q[1] * q[1] + q[2] * q[2] + q[3] * q[3]);
  return [q[0] / length, q[1] / length, q[2] / length, q[3] / length];
}

/** Turn about a coordinate axis whose half angle has this sine and cosine. */
const aboutCoordinate = (axis: number, s: number, c: number): Quaternion => [
  c,
  axis === 0 ? s : 0,
  axis === 1 ? s : 0,
  axis === 2 ? s : 0,
];

const rotated = (tensor: Matrix3, q: Quaternion): Matrix3 => {
  const axes = fromQuaternion(...q);
  return multiply(multiply(transpose(axes), tensor), axes);
};

const largest = (m: Matrix3): number => Math.max(Math.abs(m[0]), Math.abs(m[4]), Math.abs(m[8]));

/** The turn that removes the largest element off the diagonal; undefined where that is small already. */
function nextTurn(m: Matrix3): Quaternion | undefined {
  const [xy, xz, yz] = [Math.abs(m[1]), Math.abs(m[2]), Math.abs(m[5])];
  const [i, j] = xy > xz && xy > yz ? [0, 1] : xz > yz ? [0, 2] : [1, 2];
  const off = m[3 * i + j]!;
  if (!(Math.abs(off) > DIAGONAL * largest(m))) return undefined;
  const tau = (m[4 * j]! - m[4 * i]!) / (2 * off);
  const root = Math.sqrt(1 + tau * tau);
  const t = tau >= 0 ? 1 / (tau + root) : -1 / (root - tau);
  const c = 1 / Math.sqrt(1 + t * t);
  const halfCosine = Math.sqrt(0.5 + 0.5 * c);
  const axis = 3 - i - j;
  const sign = tau >= 0 !== (axis === 1) ? -1 : 1;
  return aboutCoordinate(axis, (sign * Math.abs(t) * c) / (2 * halfCosine), halfCosine);
}

/** Moments in falling order and the axes as columns. */
export function principalAxes(tensor: Matrix3): { moments: Vector3; axes: Matrix3 } {
  let q: Quaternion = [1, 0, 0, 0];
  let m = tensor;
  for (let turns = 0; turns < 100; ++turns) {
    m = rotated(tensor, q);
    const turn = nextTurn(m);
    if (turn === undefined) break;
    q = product(q, turn);
  }
  const moments = [m[0], m[4], m[8]];
  for (const i of [0, 1, 0]) {
    if (!(moments[i]! + EQUAL * largest(m) < moments[i + 1]!)) continue;
    moments.splice(i, 2, moments[i + 1]!, moments[i]!);
    q = product(q, aboutCoordinate((i + 2) % 3, Math.SQRT1_2, Math.SQRT1_2));
  }
  return { moments: moments as unknown as Vector3, axes: fromQuaternion(...q) };
}
