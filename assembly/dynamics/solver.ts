// The acceleration under constraints: the minimum of 1/2 (a - a_s)' M (a - a_s) + the rows' costs, which is strictly convex and piecewise
// quadratic in the plane. Newton's direction with an exact line search reaches it in finitely many steps; the end is known by the pieces
// staying the same over a full step.

import { at } from "../linalg/vector";
import { clearNumbers, copyNumbers } from "./block";
import { factor, solve, symmetricProduct } from "./factor";
import { Model } from "./model";
import { jacobianAt, Row, rowAt, RowKind, Trouble, Workspace, Zone } from "./workspace";

/** Zone of a row at (y, yTangent), with the cost's derivatives in force and forceTangent. */
@inline
function classify(row: Row, y: f64, yTangent: f64): i32 {
  if (row.kind == RowKind.Unilateral) {
    if (y < 0) {
      row.force = row.weight * row.stiffness * y;
      return Zone.Stick;
    }
    row.force = 0;
    return Zone.Free;
  }
  if (row.kind == RowKind.FrictionLoss) {
    const force = row.stiffness * y;
    if (force >= row.friction) {
      row.force = row.friction;
      return Zone.Above;
    }
    if (force <= -row.friction) {
      row.force = -row.friction;
      return Zone.Below;
    }
    row.force = force;
    return Zone.Stick;
  }
  const normal = row.mu * y;
  const tangential = row.friction * Math.abs(yTangent);
  if (normal >= row.mu * tangential && (tangential > 0 || normal >= 0)) {
    row.force = 0;
    row.forceTangent = 0;
    return Zone.Free;
  }
  if (row.mu * normal + tangential <= 0) {
    row.force = row.weight * row.stiffness * y;
    row.forceTangent = row.weight * row.tangentStiffness * yTangent;
    return Zone.Stick;
  }
  const slide = slipFriction(row, yTangent);
  row.force = row.weight * slipStiffness(row) * (y - slide * yTangent);
  row.forceTangent = -slide * row.force;
  return Zone.Slip;
}

/** The friction coefficient with the sign of the sliding: a slipping row's direction is J - slipFriction Jt. */
@inline
export function slipFriction(row: Row, yTangent: f64): f64 {
  return yTangent < 0 ? -row.friction : row.friction;
}

/** Stiffness along a slipping row's direction. */
@inline
export function slipStiffness(row: Row): f64 {
  return row.stiffness / (1 + row.mu * row.mu);
}


@inline
function dot(a: usize, b: usize, n: i32): f64 {
  let sum: f64 = 0;
  for (let k: usize = 0; k < (<usize>n) << 3; k += 8) sum += load<f64>(a + k) * load<f64>(b + k);
  return sum;
}


@inline
function addScaled(y: usize, factorOf: f64, x: usize, n: i32): void {
  for (let k: usize = 0; k < (<usize>n) << 3; k += 8) store<f64>(y + k, load<f64>(y + k) + factorOf * load<f64>(x + k));
}

/** Adds stiffness x x' to the lower triangle of h. */
@inline
function addOuter(h: usize, stiffness: f64, x: usize, n: i32): void {
  const row = (<usize>n) << 3;
  for (let i: usize = 0; i < row; i += 8) {
    const xi = stiffness * load<f64>(x + i);
    if (xi != 0) {
      for (let k: usize = 0; k <= i; k += 8) store<f64>(h + k, load<f64>(h + k) + xi * load<f64>(x + k));
    }
    h += row;
  }
}

/** y of every row at acceleration a, and its zone. */
export function evaluateRows(workspace: Workspace, a: usize, n: i32): void {
  for (let i = 0; i < workspace.rowCount; ++i) {
    const row = rowAt(workspace, i);
    const j = jacobianAt(workspace, i, n);
    row.y = dot(j, a, n) - row.reference;
    if (row.kind == RowKind.Cone) row.yTangent = dot(at<f64>(j, n), a, n) - row.tangentReference;
    row.zone = classify(row, row.y, row.yTangent);
  }
}

/** H = M + sum of the active pieces' stiffness, lower triangle, factored in place. Returns false when it is not positive definite. */
export function factorHessian(workspace: Workspace, n: i32): bool {
  const h = workspace.hessian;
  copyNumbers(h, workspace.mass, n * n);
  for (let i = 0; i < workspace.rowCount; ++i) {
    const row = rowAt(workspace, i);
    const j = jacobianAt(workspace, i, n);
    if (row.zone == Zone.Stick) {
      addOuter(h, row.weight * row.stiffness, j, n);
      if (row.kind == RowKind.Cone) addOuter(h, row.weight * row.tangentStiffness, at<f64>(j, n), n);
    } else if (row.zone == Zone.Slip) {
      copyNumbers(workspace.scratch, j, n);
      addScaled(workspace.scratch, -slipFriction(row, row.yTangent), at<f64>(j, n), n);
      addOuter(h, row.weight * slipStiffness(row), workspace.scratch, n);
    }
  }
  return factor(h, n);
}

/** constraintForce = minus the sum of J' (cost's derivative). */
function sumForces(workspace: Workspace, n: i32): void {
  const force = workspace.constraintForce;
  clearNumbers(force, n);
  for (let i = 0; i < workspace.rowCount; ++i) {
    const row = rowAt(workspace, i);
    if (row.zone == Zone.Free) continue;
    const j = jacobianAt(workspace, i, n);
    addScaled(force, -row.force, j, n);
    if (row.kind == RowKind.Cone) addScaled(force, -row.forceTangent, at<f64>(j, n), n);
  }
}

