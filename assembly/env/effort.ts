// What an action costs: its square, as chosen and not clipped, so that a policy is drawn back from beyond its bounds.

import { at } from "../linalg/vector";
import { Task } from "./task";

/** |a|^2 */
export function effort(task: Task, a: usize): f64 {
  let sum: f64 = 0;
  for (let k = 0; k < task.actions; ++k) sum += load<f64>(at<f64>(a, k)) * load<f64>(at<f64>(a, k));
  return sum;
}

/** rA += weight d effort / da */
export function addEffortGradient(task: Task, rA: usize, a: usize, weight: f64): void {
  for (let k = 0; k < task.actions; ++k) {
    const slot = at<f64>(rA, k);
    store<f64>(slot, load<f64>(slot) + 2 * weight * load<f64>(at<f64>(a, k)));
  }
}
