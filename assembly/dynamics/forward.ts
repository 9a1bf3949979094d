// One evaluation of the dynamics at a state: everything up to the acceleration.

import { at } from "../linalg/vector";
import { copyNumbers } from "./block";
import { collide } from "./collision";
import { constraintRows } from "./constraint";
import { factor, solve } from "./factor";
import { actuation, passiveForce } from "./forces";
import { biasForce, massMatrix } from "./inertia";
import { kinematics, velocities } from "./kinematics";
import { bodyAt, dofAt, Model } from "./model";
import { solveConstraints } from "./solver";
import { poseAt, Trouble, Workspace } from "./workspace";

/** Everything before the constraints are solved. */
export function prepare(model: Model, workspace: Workspace, q: usize, v: usize, u: usize): void {
  const n = model.header.dofs;
  workspace.trouble = 0;
  kinematics(model, workspace, q);
  massMatrix(model, workspace);
  collide(model, workspace);
  velocities(model, workspace, v);
  biasForce(model, workspace);
  passiveForce(model, workspace, q, v);
  actuation(model, workspace, q, v, u);
  for (let k = 0; k < n; ++k) {
    const force =
      load<f64>(at<f64>(workspace.passive, k)) +
      load<f64>(at<f64>(workspace.actuation, k)) -
      load<f64>(at<f64>(workspace.bias, k));
    store<f64>(at<f64>(workspace.smoothForce, k), force);
    store<f64>(at<f64>(workspace.constraintForce, k), 0);
  }
  constraintRows(model, workspace, q, v);
}

/** x = M^-1 x; factors M. */
export function solveMass(model: Model, workspace: Workspace, x: usize): void {
  const n = model.header.dofs;
  copyNumbers(workspace.massFactor, workspace.mass, n * n);
  if (!factor(workspace.massFactor, n)) workspace.trouble |= Trouble.NotFinite;
  solve(workspace.massFactor, x, n);
}

/** Everything, with the acceleration in workspace.acceleration, which holds the guess that the solver starts from. */
export function forward(model: Model, workspace: Workspace, q: usize, v: usize, u: usize): void {
  const n = model.header.dofs;
  prepare(model, workspace, q, v, u);
  if (workspace.rowCount > 0) solveConstraints(model, workspace);
  else {
    copyNumbers(workspace.acceleration, workspace.smoothForce, n);
    solveMass(model, workspace, workspace.acceleration);
  }
}

/** Gravity's and the springs' energy, J, at the poses at hand. */
export function potentialEnergy(model: Model, workspace: Workspace, q: usize): f64 {
  const header = model.header;
  let energy: f64 = 0;
  for (let b = 1; b < header.bodies; ++b) {
    const pose = poseAt(workspace, b);
    energy -= bodyAt(model, b).mass * (header.gravity1 * pose.centreX + header.gravity2 * pose.centreY);
  }
  for (let k = 0; k < header.dofs; ++k) {
    const dof = dofAt(model, k);
    const stretch = load<f64>(at<f64>(q, k)) - dof.springReference;
    energy += 0.5 * dof.stiffness * stretch * stretch;
  }
  return energy;
}

/** v' M v / 2, J, with the mass matrix at hand. */
export function kineticEnergy(model: Model, workspace: Workspace, v: usize): f64 {
  const n = model.header.dofs;
  let energy: f64 = 0;
  for (let i = 0; i < n; ++i) {
    for (let k = 0; k < n; ++k) {
      energy +=
        0.5 * load<f64>(at<f64>(workspace.mass, i * n + k)) * load<f64>(at<f64>(v, i)) * load<f64>(at<f64>(v, k));
    }
  }
  return energy;
}
