/** States, differences and counts that the tests of the derivatives share. */

import type { MainModule, MjData, MjModel } from "@mujoco/mujoco";
import { firstBad } from "../../src/diagnose.js";
import type { PlanarModel } from "../../src/mjcf/model.js";
import { type Plant, Trouble } from "../../src/plant.js";
import type { Source } from "../core/numbers.js";
import { place } from "../oracle/compare.js";
import { type Cone, type Integrator, Oracle } from "../oracle/mujoco.js";
import { KINDS, Sampler, type State } from "../oracle/states.js";
import type { FeatureModel } from "../oracle/xml.js";

export type { State } from "../oracle/states.js";

/** `count` states of a model, of every kind in turn. */
export function drawStates(mujoco: MainModule, source: FeatureModel, count: number, seed = 1): State[] {
  const oracle = new Oracle(mujoco, source.xml);
  const sampler = new Sampler(oracle, source, seed);
  const states = Array.from({ length: count }, (_, i) => sampler.draw(KINDS[i % KINDS.length]!));
  oracle.dispose();
  return states;
}

/** Rows and columns of a Jacobian, row-major. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float64Array;
}

export function columnOf({ rows, columns, values }: Matrix, j: number): number[] {
  return Array.from({ length: rows }, (_, i) => values[i * columns + j]!);
}

/** A copy of a plant's Jacobian of `substeps` time steps. */
export function jacobianOf(plant: Plant, substeps = 1): Matrix {
  const { dofs, actuators } = plant.model;
  const rows = 2 * dofs.length;
  return { rows, columns: rows + actuators.length, values: plant.jacobian(0, substeps).slice() };
}

export function product({ rows, columns, values }: Matrix, x: readonly number[]): number[] {
  return Array.from({ length: rows }, (_, i) => x.reduce((sum, xj, j) => sum + values[i * columns + j]! * xj, 0));
}

/** The Jacobian of a second step after a first one under the same controls. */
export function compose(second: Matrix, first: Matrix): Matrix {
  const { rows, columns } = first;
  const values = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      let sum = j < rows ? 0 : second.values[i * columns + j]!;
      for (let k = 0; k < rows; k++) sum += second.values[i * columns + k]! * first.values[k * columns + j]!;
      values[i * columns + j] = sum;
    }
  }
  return { rows, columns, values };
}

export function largest(values: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) {
    // NaN must not hide
    if (!(Math.abs(values[i]!) <= most)) most = Math.abs(values[i]!);
  }
  return most;
}

export function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new Error(`lengths ${a.length} and ${b.length}`);
  return largest(Array.from(a, (x, i) => x - b[i]!));
}

const STEPS = [1e-3, 1e-4, 1e-5, 1e-6, 1e-7];
/** Differences that agree this well have settled. */
const AGREEMENT = 5e-7;
const DAMPED = 0.1;
/** Slopes to both sides that differ by more, and by the same at several steps, are those of a kink. */
const KINK = 1e-6;

/** What differences of a plant's time step say about one column of its Jacobian. */
export interface Column {
  /** Whether the step switches between two laws so near that the differences do not settle: found without looking at the Jacobian. */
  readonly switches: boolean;
  /** Of the Jacobian's column against the best of the differences, in units of the column's largest number. */
  readonly error: number;
}

/** Difference of two Jacobians' columns, in units of the second one's largest number. */
export function columnError(a: Matrix, b: Matrix, j: number): number {
  const reference = columnOf(b, j);
  // a column of the state has the size of the identity, unless a contact damps it to rounding errors
  const scale = Math.max(largest(reference), j < b.rows ? DAMPED : 0);
  const gap = distance(columnOf(a, j), reference);
  return gap === 0 ? 0 : gap / scale;
}

/** Differences of one time step by every number of the state and the controls. */
export class Differences {
  readonly #plant: Plant;
  readonly #start: Float64Array;
  readonly #next: number[];
  readonly #rows: number;
  readonly columns: number;

