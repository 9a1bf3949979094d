// Copies of a mechanism and their steps in time. Controls hold over a step. All copies' states lie in one block: a snapshot is one copy.

import { allocNumbers, arenaAlloc } from "../core/arena";
import { at } from "../linalg/vector";
import { clearNumbers, copyNumbers } from "./block";
import { factor, solve } from "./factor";
import { axisCos, axisSin, dragOf } from "./forces";
import { forward, prepare } from "./forward";
import { modelFinish } from "./inertia";
import { bodyAt, dofAt, dofParent, Integrator, lastDof, Model, modelLoad } from "./model";
import { solveConstraints } from "./solver";
import { poseAt, tripleAt, Trouble, Workspace, workspaceCreate } from "./workspace";


@unmanaged
@final
export class Simulation {
  model: Model;
  workspace: Workspace;
  count: i32;
  /** Whether joint damping makes Euler's step implicit. */
  damped: i32;
  /** The block of all states: q, v (count, n), u (count, actuators), warm start (count, n), time (count), f64. */
  states: usize;
  q: usize;
  v: usize;
  u: usize;
  warm: usize;
  time: usize;
  /** i32[count]: bits of Trouble of the last step. */
  trouble: usize;
  /** f64[n] each, for Runge and Kutta's stages. */
  q0: usize;
  v0: usize;
  vSum: usize;
  aSum: usize;
  vStage: usize;
}

/** `count` copies of the model in a block, at its reference pose and at rest. */
export function simulationCreate(block: usize, bytes: i32, count: i32): Simulation {
  const model = modelLoad(block, bytes);
  const n = model.header.dofs;
  const simulation = changetype<Simulation>(arenaAlloc(offsetof<Simulation>()));
  simulation.model = model;
  simulation.workspace = workspaceCreate(model);
  simulation.count = count;
  simulation.states = allocNumbers<f64>(count * (3 * n + model.header.actuators + 1));
  simulation.q = simulation.states;
  simulation.v = at<f64>(simulation.q, count * n);
  simulation.u = at<f64>(simulation.v, count * n);
  simulation.warm = at<f64>(simulation.u, count * model.header.actuators);
  simulation.time = at<f64>(simulation.warm, count * n);
  simulation.trouble = allocNumbers<i32>(count);
  simulation.q0 = allocNumbers<f64>(n);
  simulation.v0 = allocNumbers<f64>(n);
  simulation.vSum = allocNumbers<f64>(n);
  simulation.aSum = allocNumbers<f64>(n);
  simulation.vStage = allocNumbers<f64>(n);
  modelFinish(model, simulation.workspace, simulation.q);
  for (let k = 0; k < n; ++k) if (dofAt(model, k).damping > 0 && model.header.eulerDamping) simulation.damped = 1;
  for (let i = 0; i < count; ++i) simulationReset(simulation, i);
  return simulation;
}

/** Copy i at the reference pose, at rest, without controls. */
export function simulationReset(simulation: Simulation, i: i32): void {
  if (<u32>i >= <u32>simulation.count) unreachable();
  const model = simulation.model;
  const n = model.header.dofs;
  for (let k = 0; k < n; ++k) store<f64>(at<f64>(simulation.q, i * n + k), dofAt(model, k).reference);
  clearNumbers(at<f64>(simulation.v, i * n), n);
  clearNumbers(at<f64>(simulation.u, i * model.header.actuators), model.header.actuators);
  clearNumbers(at<f64>(simulation.warm, i * n), n);
  store<f64>(at<f64>(simulation.time, i), 0);
  store<i32>(at<i32>(simulation.trouble, i), 0);
}

/** Evaluates copy i's dynamics into the workspace, without a step. */
export function simulationForward(simulation: Simulation, i: i32): void {
  if (<u32>i >= <u32>simulation.count) unreachable();
  const n = simulation.model.header.dofs;
  const workspace = simulation.workspace;
  copyNumbers(workspace.acceleration, at<f64>(simulation.warm, i * n), n);
  forward(
    simulation.model,
    workspace,
    at<f64>(simulation.q, i * n),
    at<f64>(simulation.v, i * n),
    at<f64>(simulation.u, i * simulation.model.header.actuators),
  );
}

/** `substeps` time steps of every copy. A copy whose numbers stop being finite stays where it was and says so in `trouble`. */
export function simulationStep(simulation: Simulation, substeps: i32): void {
  const model = simulation.model;
  const n = model.header.dofs;
  for (let i = 0; i < simulation.count; ++i) {
    let trouble = 0;
    for (let substep = 0; substep < substeps; ++substep) {
      trouble |= stepOne(simulation, i);
      if (trouble & Trouble.NotFinite) break;
    }
    store<i32>(at<i32>(simulation.trouble, i), trouble);
  }
}

