// Everything that one evaluation of the dynamics leaves behind: poses, twists, mass matrix, forces, contacts, constraint rows, the
// acceleration. One workspace serves all environments of a model, one after the other.

import { allocNumbers, arenaAlloc } from "../core/arena";
import { at } from "../linalg/vector";
import { Model } from "./model";

/** Pose of a body's frame and centre of mass in the plane. */
@unmanaged
@final
export class Pose {
  x: f64;
  y: f64;
  angle: f64;
  cos: f64;
  sin: f64;
  centreX: f64;
  centreY: f64;
}

/** World frame of a geom: position, and direction of its axis. */
@unmanaged
@final
export class Frame {
  x: f64;
  y: f64;
  c: f64;
  s: f64;
}

/** A twist (s, c1, c2), a wrench (n, f1, f2), or a pair of them: three doubles. */
export const TRIPLE: i32 = 3;

/** Two surfaces near each other. */
@unmanaged
@final
export class Contact {
  pair: i32;
  /** Bodies of geom 1 and geom 2; the normal points from 1 to 2. */
  body1: i32;
  body2: i32;
  /** How the contact follows the bodies (collision.ts). */
  kind: i32;
  /** The first row in the workspace, -1 when the contact is within its margin and gap but exerts no force. */
  row: i32;
  unused: i32;
  distance: f64;
  /** Midpoint between the surfaces, unit normal; the tangent is the normal turned by a right angle. */
  x: f64;
  y: f64;
  normalX: f64;
  normalY: f64;
  /** The coefficient of friction in the plane, and the one that the cone is regularised with. */
  friction: f64;
  friction0: f64;
  /** How many contacts of the three-dimensional problem this one stands for. */
  weight: f64;
  /** The geoms' points whose surroundings touch: of geom 1 and of geom 2. */
  point1X: f64;
  point1Y: f64;
  point2X: f64;
  point2Y: f64;
}

/** Kinds of constraint rows. */
export enum RowKind {
  /** Force >= 0 along one direction: limits, frictionless contacts, edges of a pyramid. */
  Unilateral,
  /** Dry friction of a joint. */
  FrictionLoss,
  /** A contact with an elliptic cone: a normal and a tangential direction. */
  Cone,
}

/** Quadratic pieces of a row's cost. */
export enum Zone {
  /** No force, or a constant one. */
  Free,
  /** Both directions quadratic; for other rows: quadratic. */
  Stick,
  /** On the cone's edge: quadratic along one combined direction. */
  Slip,
  /** Friction loss saturated, positive or negative. */
  Above,
  Below,
}


@unmanaged
@final
export class Row {
  kind: i32;
  zone: i32;
  /** Degree of freedom of a limit (with its side as the sign of `side`) or a friction loss, contact of a contact's rows. */
  source: i32;
  unused: i32;
  /** Limits: +1 lower, -1 upper. Pyramids: the multiple of the tangent in the row's direction. */
  side: f64;
  /** Position relative to the margin, impedance, and its derivative by the position. */
  r: f64;
  d: f64;
  dSlope: f64;
  /** y = J a - reference. */
  reference: f64;
  tangentReference: f64;
  /** 1 / R along the (normal) direction and along the tangent. */
  stiffness: f64;
  tangentStiffness: f64;
  weight: f64;
  /** Friction loss in force units; in a cone the coefficients f and mu. */
  friction: f64;
  mu: f64;
  /** y, and J p of the search direction. */
  y: f64;
  yTangent: f64;
  slope: f64;
  slopeTangent: f64;
  /** Derivative of the cost by y: minus the constraint's force. */
  force: f64;
  forceTangent: f64;
}


@unmanaged
@final
export class Workspace {
  /** Reference point O of twists and wrenches. */
  originX: f64;
  originY: f64;
  /** Pose[bodies], Frame[geoms]. */
  poses: usize;
  frames: usize;
  /** f64[dofs, 3] each: the motion of a degree of freedom; velocity and velocity-product acceleration of what it moves. */
  motions: usize;
  velocities: usize;
  accelerations: usize;
  /** f64[dofs, 4]: mass, first moment (2), second moment about O of everything that a degree of freedom carries. */
  composites: usize;
  /** f64[dofs, 3]: wrench that everything a degree of freedom carries needs at zero acceleration. */
  wrenches: usize;
  /** f64[dofs, dofs]: M; its lower Cholesky factor; H of the solver; the integrator's matrix. */
  mass: usize;
  massFactor: usize;
  hessian: usize;
  implicit: usize;
  /** f64[dofs] each. */
  bias: usize;
  passive: usize;
  actuation: usize;
  /** passive + actuation - bias. */
  smoothForce: usize;
  constraintForce: usize;
  acceleration: usize;
  gradient: usize;
  direction: usize;
  massDirection: usize;
  scratch: usize;
  /** Derivative of the fluid's and the actuators' force by the velocity, f64[dofs, dofs] and f64[dofs]; for implicitfast. */
  fluidSlope: usize;
  actuationSlope: usize;
  /** f64[actuators] each: forces, and the generalised force's derivative by the control and by the coordinate. */
  actuatorForces: usize;
  controlSlope: usize;
  positionSlope: usize;
  /** i32[dofs]: 1 where the joint clamps its summed actuator force. */
  jointSaturated: usize;
  contacts: usize;
  contactCount: i32;
  rowCount: i32;
  /** Rows of friction losses and limits, which come before those of contacts. */
  limitRows: i32;
  rows: usize;
  /** f64[rows, 2, dofs]: a row's direction, and a cone's tangent. */
  jacobians: usize;
  /** Newton iterations of the last solve. */
  iterations: i32;
  /** Bits of Trouble. */
  trouble: i32;
}

