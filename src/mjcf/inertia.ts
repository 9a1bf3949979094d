/** Mass properties of geoms and bodies in space, as MuJoCo's compiler computes them. */

import { failValue, readNonNegative, readNumbers, readVector3 } from "./attributes.js";
import { type Orientation, readOrientation, resolveOrientation } from "./orientation.js";
import { principalAxes } from "./principal.js";
import { add, dot, type Matrix3, rotateDiagonal, scale, subtract, type Vector3 } from "./rotation.js";
import type { CompilerSettings } from "./settings.js";
import type { GeomShape } from "./shape.js";
import type { TreeBody } from "./tree.js";
import { fail, type XmlElement } from "./xml.js";

/** Mass, centre and principal moments with their axes (columns), in the body's frame. */
export interface MassProperties {
  readonly mass: number;
  readonly centre: Vector3;
  readonly moments: Vector3;
  readonly axes: Matrix3;
}

/** Masses below this count as none. */
const TINY_MASS = 1e-14;
/** MuJoCo's least mass and moment of inertia of a body that moves. */
export const LEAST_MASS = 1e-15;

function volume({ kind, size }: GeomShape): number {
  const [a, b, c] = size;
  switch (kind) {
    case "plane":
      return 0;
    case "sphere":
      return (4 / 3) * Math.PI * a * a * a;
    case "capsule":
      return Math.PI * (a * a * 2 * b + (4 / 3) * a * a * a);
    case "box":
      return 8 * a * b * c;
  }
}

/** Moments about the geom's own axes and centre. */
function moments({ kind, size }: GeomShape, mass: number): Vector3 {
  const [a, b, c] = size;
  switch (kind) {
    case "plane":
      return [0, 0, 0];
    case "sphere": {
      const moment = 0.4 * mass * a * a;
      return [moment, moment, moment];
    }
    case "capsule": {
      const height = 2 * b;
      const caps = (mass * 4 * a) / (4 * a + 3 * height);
      const cylinder = mass - caps;
      const ball = 0.4 * caps * a * a;
      const across =
        (cylinder * (3 * a * a + height * height)) / 12 + ball + (caps * height * (3 * a + 2 * height)) / 8;
      return [across, across, (cylinder * a * a) / 2 + ball];
    }
    case "box":
      return [(mass * (b * b + c * c)) / 3, (mass * (a * a + c * c)) / 3, (mass * (a * a + b * b)) / 3];
  }
}

/** The mass of a geom: its own where it is given, else density times volume. */
export const geomMass = (shape: GeomShape): number =>
  shape.kind === "plane" ? 0 : (shape.mass ?? shape.density * volume(shape));

function fromGeoms(
  body: TreeBody,
  shapes: readonly GeomShape[],
  settings: CompilerSettings,
): MassProperties | undefined {
  const [first, last] = settings.inertiaGroups;
  const heavy = shapes
    .map((shape) => ({ shape, mass: geomMass(shape) }))
    .filter(({ shape, mass }) => mass > TINY_MASS && shape.group >= first && shape.group <= last);
  if (heavy.length === 0) return undefined;
  const single = heavy[0]!;
  if (heavy.length === 1)
    return {
      mass: single.mass,
      centre: single.shape.position,
      moments: moments(single.shape, single.mass),
      axes: single.shape.rotation,
    };
  const mass = heavy.reduce((sum, geom) => sum + geom.mass, 0);
  const weighted = heavy.reduce<Vector3>((sum, geom) => add(sum, scale(geom.shape.position, geom.mass)), [0, 0, 0]);
  const centre: Vector3 = [weighted[0] / mass, weighted[1] / mass, weighted[2] / mass];
  const tensor = new Array<number>(9).fill(0);
  for (const { shape, mass: own } of heavy) {
    const turned = rotateDiagonal(shape.rotation, moments(shape, own));
    const d = subtract(shape.position, centre);
    const square = dot(d, d);
    for (let i = 0; i < 3; ++i)
      for (let j = 0; j < 3; ++j)
        tensor[3 * i + j]! += turned[3 * i + j]! + own * ((i === j ? square : 0) - d[i]! * d[j]!);
  }
  if (!tensor.every(Number.isFinite)) fail(body.element, "has an inertia that is not finite; make its geoms smaller");
  return { mass, centre, ...principalAxes(tensor as unknown as Matrix3) };
}

/** Fails where no body can have these moments. */
function checkMoments(element: XmlElement, attribute: string, [a, b, c]: Vector3): void {
  if (!(a >= 0 && b >= 0 && c >= 0)) failValue(element, attribute, "moments of inertia that are not negative");
  const slack = 1e-12 * (a + b + c);
  if (a + b + slack < c || a + c + slack < b || b + c + slack < a)
    failValue(element, attribute, "moments of inertia of which none exceeds the sum of the other two");
}

function fromInertial(element: XmlElement, settings: CompilerSettings): MassProperties {
  const mass = readNonNegative(element, "mass") ?? fail(element, "has no mass; give one");
  const centre = readVector3(element, "pos") ?? fail(element, "has no pos; give the centre of mass");
  const full = readNumbers(element, "fullinertia", 6);
  const orientation: Orientation = {};
  readOrientation(element, orientation);
  if (full !== undefined) {
    if (element.attributes.has("diaginertia")) fail(element, "has both diaginertia and fullinertia; give one of them");
    if (orientation.quat !== undefined || orientation.alternative !== undefined)
      fail(element, "has both fullinertia and an orientation; fullinertia stands in the body's axes");
    const [xx, yy, zz, xy, xz, yz] = full as [number, number, number, number, number, number];
    const principal = principalAxes([xx, xy, xz, xy, yy, yz, xz, yz, zz]);
    if (!principal.moments.every((moment) => moment > TINY_MASS))
      failValue(element, "fullinertia", "a tensor (xx yy zz xy xz yz) with positive principal moments");
    checkMoments(element, "fullinertia", principal.moments);
    return { mass, centre, ...principal };
  }
  const diagonal = readVector3(element, "diaginertia") ?? [0, 0, 0];
  checkMoments(element, "diaginertia", diagonal);
  return { mass, centre, moments: diagonal, axes: resolveOrientation(element, orientation, settings) };
}

/** Mass properties of a body: its inertial element's or its geoms'. A body with neither has no mass. */
export function bodyMass(body: TreeBody, shapes: readonly GeomShape[], settings: CompilerSettings): MassProperties {
  const explicit = body.inertial === undefined ? undefined : fromInertial(body.inertial, settings);
  const useGeoms =
    settings.inertiaFromGeom === "true" || (settings.inertiaFromGeom === "auto" && explicit === undefined);
  const inferred = useGeoms ? fromGeoms(body, shapes, settings) : undefined;
  // without mass MuJoCo takes the numbers of the body's own frame
  return inferred ?? explicit ?? { mass: 0, centre: body.position, moments: [0, 0, 0], axes: body.rotation };
}
