/**
 * A compiled model as one block of bytes, the form in which the core takes it: magic and version, a header, then the
 * records of every kind in the order below (assembly/dynamics/model.ts declares the same records). Little-endian; a
 * record holds its integers first, then its doubles, and is a multiple of 8 bytes. The names are not in it: stored.ts
 * adds them, unpack.ts reads both back.
 */

import type { Actuator, Body, Dof, Geom, Pair, PlanarModel, Site } from "./model.js";

export const BLOCK_MAGIC = 0x4d504756; // "VGPM"
export const BLOCK_VERSION = 1;

const integrators = ["Euler", "implicitfast", "RK4"] as const;
const cones = ["pyramidal", "elliptic"] as const;
const dofKinds = ["hinge", "slide"] as const;
const geomKinds = ["plane", "sphere", "capsule", "box"] as const;

/** A record's numbers. */
export interface Fields {
  readonly ints: readonly number[];
  readonly floats: readonly number[];
}

const header = (model: PlanarModel): Fields => {
  const { option } = model;
  return {
    ints: [
      model.bodies.length,
      model.dofs.length,
      model.geoms.length,
      model.pairs.length,
      model.actuators.length,
      model.sites.length,
      model.plane === "xz" ? 1 : 0,
      integrators.indexOf(option.integrator),
      cones.indexOf(option.cone),
      option.iterations,
      option.eulerDamping ? 1 : 0,
      option.refSafe ? 1 : 0,
    ],
    floats: [option.timestep, ...option.gravity, option.density, option.viscosity, option.impratio, option.tolerance],
  };
};

const bodyFields = (body: Body): Fields => ({
  ints: [body.parent, body.firstDof, body.dofCount, body.simple ? 1 : 0],
  floats: [...body.position, body.angle, body.mass, body.inertia, ...body.centre, body.inertialAngle, ...body.sides],
});

const dofFields = (dof: Dof): Fields => ({
  ints: [dofKinds.indexOf(dof.kind), dof.body, dof.limited ? 1 : 0, 0],
  floats: [
    dof.sign,
    ...dof.anchor,
    ...dof.axis,
    dof.reference,
    dof.stiffness,
    dof.springReference,
    dof.damping,
    dof.armature,
    dof.frictionLoss,
    ...dof.range,
    dof.margin,
    ...dof.limitReference,
    ...dof.limitImpedance,
    ...dof.frictionReference,
    ...dof.frictionImpedance,
    ...dof.forceRange,
  ],
});

const geomFields = (geom: Geom): Fields => ({
  ints: [geomKinds.indexOf(geom.kind), geom.body],
  floats: [...geom.position, geom.angle, geom.radius, geom.halfLength],
});

const pairFields = (pair: Pair): Fields => ({
  ints: [pair.geom1, pair.geom2, pair.condim, 0],
  floats: [...pair.friction, ...pair.reference, ...pair.frictionReference, ...pair.impedance, pair.margin, pair.gap],
});

const actuatorFields = (actuator: Actuator): Fields => ({
  ints: [actuator.dof, 0],
  floats: [
    actuator.gear,
    actuator.gain,
    actuator.bias1,
    actuator.bias2,
    ...actuator.controlRange,
    ...actuator.forceRange,
  ],
});

const siteFields = (site: Site): Fields => ({ ints: [site.body, 0], floats: [...site.position] });

/** The records of a model in the block's order. */
export function modelRecords(model: PlanarModel): Fields[] {
  return [
    header(model),
    ...model.bodies.map(bodyFields),
    ...model.dofs.map(dofFields),
    ...model.geoms.map(geomFields),
    ...model.pairs.map(pairFields),
    ...model.actuators.map(actuatorFields),
    ...model.sites.map(siteFields),
  ];
}

/** The block of a model, without names: magic, version, then the records. */
export function packModel(model: PlanarModel): Uint8Array<ArrayBuffer> {
  return packRecords(modelRecords(model));
}

/** The block of the model that these are the records of. */
export function packRecords(all: readonly Fields[]): Uint8Array<ArrayBuffer> {
  const size = all.reduce((sum, { ints, floats }) => sum + 4 * ints.length + 8 * floats.length, 8);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, BLOCK_MAGIC, true);
  view.setUint32(4, BLOCK_VERSION, true);
  let at = 8;
  for (const { ints, floats } of all) {
    for (const value of ints) {
      view.setInt32(at, value, true);
      at += 4;
    }
    for (const value of floats) {
      view.setFloat64(at, value, true);
      at += 8;
    }
  }
  return bytes;
}
