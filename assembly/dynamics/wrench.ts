// Wrenches about O, summed body by body at the degree of freedom that moves the body, then brought to the coordinates.

import { at } from "../linalg/vector";
import { dofParent, Model } from "./model";
import { tripleAt, Workspace } from "./workspace";

/** Adds the wrench of force (f1, f2) at (x, y) and a moment to a triple. */
@inline
export function addWrench(sum: usize, moment: f64, x: f64, y: f64, f1: f64, f2: f64): void {
  store<f64>(sum, load<f64>(sum) + moment + x * f2 - y * f1);
  store<f64>(sum, load<f64>(sum, 8) + f1, 8);
  store<f64>(sum, load<f64>(sum, 16) + f2, 16);
}

/**
 * force (n) += what workspace.wrenches do on the coordinates: every degree of freedom bears the wrenches of all that it carries, which
 * this leaves in their place.
 */
export function addGeneralised(model: Model, workspace: Workspace, force: usize): void {
  const wrenches = workspace.wrenches;
  for (let k = model.header.dofs - 1; k >= 0; --k) {
    const wrench = tripleAt(wrenches, k);
    const motion = tripleAt(workspace.motions, k);
    const moment = load<f64>(wrench);
    const f1 = load<f64>(wrench, 8);
    const f2 = load<f64>(wrench, 16);
    const power = load<f64>(motion) * moment + load<f64>(motion, 8) * f1 + load<f64>(motion, 16) * f2;
    store<f64>(at<f64>(force, k), load<f64>(at<f64>(force, k)) + power);
    const parent = dofParent(model, k);
    if (parent >= 0) addWrench(tripleAt(wrenches, parent), moment, 0, 0, f1, f2);
  }
}