/** One time step of copy i; returns bits of Trouble. */
function stepOne(simulation: Simulation, i: i32): i32 {
  const model = simulation.model;
  const n = model.header.dofs;
  const trouble = advance(
    simulation,
    at<f64>(simulation.q, i * n),
    at<f64>(simulation.v, i * n),
    at<f64>(simulation.u, i * model.header.actuators),
    at<f64>(simulation.warm, i * n),
  );
  if (trouble & Trouble.NotFinite) return trouble;
  const time = at<f64>(simulation.time, i);
  store<f64>(time, load<f64>(time) + model.header.timestep);
  return trouble;
}

/** One time step of a state (q, v, warm start) under controls u, in place unless its numbers stop being finite. */
export function advance(simulation: Simulation, q: usize, v: usize, u: usize, warm: usize): i32 {
  const model = simulation.model;
  const workspace = simulation.workspace;
  const n = model.header.dofs;
  const h = model.header.timestep;
  copyNumbers(workspace.acceleration, warm, n);
  let trouble: i32;
  if (model.header.integrator == Integrator.RungeKutta) trouble = rungeKutta(simulation, q, v, u, h);
  else {
    stepAcceleration(simulation, q, v, u);
    trouble = workspace.trouble;
    // the new state goes to the stage buffers until it has proved finite
    for (let k = 0; k < n; ++k) {
      const rate = load<f64>(at<f64>(v, k)) + h * load<f64>(at<f64>(workspace.direction, k));
      store<f64>(at<f64>(simulation.v0, k), rate);
      store<f64>(at<f64>(simulation.q0, k), load<f64>(at<f64>(q, k)) + h * rate);
    }
  }
  for (let k = 0; k < n; ++k) {
    // a row whose y is NaN counts as free: the new state may be finite where the solver's acceleration, the next guess, is not
    const acceleration = load<f64>(at<f64>(workspace.acceleration, k));
    if (!isFinite(load<f64>(at<f64>(simulation.q0, k)) - load<f64>(at<f64>(simulation.v0, k)) - acceleration)) {
      trouble |= Trouble.NotFinite;
    }
  }
  if (trouble & Trouble.NotFinite) return trouble;
  copyNumbers(q, simulation.q0, n);
  copyNumbers(v, simulation.v0, n);
  copyNumbers(warm, workspace.acceleration, n);
  return trouble;
}

/**
 * The acceleration that a semi-implicit step uses, in workspace.direction: (M + h damping)^-1 (all forces) for Euler with damped joints,
 * with the slopes of drag and actuators in the matrix too for implicitfast, else the constrained acceleration itself.
 */
export function stepAcceleration(simulation: Simulation, q: usize, v: usize, u: usize): void {
  const model = simulation.model;
  const workspace = simulation.workspace;
  const n = model.header.dofs;
  const implicit = model.header.integrator == Integrator.ImplicitFast || simulation.damped != 0;
  if (!implicit) {
    forward(model, workspace, q, v, u);
    copyNumbers(workspace.direction, workspace.acceleration, n);
    return;
  }
  prepare(model, workspace, q, v, u);
  if (workspace.rowCount > 0) solveConstraints(model, workspace);
  for (let k = 0; k < n; ++k) {
    const force = load<f64>(at<f64>(workspace.smoothForce, k)) + load<f64>(at<f64>(workspace.constraintForce, k));
    store<f64>(at<f64>(workspace.direction, k), force);
  }
  implicitMatrix(simulation);
  if (!factor(workspace.implicit, n)) workspace.trouble |= Trouble.NotFinite;
  solve(workspace.implicit, workspace.direction, n);
  if (workspace.rowCount == 0) copyNumbers(workspace.acceleration, workspace.direction, n);
}

/** workspace.implicit = M - h (derivative of passive and actuator forces by v), as far as the integrator takes it in. */
function implicitMatrix(simulation: Simulation): void {
  const model = simulation.model;
  const workspace = simulation.workspace;
  const n = model.header.dofs;
  const h = model.header.timestep;
  copyNumbers(workspace.implicit, workspace.mass, n * n);
  const fast = model.header.integrator == Integrator.ImplicitFast;
  for (let k = 0; k < n; ++k) {
    let slope = -dofAt(model, k).damping;
    if (fast) slope += load<f64>(at<f64>(workspace.actuationSlope, k));
    const slot = at<f64>(workspace.implicit, k * n + k);
    store<f64>(slot, load<f64>(slot) - h * slope);
  }
  if (fast && model.hasFluid) {
    fluidSlope(model, workspace);
    for (let i = 0; i < n * n; ++i) {
      const slot = at<f64>(workspace.implicit, i);
      store<f64>(slot, load<f64>(slot) - h * load<f64>(at<f64>(workspace.fluidSlope, i)));
    }
  }
}

