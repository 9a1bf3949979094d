// Derivatives of inverse dynamics, in planar twists and wrenches (after Singh, Russell, Wensing: Efficient Analytical Derivatives of
// Rigid-Body Dynamics using Spatial Vector Algebra, 2022). Three numbers instead of six leave little of it.
//
// When coordinate j moves, everything that it carries turns with motion S_j. A force S_i . (sum of wrenches f_k of what i carries), whose
// wrenches change by S_j x* f_k + (their own change, seen from the turning frame), has for j an ancestor of i or i itself the derivative
// S_i . (own changes), and for j below i it is S_i . (S_j x* f + own changes), summed over what j carries. In the turning frame the
// velocity of a body changes by psi1_j = V_before x S_j and its acceleration by psi2_j = A_before x S_j + V_before x psi1_j, both without
// an angular part.

import { allocNumbers, arenaAlloc } from "../core/arena";
import { at } from "../linalg/vector";
import { clearNumbers } from "./block";
import { axisCos, axisSin, dragOf } from "./forces";
import { bodyAt, dofParent, lastDof, Model } from "./model";
import { poseAt, tripleAt, Workspace } from "./workspace";
import { addWrench } from "./wrench";

/** Room for the passes below: f64[dofs, 3] each, the last two f64[dofs, 6]. */
@unmanaged
@final
export class Slopes {
  /** Acceleration twist of what a degree of freedom moves. */
  accelerations: usize;
  /** psi1 and psi2 (their linear parts, behind a zero). */
  psi1: usize;
  psi2: usize;
  /** Sums over what a degree of freedom carries: wrench; derivative of the force by turning velocity; drag's derivative by velocity. */
  wrenches: usize;
  gyroscopic: usize;
  drag: usize;
  dragChange: usize;
}

export function slopesCreate(n: i32): Slopes {
  const slopes = changetype<Slopes>(arenaAlloc(offsetof<Slopes>()));
  slopes.accelerations = allocNumbers<f64>(3 * n);
  slopes.psi1 = allocNumbers<f64>(3 * n);
  slopes.psi2 = allocNumbers<f64>(3 * n);
  slopes.wrenches = allocNumbers<f64>(3 * n);
  slopes.gyroscopic = allocNumbers<f64>(3 * n);
  slopes.drag = allocNumbers<f64>(6 * n);
  slopes.dragChange = allocNumbers<f64>(6 * n);
  return slopes;
}


@inline
function add(slot: usize, value: f64): void {
  store<f64>(slot, load<f64>(slot) + value);
}

/** Adds `numbers` numbers of every degree of freedom to its parent's, from the tips to the roots. */
function accumulate(model: Model, block: usize, numbers: i32): void {
  for (let k = model.header.dofs - 1; k >= 0; --k) {
    const parent = dofParent(model, k);
    if (parent < 0) continue;
    const from = at<f64>(block, numbers * k);
    const to = at<f64>(block, numbers * parent);
    for (let i: usize = 0; i < (<usize>numbers) << 3; i += 8) add(to + i, load<f64>(from + i));
  }
}

/** Twist a . wrench b. */
@inline
export function power(a: usize, b: usize): f64 {
  return load<f64>(a) * load<f64>(b) + load<f64>(a, 8) * load<f64>(b, 8) + load<f64>(a, 16) * load<f64>(b, 16);
}

