// Derivatives of a control step: `substeps` time steps under constant controls, from the state of one copy, which stays where it is.

import { allocNumbers, arenaAlloc } from "../core/arena";
import { at } from "../linalg/vector";
import { clearNumbers, copyNumbers } from "./block";
import {
  accelerationAdjoint,
  accelerationJvp,
  Derivative,
  derivativeCreate,
  linearize,
  residualSlopes,
  stepJvp,
  stepVjp,
} from "./derivative";
import { solveRows } from "./factor";
import { forward } from "./forward";
import { actuatorAt, Integrator } from "./model";
import { advance, Simulation } from "./simulation";


@unmanaged
@final
export class Control {
  simulation: Simulation;
  derivative: Derivative;
  maxSubsteps: i32;
  /** f64[maxSubsteps + 1, 3, n]: q, v and warm start before every substep. */
  tape: usize;
  /** The caller's tangents or adjoints: f64[n], f64[n], f64[actuators]. */
  dq: usize;
  dv: usize;
  du: usize;
  /** f64[2 n, 2 n + actuators]: the control step's Jacobian [A B], and one time step's. */
  jacobian: usize;
  stepJacobian: usize;
  product: usize;
  /** f64[n, 2 n + actuators]. */
  columns: usize;
  columnsHat: usize;
  /** Runge and Kutta's stages: f64[4, n] each, and their tangents or adjoints. */
  stageQ: usize;
  stageV: usize;
  stageDq: usize;
  stageDv: usize;
  sumDq: usize;
  sumDv: usize;
  adjoint: usize;
}

export function controlCreate(simulation: Simulation, maxSubsteps: i32): Control {
  const model = simulation.model;
  const n = model.header.dofs;
  const width = 2 * n + model.header.actuators;
  const control = changetype<Control>(arenaAlloc(offsetof<Control>()));
  control.simulation = simulation;
  control.derivative = derivativeCreate(model);
  control.maxSubsteps = maxSubsteps;
  control.tape = allocNumbers<f64>((maxSubsteps + 1) * 3 * n);
  control.dq = allocNumbers<f64>(n);
  control.dv = allocNumbers<f64>(n);
  control.du = allocNumbers<f64>(model.header.actuators);
  control.jacobian = allocNumbers<f64>(2 * n * width);
  control.stepJacobian = allocNumbers<f64>(2 * n * width);
  control.product = allocNumbers<f64>(2 * n * width);
  control.columns = allocNumbers<f64>(n * width);
  control.columnsHat = allocNumbers<f64>(n * width);
  control.stageQ = allocNumbers<f64>(4 * n);
  control.stageV = allocNumbers<f64>(4 * n);
  control.stageDq = allocNumbers<f64>(n);
  control.stageDv = allocNumbers<f64>(n);
  control.sumDq = allocNumbers<f64>(n);
  control.sumDv = allocNumbers<f64>(n);
  control.adjoint = allocNumbers<f64>(n);
  return control;
}


@inline
function dofsOf(control: Control): i32 {
  return control.simulation.model.header.dofs;
}

/** q, v or warm start (part 0, 1, 2) before a substep. */
@inline
function tapeAt(control: Control, substep: i32, part: i32): usize {
  return at<f64>(control.tape, (3 * substep + part) * dofsOf(control));
}


@inline
function controlsOf(control: Control, i: i32): usize {
  const simulation = control.simulation;
  return at<f64>(simulation.u, i * simulation.model.header.actuators);
}

/** Puts copy i's state at the tape's beginning. */
function begin(control: Control, i: i32, substeps: i32): void {
  const simulation = control.simulation;
  if (<u32>i >= <u32>simulation.count || substeps < 1 || substeps > control.maxSubsteps) unreachable();
  const n = simulation.model.header.dofs;
  copyNumbers(tapeAt(control, 0, 0), at<f64>(simulation.q, i * n), n);
  copyNumbers(tapeAt(control, 0, 1), at<f64>(simulation.v, i * n), n);
  copyNumbers(tapeAt(control, 0, 2), at<f64>(simulation.warm, i * n), n);
}

/** The tape's next entry. */
function follow(control: Control, u: usize, substep: i32): i32 {
  const q = tapeAt(control, substep + 1, 0);
  copyNumbers(q, tapeAt(control, substep, 0), 3 * dofsOf(control));
  return advance(control.simulation, q, tapeAt(control, substep + 1, 1), u, tapeAt(control, substep + 1, 2));
}

