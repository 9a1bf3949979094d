// Mass matrix (composite bodies) and bias force (recursive Newton-Euler), in planar twists and wrenches about O: Featherstone, Rigid
// Body Dynamics Algorithms, chapters 5 and 6, with three numbers instead of six.

import { at } from "../linalg/vector";
import { clearNumbers, copyNumbers } from "./block";
import { factor, solve } from "./factor";
import { kinematics } from "./kinematics";
import { bodyAt, dofAt, dofConstantsAt, dofParent, geomAt, lastDof, Model, pairAt, pairConstantsAt } from "./model";
import { poseAt, tripleAt, Workspace } from "./workspace";
import { addGeneralised, addWrench } from "./wrench";

/** Composite inertias and the mass matrix, armature included. */
export function massMatrix(model: Model, workspace: Workspace): void {
  const header = model.header;
  const n = header.dofs;
  const composites = workspace.composites;
  const mass = workspace.mass;
  clearNumbers(composites, 4 * n);
  for (let b = 1; b < header.bodies; ++b) {
    const k = lastDof(model, b);
    const body = bodyAt(model, b);
    if (k < 0 || body.mass == 0) continue;
    const pose = poseAt(workspace, b);
    const x = pose.centreX - workspace.originX;
    const y = pose.centreY - workspace.originY;
    const sum = at<f64>(composites, 4 * k);
    store<f64>(sum, load<f64>(sum) + body.mass);
    store<f64>(sum, load<f64>(sum, 8) + body.mass * x, 8);
    store<f64>(sum, load<f64>(sum, 16) + body.mass * y, 16);
    store<f64>(sum, load<f64>(sum, 24) + body.inertia + body.mass * (x * x + y * y), 24);
  }
  clearNumbers(mass, n * n);
  for (let k = n - 1; k >= 0; --k) {
    const sum = at<f64>(composites, 4 * k);
    const m = load<f64>(sum);
    const mx = load<f64>(sum, 8);
    const my = load<f64>(sum, 16);
    const second = load<f64>(sum, 24);
    let j = dofParent(model, k);
    if (j >= 0) {
      const above = at<f64>(composites, 4 * j);
      store<f64>(above, load<f64>(above) + m);
      store<f64>(above, load<f64>(above, 8) + mx, 8);
      store<f64>(above, load<f64>(above, 16) + my, 16);
      store<f64>(above, load<f64>(above, 24) + second, 24);
    }
    // momentum of the composite body moving along k
    const motion = tripleAt(workspace.motions, k);
    const s = load<f64>(motion);
    const c1 = load<f64>(motion, 8);
    const c2 = load<f64>(motion, 16);
    const moment = second * s + mx * c2 - my * c1;
    const p1 = m * c1 - my * s;
    const p2 = m * c2 + mx * s;
    store<f64>(at<f64>(mass, k * n + k), moment * s + p1 * c1 + p2 * c2 + dofAt(model, k).armature);
    while (j >= 0) {
      const other = tripleAt(workspace.motions, j);
      const entry = moment * load<f64>(other) + p1 * load<f64>(other, 8) + p2 * load<f64>(other, 16);
      store<f64>(at<f64>(mass, k * n + j), entry);
      store<f64>(at<f64>(mass, j * n + k), entry);
      j = dofParent(model, j);
    }
  }
}

/** bias = Coriolis and centrifugal forces minus gravity's, (n), from velocities() at hand. */
export function biasForce(model: Model, workspace: Workspace): void {
  const header = model.header;
  const n = header.dofs;
  const wrenches = workspace.wrenches;
  clearNumbers(wrenches, 3 * n);
  for (let b = 1; b < header.bodies; ++b) {
    const k = lastDof(model, b);
    const body = bodyAt(model, b);
    const m = body.mass;
    if (k < 0 || m == 0) continue;
    const pose = poseAt(workspace, b);
    const x = pose.centreX - workspace.originX;
    const y = pose.centreY - workspace.originY;
    const velocity = tripleAt(workspace.velocities, k);
    const acceleration = tripleAt(workspace.accelerations, k);
    const w = load<f64>(velocity);
    // acceleration of the centre of mass: that of the point at O, plus w times the velocity of the centre turned
    const v1 = load<f64>(velocity, 8) - w * y;
    const v2 = load<f64>(velocity, 16) + w * x;
    const f1 = m * (load<f64>(acceleration, 8) - w * v2 - header.gravity1);
    const f2 = m * (load<f64>(acceleration, 16) + w * v1 - header.gravity2);
    addWrench(tripleAt(wrenches, k), 0, x, y, f1, f2);
  }
  clearNumbers(workspace.bias, n);
  addGeneralised(model, workspace, workspace.bias);
}

/** Inverse weights of degrees of freedom and bodies and the mean inertia, at the pose q that the document draws. */
export function modelFinish(model: Model, workspace: Workspace, q: usize): void {
  const header = model.header;
  const n = header.dofs;
  for (let k = 0; k < n; ++k) store<f64>(at<f64>(q, k), dofAt(model, k).reference);
  kinematics(model, workspace, q);
  massMatrix(model, workspace);
  copyNumbers(workspace.massFactor, workspace.mass, n * n);
  factor(workspace.massFactor, n);
  model.meanInertia = 0;
  for (let k = 0; k < n; ++k) {
    model.meanInertia += load<f64>(at<f64>(workspace.mass, k * n + k)) / <f64>n;
    clearNumbers(workspace.scratch, n);
    store<f64>(at<f64>(workspace.scratch, k), 1);
    solve(workspace.massFactor, workspace.scratch, n);
    const body = bodyAt(model, dofAt(model, k).body);
    dofConstantsAt(model, k).inverseWeight = body.simple ? 1 / body.mass : load<f64>(at<f64>(workspace.scratch, k));
  }
  for (let p = 0; p < header.pairs; ++p) {
    const pair = pairAt(model, p);
    pairConstantsAt(model, p).inverseWeight =
      bodyInverseWeight(model, workspace, geomAt(model, pair.geom1).body) +
      bodyInverseWeight(model, workspace, geomAt(model, pair.geom2).body);
  }
}

/** A third of the centre of mass's mobility along both axes, as MuJoCo averages over three; 0 for what can't move. */
function bodyInverseWeight(model: Model, workspace: Workspace, b: i32): f64 {
  const n = model.header.dofs;
  const body = bodyAt(model, b);
  if (body.simple) return 1 / body.mass;
  const pose = poseAt(workspace, b);
  const x = pose.centreX - workspace.originX;
  const y = pose.centreY - workspace.originY;
  let mobility: f64 = 0;
  for (let axis = 0; axis < 2; ++axis) {
    clearNumbers(workspace.gradient, n);
    for (let k = lastDof(model, b); k >= 0; k = dofParent(model, k)) {
      const motion = tripleAt(workspace.motions, k);
      const s = load<f64>(motion);
      const column = axis == 0 ? load<f64>(motion, 8) - s * y : load<f64>(motion, 16) + s * x;
      store<f64>(at<f64>(workspace.gradient, k), column);
    }
    copyNumbers(workspace.scratch, workspace.gradient, n);
    solve(workspace.massFactor, workspace.scratch, n);
    for (let k = 0; k < n; ++k) {
      mobility += load<f64>(at<f64>(workspace.gradient, k)) * load<f64>(at<f64>(workspace.scratch, k));
    }
  }
  return mobility / 3;
}