/** workspace.fluidSlope = derivative of the drag forces by v, (n, n). */
export function fluidSlope(model: Model, workspace: Workspace): void {
  const n = model.header.dofs;
  clearNumbers(workspace.fluidSlope, n * n);
  for (let b = 1; b < model.header.bodies; ++b) {
    const last = lastDof(model, b);
    if (last < 0 || bodyAt(model, b).mass < 1e-15) continue;
    const pose = poseAt(workspace, b);
    const drag = dragOf(model, b);
    const x = pose.centreX - workspace.originX;
    const y = pose.centreY - workspace.originY;
    const velocity = tripleAt(workspace.velocities, last);
    const w = load<f64>(velocity);
    const u1 = load<f64>(velocity, 8) - w * y;
    const u2 = load<f64>(velocity, 16) + w * x;
    const c = axisCos(model, b, pose);
    const s = axisSin(model, b, pose);
    addDragSlope(model, workspace, last, 0, c, s, x, y, drag.linear + 2 * drag.square1 * Math.abs(c * u1 + s * u2));
    addDragSlope(model, workspace, last, 0, -s, c, x, y, drag.linear + 2 * drag.square2 * Math.abs(c * u2 - s * u1));
    addDragSlope(model, workspace, last, 1, 0, 0, x, y, drag.linearTurning + 2 * drag.squareTurning * Math.abs(w));
  }
}

/** fluidSlope -= slope j j', j the motion of point (x, y) along (dx, dy), or the turning if `turning` is 1. */
function addDragSlope(
  model: Model,
  workspace: Workspace,
  last: i32,
  turning: f64,
  dx: f64,
  dy: f64,
  x: f64,
  y: f64,
  slope: f64,
): void {
  const n = model.header.dofs;
  const moment = turning + x * dy - y * dx;
  for (let i = last; i >= 0; i = dofParent(model, i)) {
    const mi = tripleAt(workspace.motions, i);
    const ji = load<f64>(mi) * moment + load<f64>(mi, 8) * dx + load<f64>(mi, 16) * dy;
    for (let k = last; k >= 0; k = dofParent(model, k)) {
      const mk = tripleAt(workspace.motions, k);
      const jk = load<f64>(mk) * moment + load<f64>(mk, 8) * dx + load<f64>(mk, 16) * dy;
      const slot = at<f64>(workspace.fluidSlope, i * n + k);
      store<f64>(slot, load<f64>(slot) - slope * ji * jk);
    }
  }
}

/** Classical fourth-order step; the new state is left in q0 and v0. */
function rungeKutta(simulation: Simulation, q: usize, v: usize, u: usize, h: f64): i32 {
  const model = simulation.model;
  const workspace = simulation.workspace;
  const n = model.header.dofs;
  const q0 = simulation.q0;
  const vStage = simulation.vStage;
  let trouble = 0;
  copyNumbers(q0, q, n);
  copyNumbers(vStage, v, n);
  clearNumbers(simulation.vSum, n);
  clearNumbers(simulation.aSum, n);
  for (let stage = 0; stage < 4; ++stage) {
    forward(model, workspace, q0, vStage, u);
    trouble |= workspace.trouble;
    const share: f64 = stage == 0 || stage == 3 ? 1.0 / 6 : 1.0 / 3;
    const ahead = stage == 2 ? h : 0.5 * h;
    for (let k = 0; k < n; ++k) {
      const rate = load<f64>(at<f64>(vStage, k));
      const acceleration = load<f64>(at<f64>(workspace.acceleration, k));
      const vSum = at<f64>(simulation.vSum, k);
      const aSum = at<f64>(simulation.aSum, k);
      store<f64>(vSum, load<f64>(vSum) + share * rate);
      store<f64>(aSum, load<f64>(aSum) + share * acceleration);
      store<f64>(at<f64>(q0, k), load<f64>(at<f64>(q, k)) + ahead * rate);
      store<f64>(at<f64>(vStage, k), load<f64>(at<f64>(v, k)) + ahead * acceleration);
    }
  }
  for (let k = 0; k < n; ++k) {
    store<f64>(at<f64>(q0, k), load<f64>(at<f64>(q, k)) + h * load<f64>(at<f64>(simulation.vSum, k)));
    store<f64>(at<f64>(simulation.v0, k), load<f64>(at<f64>(v, k)) + h * load<f64>(at<f64>(simulation.aSum, k)));
  }
  return trouble;
}
