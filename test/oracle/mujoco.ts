import loadMujoco, { type MainModule, type MjData, type MjModel } from "@mujoco/mujoco";

/** MuJoCo itself, seen in the coordinates of the plane. */

export type Integrator = "Euler" | "implicitfast" | "RK4";
export type Cone = "pyramidal" | "elliptic";

/** What the tests change of a model's options. */
export interface OracleSettings {
  readonly integrator: Integrator;
  readonly cone: Cone;
  readonly eulerDamping: boolean;
  /** Without limits, friction loss and contacts. */
  readonly smooth: boolean;
}

/** Geoms are numbered as in the document; the force is what acts on the second one, in the plane's coordinates. */
export interface PlanarContact {
  readonly geom1: number;
  readonly geom2: number;
  readonly distance: number;
  readonly position: readonly [number, number];
  readonly normal: readonly [number, number];
  readonly force: readonly [number, number];
  /** Beyond the margin but not beyond the gap: seen, not felt. */
  readonly excluded: boolean;
  /** Length of the normal's part that leaves the plane: above rounding only where segments cross. */
  readonly outOfPlane: number;
}

/** How many rows of each kind the solver saw. */
export interface Rows {
  readonly frictionLoss: number;
  readonly limits: number;
  readonly contacts: number;
}

const INTEGRATORS: Record<Integrator, number> = { Euler: 0, RK4: 1, implicitfast: 3 };
const CONES: Record<Cone, number> = { pyramidal: 0, elliptic: 1 };
const DISABLE_CONSTRAINT = 1 << 0;
const DISABLE_EULER_DAMPING = 1 << 15;
const ENABLE_ENERGY = 1 << 1;
const JOINT_HINGE = 3;
const ROW_FRICTION_DOF = 1;
const ROW_LIMIT_JOINT = 3;
const GEOM_PLANE = 0;
const GEOM_BOX = 6;
const SITE_COORDINATES = 3;

let loading: Promise<MainModule> | undefined;

export function loadOracle(): Promise<MainModule> {
  loading ??= loadMujoco();
  return loading;
}

export type Plane = "xz" | "xy";

/** One model and one state of it. The embind objects are freed by dispose(). Views are taken anew at each access: the heap moves. */
export class Oracle {
  readonly #mujoco: MainModule;
  readonly #model: MjModel;
  readonly #data: MjData;
  readonly #second: 1 | 2;
  readonly plane: Plane;
  readonly dofs: number;
  readonly controls: number;
  readonly timestep: number;
  /** As the document has them. */
  readonly own: OracleSettings;

  constructor(mujoco: MainModule, xml: string) {
    this.#mujoco = mujoco;
    this.#model = mujoco.MjModel.from_xml_string(xml);
    this.#data = new mujoco.MjData(this.#model);
    const option = this.#model.opt;
    // an improvement of 1e-15 is none; with exactly 0 it would go on to the last iteration
    option.tolerance = 1e-15;
    option.ls_tolerance = 0;
    option.iterations = 500;
    option.ls_iterations = 200;
    option.enableflags |= ENABLE_ENERGY;
    this.timestep = option.timestep;
    const integrator = (Object.keys(INTEGRATORS) as Integrator[]).find((key) => INTEGRATORS[key] === option.integrator);
    if (integrator === undefined) throw new Error(`integrator ${option.integrator}`);
    this.own = {
      integrator,
      cone: option.cone === CONES.elliptic ? "elliptic" : "pyramidal",
      eulerDamping: (option.disableflags & DISABLE_EULER_DAMPING) === 0,
      smooth: false,
    };
    option.delete();
    this.dofs = this.#model.nv;
    this.controls = this.#model.nu;
    this.plane = this.#findPlane();
    this.#second = this.plane === "xz" ? 2 : 1;
  }

  /** Settings of the document, unless overridden. */
  configure(settings: Partial<OracleSettings> = {}): void {
    const { integrator, cone, eulerDamping, smooth } = { ...this.own, ...settings };
    const option = this.#model.opt;
    option.integrator = INTEGRATORS[integrator];
    option.cone = CONES[cone];
    option.disableflags &= ~(DISABLE_CONSTRAINT | DISABLE_EULER_DAMPING);
    if (smooth) option.disableflags |= DISABLE_CONSTRAINT;
    if (!eulerDamping) option.disableflags |= DISABLE_EULER_DAMPING;
    option.delete();
  }

  dispose(): void {
    this.#data.delete();
    this.#model.delete();
  }

  /** That of the first hinge; without hinges, x-y unless a slide leaves it. */
  #findPlane(): Plane {
    const axes = this.#model.jnt_axis as Float64Array;
    const types = Array.from(this.#model.jnt_type as Int32Array);
    const hinge = types.indexOf(JOINT_HINGE);
    if (hinge >= 0) return Math.abs(axes[3 * hinge + 1]!) > 0.5 ? "xz" : "xy";
    return types.some((_, j) => Math.abs(axes[3 * j + 2]!) > 1e-9) ? "xz" : "xy";
  }