  /** Around the state in which the plant is. It is put back there after each column. */
  constructor(plant: Plant) {
    this.#plant = plant;
    this.#rows = 2 * plant.q.length;
    this.columns = this.#rows + plant.u.length;
    this.#start = plant.states.slice();
    this.#next = this.#stepped();
    plant.states.set(this.#start);
  }

  #stepped(): number[] {
    this.#plant.step();
    if ((this.#plant.trouble[0]! & Trouble.notFinite) !== 0) throw new Error("a state of the tests cannot be stepped");
    return Array.from(this.#plant.states.subarray(0, this.#rows));
  }

  #at(j: number, change: number): number[] {
    const { states } = this.#plant;
    states.set(this.#start);
    // q, v and u are the block's beginning
    states[j]! += change;
    return this.#stepped();
  }

  /** Looks at column j of a Jacobian. */
  compare(jacobian: Matrix, j: number): Column {
    const analytic = columnOf(jacobian, j);
    const centred: number[][] = [];
    const sides: number[] = [];
    for (const change of STEPS) {
      const ahead = this.#at(j, change);
      const behind = this.#at(j, -change);
      centred.push(ahead.map((x, i) => (x - behind[i]!) / (2 * change)));
      sides.push(largest(ahead.map((x, i) => (x + behind[i]! - 2 * this.#next[i]!) / change)));
    }
    this.#plant.states.set(this.#start);
    // the error of a central difference goes with the square of its step
    const sharpened = centred.slice(1).map((fine, k) => fine.map((x, i) => x + (x - centred[k]![i]!) / 99));
    const candidates = [...centred, ...sharpened];
    // a column of the state has the size of the identity, unless a contact damps it to rounding errors
    const least = j < this.#rows ? DAMPED : 0;
    const scale = Math.max(largest(analytic), ...centred.map(largest).slice(-1), least);
    if (scale === 0) return { switches: false, error: 0 };
    const gaps = [
      ...centred.slice(1).map((fine, k) => distance(fine, centred[k]!)),
      ...sharpened.slice(1).map((fine, k) => distance(fine, sharpened[k]!)),
    ];
    const settled = Math.min(...gaps) <= AGREEMENT * scale;
    // over smooth ground the sides' difference shrinks with the step, from rounding errors it grows
    const [wide, middle, narrow] = sides.slice(1, -1) as [number, number, number];
    const steady = (a: number, b: number) => a < 3 * b && b < 3 * a;
    const kink = narrow > KINK * scale && steady(wide, middle) && steady(middle, narrow);
    const error = Math.min(...candidates.map((candidate) => distance(candidate, analytic))) / scale;
    return { switches: !settled || kink, error };
  }
}

/** How often the constraints were at work in a model's states. */
export interface Activity {
  contacts: number;
  sticking: number;
  sliding: number;
  limits: number;
}

/** Counts what is active in a state. Sliding contacts of elliptic cones are on the edge of the cone; pyramids are not looked at. */
export function countActivity(plant: Plant, state: State, activity: Activity): void {
  place(plant, state);
  plant.forward();
  const { dofs, pairs, option } = plant.model;
  for (const { active, pair, normalForce, tangentForce } of plant.contacts()) {
    if (!active || !(normalForce > 0)) continue;
    activity.contacts++;
    const { condim, friction } = pairs[pair]!;
    if (option.cone === "pyramidal" || condim === 1) continue;
    const onEdge = friction.some((f) => Math.abs(Math.abs(tangentForce) - f * normalForce) < 1e-9 * normalForce);
    if (onEdge) activity.sliding++;
    else activity.sticking++;
  }
  for (const [k, { limited, range, margin }] of dofs.entries()) {
    const q = state.q[k]!;
    if (limited && (q - range[0] < margin || range[1] - q < margin)) activity.limits++;
  }
}

/** A control step's length in the tests. */
const SUBSTEPS = 4;
/** Beyond this, m/s or rad/s, an explicit integrator has lost its hold on the drag. */
const OUT_OF_HAND = 1e4;

function explodes(plant: Plant, substeps: number): boolean {
  const start = plant.states.slice();
  plant.step(substeps);
  const lost = (plant.trouble[0]! & Trouble.notFinite) !== 0 || largest(plant.v) > OUT_OF_HAND;
  plant.states.set(start);
  return lost;
}

/** <w, J x> against <J' w, x>, and both against the Jacobian: the worst of the relative errors. */
function productErrors(plant: Plant, jacobian: Matrix, substeps: number, source: Source): number {
  const [rows, n] = [jacobian.rows, jacobian.rows / 2];
  const x = source.array(jacobian.columns);
  const w = source.array(rows);
  const { dq, dv, du } = plant.tangent;
  dq.set(x.slice(0, n));
  dv.set(x.slice(n, rows));
  du.set(x.slice(rows));
  plant.jvp(0, substeps);
  const pushed = [...dq, ...dv];
  dq.set(w.slice(0, n));
  dv.set(w.slice(n));
  // what stands in du must not matter
  du.fill(7);
  plant.vjp(0, substeps);
  const pulled = [...dq, ...dv, ...du];

  const expected = product(jacobian, x);
  const backward = Array.from({ length: jacobian.columns }, (_, j) =>
    columnOf(jacobian, j).reduce((sum, entry, i) => sum + entry * w[i]!, 0),
  );
  const terms = [pushed.map((y, i) => y * w[i]!), pulled.map((y, j) => y * x[j]!)];
  const [forward, adjoint] = terms.map((list) => list.reduce((sum, term) => sum + term, 0)) as [number, number];
  const scale = Math.max(...terms.map((list) => list.reduce((sum, term) => sum + Math.abs(term), 0)));
  return Math.max(
    distance(pushed, expected) / largest(expected),
    distance(pulled, backward) / largest(backward),
    Math.abs(forward - adjoint) / scale,
  );
}

/** The Jacobian of a control step against the product of those along the way, and whether the plant stayed where it was. */
function controlStepError(plant: Plant, substeps: number): number {
  const start = plant.states.slice();
  const jacobian = jacobianOf(plant, substeps);
  if (plant.states.some((x, i) => !Object.is(x, start[i]))) return Number.POSITIVE_INFINITY;
  let along = jacobianOf(plant);
  for (let i = 1; i < substeps; i++) {
    plant.step();
    along = compose(jacobianOf(plant), along);
  }
  plant.states.set(start);
  return distance(jacobian.values, along.values) / largest(along.values);
}

/** What was found in some states of a plant; errors are the largest, relative ones. */
export interface Result {
  /** Jacobian against differences, away from switches. */
  readonly jacobian: number;
  /** jvp and vjp against the Jacobian and each other. */
  readonly products: number;
  /** Jacobian of a control step against the product of those along the way. */
  readonly controlStep: number;
  /** States near a switch. */
  readonly switching: number;
  /** States from which a control step gets out of hand, so that only one time step is looked at. */
  readonly exploding: number;
  readonly columns: number;
  /** States that a derivative moved. */
  readonly moved: number;
  /** Smallest of the states' largest entries off the identity: none is an empty matrix. */
  readonly least: number;
}

/** Everything that is claimed of derivatives, in some states. */
export function examine(plant: Plant, states: readonly State[], source: Source): Result {
  let [jacobianError, products, controlStep, least] = [0, 0, 0, Number.POSITIVE_INFINITY];
  let [switching, exploding, moved, columnCount] = [0, 0, 0, 0];
  for (const state of states) {
    place(plant, state);
    const start = plant.states.slice();
    const jacobian = jacobianOf(plant);
    products = Math.max(products, productErrors(plant, jacobian, 1, source));
    if (explodes(plant, SUBSTEPS)) exploding++;
    else {
      products = Math.max(products, productErrors(plant, jacobianOf(plant, SUBSTEPS), SUBSTEPS, source));
      controlStep = Math.max(controlStep, controlStepError(plant, SUBSTEPS));
    }
    if (plant.states.some((x, i) => !Object.is(x, start[i]))) moved++;
    const offIdentity = jacobian.values.map((x, at) => (at % (jacobian.columns + 1) === 0 ? x - 1 : x));
    least = Math.min(least, largest(offIdentity));

    const differences = new Differences(plant);
    const columns = Array.from({ length: differences.columns }, (_, j) => differences.compare(jacobian, j));
    columnCount += columns.length;
    if (columns.some(({ switches }) => switches)) switching++;
    else jacobianError = Math.max(jacobianError, ...columns.map(({ error }) => error));
  }
  return { jacobian: jacobianError, products, controlStep, switching, exploding, columns: columnCount, moved, least };
}

const INTEGRATORS = { Euler: 0, implicitfast: 3 } as const;
const CONES: Record<Cone, number> = { pyramidal: 0, elliptic: 1 };

/** MuJoCo's own Jacobian of a time step, by its centred differences. */
export class Transition {
  readonly #mujoco: MainModule;
  readonly #model: MjModel;
  readonly #data: MjData;

  constructor(mujoco: MainModule, xml: string) {
    this.#mujoco = mujoco;
    this.#model = mujoco.MjModel.from_xml_string(xml);
    this.#data = new mujoco.MjData(this.#model);
    const option = this.#model.opt;
    option.tolerance = 1e-15;
    option.ls_tolerance = 0;
    option.iterations = 500;
    option.ls_iterations = 200;
    option.delete();
  }

  dispose(): void {
    this.#data.delete();
    this.#model.delete();
  }

  configure(integrator: keyof typeof INTEGRATORS, cone: Cone): void {
    const option = this.#model.opt;
    option.integrator = INTEGRATORS[integrator];
    option.cone = CONES[cone];
    option.delete();
  }

  /** [A B] of a state: derivatives of (q', v') by (q, v, u). */
  at({ q, v, u }: State, change: number): Matrix {
    const [mujoco, model, data] = [this.#mujoco, this.#model, this.#data];
    const [rows, controls] = [2 * model.nv, model.nu];
    mujoco.mj_resetData(model, data);
    (data.qpos as Float64Array).set(q);
    (data.qvel as Float64Array).set(v);
    (data.ctrl as Float64Array).set(u);
    const A = new mujoco.DoubleBuffer(rows * rows);
    const B = new mujoco.DoubleBuffer(rows * Math.max(1, controls));
    mujoco.mjd_transitionFD(model, data, change, true, A, controls === 0 ? null : B, null, null);
    const [a, b] = [A.GetView() as Float64Array, B.GetView() as Float64Array];
    const columns = rows + controls;
    const values = Float64Array.from({ length: rows * columns }, (_, at) => {
      const [i, j] = [Math.floor(at / columns), at % columns];
      return j < rows ? a[i * rows + j]! : b[i * controls + j - rows]!;
    });
    A.delete();
    B.delete();
    return { rows, columns, values };
  }
}

/** The model under another integrator and cone. */
export function variant(model: PlanarModel, integrator: Integrator, cone: Cone): PlanarModel {
  return { ...model, option: { ...model.option, integrator, cone } };
}

/** Every integrator with every cone. */
export const VARIANTS = (["Euler", "implicitfast", "RK4"] as const).flatMap((integrator) =>
  (["elliptic", "pyramidal"] as const).map((cone) => ({ integrator, cone })),
);

/** Numbers at which arithmetic changes its ways. */
const WILD = [
  ...[1e6, 1e16, 1e77, 1e150, 1e154, 1e155, 1e300, Number.MAX_VALUE, Number.POSITIVE_INFINITY],
  ...[1e-6, 1e-16, 1e-154, 1e-300, 2.3e-308, 1e-310, Number.MIN_VALUE, 0],
].flatMap((x) => [x, -x]);
const RECIPES = ["entries", "everything", "controls", "speeds", "deep", "coincident", "memory"] as const;

/** A state that no mechanism comes to by itself, with what the solver is to remember. */
export interface WildState extends State {
  readonly recipe: (typeof RECIPES)[number];
  readonly memory: readonly number[];
}

export function wildState({ bodies, dofs, actuators }: PlanarModel, source: Source): WildState {
  const [n, m] = [dofs.length, actuators.length];
  const recipe = RECIPES[source.below(RECIPES.length)]!;
  const pick = () => (source.below(12) === 0 ? Number.NaN : WILD[source.below(WILD.length)]!);
  const magnitude = (low: number, high: number) => source.uniform() * 10 ** source.uniform(low, high);
  const near = dofs.map(({ reference }) => reference + source.uniform(-0.5, 0.5));
  const slow = source.array(n, -2, 2);
  const usual = source.array(m, -1.5, 1.5);
  const rest = dofs.map(() => 0);
  const usually = { recipe, q: near, v: slow, u: usual, memory: rest };
  /** With one entry at least, and each of the others with this probability, replaced. */
  const spoil = (values: readonly number[], share: number) => {
    const chosen = source.below(values.length);
    return values.map((x, i) => (i === chosen || source.uniform(0, 1) < share ? pick() : x));
  };
  switch (recipe) {
    case "entries": {
      const spoiled = spoil([...near, ...slow, ...usual], 0.02);
      return { ...usually, q: spoiled.slice(0, n), v: spoiled.slice(n, 2 * n), u: spoiled.slice(2 * n) };
    }
    case "everything": {
      const draw = () => magnitude(-320, 308);
      return { ...usually, q: rest.map(draw), v: rest.map(draw), u: usual.map(draw) };
    }
    case "controls":
      return { ...usually, u: m === 0 ? usual : spoil(usual, 0.5) };
    case "speeds": {
      const size = source.uniform(0, 160);
      return { ...usually, v: rest.map(() => magnitude(size - 2, size)) };
    }
    case "deep": {
      const size = source.uniform(-2, 20);
      return {
        ...usually,
        q: dofs.map(({ kind }, k) => near[k]! + (kind === "slide" ? magnitude(size - 2, size) : 0)),
      };
    }
    case "coincident": {
      // every body that hangs on the world by slides goes to its origin, and all else is drawn as in the document
      const q = dofs.map(({ kind, body, axis, reference }) => {
        const [x, y] = bodies[body]!.position;
        return kind === "slide" && bodies[body]!.parent === 0 ? reference - axis[0] * x - axis[1] * y : reference;
      });
      return { ...usually, q, v: source.below(2) === 0 ? rest : slow };
    }
    case "memory":
      return { ...usually, memory: spoil(rest, 0.3) };
  }
}

export const OUTCOMES = ["stepped", "stepped, with trouble", "not finite", "violation"] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface Verdict {
  readonly outcome: Outcome;
  /** Of a violation: what happened; of a step that is not finite: where it began. */
  readonly reason?: string;
}

const PATIENCE = 1000;
const WILD_SUBSTEPS = 2;

const bitsOf = (plant: Plant) => new BigUint64Array(plant.states.slice().buffer);
const sameBits = (a: BigUint64Array, b: BigUint64Array) => a.every((word, i) => word === b[i]);
const finite = (values: Float64Array) => values.every(Number.isFinite);

/** Puts the only copy of a plant into a wild state. */
export function placeWild(plant: Plant, { q, v, u, memory }: WildState): void {
  place(plant, { q, v, u });
  plant.states.set(memory, 2 * q.length + u.length);
}

/** Asks everything of a plant in a wild state that it can do, and tells whether it kept its promises. */
export function attack(plant: Plant, state: WildState): Verdict {
  const violation = (reason: string): Verdict => ({ outcome: "violation", reason });
  placeWild(plant, state);
  const start = plant.states.slice();
  const startBits = bitsOf(plant);
  const { tangent } = plant;
  const asked: [string, () => void][] = [
    ["step", () => plant.step()],
    ["long step", () => plant.step(WILD_SUBSTEPS)],
    ["forward", () => plant.forward()],
    ["readouts", () => [plant.contacts(), plant.energy(), plant.model.bodies.map((_, b) => plant.bodyPose(b))]],
    ["jacobian", () => plant.jacobian(0, WILD_SUBSTEPS)],
    ["jvp", () => plant.jvp(0, WILD_SUBSTEPS)],
    ["vjp", () => plant.vjp(0, WILD_SUBSTEPS)],
  ];
  let verdict: Verdict = { outcome: "stepped" };
  for (const [what, act] of asked) {
    plant.states.set(start);
    for (const block of [tangent.dq, tangent.dv, tangent.du]) block.fill(1);
    const before = performance.now();
    try {
      act();
    } catch (error) {
      return violation(`${what}: ${error}`);
    }
    const time = performance.now() - before;
    if (time > PATIENCE) return violation(`${what} took ${time.toFixed(0)} ms`);
    const kept = sameBits(bitsOf(plant), startBits);
    if (!what.includes("step")) {
      if (!kept) return violation(`${what} moved the state`);
      continue;
    }
    const trouble = plant.trouble[0]!;
    if ((trouble & Trouble.notFinite) === 0) {
      if (!finite(plant.states)) return violation(`${what} leaves ${firstBad(plant)} and does not say so`);
      if (trouble !== 0) verdict = { outcome: "stepped, with trouble" };
    } else if (what === "step") {
      if (!kept) return violation("a step that is not finite moved the state");
      verdict = { outcome: "not finite", reason: firstBad(plant) };
    } else if (!kept && !finite(plant.states)) return violation(`${what} stops at numbers that are not finite`);
  }
  return verdict;
}
