/** A geom's shape and place in its body's frame, with its sizes checked. */

import type { AngleUnits } from "./orientation.js";
import { resolveOrientation } from "./orientation.js";
import { direction, type Matrix3, norm, subtract, towards, type Vector3 } from "./rotation.js";
import type { TreeGeom } from "./tree.js";
import type { GeomValues } from "./values.js";
import { fail } from "./xml.js";

export interface GeomShape {
  readonly kind: GeomValues["type"];
  /** Sphere: radius. Capsule: radius, half length. Box: half sides. Plane: unused. */
  readonly size: Vector3;
  readonly position: Vector3;
  readonly rotation: Matrix3;
  readonly mass: number | undefined;
  readonly density: number;
  readonly group: number;
}

const SIZES = { plane: 0, sphere: 1, capsule: 2, box: 3 } as const;
const NEEDS = {
  plane: "none",
  sphere: "a radius",
  capsule: "a radius and a half length, or a radius and fromto",
  box: "three half sides, or one and fromto",
} as const;

const vector = (numbers: readonly number[], at: number): Vector3 => [numbers[at]!, numbers[at + 1]!, numbers[at + 2]!];

/** Midpoint, half length and rotation of the stretch between two points; z points from the second to the first. */
function stretch(geom: TreeGeom, fromto: readonly number[]): { position: Vector3; half: number; rotation: Matrix3 } {
  const { element, values } = geom;
  if (values.type !== "capsule" && values.type !== "box")
    fail(element, `is a ${values.type} with fromto; fromto is for capsules and boxes`, "fromto");
  if (values.pos.some((x) => x !== 0)) fail(element, "has both pos and fromto; give one of them", "pos");
  const from = vector(fromto, 0);
  const to = vector(fromto, 3);
  const along = subtract(from, to);
  const unit = direction(along);
  if (unit === undefined) fail(element, `has fromto="${fromto.join(" ")}"; expected two different points`, "fromto");
  return {
    position: [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2, (from[2] + to[2]) / 2],
    half: norm(along) / 2,
    rotation: towards(unit),
  };
}

export function geomShape(geom: TreeGeom, units: AngleUnits): GeomShape {
  const { element, values } = geom;
  const given = vector(values.size, 0);
  const placed = values.fromto === undefined ? undefined : stretch(geom, values.fromto);
  const size: Vector3 =
    placed === undefined
      ? given
      : values.type === "box"
        ? [given[0], given[0], placed.half]
        : [given[0], placed.half, 0];
  // MuJoCo wants the third, though it only draws with it
  if (values.type === "plane" && !(given[2] > 0))
    fail(element, `is a plane whose size 3 is ${given[2]}; expected three sizes, the third positive`, "size");
  const bad = size.slice(0, SIZES[values.type]).findIndex((length) => !(length > 0));
  if (bad >= 0)
    fail(
      element,
      `is a ${values.type} whose size ${bad + 1} is ${size[bad]}; expected ${NEEDS[values.type]}, all positive`,
      "size",
    );
  return {
    kind: values.type,
    size,
    position: placed?.position ?? vector(values.pos, 0),
    rotation: placed?.rotation ?? resolveOrientation(element, values, units),
    mass: values.mass,
    density: values.density,
    group: values.group,
  };
}
