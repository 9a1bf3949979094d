// Exact derivatives of a time step by implicit differentiation: at the solution the residual
//
//   g(a; q, v, u) = M a + bias - passive - actuation + sum J' (cost's derivative)
//
// vanishes, so da = -H^-1 (g_q dq + g_v dv + g_u du) with the solver's H, at fixed pieces of the costs. An implicit integrator then has
// Mhat da_hat = M da - (e_q dq + e_v dv), where e is the change of Mhat a_hat - M a at fixed accelerations.

import { allocNumbers, arenaAlloc } from "../core/arena";
import { at } from "../linalg/vector";
import { clearNumbers, copyNumbers } from "./block";
import { ContactKind } from "./collision";
import { contactDirection } from "./constraint";
import { factor, solve, symmetricProduct } from "./factor";
import {
  actuatorAt,
  dofAt,
  dofConstantsAt,
  dofParent,
  geomAt,
  Integrator,
  lastDof,
  Model,
  pairAt,
  pairConstantsAt,
} from "./model";
import { Simulation, stepAcceleration } from "./simulation";
import { dragSlopeSlopes, inverseDynamicsSlopes, power, Slopes, slopesCreate } from "./slopes";
import { slipFriction, slipStiffness } from "./solver";
import { Contact, contactAt, Row, rowAt, RowKind, tripleAt, Workspace, Zone } from "./workspace";


@unmanaged
@final
export class Derivative {
  slopes: Slopes;
  /** f64[n, n]: g_q, g_v; e_q, e_v. */
  gq: usize;
  gv: usize;
  eq: usize;
  ev: usize;
  /** f64[actuators]: g_u's only entry of each column, at the actuator's degree of freedom. */
  gu: usize;
  /** Whether the step is implicit, so that e counts. */
  implicit: i32;
  /** f64[n] each. */
  accelerationDifference: usize;
  residual: usize;
  hat: usize;
  w: usize;
  wTangent: usize;
  /** Changes of a contact's rows by each coordinate, f64[n] each: along the normal and the tangent, of the acceleration residual. */
  jn: usize;
  jt: usize;
  /** f64[3 n] each: partial sums of motions times w and wTangent along the chains. */
  sums: usize;
  sumsTangent: usize;
}

export function derivativeCreate(model: Model): Derivative {
  const n = model.header.dofs;
  const derivative = changetype<Derivative>(arenaAlloc(offsetof<Derivative>()));
  derivative.slopes = slopesCreate(n);
  derivative.gq = allocNumbers<f64>(n * n);
  derivative.gv = allocNumbers<f64>(n * n);
  derivative.eq = allocNumbers<f64>(n * n);
  derivative.ev = allocNumbers<f64>(n * n);
  derivative.gu = allocNumbers<f64>(model.header.actuators);
  derivative.accelerationDifference = allocNumbers<f64>(n);
  derivative.residual = allocNumbers<f64>(n);
  derivative.hat = allocNumbers<f64>(n);
  derivative.w = allocNumbers<f64>(n);
  derivative.wTangent = allocNumbers<f64>(n);
  derivative.jn = allocNumbers<f64>(n);
  derivative.jt = allocNumbers<f64>(n);
  derivative.sums = allocNumbers<f64>(3 * n);
  derivative.sumsTangent = allocNumbers<f64>(3 * n);
  return derivative;
}


@inline
function add(slot: usize, value: f64): void {
  store<f64>(slot, load<f64>(slot) + value);
}

/** Evaluates a step of the state at q, v, u and everything that its derivatives need. workspace.acceleration holds the warm start. */
export function linearize(simulation: Simulation, derivative: Derivative, q: usize, v: usize, u: usize): void {
  const model = simulation.model;
  const workspace = simulation.workspace;
  const n = model.header.dofs;
  stepAcceleration(simulation, q, v, u);
  derivative.implicit = model.header.integrator == Integrator.ImplicitFast || simulation.damped != 0 ? 1 : 0;
  copyNumbers(derivative.hat, workspace.direction, n);
  residualSlopes(simulation, derivative, v);
  if (!derivative.implicit) return;

  const difference = derivative.accelerationDifference;
  for (let k = 0; k < n; ++k) {
    const hat = load<f64>(at<f64>(derivative.hat, k));
    store<f64>(at<f64>(difference, k), hat - load<f64>(at<f64>(workspace.acceleration, k)));
  }
  clearNumbers(derivative.eq, n * n);
  clearNumbers(derivative.ev, n * n);
  inverseDynamicsSlopes(model, workspace, derivative.slopes, difference, v, false, derivative.eq, 0);
  if (model.header.integrator == Integrator.ImplicitFast && model.hasFluid) {
    const h = model.header.timestep;
    dragSlopeSlopes(model, workspace, derivative.slopes, derivative.hat, v, -h, derivative.eq, derivative.ev);
  }
}