/** accelerations, psi1 and psi2 for joint accelerations a; without velocities and gravity unless `moving`. */
function accelerationPass(model: Model, workspace: Workspace, slopes: Slopes, a: usize, v: usize, moving: bool): void {
  const header = model.header;
  for (let k = 0; k < header.dofs; ++k) {
    const parent = dofParent(model, k);
    const motion = tripleAt(workspace.motions, k);
    const s = load<f64>(motion);
    const c1 = load<f64>(motion, 8);
    const c2 = load<f64>(motion, 16);
    let w: f64 = 0;
    let u1: f64 = 0;
    let u2: f64 = 0;
    let turning: f64 = 0;
    let b1: f64 = moving ? -header.gravity1 : 0;
    let b2: f64 = moving ? -header.gravity2 : 0;
    if (parent >= 0) {
      const before = tripleAt(slopes.accelerations, parent);
      turning = load<f64>(before);
      b1 = load<f64>(before, 8);
      b2 = load<f64>(before, 16);
      if (moving) {
        const velocity = tripleAt(workspace.velocities, parent);
        w = load<f64>(velocity);
        u1 = load<f64>(velocity, 8);
        u2 = load<f64>(velocity, 16);
      }
    }
    const first1 = s * u2 - w * c2;
    const first2 = w * c1 - s * u1;
    const rate = moving ? load<f64>(at<f64>(v, k)) : 0;
    const acceleration = load<f64>(at<f64>(a, k));
    const result = tripleAt(slopes.accelerations, k);
    store<f64>(result, turning + s * acceleration);
    store<f64>(result, b1 + c1 * acceleration + first1 * rate, 8);
    store<f64>(result, b2 + c2 * acceleration + first2 * rate, 16);
    const psi1 = tripleAt(slopes.psi1, k);
    store<f64>(psi1, 0);
    store<f64>(psi1, first1, 8);
    store<f64>(psi1, first2, 16);
    const psi2 = tripleAt(slopes.psi2, k);
    store<f64>(psi2, 0);
    store<f64>(psi2, s * b2 - turning * c2 - w * first2, 8);
    store<f64>(psi2, turning * c1 - s * b1 + w * first1, 16);
  }
}

/** Inertial wrenches, and the gyroscopic ones if `moving`, summed over what each degree of freedom carries. */
function inertialPass(model: Model, workspace: Workspace, slopes: Slopes, moving: bool): void {
  const header = model.header;
  clearNumbers(slopes.wrenches, 3 * header.dofs);
  clearNumbers(slopes.gyroscopic, 3 * header.dofs);
  for (let b = 1; b < header.bodies; ++b) {
    const k = lastDof(model, b);
    const body = bodyAt(model, b);
    const m = body.mass;
    if (k < 0 || m == 0) continue;
    const pose = poseAt(workspace, b);
    const x = pose.centreX - workspace.originX;
    const y = pose.centreY - workspace.originY;
    const acceleration = tripleAt(slopes.accelerations, k);
    const turning = load<f64>(acceleration);
    let a1 = load<f64>(acceleration, 8) - turning * y;
    let a2 = load<f64>(acceleration, 16) + turning * x;
    if (moving) {
      const velocity = tripleAt(workspace.velocities, k);
      const w = load<f64>(velocity);
      const v1 = load<f64>(velocity, 8) - w * y;
      const v2 = load<f64>(velocity, 16) + w * x;
      a1 -= w * v2;
      a2 += w * v1;
      addWrench(tripleAt(slopes.gyroscopic, k), 0, x, y, -2 * m * v2, 2 * m * v1);
    }
    addWrench(tripleAt(slopes.wrenches, k), body.inertia * turning, x, y, m * a1, m * a2);
  }
}

/** Adds slope j j' to a symmetric (nn, n1, n2, 11, 12, 22). */
@inline
function addSymmetric(sum: usize, slope: f64, jn: f64, j1: f64, j2: f64): void {
  add(sum, slope * jn * jn);
  add(sum + 8, slope * jn * j1);
  add(sum + 16, slope * jn * j2);
  add(sum + 24, slope * j1 * j1);
  add(sum + 32, slope * j1 * j2);
  add(sum + 40, slope * j2 * j2);
}

/** Numbers of a symmetric matrix times a twist, in a place that the next call reuses. */
const PRODUCT: usize = memory.data(24, 8);


