// Soft constraints as rows: for each a direction J, the acceleration that it asks for (reference), and its stiffness 1 / R. The force is
// the derivative of a convex, piecewise quadratic cost of y = J a - reference (MuJoCo's documentation, chapter Computation).

import { at } from "../linalg/vector";
import { clearNumbers } from "./block";
import {
  dofAt,
  dofConstantsAt,
  dofParent,
  impedance,
  impedanceSlope,
  lastDof,
  Model,
  pairAt,
  pairConstantsAt,
  Softness,
} from "./model";
import { Contact, contactAt, jacobianAt, Row, rowAt, RowKind, tripleAt, Workspace } from "./workspace";

/** Smallest R, and with it the largest stiffness. */
const SMALLEST: f64 = 1e-15;

/** All rows at the state at hand, which positions, velocities() and collide() have prepared. */
export function constraintRows(model: Model, workspace: Workspace, q: usize, v: usize): void {
  const n = model.header.dofs;
  workspace.rowCount = 0;
  for (let k = 0; k < n; ++k) {
    const dof = dofAt(model, k);
    if (dof.frictionLoss > 0) frictionLossRow(model, workspace, k, v);
    if (!dof.limited) continue;
    const position = load<f64>(at<f64>(q, k));
    if (position - dof.low < dof.margin) limitRow(model, workspace, k, position - dof.low, 1, v);
    if (dof.high - position < dof.margin) limitRow(model, workspace, k, dof.high - position, -1, v);
  }
  workspace.limitRows = workspace.rowCount;
  for (let i = 0; i < workspace.contactCount; ++i) {
    const contact = contactAt(workspace, i);
    if (contact.distance < pairAt(model, contact.pair).margin) contactRows(model, workspace, i, v);
  }
}

/** A new row whose direction is zero. */
function rowCreate(workspace: Workspace, kind: i32, source: i32, n: i32): Row {
  const index = workspace.rowCount++;
  clearNumbers(jacobianAt(workspace, index, n), 2 * n);
  const row = rowAt(workspace, index);
  row.kind = kind;
  row.zone = 0;
  row.source = source;
  row.side = 0;
  row.weight = 1;
  row.force = 0;
  row.forceTangent = 0;
  return row;
}

/** Impedance of a row at r from its margin. */
@inline
function soften(row: Row, softness: Softness, r: f64): void {
  row.r = r;
  row.d = impedance(softness, r);
  row.dSlope = impedanceSlope(softness, r);
}


@inline
function resistance(d: f64, inverseWeight: f64): f64 {
  return max<f64>(SMALLEST, ((1 - d) / d) * inverseWeight);
}

function frictionLossRow(model: Model, workspace: Workspace, k: i32, v: usize): void {
  const n = model.header.dofs;
  const constants = dofConstantsAt(model, k);
  const row = rowCreate(workspace, RowKind.FrictionLoss, k, n);
  store<f64>(at<f64>(jacobianAt(workspace, workspace.rowCount - 1, n), k), 1);
  soften(row, constants.friction, 0);
  row.stiffness = 1 / resistance(row.d, constants.inverseWeight);
  row.reference = -constants.friction.damping * load<f64>(at<f64>(v, k));
  row.friction = dofAt(model, k).frictionLoss;
}

function limitRow(model: Model, workspace: Workspace, k: i32, distance: f64, side: f64, v: usize): void {
  const n = model.header.dofs;
  const constants = dofConstantsAt(model, k);
  const row = rowCreate(workspace, RowKind.Unilateral, k, n);
  store<f64>(at<f64>(jacobianAt(workspace, workspace.rowCount - 1, n), k), side);
  soften(row, constants.limit, distance - dofAt(model, k).margin);
  row.side = side;
  row.stiffness = 1 / resistance(row.d, constants.inverseWeight);
  const rate = side * load<f64>(at<f64>(v, k));
  row.reference = -constants.limit.damping * rate - constants.limit.stiffness * row.d * row.r;
}