/** g_q, g_v, g_u at the solution that the workspace holds; the factor of H is ready then, and the acceleration is M's or the solver's. */
export function residualSlopes(simulation: Simulation, derivative: Derivative, v: usize): void {
  const model = simulation.model;
  const workspace = simulation.workspace;
  const n = model.header.dofs;
  const gq = derivative.gq;
  const gv = derivative.gv;
  if (workspace.rowCount == 0) {
    copyNumbers(workspace.hessian, workspace.mass, n * n);
    factor(workspace.hessian, n);
    copyNumbers(workspace.acceleration, workspace.smoothForce, n);
    solve(workspace.hessian, workspace.acceleration, n);
  }
  clearNumbers(gq, n * n);
  clearNumbers(gv, n * n);
  inverseDynamicsSlopes(model, workspace, derivative.slopes, workspace.acceleration, v, true, gq, gv);
  for (let k = 0; k < n; ++k) {
    const dof = dofAt(model, k);
    add(at<f64>(gq, k * n + k), dof.stiffness);
    add(at<f64>(gv, k * n + k), dof.damping);
    if (!load<i32>(at<i32>(workspace.jointSaturated, k))) {
      add(at<f64>(gv, k * n + k), -load<f64>(at<f64>(workspace.actuationSlope, k)));
    }
  }
  for (let i = 0; i < model.header.actuators; ++i) {
    const k = actuatorAt(model, i).dof;
    const saturated = load<i32>(at<i32>(workspace.jointSaturated, k)) != 0;
    store<f64>(at<f64>(derivative.gu, i), saturated ? 0 : -load<f64>(at<f64>(workspace.controlSlope, i)));
    if (!saturated) add(at<f64>(gq, k * n + k), -load<f64>(at<f64>(workspace.positionSlope, i)));
  }
  for (let i = 0; i < workspace.rowCount; ++i) {
    const row = rowAt(workspace, i);
    if (row.kind == RowKind.FrictionLoss) {
      if (row.zone != Zone.Stick) continue;
      add(at<f64>(gv, row.source * n + row.source), row.stiffness * dofConstantsAt(model, row.source).friction.damping);
    } else if (row.kind == RowKind.Unilateral && i < workspace.limitRows) {
      if (row.zone != Zone.Stick) continue;
      const limit = dofConstantsAt(model, row.source).limit;
      const diagonal = row.source * n + row.source;
      add(at<f64>(gq, diagonal), stiffnessSlope(row) * row.y + row.stiffness * positionSlope(row, limit.stiffness));
      add(at<f64>(gv, diagonal), row.stiffness * limit.damping);
    }
  }
  for (let i = 0; i < workspace.contactCount; ++i) {
    const contact = contactAt(workspace, i);
    if (contact.row >= 0) contactSlopes(model, workspace, derivative, contact, v);
  }
}

/** dD/dr of a row's stiffness D = d / ((1 - d) inverse weight). */
@inline
function stiffnessSlope(row: Row): f64 {
  return (row.stiffness * row.dSlope) / (row.d * (1 - row.d));
}

/** dy/dr at fixed velocity and acceleration. */
@inline
function positionSlope(row: Row, stiffness: f64): f64 {
  return stiffness * (row.d + row.dSlope * row.r);
}

/** sums[k] = sum of S_j w_j over the chain from the root to k. */
function chainSums(model: Model, workspace: Workspace, sums: usize, w: usize): void {
  for (let k = 0; k < model.header.dofs; ++k) {
    const parent = dofParent(model, k);
    const motion = tripleAt(workspace.motions, k);
    const weight = load<f64>(at<f64>(w, k));
    const to = tripleAt(sums, k);
    const from = parent >= 0 ? tripleAt(sums, parent) : 0;
    for (let i: usize = 0; i < 24; i += 8) {
      store<f64>(to + i, (from ? load<f64>(from + i) : 0) + load<f64>(motion + i) * weight);
    }
  }
}