@inline
function symmetricTimes(matrix: usize, x: usize): usize {
  const xn = load<f64>(x);
  const x1 = load<f64>(x, 8);
  const x2 = load<f64>(x, 16);
  store<f64>(PRODUCT, load<f64>(matrix) * xn + load<f64>(matrix, 8) * x1 + load<f64>(matrix, 16) * x2);
  store<f64>(PRODUCT, load<f64>(matrix, 8) * xn + load<f64>(matrix, 24) * x1 + load<f64>(matrix, 32) * x2, 8);
  store<f64>(PRODUCT, load<f64>(matrix, 16) * xn + load<f64>(matrix, 32) * x1 + load<f64>(matrix, 40) * x2, 16);
  return PRODUCT;
}

/** One axis of a body's drag: adds to the wrench, to its derivative by the velocity, and to that derivative's change along `along`. */
function dragAxis(
  slopes: Slopes,
  k: i32,
  scale: f64,
  linear: f64,
  square: f64,
  jn: f64,
  j1: f64,
  j2: f64,
  velocity: usize,
  along: usize,
): void {
  const speed = jn * load<f64>(velocity) + j1 * load<f64>(velocity, 8) + j2 * load<f64>(velocity, 16);
  const slope = -(linear + 2 * square * Math.abs(speed));
  addSymmetric(at<f64>(slopes.drag, 6 * k), scale * slope, jn, j1, j2);
  const wrench = tripleAt(slopes.wrenches, k);
  let force: f64;
  if (along) {
    const change = jn * load<f64>(along) + j1 * load<f64>(along, 8) + j2 * load<f64>(along, 16);
    force = scale * slope * change;
    const bend = -2 * square * (speed < 0 ? -1 : 1) * change;
    addSymmetric(at<f64>(slopes.dragChange, 6 * k), scale * bend, jn, j1, j2);
  } else force = -scale * (linear + square * Math.abs(speed)) * speed;
  add(wrench, force * jn);
  add(wrench + 8, force * j1);
  add(wrench + 16, force * j2);
}

/**
 * Adds scale times the drag to wrenches and drag; or, with `along` (f64[dofs, 3], twists), scale times (drag's derivative by velocity)
 * applied to along, with its change in dragChange.
 */
function dragPass(model: Model, workspace: Workspace, slopes: Slopes, scale: f64, along: usize): void {
  clearNumbers(slopes.drag, 6 * model.header.dofs);
  clearNumbers(slopes.dragChange, 6 * model.header.dofs);
  for (let b = 1; b < model.header.bodies; ++b) {
    const k = lastDof(model, b);
    if (k < 0 || bodyAt(model, b).mass < 1e-15) continue;
    const pose = poseAt(workspace, b);
    const drag = dragOf(model, b);
    const x = pose.centreX - workspace.originX;
    const y = pose.centreY - workspace.originY;
    const c = axisCos(model, b, pose);
    const s = axisSin(model, b, pose);
    const velocity = tripleAt(workspace.velocities, k);
    const change = along ? tripleAt(along, k) : 0;
    dragAxis(slopes, k, scale, drag.linear, drag.square1, x * s - y * c, c, s, velocity, change);
    dragAxis(slopes, k, scale, drag.linear, drag.square2, x * c + y * s, -s, c, velocity, change);
    dragAxis(slopes, k, scale, drag.linearTurning, drag.squareTurning, 1, 0, 0, velocity, change);
  }
}

/** Own changes of a wrench at k, and what j = k adds for the rows above: S_k x* f. */
const OWN: usize = memory.data(24, 8);

/** OWN = S_k x* (sum of wrenches at k). */
@inline
function turned(motion: usize, wrench: usize): void {
  const s = load<f64>(motion);
  const f1 = load<f64>(wrench, 8);
  const f2 = load<f64>(wrench, 16);
  store<f64>(OWN, load<f64>(motion, 8) * f2 - load<f64>(motion, 16) * f1);
  store<f64>(OWN, -s * f2, 8);
  store<f64>(OWN, s * f1, 16);
}

