/**
 * The plane of a model, and every body's frame in it. A body's planar frame has its origin where the body has it; its
 * two axes are those coordinate axes of the body that lie in the plane, so that a body which is not turned over keeps
 * its coordinates.
 */

import type { PlanarModel, Vector } from "./model.js";
import {
  column,
  direction,
  fromRows,
  type Matrix3,
  multiply,
  row,
  transform,
  transpose,
  type Vector3,
} from "./rotation.js";
import type { TreeBody } from "./tree.js";
import { angleOf } from "./trigonometry.js";
import { fail } from "./xml.js";

export type Plane = PlanarModel["plane"];

/** How far a unit vector may miss the plane or its normal. */
export const TOLERANCE = 1e-9;

/** Rows: the plane's two axes and its normal. */
export const worldBasis = (plane: Plane): Matrix3 =>
  plane === "xz" ? [1, 0, 0, 0, 0, 1, 0, -1, 0] : [1, 0, 0, 0, 1, 0, 0, 0, 1];

export const planeName = (plane: Plane): string => (plane === "xz" ? "x-z" : "x-y");

export interface PlanarFrame {
  /** In the parent's planar frame. */
  readonly position: Vector;
  readonly angle: number;
  /** Rows: the planar frame's two axes and the plane's normal, in the body's own coordinates. */
  readonly basis: Matrix3;
  /** Distance of the body's origin from the world's along the normal. */
  readonly offset: number;
}

/** A vector for messages. */
export const show = (v: readonly number[]): string => `(${v.map((x) => Number(x.toPrecision(4))).join(", ")})`;

export const unitAxis = (numbers: readonly number[]): Vector3 | undefined => direction(numbers as unknown as Vector3);

/** The rotation of every body in space at the reference pose. */
export function worldRotations(bodies: readonly TreeBody[]): Matrix3[] {
  const rotations: Matrix3[] = [];
  for (const body of bodies)
    rotations.push(body.parent < 0 ? body.rotation : multiply(rotations[body.parent]!, body.rotation));
  return rotations;
}

/** The plane that the first hinge asks for; undefined without hinges. */
export function planeOfHinges(bodies: readonly TreeBody[], rotations: readonly Matrix3[]): Plane | undefined {
  for (const joint of bodies.flatMap((body) => body.joints)) {
    if (joint.values.type !== "hinge") continue;
    const axis = unitAxis(joint.values.axis) ?? fail(joint.element, "has an axis without length", "axis");
    const turned = transform(rotations[joint.body]!, axis);
    if (Math.abs(Math.abs(turned[1]) - 1) < TOLERANCE) return "xz";
    if (Math.abs(Math.abs(turned[2]) - 1) < TOLERANCE) return "xy";
    fail(
      joint.element,
      `is a hinge about ${show(turned)} (in the world); expected an axis along y (a model in the x-z plane) ` +
        "or along z (x-y plane)",
      "axis",
    );
  }
  return undefined;
}

/** Coordinate axes in the plane of a body whose coordinate axis `k` (with this sign) is the normal. */
function localBasis(k: number, sign: number): Matrix3 {
  const unit = (i: number, s: number): Vector3 => [i === 0 ? s : 0, i === 1 ? s : 0, i === 2 ? s : 0];
  const [first, second] = k === 0 ? [1, 2] : k === 1 ? [0, 2] : [0, 1];
  // x cross z is -y, the other two pairs are in cyclic order
  const flip = (k === 1 ? -1 : 1) * sign;
  return fromRows(unit(first!, 1), unit(second!, flip), unit(k, sign));
}

/** Frames of all bodies. @throws MjcfError for a body that is rotated out of the plane. */
export function planarFrames(bodies: readonly TreeBody[], plane: Plane): PlanarFrame[] {
  const frames: PlanarFrame[] = [];
  for (const body of bodies) {
    const parent = frames[body.parent];
    if (parent === undefined) {
      frames.push({ position: [0, 0], angle: 0, basis: worldBasis(plane), offset: 0 });
      continue;
    }
    const turned = multiply(parent.basis, body.rotation);
    const normal = row(turned, 2);
    const k = normal.findIndex((x) => Math.abs(Math.abs(x) - 1) < TOLERANCE);
    if (k < 0)
      fail(
        body.element,
        `is rotated out of the ${planeName(plane)} plane: the plane's normal is ${show(normal)} in its frame; ` +
          "expected a coordinate axis",
      );
    const basis = localBasis(k, normal[k]! > 0 ? 1 : -1);
    const rotation = multiply(turned, transpose(basis));
    const [u, v, w] = transform(parent.basis, body.position);
    frames.push({
      position: [u, v],
      angle: angleOf(rotation[0], rotation[3]),
      basis,
      offset: parent.offset + w,
    });
  }
  return frames;
}

/** The part of a unit vector that lies in the plane, as a unit vector; undefined where it leaves the plane. */
export function inPlane(basis: Matrix3, unit: Vector3): Vector | undefined {
  const [u, v, w] = transform(basis, unit);
  if (Math.abs(w) > TOLERANCE) return undefined;
  const length = Math.sqrt(u * u + v * v);
  return [u / length, v / length];
}

/** +1 or -1 for a unit vector along the normal or against it, 0 for every other. */
export function alongNormal(basis: Matrix3, unit: Vector3): 1 | -1 | 0 {
  const [u, v, w] = transform(basis, unit);
  if (Math.abs(u) > TOLERANCE || Math.abs(v) > TOLERANCE) return 0;
  return w > 0 ? 1 : -1;
}

/** The column of a rotation (a geom's or an inertia's axis) that lies along the normal; -1 where none does. */
export const normalColumn = (basis: Matrix3, axes: Matrix3): number =>
  ([0, 1, 2] as const).findIndex((j) => alongNormal(basis, column(axes, j)) !== 0);

/** Moment about the plane's normal of principal moments with axes in the body's own coordinates. */
export function momentAboutNormal(basis: Matrix3, axes: Matrix3, moments: Vector3): number {
  const along = transform(transpose(axes), row(basis, 2));
  return moments[0] * along[0] * along[0] + moments[1] * along[1] * along[1] + moments[2] * along[2] * along[2];
}