/** Twists and wrenches of the contact at hand, each in a place of its own. */
const NORMAL: usize = memory.data(24, 8);
const TANGENT: usize = memory.data(24, 8);
const FORCE: usize = memory.data(24, 8);
const NORMAL_CHANGE: usize = memory.data(24, 8);
const TANGENT_CHANGE: usize = memory.data(24, 8);
const FORCE_CHANGE: usize = memory.data(24, 8);
const RELATIVE: usize = memory.data(24, 8);
const RELATIVE_TANGENT: usize = memory.data(24, 8);
const REST: usize = memory.data(24, 8);
const CROSSED: usize = memory.data(24, 8);

/** The wrench of (f1, f2) at (x, y). */
@inline
function wrenchAt(place: usize, x: f64, y: f64, f1: f64, f2: f64): void {
  store<f64>(place, x * f2 - y * f1);
  store<f64>(place, f1, 8);
  store<f64>(place, f2, 16);
}

/** Change of the wrench of (f1, f2) at (x, y) when both change. */
@inline
function wrenchChange(place: usize, x: f64, y: f64, dx: f64, dy: f64, f1: f64, f2: f64, df1: f64, df2: f64): void {
  store<f64>(place, dx * f2 - dy * f1 + x * df2 - y * df1);
  store<f64>(place, df1, 8);
  store<f64>(place, df2, 16);
}

/** CROSSED = a x b. */
@inline
function cross(a: usize, b: usize): void {
  const w = load<f64>(a);
  const s = load<f64>(b);
  store<f64>(CROSSED, 0);
  store<f64>(CROSSED, s * load<f64>(a, 16) - w * load<f64>(b, 16), 8);
  store<f64>(CROSSED, w * load<f64>(b, 8) - s * load<f64>(a, 8), 16);
}

/** Sum of the chain at k (-1: none) in a block of triples. */
@inline
function sumAt(sums: usize, k: i32, i: usize): f64 {
  return k >= 0 ? load<f64>(tripleAt(sums, k) + i) : 0;
}