function linearizeAt(control: Control, u: usize, substep: i32): void {
  copyNumbers(control.simulation.workspace.acceleration, tapeAt(control, substep, 2), dofsOf(control));
  linearize(control.simulation, control.derivative, tapeAt(control, substep, 0), tapeAt(control, substep, 1), u);
}


@inline
function isRungeKutta(control: Control): bool {
  return control.simulation.model.header.integrator == Integrator.RungeKutta;
}

/** Pushes the tangents dq, dv, du of copy i's state and controls through `substeps` steps: overwrites dq and dv. */
export function controlJvp(control: Control, i: i32, substeps: i32): i32 {
  const u = controlsOf(control, i);
  let trouble = 0;
  begin(control, i, substeps);
  for (let substep = 0; substep < substeps; ++substep) {
    if (isRungeKutta(control)) rungeKuttaJvp(control, u, substep);
    else {
      linearizeAt(control, u, substep);
      stepJvp(control.simulation, control.derivative, control.dq, control.dv, control.du);
    }
    trouble |= follow(control, u, substep);
  }
  return trouble;
}

/** Pulls the adjoints dq, dv of the state after `substeps` steps back: overwrites dq and dv, and sets du. */
export function controlVjp(control: Control, i: i32, substeps: i32): i32 {
  const u = controlsOf(control, i);
  let trouble = 0;
  begin(control, i, substeps);
  clearNumbers(control.du, control.simulation.model.header.actuators);
  for (let substep = 0; substep < substeps - 1; ++substep) trouble |= follow(control, u, substep);
  for (let substep = substeps - 1; substep >= 0; --substep) {
    if (isRungeKutta(control)) rungeKuttaVjp(control, u, substep);
    else {
      linearizeAt(control, u, substep);
      stepVjp(control.simulation, control.derivative, control.dq, control.dv, control.du);
    }
    trouble |= control.simulation.workspace.trouble;
  }
  return trouble;
}

/** control.jacobian = derivatives of (q', v') by (q, v, u) over `substeps` steps, (2 n, 2 n + actuators). */
export function controlJacobian(control: Control, i: i32, substeps: i32): i32 {
  const model = control.simulation.model;
  const n = model.header.dofs;
  const width = 2 * n + model.header.actuators;
  const u = controlsOf(control, i);
  let trouble = 0;
  begin(control, i, substeps);
  for (let substep = 0; substep < substeps; ++substep) {
    const target = substep == 0 ? control.jacobian : control.stepJacobian;
    if (isRungeKutta(control)) rungeKuttaJacobian(control, u, substep, target);
    else {
      linearizeAt(control, u, substep);
      semiImplicitJacobian(control, target);
    }
    trouble |= control.simulation.workspace.trouble;
    if (substep > 0) {
      compose(control.product, control.stepJacobian, control.jacobian, 2 * n, width);
      copyNumbers(control.jacobian, control.product, 2 * n * width);
    }
    if (substep < substeps - 1) trouble |= follow(control, u, substep);
  }
  return trouble;
}

/** out = [A2 A1, A2 B1 + B2] for the Jacobians [A2 B2] after [A1 B1], (S, width). */
function compose(out: usize, second: usize, first: usize, S: i32, width: i32): void {
  for (let i = 0; i < S; ++i) {
    const row = at<f64>(out, i * width);
    clearNumbers(row, S);
    copyNumbers(at<f64>(row, S), at<f64>(second, i * width + S), width - S);
    for (let k = 0; k < S; ++k) {
      const weight = load<f64>(at<f64>(second, i * width + k));
      if (weight == 0) continue;
      const other = at<f64>(first, k * width);
      for (let j: usize = 0; j < (<usize>width) << 3; j += 8) {
        store<f64>(row + j, load<f64>(row + j) + weight * load<f64>(other + j));
      }
    }
  }
}

/** columns = da by (q, v, u), (n, 2 n + actuators), from the derivative's residual slopes. */
function accelerationColumns(control: Control): void {
  const simulation = control.simulation;
  const model = simulation.model;
  const derivative = control.derivative;
  const n = model.header.dofs;
  const width = 2 * n + model.header.actuators;
  clearNumbers(control.columns, n * width);
  for (let k = 0; k < n; ++k) {
    const row = at<f64>(control.columns, k * width);
    for (let j = 0; j < n; ++j) {
      store<f64>(at<f64>(row, j), -load<f64>(at<f64>(derivative.gq, k * n + j)));
      store<f64>(at<f64>(row, n + j), -load<f64>(at<f64>(derivative.gv, k * n + j)));
    }
  }
  for (let j = 0; j < model.header.actuators; ++j) {
    const k = actuatorAt(model, j).dof;
    store<f64>(at<f64>(control.columns, k * width + 2 * n + j), -load<f64>(at<f64>(derivative.gu, j)));
  }
  solveRows(simulation.workspace.hessian, control.columns, n, width);
}