  /** Of the whole model, kg. */
  get mass(): number {
    return (this.#model.body_mass as Float64Array).reduce((sum, mass) => sum + mass, 0);
  }

  /** Of one joint: whether it is a hinge, its range if it is limited, its drawn coordinate. */
  joint(index: number): { hinge: boolean; range: [number, number] | undefined; drawn: number } {
    const [low, high] = (this.#model.jnt_range as Float64Array).slice(2 * index, 2 * index + 2);
    return {
      hinge: (this.#model.jnt_type as Int32Array)[index] === JOINT_HINGE,
      range: low === 0 && high === 0 ? undefined : [low!, high!],
      drawn: (this.#model.qpos0 as Float64Array)[index]!,
    };
  }

  /** Sets a state, and forgets the last solution. */
  set(q: ArrayLike<number>, v: ArrayLike<number>, u: ArrayLike<number>): void {
    const data = this.#data;
    this.#mujoco.mj_resetData(this.#model, data);
    (data.qpos as Float64Array).set(q);
    (data.qvel as Float64Array).set(v);
    (data.ctrl as Float64Array).set(u);
  }

  setControls(u: ArrayLike<number>): void {
    (this.#data.ctrl as Float64Array).set(u);
  }

  forward(): void {
    this.#mujoco.mj_forward(this.#model, this.#data);
  }

  /** Places the bodies and finds the contacts, without forces. */
  collide(): void {
    this.#mujoco.mj_fwdPosition(this.#model, this.#data);
  }

  step(count = 1): void {
    for (let i = 0; i < count; i++) this.#mujoco.mj_step(this.#model, this.#data);
  }

  get q(): number[] {
    return Array.from(this.#data.qpos as Float64Array);
  }

  get v(): number[] {
    return Array.from(this.#data.qvel as Float64Array);
  }

  get massMatrix(): number[] {
    const buffer = new this.#mujoco.DoubleBuffer(this.dofs * this.dofs);
    this.#mujoco.mj_fullM(this.#model, this.#data, buffer);
    const numbers = Array.from(buffer.GetView() as Float64Array);
    buffer.delete();
    return numbers;
  }

  get biasForce(): number[] {
    return Array.from(this.#data.qfrc_bias as Float64Array);
  }

  get passiveForce(): number[] {
    return Array.from(this.#data.qfrc_passive as Float64Array);
  }

  get actuatorForce(): number[] {
    return Array.from(this.#data.qfrc_actuator as Float64Array);
  }

  get constraintForce(): number[] {
    return Array.from(this.#data.qfrc_constraint as Float64Array);
  }

  get accelerationSmooth(): number[] {
    return Array.from(this.#data.qacc_smooth as Float64Array);
  }

  get acceleration(): number[] {
    return Array.from(this.#data.qacc as Float64Array);
  }

  /** Potential and kinetic. */
  get energy(): [number, number] {
    const [potential, kinetic] = this.#data.energy as Float64Array;
    return [potential!, kinetic!];
  }

  /** Coordinates of the sites in the plane, two each. */
  get sites(): number[] {
    const places = this.#data.site_xpos as Float64Array;
    return Array.from({ length: (places.length / SITE_COORDINATES) * 2 }, (_, i) => {
      return places[SITE_COORDINATES * (i >> 1) + (i % 2 === 0 ? 0 : this.#second)]!;
    });
  }

  get rows(): Rows {
    const count = { frictionLoss: 0, limits: 0, contacts: 0 };
    const kinds = (this.#data.efc_type as Int32Array).slice(0, this.#data.nefc);
    for (const kind of kinds) {
      if (kind === ROW_FRICTION_DOF) count.frictionLoss++;
      else if (kind === ROW_LIMIT_JOINT) count.limits++;
      else count.contacts++;
    }
    return count;
  }

  get contactCount(): number {
    return this.#data.ncon;
  }

  /** The contacts as MuJoCo lists them. A box touches a plane with the corners of both its faces. */
  get contacts(): PlanarContact[] {
    const list = this.#data.contact;
    const buffer = new this.#mujoco.DoubleBuffer(6);
    const contacts: PlanarContact[] = [];
    const inPlane = (vector: ArrayLike<number>): [number, number] => [vector[0]!, vector[this.#second]!];
    for (let i = 0; i < this.#data.ncon; i++) {
      const contact = list.get(i)!;
      this.#mujoco.mj_contactForce(this.#model, this.#data, i, buffer);
      const [fn, f1, f2] = buffer.GetView() as Float64Array;
      const frame = contact.frame as Float64Array;
      const along = (axis: number) => fn! * frame[axis]! + f1! * frame[3 + axis]! + f2! * frame[6 + axis]!;
      contacts.push({
        geom1: contact.geom1,
        geom2: contact.geom2,
        distance: contact.dist,
        position: inPlane(contact.pos as Float64Array),
        normal: inPlane(frame),
        force: inPlane([along(0), along(1), along(2)]),
        excluded: contact.exclude !== 0,
        outOfPlane: Math.abs(frame[3 - this.#second]!),
      });
      contact.delete();
    }
    buffer.delete();
    list.delete();
    return contacts;
  }

  /** Whether two segments have gone so deep into one another that the normal means nothing. */
  get crossing(): boolean {
    const types = this.#model.geom_type as Int32Array;
    const sizes = this.#model.geom_size as Float64Array;
    return this.contacts.some(({ geom1, geom2, distance, outOfPlane }) => {
      if (types[geom1] === GEOM_PLANE) return false;
      return outOfPlane > 1e-6 || distance < -0.9 * (sizes[3 * geom1]! + sizes[3 * geom2]!);
    });
  }

  isBox(geom: number): boolean {
    return (this.#model.geom_type as Int32Array)[geom] === GEOM_BOX;
  }
}