function contactSlopes(model: Model, workspace: Workspace, derivative: Derivative, contact: Contact, v: usize): void {
  const n = model.header.dofs;
  const constants = pairConstantsAt(model, contact.pair);
  const first = rowAt(workspace, contact.row);
  const cone = first.kind == RowKind.Cone;
  const frictionless = pairAt(model, contact.pair).condim == 1;
  const rows = cone || frictionless ? 1 : 3;

  // total cost derivative along normal and tangent
  let forceN: f64 = 0;
  let forceT: f64 = 0;
  let anyActive = false;
  for (let i = 0; i < rows; ++i) {
    const row = rowAt(workspace, contact.row + i);
    if (row.zone == Zone.Free) continue;
    anyActive = true;
    forceN += row.force;
    forceT += cone ? row.forceTangent : row.side * row.force;
  }
  if (!anyActive) return;

  const nx = contact.normalX;
  const ny = contact.normalY;
  const px = contact.x - workspace.originX;
  const py = contact.y - workspace.originY;
  const fx = forceN * nx - forceT * ny;
  const fy = forceN * ny + forceT * nx;
  wrenchAt(NORMAL, px, py, nx, ny);
  wrenchAt(TANGENT, px, py, -ny, nx);
  wrenchAt(FORCE, px, py, fx, fy);
  clearNumbers(derivative.jn, n);
  clearNumbers(derivative.jt, n);
  contactDirection(model, workspace, contact, nx, ny, derivative.jn);
  contactDirection(model, workspace, contact, -ny, nx, derivative.jt);

  // y changes with J through w = a + damping v
  const tangentDamping = cone ? constants.tangentDamping : constants.normal.damping;
  for (let k = 0; k < n; ++k) {
    const acceleration = load<f64>(at<f64>(workspace.acceleration, k));
    const rate = load<f64>(at<f64>(v, k));
    store<f64>(at<f64>(derivative.w, k), acceleration + constants.normal.damping * rate);
    store<f64>(at<f64>(derivative.wTangent, k), acceleration + tangentDamping * rate);
  }
  chainSums(model, workspace, derivative.sums, derivative.w);
  chainSums(model, workspace, derivative.sumsTangent, derivative.wTangent);
  const last1 = lastDof(model, contact.body1);
  const last2 = lastDof(model, contact.body2);
  for (let i: usize = 0; i < 24; i += 8) {
    store<f64>(RELATIVE + i, sumAt(derivative.sums, last2, i) - sumAt(derivative.sums, last1, i));
    store<f64>(RELATIVE_TANGENT + i, sumAt(derivative.sumsTangent, last2, i) - sumAt(derivative.sumsTangent, last1, i));
  }

  let k1 = last1;
  let k2 = last2;
  while (k1 != k2) {
    const j = max<i32>(k1, k2);
    const on2 = j == k2;
    const last = on2 ? last2 : last1;
    const sign: f64 = on2 ? 1 : -1;
    const motion = tripleAt(workspace.motions, j);
    geometryChange(
      model,
      workspace,
      contact,
      motion,
      on2,
      load<f64>(at<f64>(derivative.jn, j)),
      fx,
      fy,
      forceN,
      forceT,
    );

    // y's changes: what lies beyond j turns, and the contact's wrenches change
    for (let i: usize = 0; i < 24; i += 8) {
      store<f64>(REST + i, sumAt(derivative.sums, last, i) - sumAt(derivative.sums, j, i));
    }
    cross(motion, REST);
    let yn = sign * power(CROSSED, NORMAL) + power(RELATIVE, NORMAL_CHANGE);
    for (let i: usize = 0; i < 24; i += 8) {
      store<f64>(REST + i, sumAt(derivative.sumsTangent, last, i) - sumAt(derivative.sumsTangent, j, i));
    }
    cross(motion, REST);
    const yt = sign * power(CROSSED, TANGENT) + power(RELATIVE_TANGENT, TANGENT_CHANGE);
    const dr = load<f64>(at<f64>(derivative.jn, j));
    yn += positionSlope(first, constants.normal.stiffness) * dr;
    costChange(workspace, contact, rows, cone, yn, yt, dr);
    scatter(model, workspace, derivative, contact, derivative.gq, j, true);

    // the motions beyond j turn with it
    for (let i = last; i != j; i = dofParent(model, i)) {
      cross(motion, tripleAt(workspace.motions, i));
      add(at<f64>(derivative.gq, i * n + j), sign * power(CROSSED, FORCE));
    }

    // by v: only y changes
    const ynRate = constants.normal.damping * load<f64>(at<f64>(derivative.jn, j));
    const ytRate = tangentDamping * load<f64>(at<f64>(derivative.jt, j));
    costChange(workspace, contact, rows, cone, ynRate, ytRate, 0);
    scatter(model, workspace, derivative, contact, derivative.gv, j, false);
    if (on2) k2 = dofParent(model, j);
    else k1 = dofParent(model, j);
  }
}