/** Adds the wrench of a body with the composite inertia at k under acceleration (0, y1, y2) to OWN. */
@inline
function addInertial(workspace: Workspace, k: i32, factor: f64, y: usize): void {
  const sum = at<f64>(workspace.composites, 4 * k);
  const y1 = factor * load<f64>(y, 8);
  const y2 = factor * load<f64>(y, 16);
  add(OWN, load<f64>(sum, 8) * y2 - load<f64>(sum, 16) * y1);
  add(OWN + 8, load<f64>(sum) * y1);
  add(OWN + 16, load<f64>(sum) * y2);
}

/**
 * gq, gv (n, n) += derivatives of M a + bias - drag by q and v, with M a's only, at the velocities at hand (`moving`), or gq += that of
 * M a alone (not moving).
 */
export function inverseDynamicsSlopes(
  model: Model,
  workspace: Workspace,
  slopes: Slopes,
  a: usize,
  v: usize,
  moving: bool,
  gq: usize,
  gv: usize,
): void {
  const n = model.header.dofs;
  accelerationPass(model, workspace, slopes, a, v, moving);
  inertialPass(model, workspace, slopes, moving);
  const fluid = moving && model.hasFluid != 0;
  if (fluid) {
    // the drag is on the other side of the equation
    dragPass(model, workspace, slopes, -1, 0);
    accumulate(model, slopes.drag, 6);
  }
  accumulate(model, slopes.wrenches, 3);
  if (moving) accumulate(model, slopes.gyroscopic, 3);
  for (let k = 0; k < n; ++k) {
    const motion = tripleAt(workspace.motions, k);
    const sum = at<f64>(workspace.composites, 4 * k);
    const s = load<f64>(motion);
    // momentum of what k carries, moving along k: S_k . (I x) = momentum . x
    const p1 = load<f64>(sum) * load<f64>(motion, 8) - load<f64>(sum, 16) * s;
    const p2 = load<f64>(sum) * load<f64>(motion, 16) + load<f64>(sum, 8) * s;

    // by q: column k of the rows above, then row k of the columns above
    turned(motion, tripleAt(slopes.wrenches, k));
    addInertial(workspace, k, 1, tripleAt(slopes.psi2, k));
    if (fluid) {
      symmetricTimes(at<f64>(slopes.drag, 6 * k), tripleAt(slopes.psi1, k));
      for (let i: usize = 0; i < 24; i += 8) add(OWN + i, load<f64>(PRODUCT + i));
    }
    for (let m = dofParent(model, k); m >= 0; m = dofParent(model, m)) {
      add(at<f64>(gq, m * n + k), power(tripleAt(workspace.motions, m), OWN));
    }
    if (fluid) symmetricTimes(at<f64>(slopes.drag, 6 * k), motion);
    for (let m = k; m >= 0; m = dofParent(model, m)) {
      const psi2 = tripleAt(slopes.psi2, m);
      let entry = p1 * load<f64>(psi2, 8) + p2 * load<f64>(psi2, 16);
      if (fluid) entry += power(tripleAt(slopes.psi1, m), PRODUCT);
      add(at<f64>(gq, k * n + m), entry);
    }
    if (!moving) continue;

    // by v, likewise; drag's derivative times S_k is still in PRODUCT
    const gyroscopic = tripleAt(slopes.gyroscopic, k);
    const twist = power(motion, gyroscopic);
    for (let m = k; m >= 0; m = dofParent(model, m)) {
      const psi1 = tripleAt(slopes.psi1, m);
      let entry =
        2 * (p1 * load<f64>(psi1, 8) + p2 * load<f64>(psi1, 16)) + load<f64>(tripleAt(workspace.motions, m)) * twist;
      if (fluid) entry += power(tripleAt(workspace.motions, m), PRODUCT);
      add(at<f64>(gv, k * n + m), entry);
    }
    for (let i: usize = 0; i < 24; i += 8)
      store<f64>(OWN + i, s * load<f64>(gyroscopic + i) + (fluid ? load<f64>(PRODUCT + i) : 0));
    addInertial(workspace, k, 2, tripleAt(slopes.psi1, k));
    for (let m = dofParent(model, k); m >= 0; m = dofParent(model, m)) {
      add(at<f64>(gv, m * n + k), power(tripleAt(workspace.motions, m), OWN));
    }
  }
}