function semiImplicitJacobian(control: Control, out: usize): void {
  const simulation = control.simulation;
  const workspace = simulation.workspace;
  const model = simulation.model;
  const derivative = control.derivative;
  const n = model.header.dofs;
  const width = 2 * n + model.header.actuators;
  const h = model.header.timestep;
  accelerationColumns(control);
  let columns = control.columns;
  if (derivative.implicit) {
    // Mhat da_hat = M da - e
    columns = control.columnsHat;
    for (let k = 0; k < n; ++k) {
      const row = at<f64>(columns, k * width);
      clearNumbers(row, width);
      for (let j = 0; j < n; ++j) {
        store<f64>(at<f64>(row, j), -load<f64>(at<f64>(derivative.eq, k * n + j)));
        store<f64>(at<f64>(row, n + j), -load<f64>(at<f64>(derivative.ev, k * n + j)));
      }
      for (let i = 0; i < n; ++i) {
        const weight = load<f64>(at<f64>(workspace.mass, k * n + i));
        if (weight == 0) continue;
        const other = at<f64>(control.columns, i * width);
        for (let j: usize = 0; j < (<usize>width) << 3; j += 8) {
          store<f64>(row + j, load<f64>(row + j) + weight * load<f64>(other + j));
        }
      }
    }
    solveRows(workspace.implicit, columns, n, width);
  }
  // v' = v + h a, q' = q + h v'
  for (let k = 0; k < n; ++k) {
    const rowQ = at<f64>(out, k * width);
    const rowV = at<f64>(out, (n + k) * width);
    const from = at<f64>(columns, k * width);
    for (let j = 0; j < width; ++j) {
      const value = h * load<f64>(at<f64>(from, j)) + (j == n + k ? 1 : 0);
      store<f64>(at<f64>(rowV, j), value);
      store<f64>(at<f64>(rowQ, j), h * value + (j == k ? 1 : 0));
    }
  }
}

/** Evaluates stage `stage` of a Runge-Kutta step at stageQ, stageV. */
function stageForward(control: Control, u: usize, stage: i32): void {
  const simulation = control.simulation;
  const n = simulation.model.header.dofs;
  forward(
    simulation.model,
    simulation.workspace,
    at<f64>(control.stageQ, stage * n),
    at<f64>(control.stageV, stage * n),
    u,
  );
}

/** The stage after `stage` of a step from (q, v): its distance in time is `ahead`. */
function nextStage(control: Control, q: usize, v: usize, stage: i32): void {
  const n = control.simulation.model.header.dofs;
  const acceleration = control.simulation.workspace.acceleration;
  const ahead = stageLength(control, stage);
  for (let k = 0; k < n; ++k) {
    const rate = load<f64>(at<f64>(control.stageV, stage * n + k));
    store<f64>(at<f64>(control.stageQ, (stage + 1) * n + k), load<f64>(at<f64>(q, k)) + ahead * rate);
    store<f64>(
      at<f64>(control.stageV, (stage + 1) * n + k),
      load<f64>(at<f64>(v, k)) + ahead * load<f64>(at<f64>(acceleration, k)),
    );
  }
}


@inline
function stageLength(control: Control, stage: i32): f64 {
  const h = control.simulation.model.header.timestep;
  return stage == 2 ? h : 0.5 * h;
}


@inline
function stageShare(control: Control, stage: i32): f64 {
  const h = control.simulation.model.header.timestep;
  return stage == 0 || stage == 3 ? h / 6 : h / 3;
}

/** Puts (q, v) of a substep into stage 0, with its warm start in the workspace. */
function beginStages(control: Control, substep: i32): void {
  copyNumbers(control.stageQ, tapeAt(control, substep, 0), dofsOf(control));
  copyNumbers(control.stageV, tapeAt(control, substep, 1), dofsOf(control));
  copyNumbers(control.simulation.workspace.acceleration, tapeAt(control, substep, 2), dofsOf(control));
}

