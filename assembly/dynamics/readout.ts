// What callers may read of the last evaluation (simulationForward, or the last substep of the last copy).

import { at } from "../linalg/vector";
import { kineticEnergy, potentialEnergy } from "./forward";
import { siteAt } from "./model";
import { Simulation } from "./simulation";
import { contactAt, poseAt, rowAt, RowKind } from "./workspace";

/** Blocks of numbers. */
export enum Field {
  Mass,
  Bias,
  Passive,
  Actuation,
  ConstraintForce,
  Acceleration,
  ActuatorForces,
}

/** Address of a block: the mass matrix (n, n), actuators' forces (actuators), everything else (n). */
export function fieldOf(simulation: Simulation, field: i32): usize {
  const workspace = simulation.workspace;
  switch (field) {
    case Field.Mass:
      return workspace.mass;
    case Field.Bias:
      return workspace.bias;
    case Field.Passive:
      return workspace.passive;
    case Field.Actuation:
      return workspace.actuation;
    case Field.ConstraintForce:
      return workspace.constraintForce;
    case Field.Acceleration:
      return workspace.acceleration;
    case Field.ActuatorForces:
      return workspace.actuatorForces;
    default:
      return unreachable();
  }
}

/** out: frame's x, y, angle, centre of mass x, y of a body. */
export function bodyPose(simulation: Simulation, body: i32, out: usize): void {
  if (<u32>body >= <u32>simulation.model.header.bodies) unreachable();
  const pose = poseAt(simulation.workspace, body);
  store<f64>(out, pose.x);
  store<f64>(out, pose.y, 8);
  store<f64>(out, pose.angle, 16);
  store<f64>(out, pose.centreX, 24);
  store<f64>(out, pose.centreY, 32);
}

/** out: x, y of a site. */
export function sitePosition(simulation: Simulation, index: i32, out: usize): void {
  if (<u32>index >= <u32>simulation.model.header.sites) unreachable();
  const site = siteAt(simulation.model, index);
  const pose = poseAt(simulation.workspace, site.body);
  store<f64>(out, pose.x + pose.cos * site.x - pose.sin * site.y);
  store<f64>(out, pose.y + pose.sin * site.x + pose.cos * site.y, 8);
}

/** out: pair, distance, x, y, normal x, y, normal force, tangential force (along the normal turned left), active (1 or 0). */
export function contactOf(simulation: Simulation, index: i32, out: usize): void {
  const workspace = simulation.workspace;
  if (<u32>index >= <u32>workspace.contactCount) unreachable();
  const contact = contactAt(workspace, index);
  store<f64>(out, <f64>contact.pair);
  store<f64>(out, contact.distance, 8);
  store<f64>(out, contact.x, 16);
  store<f64>(out, contact.y, 24);
  store<f64>(out, contact.normalX, 32);
  store<f64>(out, contact.normalY, 40);
  let normal: f64 = 0;
  let tangential: f64 = 0;
  if (contact.row >= 0) {
    for (let i = contact.row; i < workspace.rowCount; ++i) {
      const row = rowAt(workspace, i);
      // a pyramid's edges follow its first row
      if (i > contact.row && (row.source != rowAt(workspace, contact.row).source || row.side == 0)) break;
      normal -= row.force;
      tangential -= row.kind == RowKind.Cone ? row.forceTangent : row.side * row.force;
    }
  }
  store<f64>(out, normal, 48);
  store<f64>(out, tangential, 56);
  store<f64>(out, contact.row >= 0 ? 1 : 0, 64);
}

/** out: potential and kinetic energy of copy i, which must be the one evaluated last. */
export function energyOf(simulation: Simulation, i: i32, out: usize): void {
  const n = simulation.model.header.dofs;
  store<f64>(out, potentialEnergy(simulation.model, simulation.workspace, at<f64>(simulation.q, i * n)));
  store<f64>(out, kineticEnergy(simulation.model, simulation.workspace, at<f64>(simulation.v, i * n)), 8);
}