/** gq, gv (n, n) += scale times the derivatives of (drag's derivative by v) x by q and v, at a fixed vector x. */
export function dragSlopeSlopes(
  model: Model,
  workspace: Workspace,
  slopes: Slopes,
  x: usize,
  v: usize,
  scale: f64,
  gq: usize,
  gv: usize,
): void {
  const n = model.header.dofs;
  // psi1 of the velocities, then the twists that x makes, and their own psi in psi2
  accelerationPass(model, workspace, slopes, x, v, true);
  for (let k = 0; k < n; ++k) {
    const motion = tripleAt(workspace.motions, k);
    const parent = dofParent(model, k);
    const twist = tripleAt(slopes.accelerations, k);
    const s = load<f64>(motion);
    const amount = load<f64>(at<f64>(x, k));
    let w: f64 = 0;
    let u1: f64 = 0;
    let u2: f64 = 0;
    if (parent >= 0) {
      const before = tripleAt(slopes.accelerations, parent);
      w = load<f64>(before);
      u1 = load<f64>(before, 8);
      u2 = load<f64>(before, 16);
    }
    store<f64>(twist, w + s * amount);
    store<f64>(twist, u1 + load<f64>(motion, 8) * amount, 8);
    store<f64>(twist, u2 + load<f64>(motion, 16) * amount, 16);
    const psi2 = tripleAt(slopes.psi2, k);
    store<f64>(psi2, s * u2 - w * load<f64>(motion, 16), 8);
    store<f64>(psi2, w * load<f64>(motion, 8) - s * u1, 16);
  }
  clearNumbers(slopes.wrenches, 3 * n);
  dragPass(model, workspace, slopes, scale, slopes.accelerations);
  accumulate(model, slopes.wrenches, 3);
  accumulate(model, slopes.drag, 6);
  accumulate(model, slopes.dragChange, 6);
  for (let k = 0; k < n; ++k) {
    const motion = tripleAt(workspace.motions, k);
    const drag = at<f64>(slopes.drag, 6 * k);
    const change = at<f64>(slopes.dragChange, 6 * k);
    turned(motion, tripleAt(slopes.wrenches, k));
    symmetricTimes(drag, tripleAt(slopes.psi2, k));
    for (let i: usize = 0; i < 24; i += 8) add(OWN + i, load<f64>(PRODUCT + i));
    symmetricTimes(change, tripleAt(slopes.psi1, k));
    for (let i: usize = 0; i < 24; i += 8) add(OWN + i, load<f64>(PRODUCT + i));
    for (let m = dofParent(model, k); m >= 0; m = dofParent(model, m)) {
      add(at<f64>(gq, m * n + k), power(tripleAt(workspace.motions, m), OWN));
    }
    symmetricTimes(drag, motion);
    for (let m = k; m >= 0; m = dofParent(model, m)) {
      add(at<f64>(gq, k * n + m), power(tripleAt(slopes.psi2, m), PRODUCT));
    }
    symmetricTimes(change, motion);
    for (let m = k; m >= 0; m = dofParent(model, m)) {
      add(at<f64>(gq, k * n + m), power(tripleAt(slopes.psi1, m), PRODUCT));
      const both = power(tripleAt(workspace.motions, m), PRODUCT);
      add(at<f64>(gv, k * n + m), both);
      if (m != k) add(at<f64>(gv, m * n + k), both);
    }
  }
}