/** j = (motion of body 2 - motion of body 1) along (dx, dy) at the contact's point, for every degree of freedom. */
export function contactDirection(
  model: Model,
  workspace: Workspace,
  contact: Contact,
  dx: f64,
  dy: f64,
  j: usize,
): void {
  const moment = (contact.x - workspace.originX) * dy - (contact.y - workspace.originY) * dx;
  let k1 = lastDof(model, contact.body1);
  let k2 = lastDof(model, contact.body2);
  // what moves both bodies moves them alike
  while (k1 != k2) {
    const k = max<i32>(k1, k2);
    const motion = tripleAt(workspace.motions, k);
    const speed = load<f64>(motion) * moment + load<f64>(motion, 8) * dx + load<f64>(motion, 16) * dy;
    if (k == k2) {
      store<f64>(at<f64>(j, k), speed);
      k2 = dofParent(model, k);
    } else {
      store<f64>(at<f64>(j, k), -speed);
      k1 = dofParent(model, k);
    }
  }
}


@inline
function product(j: usize, v: usize, n: i32): f64 {
  let sum: f64 = 0;
  for (let k = 0; k < n; ++k) sum += load<f64>(at<f64>(j, k)) * load<f64>(at<f64>(v, k));
  return sum;
}

function contactRows(model: Model, workspace: Workspace, index: i32, v: usize): void {
  const n = model.header.dofs;
  const contact = contactAt(workspace, index);
  const pair = pairAt(model, contact.pair);
  const constants = pairConstantsAt(model, contact.pair);
  const normal = constants.normal;
  contact.row = workspace.rowCount;
  const cone = pair.condim > 1 && model.header.elliptic != 0;
  const row = rowCreate(workspace, cone ? RowKind.Cone : RowKind.Unilateral, index, n);
  const j = jacobianAt(workspace, workspace.rowCount - 1, n);
  const tangent = at<f64>(j, n);
  contactDirection(model, workspace, contact, contact.normalX, contact.normalY, j);
  const approach = product(j, v, n);
  soften(row, normal, contact.distance - pair.margin);
  row.weight = contact.weight;
  const position = normal.stiffness * row.d * row.r;
  row.reference = -normal.damping * approach - position;
  if (pair.condim == 1) {
    row.stiffness = 1 / resistance(row.d, constants.inverseWeight);
    return;
  }
  contactDirection(model, workspace, contact, -contact.normalY, contact.normalX, tangent);
  const sliding = product(tangent, v, n);
  if (cone) {
    const impratio = model.header.impratio;
    const ratio = contact.friction / contact.friction0;
    row.stiffness = 1 / resistance(row.d, constants.inverseWeight);
    row.tangentStiffness = row.stiffness * impratio * ratio * ratio;
    row.tangentReference = -constants.tangentDamping * sliding;
    row.friction = contact.friction;
    row.mu = contact.friction0 / Math.sqrt(impratio);
    return;
  }
  // the pyramid: two edges in the plane, and the two of the tangent that can't move, which are the normal
  const f0 = contact.friction0;
  const f = contact.friction;
  const R = ((2 * f0 * f0) / model.header.impratio) * resistance(row.d, constants.inverseWeight * (1 + f0 * f0));
  row.stiffness = 1 / R;
  row.weight = contact.weight * (pair.condim == 3 ? 2 : 4);
  for (let side: f64 = 1; side >= -1; side -= 2) {
    const edge = rowCreate(workspace, RowKind.Unilateral, index, n);
    const direction = jacobianAt(workspace, workspace.rowCount - 1, n);
    for (let k = 0; k < n; ++k) {
      store<f64>(at<f64>(direction, k), load<f64>(at<f64>(j, k)) + side * f * load<f64>(at<f64>(tangent, k)));
    }
    edge.r = row.r;
    edge.d = row.d;
    edge.dSlope = row.dSlope;
    edge.side = side * f;
    edge.stiffness = row.stiffness;
    edge.weight = contact.weight;
    edge.reference = -normal.damping * (approach + side * f * sliding) - position;
  }
}