function rungeKuttaJvp(control: Control, u: usize, substep: i32): void {
  const simulation = control.simulation;
  const derivative = control.derivative;
  const n = simulation.model.header.dofs;
  const q = tapeAt(control, substep, 0);
  const v = tapeAt(control, substep, 1);
  beginStages(control, substep);
  copyNumbers(control.stageDq, control.dq, n);
  copyNumbers(control.stageDv, control.dv, n);
  copyNumbers(control.sumDq, control.dq, n);
  copyNumbers(control.sumDv, control.dv, n);
  for (let stage = 0; stage < 4; ++stage) {
    stageForward(control, u, stage);
    residualSlopes(simulation, derivative, at<f64>(control.stageV, stage * n));
    accelerationJvp(simulation, derivative, control.stageDq, control.stageDv, control.du);
    if (stage < 3) nextStage(control, q, v, stage);
    const share = stageShare(control, stage);
    const ahead = stageLength(control, stage);
    for (let k = 0; k < n; ++k) {
      const rate = load<f64>(at<f64>(control.stageDv, k));
      const change = load<f64>(at<f64>(derivative.residual, k));
      const sumDq = at<f64>(control.sumDq, k);
      const sumDv = at<f64>(control.sumDv, k);
      store<f64>(sumDq, load<f64>(sumDq) + share * rate);
      store<f64>(sumDv, load<f64>(sumDv) + share * change);
      store<f64>(at<f64>(control.stageDq, k), load<f64>(at<f64>(control.dq, k)) + ahead * rate);
      store<f64>(at<f64>(control.stageDv, k), load<f64>(at<f64>(control.dv, k)) + ahead * change);
    }
  }
  copyNumbers(control.dq, control.sumDq, n);
  copyNumbers(control.dv, control.sumDv, n);
}

function rungeKuttaVjp(control: Control, u: usize, substep: i32): void {
  const simulation = control.simulation;
  const derivative = control.derivative;
  const n = simulation.model.header.dofs;
  const q = tapeAt(control, substep, 0);
  const v = tapeAt(control, substep, 1);
  beginStages(control, substep);
  for (let stage = 0; stage < 3; ++stage) {
    stageForward(control, u, stage);
    nextStage(control, q, v, stage);
  }
  // adjoints of stage s + 1's state, none behind the last
  clearNumbers(control.stageDq, n);
  clearNumbers(control.stageDv, n);
  copyNumbers(control.sumDq, control.dq, n);
  copyNumbers(control.sumDv, control.dv, n);
  for (let stage = 3; stage >= 0; --stage) {
    stageForward(control, u, stage);
    residualSlopes(simulation, derivative, at<f64>(control.stageV, stage * n));
    const share = stageShare(control, stage);
    const ahead = stageLength(control, stage);
    for (let k = 0; k < n; ++k) {
      const nextDq = load<f64>(at<f64>(control.stageDq, k));
      const nextDv = load<f64>(at<f64>(control.stageDv, k));
      store<f64>(at<f64>(control.adjoint, k), share * load<f64>(at<f64>(control.sumDv, k)) + ahead * nextDv);
      // the stage's velocity moves q by its share and the next stage's q
      store<f64>(at<f64>(control.stageDv, k), share * load<f64>(at<f64>(control.sumDq, k)) + ahead * nextDq);
      store<f64>(at<f64>(control.stageDq, k), 0);
    }
    accelerationAdjoint(simulation, derivative, control.adjoint, control.stageDq, control.stageDv, control.du);
    // every stage's state begins at the step's
    for (let k = 0; k < n; ++k) {
      const dq = at<f64>(control.dq, k);
      const dv = at<f64>(control.dv, k);
      store<f64>(dq, load<f64>(dq) + load<f64>(at<f64>(control.stageDq, k)));
      store<f64>(dv, load<f64>(dv) + load<f64>(at<f64>(control.stageDv, k)));
    }
  }
}

/** Column by column, by the pushforward of unit tangents. */
function rungeKuttaJacobian(control: Control, u: usize, substep: i32, out: usize): void {
  const model = control.simulation.model;
  const n = model.header.dofs;
  const m = model.header.actuators;
  const width = 2 * n + m;
  for (let j = 0; j < width; ++j) {
    clearNumbers(control.dq, n);
    clearNumbers(control.dv, n);
    clearNumbers(control.du, m);
    if (j < n) store<f64>(at<f64>(control.dq, j), 1);
    else if (j < 2 * n) store<f64>(at<f64>(control.dv, j - n), 1);
    else store<f64>(at<f64>(control.du, j - 2 * n), 1);
    rungeKuttaJvp(control, u, substep);
    for (let k = 0; k < n; ++k) {
      store<f64>(at<f64>(out, k * width + j), load<f64>(at<f64>(control.dq, k)));
      store<f64>(at<f64>(out, (n + k) * width + j), load<f64>(at<f64>(control.dv, k)));
    }
  }
}
