/** Bodies, joints and sites of a planar model. */

import { LEAST_MASS, type MassProperties } from "./inertia.js";
import type { Body, Dof, Site, Vector } from "./model.js";
import {
  alongNormal,
  inPlane,
  momentAboutNormal,
  normalColumn,
  type PlanarFrame,
  type Plane,
  planeName,
  show,
  unitAxis,
} from "./plane.js";
import { column, type Matrix3, transform, type Vector3 } from "./rotation.js";
import type { CompilerSettings, Settings } from "./settings.js";
import type { TreeBody, TreeJoint, TreeSite } from "./tree.js";
import { angleOf, DEGREE } from "./trigonometry.js";
import type { Limited } from "./values.js";
import { fail, type XmlElement } from "./xml.js";

const planar = (basis: Matrix3, numbers: readonly number[]): Vector => {
  const [u, v] = transform(basis, numbers as unknown as Vector3);
  return [u, v];
};

/** Whether a range holds: as the element says, or, where that is "auto", whether it has one. */
export function isLimited(
  element: XmlElement,
  limited: Limited,
  range: readonly number[],
  attribute: string,
  autoLimits: boolean,
): boolean {
  const given = range[0] !== 0 || range[1] !== 0;
  const [limit, bounds] = [attribute, attribute.replace("limited", "range")];
  if (limited === "auto" && given && !autoLimits)
    fail(element, `has ${bounds}, but autolimits is off; give ${limit}="true" or "false"`);
  if (limited === "true" && !given) fail(element, `has ${limit}="true" and no ${bounds}; give the range`, limit);
  return limited === "auto" ? given : limited === "true";
}

export const UNBOUNDED: Vector = [-Infinity, Infinity];

/** One degree of freedom. */
export function compileDof(joint: TreeJoint, frame: PlanarFrame, plane: Plane, settings: Settings): Dof {
  const { element, values } = joint;
  const { flags, compiler } = settings;
  const axis = unitAxis(values.axis) ?? fail(element, "has an axis without length", "axis");
  const hinge = values.type === "hinge";
  const sign = hinge ? alongNormal(frame.basis, axis) : 1;
  const direction = hinge ? ([0, 0] as const) : inPlane(frame.basis, axis);
  const seen = show(transform(frame.basis, axis));
  const where = `whose axis is ${seen} along the two axes and the normal of the ${planeName(plane)} plane`;
  if (sign === 0) fail(element, `is a hinge ${where}; expected the normal`, "axis");
  if (direction === undefined) fail(element, `is a slide ${where}; expected a direction in the plane`, "axis");
  const limited = isLimited(element, values.limited, values.range, "limited", compiler.autoLimits);
  const forceLimited = isLimited(
    element,
    values.actuatorfrclimited,
    values.actuatorfrcrange,
    "actuatorfrclimited",
    compiler.autoLimits,
  );
  const unit = hinge && compiler.degrees ? DEGREE : 1;
  return {
    name: joint.name,
    kind: values.type,
    body: joint.body,
    sign,
    anchor: hinge ? planar(frame.basis, values.pos) : [0, 0],
    axis: direction,
    reference: values.ref * unit,
    stiffness: flags.spring ? values.stiffness : 0,
    springReference: values.springref * unit,
    damping: flags.damper ? values.damping : 0,
    armature: values.armature,
    frictionLoss: flags.frictionLoss ? values.frictionloss : 0,
    limited: limited && flags.limit,
    range: [values.range[0]! * unit, values.range[1]! * unit],
    margin: values.margin,
    limitReference: values.solreflimit as unknown as Dof["limitReference"],
    limitImpedance: values.solimplimit as unknown as Dof["limitImpedance"],
    frictionReference: values.solreffriction as unknown as Dof["frictionReference"],
    frictionImpedance: values.solimpfriction as unknown as Dof["frictionImpedance"],
    forceRange: forceLimited ? [values.actuatorfrcrange[0]!, values.actuatorfrcrange[1]!] : UNBOUNDED,
  };
}

/** A body or something fixed to it has mass and inertia, as a body that moves must. */
function hasMass(index: number, bodies: readonly TreeBody[], masses: readonly MassProperties[]): boolean {
  const { mass, moments } = masses[index]!;
  if (mass >= LEAST_MASS && moments.every((moment) => moment >= LEAST_MASS)) return true;
  return bodies.some((child, i) => child.parent === index && child.joints.length === 0 && hasMass(i, bodies, masses));
}

