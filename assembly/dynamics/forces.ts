// Passive forces (springs, dampers, the fluid's drag on equivalent boxes) and actuators.

import { at } from "../linalg/vector";
import { clearNumbers } from "./block";
import { actuatorAt, bodyAt, dofAt, lastDof, Model } from "./model";
import { Pose, poseAt, tripleAt, Trouble, Workspace } from "./workspace";
import { addGeneralised, addWrench } from "./wrench";

/** passive = -stiffness (q - springReference) - damping v + drag, (n). */
export function passiveForce(model: Model, workspace: Workspace, q: usize, v: usize): void {
  const n = model.header.dofs;
  for (let k = 0; k < n; ++k) {
    const dof = dofAt(model, k);
    const spring = -dof.stiffness * (load<f64>(at<f64>(q, k)) - dof.springReference);
    store<f64>(at<f64>(workspace.passive, k), spring - dof.damping * load<f64>(at<f64>(v, k)));
  }
  if (model.hasFluid) dragForce(model, workspace);
}

/** Drag of a body: coefficients along its two inertial axes and about the normal, as force = -(linear + square |v|) v. */
@unmanaged
@final
export class Drag {
  linear: f64;
  linearTurning: f64;
  square1: f64;
  square2: f64;
  squareTurning: f64;
}

const DRAG: usize = memory.data(40, 8);

/** The drag coefficients of body b (inertia-box model), in a place that the next call reuses. */
export function dragOf(model: Model, b: i32): Drag {
  const body = bodyAt(model, b);
  const drag = changetype<Drag>(DRAG);
  const density = model.header.density;
  const viscosity = model.header.viscosity;
  const b1 = body.side1;
  const b2 = body.side2;
  const bn = body.sideN;
  const diameter = (b1 + b2 + bn) / 3;
  drag.linear = 3 * Math.PI * diameter * viscosity;
  drag.linearTurning = Math.PI * diameter * diameter * diameter * viscosity;
  drag.square1 = 0.5 * density * b2 * bn;
  drag.square2 = 0.5 * density * b1 * bn;
  drag.squareTurning = (density / 64) * bn * (b1 * b1 * b1 * b1 + b2 * b2 * b2 * b2);
  return drag;
}

function dragForce(model: Model, workspace: Workspace): void {
  const header = model.header;
  const n = header.dofs;
  const wrenches = workspace.wrenches;
  clearNumbers(wrenches, 3 * n);
  for (let b = 1; b < header.bodies; ++b) {
    const k = lastDof(model, b);
    if (k < 0 || bodyAt(model, b).mass < 1e-15) continue;
    const pose = poseAt(workspace, b);
    const drag = dragOf(model, b);
    const x = pose.centreX - workspace.originX;
    const y = pose.centreY - workspace.originY;
    const velocity = tripleAt(workspace.velocities, k);
    const w = load<f64>(velocity);
    const u1 = load<f64>(velocity, 8) - w * y;
    const u2 = load<f64>(velocity, 16) + w * x;
    const c = axisCos(model, b, pose);
    const s = axisSin(model, b, pose);
    const v1 = c * u1 + s * u2;
    const v2 = c * u2 - s * u1;
    const g1 = -(drag.linear + drag.square1 * Math.abs(v1)) * v1;
    const g2 = -(drag.linear + drag.square2 * Math.abs(v2)) * v2;
    const turning = -(drag.linearTurning + drag.squareTurning * Math.abs(w)) * w;
    const f1 = c * g1 - s * g2;
    const f2 = s * g1 + c * g2;
    addWrench(tripleAt(wrenches, k), turning, x, y, f1, f2);
  }
  addGeneralised(model, workspace, workspace.passive);
}

/** Direction of a body's first inertial axis in the plane. */
@inline
export function axisCos(model: Model, b: i32, pose: Pose): f64 {
  const turn = at<f64>(model.inertialTurns, 2 * b);
  return pose.cos * load<f64>(turn) - pose.sin * load<f64>(turn, 8);
}


@inline
export function axisSin(model: Model, b: i32, pose: Pose): f64 {
  const turn = at<f64>(model.inertialTurns, 2 * b);
  return pose.sin * load<f64>(turn) + pose.cos * load<f64>(turn, 8);
}

/**
 * Actuators' forces on the coordinates, and their slopes: by the control (controlSlope), by the coordinate's velocity
 * (actuationSlope). A control that is not finite counts as 0 and is reported.
 */
export function actuation(model: Model, workspace: Workspace, q: usize, v: usize, u: usize): void {
  const n = model.header.dofs;
  clearNumbers(workspace.actuation, n);
  clearNumbers(workspace.actuationSlope, n);
  for (let i = 0; i < model.header.actuators; ++i) {
    const actuator = actuatorAt(model, i);
    const k = actuator.dof;
    let control = load<f64>(at<f64>(u, i));
    let slope = actuator.gain;
    if (!isFinite(control)) {
      workspace.trouble |= Trouble.NotFinite;
      control = 0;
    }
    if (control < actuator.controlLow || control > actuator.controlHigh) {
      control = max<f64>(actuator.controlLow, min<f64>(actuator.controlHigh, control));
      slope = 0;
    }
    const gear = actuator.gear;
    let force =
      actuator.gain * control +
      gear * (actuator.bias1 * load<f64>(at<f64>(q, k)) + actuator.bias2 * load<f64>(at<f64>(v, k)));
    let velocitySlope = gear * gear * actuator.bias2;
    if (force < actuator.forceLow || force > actuator.forceHigh) {
      force = max<f64>(actuator.forceLow, min<f64>(actuator.forceHigh, force));
      slope = 0;
      velocitySlope = 0;
      store<f64>(at<f64>(workspace.positionSlope, i), 0);
    } else store<f64>(at<f64>(workspace.positionSlope, i), gear * gear * actuator.bias1);
    store<f64>(at<f64>(workspace.actuatorForces, i), force);
    store<f64>(at<f64>(workspace.controlSlope, i), gear * slope);
    const sum = at<f64>(workspace.actuation, k);
    store<f64>(sum, load<f64>(sum) + gear * force);
    const slopes = at<f64>(workspace.actuationSlope, k);
    store<f64>(slopes, load<f64>(slopes) + velocitySlope);
  }
  for (let k = 0; k < n; ++k) {
    const dof = dofAt(model, k);
    const sum = at<f64>(workspace.actuation, k);
    const force = load<f64>(sum);
    const within = force >= dof.forceLow && force <= dof.forceHigh;
    store<i32>(at<i32>(workspace.jointSaturated, k), within ? 0 : 1);
    if (!within) store<f64>(sum, max<f64>(dof.forceLow, min<f64>(dof.forceHigh, force)));
  }
}