/** gradient = M a - smoothForce - constraintForce. */
function gradientAt(workspace: Workspace, a: usize, n: i32): void {
  sumForces(workspace, n);
  symmetricProduct(workspace.gradient, workspace.mass, a, n);
  for (let k = 0; k < n; ++k) {
    const slot = at<f64>(workspace.gradient, k);
    const forces = load<f64>(at<f64>(workspace.smoothForce, k)) + load<f64>(at<f64>(workspace.constraintForce, k));
    store<f64>(slot, load<f64>(slot) - forces);
  }
}

/** Moves y of every row a step along the direction, whose slopes are at hand. */
function moveRows(workspace: Workspace, step: f64): void {
  for (let i = 0; i < workspace.rowCount; ++i) {
    const row = rowAt(workspace, i);
    row.y += step * row.slope;
    if (row.kind == RowKind.Cone) row.yTangent += step * row.slopeTangent;
    row.zone = classify(row, row.y, row.yTangent);
  }
}

/** What the line search reads: the derivative of the cost along the direction at a step, and its slope there. */
let lineDerivative: f64 = 0;
let lineSlope: f64 = 0;

function lineAt(workspace: Workspace, step: f64, linear: f64, quadratic: f64): void {
  let derivative = linear + step * quadratic;
  let slope = quadratic;
  for (let i = 0; i < workspace.rowCount; ++i) {
    const row = rowAt(workspace, i);
    const y = row.y + step * row.slope;
    const cone = row.kind == RowKind.Cone;
    const yTangent = cone ? row.yTangent + step * row.slopeTangent : 0;
    const zone = classify(row, y, yTangent);
    if (zone == Zone.Free) continue;
    derivative += row.force * row.slope;
    if (zone == Zone.Stick) slope += row.weight * row.stiffness * row.slope * row.slope;
    if (!cone) continue;
    derivative += row.forceTangent * row.slopeTangent;
    if (zone == Zone.Stick) slope += row.weight * row.tangentStiffness * row.slopeTangent * row.slopeTangent;
    else {
      const along = row.slope - slipFriction(row, yTangent) * row.slopeTangent;
      slope += row.weight * slipStiffness(row) * along * along;
    }
  }
  lineDerivative = derivative;
  lineSlope = slope;
}

/** The step at which the derivative along the direction vanishes: Newton's iteration within a bracket, exact after finitely many. */
function lineSearch(workspace: Workspace, linear: f64, quadratic: f64, start: f64): f64 {
  let low: f64 = 0;
  let high: f64 = Infinity;
  let step: f64 = 1;
  for (let trial = 0; trial < 60; ++trial) {
    lineAt(workspace, step, linear, quadratic);
    if (Math.abs(lineDerivative) <= 1e-14 * start) return step;
    if (lineDerivative < 0) low = step;
    else high = step;
    let next = step - lineDerivative / lineSlope;
    if (!(next > low && next < high)) next = high == Infinity ? 2 * step : 0.5 * (low + high);
    if (next == step) return step;
    step = next;
  }
  return step;
}

/** Whether a direction is `times` larger than where it led, so that its rounding errors show there: the guess was far off. */
@inline
function overshadows(p: usize, a: usize, n: i32, times: f64): bool {
  let direction: f64 = 0;
  let place: f64 = 1;
  for (let k: usize = 0; k < (<usize>n) << 3; k += 8) {
    direction += Math.abs(load<f64>(p + k));
    place += Math.abs(load<f64>(a + k));
  }
  return direction > times * place;
}

/**
 * Solves for workspace.acceleration, which holds the guess to start from. Leaves the rows' zones and forces, constraintForce, and the
 * factor of H at the solution.
 */
export function solveConstraints(model: Model, workspace: Workspace): void {
  const n = model.header.dofs;
  const a = workspace.acceleration;
  const p = workspace.direction;
  workspace.iterations = 0;
  evaluateRows(workspace, a, n);
  while (true) {
    gradientAt(workspace, a, n);
    if (!factorHessian(workspace, n)) {
      workspace.trouble |= Trouble.NotFinite;
      return;
    }
    for (let k = 0; k < n; ++k) store<f64>(at<f64>(p, k), -load<f64>(at<f64>(workspace.gradient, k)));
    solve(workspace.hessian, p, n);
    workspace.iterations += 1;

    // along a + step p every row's y moves on a line
    for (let i = 0; i < workspace.rowCount; ++i) {
      const row = rowAt(workspace, i);
      const j = jacobianAt(workspace, i, n);
      row.slope = dot(j, p, n);
      if (row.kind == RowKind.Cone) row.slopeTangent = dot(at<f64>(j, n), p, n);
    }
    let same = true;
    for (let i = 0; i < workspace.rowCount; ++i) {
      const row = rowAt(workspace, i);
      const zone = classify(row, row.y + row.slope, row.yTangent + row.slopeTangent);
      if (zone != row.zone || (zone == Zone.Slip && (row.yTangent + row.slopeTangent) * row.yTangent < 0)) {
        same = false;
        break;
      }
    }
    let step: f64 = 1;
    if (!same) {
      symmetricProduct(workspace.massDirection, workspace.mass, p, n);
      // the smooth part of the derivative along p at a
      const quadratic = dot(p, workspace.massDirection, n);
      const start = dot(p, workspace.gradient, n);
      const linear = start + dot(p, workspace.constraintForce, n);
      step = lineSearch(workspace, linear, quadratic, Math.abs(start));
    }
    addScaled(a, step, p, n);
    if (same && !overshadows(p, a, n, 1)) {
      moveRows(workspace, step);
      break;
    }
    evaluateRows(workspace, a, n);
    if (same && !overshadows(p, a, n, 1e4)) break;
    if (workspace.iterations >= model.header.iterations) {
      workspace.trouble |= Trouble.Unsolved;
      break;
    }
  }
  sumForces(workspace, n);
}