/** Changes of the contact's wrenches when the body on one side moves along `motion`. */
function geometryChange(
  model: Model,
  workspace: Workspace,
  contact: Contact,
  motion: usize,
  on2: bool,
  dr: f64,
  fx: f64,
  fy: f64,
  forceN: f64,
  forceT: f64,
): void {
  const pair = pairAt(model, contact.pair);
  const nx = contact.normalX;
  const ny = contact.normalY;
  const s = load<f64>(motion);
  const radius1 = radiusOf(model, pair.geom1);
  const radius2 = radiusOf(model, pair.geom2);
  let dnx: f64 = 0;
  let dny: f64 = 0;
  let dx: f64;
  let dy: f64;
  if (contact.kind == ContactKind.Points) {
    const x = (on2 ? contact.point2X : contact.point1X) - workspace.originX;
    const y = (on2 ? contact.point2Y : contact.point1Y) - workspace.originY;
    const mx = load<f64>(motion, 8) - s * y;
    const my = load<f64>(motion, 16) + s * x;
    // the normal is the direction from point 1 to point 2
    const length = contact.distance + radius1 + radius2;
    const across = ((mx * -ny + my * nx) / length) * (on2 ? 1 : -1);
    dnx = -ny * across;
    dny = nx * across;
    // the contact point is point 1 + normal (radius 1 + distance / 2)
    const reach = radius1 + 0.5 * contact.distance;
    dx = (on2 ? 0 : mx) + dnx * reach + 0.5 * dr * nx;
    dy = (on2 ? 0 : my) + dny * reach + 0.5 * dr * ny;
  } else {
    const face1 = contact.kind == ContactKind.Face1;
    // the point belongs to the body that the face does not
    const onPoint = on2 == face1;
    const x = (face1 ? contact.point2X : contact.point1X) - workspace.originX;
    const y = (face1 ? contact.point2Y : contact.point1Y) - workspace.originY;
    if (!onPoint) {
      dnx = -s * ny;
      dny = s * nx;
    }
    const side: f64 = face1 ? -1 : 1;
    const reach = side * ((face1 ? radius2 : radius1) + 0.5 * contact.distance);
    dx = (onPoint ? load<f64>(motion, 8) - s * y : 0) + dnx * reach + side * 0.5 * dr * nx;
    dy = (onPoint ? load<f64>(motion, 16) + s * x : 0) + dny * reach + side * 0.5 * dr * ny;
  }
  const px = contact.x - workspace.originX;
  const py = contact.y - workspace.originY;
  wrenchChange(NORMAL_CHANGE, px, py, dx, dy, nx, ny, dnx, dny);
  wrenchChange(TANGENT_CHANGE, px, py, dx, dy, -ny, nx, -dny, dnx);
  wrenchChange(FORCE_CHANGE, px, py, dx, dy, fx, fy, forceN * dnx - forceT * dny, forceN * dny + forceT * dnx);
}

/** A geom's radius as far as contacts see it: a box's corners are sharp. */
@inline
function radiusOf(model: Model, g: i32): f64 {
  const geom = geomAt(model, g);
  return geom.kind == 1 || geom.kind == 2 ? geom.radius : 0;
}

/** What costChange leaves: changes of the cost's derivative along normal and tangent. */
let changeN: f64 = 0;
let changeT: f64 = 0;

/** changeN and changeT for changes of y along normal and tangent and of the distance. */
function costChange(workspace: Workspace, contact: Contact, rows: i32, cone: bool, yn: f64, yt: f64, dr: f64): void {
  changeN = 0;
  changeT = 0;
  for (let i = 0; i < rows; ++i) {
    const row = rowAt(workspace, contact.row + i);
    if (row.zone == Zone.Free) continue;
    const relative = (row.dSlope / (row.d * (1 - row.d))) * dr;
    if (!cone) {
      const change = row.weight * row.stiffness * (relative * row.y + yn + row.side * yt);
      changeN += change;
      changeT += row.side * change;
    } else if (row.zone == Zone.Stick) {
      changeN += row.weight * row.stiffness * (relative * row.y + yn);
      changeT += row.weight * row.tangentStiffness * (relative * row.yTangent + yt);
    } else {
      const slide = slipFriction(row, row.yTangent);
      const change = row.weight * slipStiffness(row) * (relative * (row.y - slide * row.yTangent) + yn - slide * yt);
      changeN += change;
      changeT -= slide * change;
    }
  }
}

/** Column j of a matrix += J' (changed cost derivatives), and if `turning` the changed wrench of the force. */
function scatter(
  model: Model,
  workspace: Workspace,
  derivative: Derivative,
  contact: Contact,
  matrix: usize,
  j: i32,
  turning: bool,
): void {
  const n = model.header.dofs;
  let k1 = lastDof(model, contact.body1);
  let k2 = lastDof(model, contact.body2);
  while (k1 != k2) {
    const i = max<i32>(k1, k2);
    const on2 = i == k2;
    let entry = load<f64>(at<f64>(derivative.jn, i)) * changeN + load<f64>(at<f64>(derivative.jt, i)) * changeT;
    if (turning) {
      const change = power(tripleAt(workspace.motions, i), FORCE_CHANGE);
      entry += on2 ? change : -change;
    }
    add(at<f64>(matrix, i * n + j), entry);
    if (on2) k2 = dofParent(model, i);
    else k1 = dofParent(model, i);
  }
}


@inline
function addProduct(y: usize, matrix: usize, x: usize, n: i32, sign: f64): void {
  for (let i = 0; i < n; ++i) {
    let sum: f64 = 0;
    for (let k = 0; k < n; ++k) sum += load<f64>(at<f64>(matrix, i * n + k)) * load<f64>(at<f64>(x, k));
    add(at<f64>(y, i), sign * sum);
  }
}