/** Scales all masses and inertias to the total that the compiler element asks for, if it does. */
export function scaleMasses(masses: readonly MassProperties[], settings: CompilerSettings): MassProperties[] {
  const total = masses.reduce((sum, { mass }, i) => (i === 0 ? sum : sum + mass), 0);
  if (!(settings.totalMass > 0)) return [...masses];
  const factor = Math.max(LEAST_MASS, settings.totalMass / Math.max(LEAST_MASS, total));
  return masses.map((body) => ({
    ...body,
    mass: body.mass * factor,
    moments: body.moments.map((moment) => moment * factor) as unknown as Vector3,
  }));
}

/** Distance by which two frames may differ and still count as one. */
const SAME_FRAME = 1e-6;
const near = (numbers: readonly number[], others: readonly number[]): boolean =>
  numbers.every((value, i) => Math.abs(value - others[i]!) <= SAME_FRAME);

/** MuJoCo's "simple" body of slides only. */
function isSimple(index: number, bodies: readonly TreeBody[], { centre, axes }: MassProperties): boolean {
  const body = bodies[index]!;
  const parent = bodies[body.parent];
  const fixedParent = body.parent === 0 || (parent?.parent === 0 && parent.joints.length === 0);
  const oneAxis = (axis: readonly number[]): boolean => unitAxis(axis)!.filter((x) => Math.abs(x) > 1e-14).length === 1;
  return (
    fixedParent &&
    body.joints.length > 0 &&
    body.joints.every(({ values }) => values.type === "slide" && near(values.pos, [0, 0, 0]) && oneAxis(values.axis)) &&
    !bodies.some((child) => child.parent === index) &&
    near(centre, [0, 0, 0]) &&
    near(axes, [1, 0, 0, 0, 1, 0, 0, 0, 1])
  );
}

/** Sides of the box of even density with this mass and these moments, along their axes. */
function equivalentBox(mass: number, [a, b, c]: Vector3): Vector3 {
  const side = (x: number): number => Math.sqrt((6 / mass) * Math.max(1e-15, x));
  return [side(b + c - a), side(a + c - b), side(a + b - c)];
}

/** Angle and sides for the fluid: an axis of inertia along the normal, the two others in the plane. */
function fluidBox(
  { mass, moments, axes }: MassProperties,
  basis: Matrix3,
): Pick<Body, "inertialAngle" | "sides"> | undefined {
  const n = normalColumn(basis, axes);
  if (n < 0) return undefined;
  const first = ((n + 1) % 3) as 0 | 1 | 2;
  const [u, v] = transform(basis, column(axes, first));
  const box = equivalentBox(mass, moments);
  return { inertialAngle: angleOf(u, v), sides: [box[first], box[(n + 2) % 3]!, box[n]!] };
}

export function compileBodies(
  bodies: readonly TreeBody[],
  frames: readonly PlanarFrame[],
  unscaled: readonly MassProperties[],
  plane: Plane,
  settings: Settings,
): Body[] {
  const fluid = settings.option.density > 0 || settings.option.viscosity > 0;
  const masses = scaleMasses(unscaled, settings.compiler);
  let firstDof = 0;
  return bodies.map((body, index) => {
    const frame = frames[index]!;
    const properties = masses[index]!;
    if (body.joints.length > 0 && !hasMass(index, bodies, unscaled))
      fail(
        body.element,
        `has joints but no mass or inertia of at least ${LEAST_MASS}; give it a geom with mass or an inertial`,
      );
    const massive = index > 0 && properties.mass >= LEAST_MASS;
    const box = massive ? fluidBox(properties, frame.basis) : { inertialAngle: 0, sides: [0, 0, 0] as const };
    if (box === undefined && fluid && bodies[body.weld]!.joints.length > 0)
      fail(
        body.element,
        `has no axis of inertia along the normal of the ${planeName(plane)} plane, so the fluid would push it out of ` +
          "the plane; align its geoms or its inertial with the plane, or set density and viscosity to 0",
      );
    const compiled: Body = {
      name: body.name,
      parent: body.parent,
      position: frame.position,
      angle: frame.angle,
      firstDof,
      dofCount: body.joints.length,
      mass: index === 0 ? 0 : properties.mass,
      inertia: index === 0 ? 0 : momentAboutNormal(frame.basis, properties.axes, properties.moments),
      centre: index === 0 ? [0, 0] : planar(frame.basis, properties.centre),
      // an axis of inertia that leaves the plane matters to a fluid only, and there is none then
      ...(box ?? { inertialAngle: 0, sides: [0, 0, 0] }),
      simple: isSimple(index, bodies, properties),
    };
    firstDof += body.joints.length;
    return compiled;
  });
}

export function compileSite(site: TreeSite, frame: PlanarFrame): Site {
  const { pos, fromto } = site.values;
  const point = fromto === undefined ? pos : [0, 1, 2].map((i) => (fromto[i]! + fromto[i + 3]!) / 2);
  return { name: site.name, body: site.body, position: planar(frame.basis, point) };
}
