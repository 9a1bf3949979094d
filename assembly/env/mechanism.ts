// Tasks whose body is a planar mechanism. The state begins with its coordinates and velocities, s = (q, v, rest); what follows, such
// as a target, moves by the task's own `move`, or stays.

import { allocNumbers, arenaAlloc } from "../core/arena";
import { Random, randomNormal } from "../core/random";
import { Control, controlCreate, controlJacobian } from "../dynamics/control";
import { kinematics } from "../dynamics/kinematics";
import { dofAt, dofParent, lastDof, siteAt } from "../dynamics/model";
import { sitePosition } from "../dynamics/readout";
import { Simulation, simulationCreate, simulationStep } from "../dynamics/simulation";
import { tripleAt } from "../dynamics/workspace";
import { at, clear } from "../linalg/vector";
import { Task, taskCreate } from "./task";

/** One copy of a simulation, which every copy of the task uses in turn. */
@unmanaged
@final
export class Mechanism {
  simulation: Simulation;
  control: Control;
  /** Time steps of a control step. */
  substeps: i32;
  /** x, y of a site (2). */
  place: usize;
}

/** A task on the mechanism in a block, with `rest` numbers of state behind (q, v) and `hidden` unobserved ones. */
export function mechanismTask(
  block: usize,
  bytes: i32,
  rest: i32,
  hidden: i32,
  terms: i32,
  steps: i32,
  substeps: i32,
): Task {
  const simulation = simulationCreate(block, bytes, 1);
  const mechanism = changetype<Mechanism>(arenaAlloc(offsetof<Mechanism>()));
  mechanism.simulation = simulation;
  mechanism.control = controlCreate(simulation, substeps);
  mechanism.substeps = substeps;
  mechanism.place = allocNumbers<f64>(2);
  const header = simulation.model.header;
  const controlStep = header.timestep * substeps;
  const task = taskCreate(2 * header.dofs + rest, header.actuators, hidden, terms, steps, controlStep);
  task.mechanism = mechanism;
  task.step = mechanismStep.index;
  task.jacobian = mechanismJacobian.index;
  return task;
}

/** Degrees of freedom of a task's mechanism: velocities begin at this index of the state, the rest at its double. */
export function dofsOf(task: Task): i32 {
  return mechanismOf(task).simulation.model.header.dofs;
}


@inline
function mechanismOf(task: Task): Mechanism {
  return changetype<Mechanism>(task.mechanism);
}

/** Puts (q, v) of s into the simulation; the solver starts afresh, so that the next state depends on s, a and the disturbance alone. */
function place(mechanism: Mechanism, s: usize): void {
  const simulation = mechanism.simulation;
  const n = simulation.model.header.dofs;
  memory.copy(simulation.q, s, (<usize>n) << 3);
  memory.copy(simulation.v, at<f64>(s, n), (<usize>n) << 3);
  clear<f64>(simulation.warm, n);
}


@inline
function clipped(a: f64): f64 {
  return max<f64>(-1, min<f64>(1, a));
}

/** Actuators get the clipped action and a normal number times `disturbance`, both in units of their range, held over the step. */
export function mechanismStep(task: Task, s: usize, hidden: usize, a: usize, disturbance: f64, random: Random): i32 {
  const mechanism = mechanismOf(task);
  const simulation = mechanism.simulation;
  const n = simulation.model.header.dofs;
  place(mechanism, s);
  for (let k = 0; k < task.actions; ++k) {
    let u = clipped(load<f64>(at<f64>(a, k)));
    if (disturbance > 0) u += disturbance * randomNormal(random);
    store<f64>(at<f64>(simulation.u, k), u);
  }
  simulationStep(simulation, mechanism.substeps);
  memory.copy(s, simulation.q, (<usize>n) << 3);
  memory.copy(at<f64>(s, n), simulation.v, (<usize>n) << 3);
  if (task.move) call_indirect<void>(task.move, task, s, hidden);
  return load<i32>(simulation.trouble);
}

/** The simulator's exact derivatives; what is not of the mechanism counts as constant, a clipped action as without effect. */
export function mechanismJacobian(task: Task, fS: usize, fA: usize, s: usize, a: usize): void {
  const mechanism = mechanismOf(task);
  const simulation = mechanism.simulation;
  const n2 = 2 * simulation.model.header.dofs;
  const S = task.states;
  const A = task.actions;
  place(mechanism, s);
  for (let k = 0; k < A; ++k) store<f64>(at<f64>(simulation.u, k), clipped(load<f64>(at<f64>(a, k))));
  controlJacobian(mechanism.control, 0, mechanism.substeps);
  const from = mechanism.control.jacobian;
  clear<f64>(fS, S * S);
  clear<f64>(fA, S * A);
  for (let i = 0; i < n2; ++i) {
    const row = at<f64>(from, i * (n2 + A));
    memory.copy(at<f64>(fS, i * S), row, (<usize>n2) << 3);
    for (let k = 0; k < A; ++k) {
      const inside = Math.abs(load<f64>(at<f64>(a, k))) <= 1;
      if (inside) store<f64>(at<f64>(fA, i * A + k), load<f64>(at<f64>(row, n2 + k)));
    }
  }
  for (let i = n2; i < S; ++i) store<f64>(at<f64>(fS, i * S + i), 1);
}

/** The simulation one control step after the state and the action that mechanismJacobian was last called with. */
export function mechanismNext(task: Task): Simulation {
  const mechanism = mechanismOf(task);
  simulationStep(mechanism.simulation, mechanism.substeps);
  return mechanism.simulation;
}

/** The mechanism at its model's reference pose; s (S) is zero. */
export function resetToReference(task: Task, s: usize): void {
  const model = mechanismOf(task).simulation.model;
  for (let k = 0; k < model.header.dofs; ++k) store<f64>(at<f64>(s, k), dofAt(model, k).reference);
}

/** Address of x, y of a site at the coordinates of s; good until the next call. `siteVjp` builds on it. */
export function sitePlace(task: Task, site: i32, s: usize): usize {
  const mechanism = mechanismOf(task);
  const simulation = mechanism.simulation;
  kinematics(simulation.model, simulation.workspace, s);
  sitePosition(simulation, site, mechanism.place);
  return mechanism.place;
}

/** Pullback of an adjoint (gx, gy) of a site's place to the coordinates, after sitePlace of this site: dq += (gx, gy) d(x, y) / dq. */
export function siteVjp(task: Task, dq: usize, site: i32, gx: f64, gy: f64): void {
  const mechanism = mechanismOf(task);
  const simulation = mechanism.simulation;
  const model = simulation.model;
  const workspace = simulation.workspace;
  const x = load<f64>(mechanism.place) - workspace.originX;
  const y = load<f64>(mechanism.place, 8) - workspace.originY;
  const moment = x * gy - y * gx;
  for (let k = lastDof(model, siteAt(model, site).body); k >= 0; k = dofParent(model, k)) {
    const motion = tripleAt(workspace.motions, k);
    const slot = at<f64>(dq, k);
    const slope = load<f64>(motion) * moment + load<f64>(motion, 8) * gx + load<f64>(motion, 16) * gy;
    store<f64>(slot, load<f64>(slot) + slope);
  }
}
