// Poses, motions and velocities. Joints move their body's frame in the order of the document, starting from the frame's place in the
// parent: a slide shifts it along its axis, a hinge turns it about its anchor.

import { at } from "../linalg/vector";
import { bodyAt, dofAt, DofKind, dofParent, Model } from "./model";
import { poseAt, tripleAt, Workspace } from "./workspace";

/** Poses of all bodies and motions of all degrees of freedom at coordinates q. */
export function kinematics(model: Model, workspace: Workspace, q: usize): void {
  const bodies = model.header.bodies;
  const world = poseAt(workspace, 0);
  world.cos = 1;
  for (let b = 1; b < bodies; ++b) {
    const body = bodyAt(model, b);
    const parent = poseAt(workspace, body.parent);
    const pose = poseAt(workspace, b);
    let x = parent.x + parent.cos * body.x - parent.sin * body.y;
    let y = parent.y + parent.sin * body.x + parent.cos * body.y;
    let angle = parent.angle + body.angle;
    let c = parent.cos;
    let s = parent.sin;
    if (body.angle != 0) {
      NativeMath.sincos(angle);
      c = NativeMath.sincos_cos;
      s = NativeMath.sincos_sin;
    }
    const end = body.firstDof + body.dofCount;
    for (let k = body.firstDof; k < end; ++k) {
      const dof = dofAt(model, k);
      const move = load<f64>(at<f64>(q, k)) - dof.reference;
      const motion = tripleAt(workspace.motions, k);
      if (dof.kind == DofKind.Slide) {
        const axisX = c * dof.axisX - s * dof.axisY;
        const axisY = s * dof.axisX + c * dof.axisY;
        x += axisX * move;
        y += axisY * move;
        store<f64>(motion, 0);
        store<f64>(motion, axisX, 8);
        store<f64>(motion, axisY, 16);
      } else {
        const anchorX = x + c * dof.anchorX - s * dof.anchorY;
        const anchorY = y + s * dof.anchorX + c * dof.anchorY;
        angle += dof.sign * move;
        NativeMath.sincos(angle);
        c = NativeMath.sincos_cos;
        s = NativeMath.sincos_sin;
        x = anchorX - c * dof.anchorX + s * dof.anchorY;
        y = anchorY - s * dof.anchorX - c * dof.anchorY;
        // the anchor for now; the origin is not chosen yet
        store<f64>(motion, dof.sign);
        store<f64>(motion, anchorX, 8);
        store<f64>(motion, anchorY, 16);
      }
    }
    pose.x = x;
    pose.y = y;
    pose.angle = angle;
    pose.cos = c;
    pose.sin = s;
    pose.centreX = x + c * body.centreX - s * body.centreY;
    pose.centreY = y + s * body.centreX + c * body.centreY;
  }
  chooseOrigin(model, workspace);
}

/** Puts O near the mechanism, so that twists and wrenches stay small wherever it has travelled. */
function chooseOrigin(model: Model, workspace: Workspace): void {
  const header = model.header;
  if (header.bodies > 1) {
    const first = poseAt(workspace, 1);
    workspace.originX = first.centreX;
    workspace.originY = first.centreY;
  }
  for (let k = 0; k < header.dofs; ++k) {
    const motion = tripleAt(workspace.motions, k);
    const sign = load<f64>(motion);
    if (sign == 0) continue;
    const anchorX = load<f64>(motion, 8) - workspace.originX;
    const anchorY = load<f64>(motion, 16) - workspace.originY;
    store<f64>(motion, sign * anchorY, 8);
    store<f64>(motion, -sign * anchorX, 16);
  }
}

/** Twists and velocity-product accelerations (those at zero joint acceleration) at joint velocities v. */
export function velocities(model: Model, workspace: Workspace, v: usize): void {
  const n = model.header.dofs;
  for (let k = 0; k < n; ++k) {
    const motion = tripleAt(workspace.motions, k);
    const s = load<f64>(motion);
    const c1 = load<f64>(motion, 8);
    const c2 = load<f64>(motion, 16);
    const rate = load<f64>(at<f64>(v, k));
    const parent = dofParent(model, k);
    let w: f64 = 0;
    let u1: f64 = 0;
    let u2: f64 = 0;
    let a1: f64 = 0;
    let a2: f64 = 0;
    if (parent >= 0) {
      const before = tripleAt(workspace.velocities, parent);
      w = load<f64>(before);
      u1 = load<f64>(before, 8);
      u2 = load<f64>(before, 16);
      const acceleration = tripleAt(workspace.accelerations, parent);
      a1 = load<f64>(acceleration, 8);
      a2 = load<f64>(acceleration, 16);
    }
    // the axis is carried along: its rate is (velocity before) x motion
    a1 += (s * u2 - w * c2) * rate;
    a2 += (w * c1 - s * u1) * rate;
    const velocity = tripleAt(workspace.velocities, k);
    store<f64>(velocity, w + s * rate);
    store<f64>(velocity, u1 + c1 * rate, 8);
    store<f64>(velocity, u2 + c2 * rate, 16);
    const acceleration = tripleAt(workspace.accelerations, k);
    store<f64>(acceleration, 0);
    store<f64>(acceleration, a1, 8);
    store<f64>(acceleration, a2, 16);
  }
}