@inline
function addTransposedProduct(y: usize, matrix: usize, x: usize, n: i32, sign: f64): void {
  for (let i = 0; i < n; ++i) {
    const xi = sign * load<f64>(at<f64>(x, i));
    for (let k = 0; k < n; ++k) add(at<f64>(y, k), xi * load<f64>(at<f64>(matrix, i * n + k)));
  }
}

/** da for (dq, dv, du), in derivative.residual. */
export function accelerationJvp(simulation: Simulation, derivative: Derivative, dq: usize, dv: usize, du: usize): void {
  const model = simulation.model;
  const n = model.header.dofs;
  const residual = derivative.residual;
  clearNumbers(residual, n);
  addProduct(residual, derivative.gq, dq, n, -1);
  addProduct(residual, derivative.gv, dv, n, -1);
  for (let i = 0; i < model.header.actuators; ++i) {
    add(at<f64>(residual, actuatorAt(model, i).dof), -load<f64>(at<f64>(derivative.gu, i)) * load<f64>(at<f64>(du, i)));
  }
  solve(simulation.workspace.hessian, residual, n);
}

/** The pushforward of (dq, dv, du) through one semi-implicit step: overwrites dq and dv. Needs linearize. */
export function stepJvp(simulation: Simulation, derivative: Derivative, dq: usize, dv: usize, du: usize): void {
  const workspace = simulation.workspace;
  const n = simulation.model.header.dofs;
  const h = simulation.model.header.timestep;
  const change = derivative.residual;
  accelerationJvp(simulation, derivative, dq, dv, du);
  if (derivative.implicit) {
    symmetricProduct(workspace.scratch, workspace.mass, change, n);
    addProduct(workspace.scratch, derivative.eq, dq, n, -1);
    addProduct(workspace.scratch, derivative.ev, dv, n, -1);
    solve(workspace.implicit, workspace.scratch, n);
    copyNumbers(change, workspace.scratch, n);
  }
  for (let k = 0; k < n; ++k) {
    const rate = load<f64>(at<f64>(dv, k)) + h * load<f64>(at<f64>(change, k));
    store<f64>(at<f64>(dv, k), rate);
    add(at<f64>(dq, k), h * rate);
  }
}

/** The pullback of (dq, dv), adjoints of the next state, through one semi-implicit step: overwrites them, du += . Needs linearize. */
export function stepVjp(simulation: Simulation, derivative: Derivative, dq: usize, dv: usize, du: usize): void {
  const model = simulation.model;
  const workspace = simulation.workspace;
  const n = model.header.dofs;
  const h = model.header.timestep;
  const adjoint = derivative.residual;
  for (let k = 0; k < n; ++k) {
    add(at<f64>(dv, k), h * load<f64>(at<f64>(dq, k)));
    store<f64>(at<f64>(adjoint, k), h * load<f64>(at<f64>(dv, k)));
  }
  if (derivative.implicit) {
    solve(workspace.implicit, adjoint, n);
    addTransposedProduct(dq, derivative.eq, adjoint, n, -1);
    addTransposedProduct(dv, derivative.ev, adjoint, n, -1);
    symmetricProduct(workspace.scratch, workspace.mass, adjoint, n);
    copyNumbers(adjoint, workspace.scratch, n);
  }
  accelerationAdjoint(simulation, derivative, adjoint, dq, dv, du);
}

/** The pullback of an adjoint of the acceleration to q, v and u. Overwrites the adjoint. */
export function accelerationAdjoint(
  simulation: Simulation,
  derivative: Derivative,
  adjoint: usize,
  dq: usize,
  dv: usize,
  du: usize,
): void {
  const model = simulation.model;
  const n = model.header.dofs;
  solve(simulation.workspace.hessian, adjoint, n);
  addTransposedProduct(dq, derivative.gq, adjoint, n, -1);
  addTransposedProduct(dv, derivative.gv, adjoint, n, -1);
  for (let i = 0; i < model.header.actuators; ++i) {
    add(at<f64>(du, i), -load<f64>(at<f64>(derivative.gu, i)) * load<f64>(at<f64>(adjoint, actuatorAt(model, i).dof)));
  }
}