/** What an evaluation may have met that makes it differ from MuJoCo or from physics. */
export enum Trouble {
  None = 0,
  /** Two segments cross: the contact's normal is not defined. */
  CrossingSegments = 1,
  /** A capsule stands exactly upright on a wall or a slope: MuJoCo loses its friction there. */
  PerpendicularCapsule = 2,
  /** The solver reached its largest number of iterations. */
  Unsolved = 4,
  /** A number is no longer finite. */
  NotFinite = 8,
}

export function workspaceCreate(model: Model): Workspace {
  const header = model.header;
  const n = header.dofs;
  const workspace = changetype<Workspace>(arenaAlloc(offsetof<Workspace>()));
  workspace.poses = arenaAlloc(<usize>header.bodies * offsetof<Pose>());
  workspace.frames = arenaAlloc(<usize>header.geoms * offsetof<Frame>());
  workspace.motions = allocNumbers<f64>(TRIPLE * n);
  workspace.velocities = allocNumbers<f64>(TRIPLE * n);
  workspace.accelerations = allocNumbers<f64>(TRIPLE * n);
  workspace.composites = allocNumbers<f64>(4 * n);
  workspace.wrenches = allocNumbers<f64>(TRIPLE * n);
  workspace.mass = allocNumbers<f64>(n * n);
  workspace.massFactor = allocNumbers<f64>(n * n);
  workspace.hessian = allocNumbers<f64>(n * n);
  workspace.implicit = allocNumbers<f64>(n * n);
  workspace.bias = allocNumbers<f64>(n);
  workspace.passive = allocNumbers<f64>(n);
  workspace.actuation = allocNumbers<f64>(n);
  workspace.smoothForce = allocNumbers<f64>(n);
  workspace.constraintForce = allocNumbers<f64>(n);
  workspace.acceleration = allocNumbers<f64>(n);
  workspace.gradient = allocNumbers<f64>(n);
  workspace.direction = allocNumbers<f64>(n);
  workspace.massDirection = allocNumbers<f64>(n);
  workspace.scratch = allocNumbers<f64>(n);
  workspace.fluidSlope = allocNumbers<f64>(n * n);
  workspace.actuationSlope = allocNumbers<f64>(n);
  workspace.actuatorForces = allocNumbers<f64>(header.actuators);
  workspace.controlSlope = allocNumbers<f64>(header.actuators);
  workspace.positionSlope = allocNumbers<f64>(header.actuators);
  workspace.jointSaturated = allocNumbers<i32>(n);
  workspace.contacts = arenaAlloc(<usize>model.maxContacts * offsetof<Contact>());
  workspace.rows = arenaAlloc(<usize>model.maxRows * offsetof<Row>());
  workspace.jacobians = allocNumbers<f64>(model.maxRows * 2 * n);
  return workspace;
}


@inline
export function poseAt(workspace: Workspace, b: i32): Pose {
  return changetype<Pose>(workspace.poses + <usize>b * offsetof<Pose>());
}


@inline
export function frameAt(workspace: Workspace, g: i32): Frame {
  return changetype<Frame>(workspace.frames + <usize>g * offsetof<Frame>());
}


@inline
export function contactAt(workspace: Workspace, i: i32): Contact {
  return changetype<Contact>(workspace.contacts + <usize>i * offsetof<Contact>());
}


@inline
export function rowAt(workspace: Workspace, i: i32): Row {
  return changetype<Row>(workspace.rows + <usize>i * offsetof<Row>());
}

/** Address of a row's direction (n numbers); its tangent follows. */
@inline
export function jacobianAt(workspace: Workspace, i: i32, n: i32): usize {
  return at<f64>(workspace.jacobians, 2 * n * i);
}

/** Address of the three numbers of degree of freedom k in a block of triples. */
@inline
export function tripleAt(block: usize, k: i32): usize {
  return at<f64>(block, TRIPLE * k);
}
