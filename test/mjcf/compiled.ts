import type { MainModule, MjContact, MjData, MjModel } from "@mujoco/mujoco";
import type { PlanarModel } from "../../src/mjcf/model.js";
import { loadOracle } from "../oracle/mujoco.js";
import { Errors, turned } from "./errors.js";
import { type Point, place } from "./planar.js";

/** What MuJoCo's own compiler makes of a document, held against ours. */

const MARGIN = 500;
const KINDS = { plane: 0, sphere: 2, capsule: 3, box: 6 } as const;

export class Compiled {
  readonly errors = new Errors();
  readonly #second: 1 | 2;
  readonly #sign: 1 | -1;

  constructor(
    readonly mujoco: MainModule,
    readonly theirs: MjModel,
    readonly data: MjData,
    readonly ours: PlanarModel,
  ) {
    this.#second = ours.plane === "xz" ? 2 : 1;
    this.#sign = ours.plane === "xz" ? -1 : 1;
  }

  static async open(xml: string, ours: PlanarModel): Promise<Compiled> {
    const mujoco = await loadOracle();
    const theirs = mujoco.MjModel.from_xml_string(xml);
    return new Compiled(mujoco, theirs, new mujoco.MjData(theirs), ours);
  }

  close(): void {
    this.data.delete();
    this.theirs.delete();
  }

  /** Everything. */
  compare(): Errors {
    this.bodies();
    this.joints();
    this.actuators();
    this.poses();
    this.contacts();
    return this.errors;
  }

  #floats(array: unknown, index: number, size: number): Float64Array {
    return (array as Float64Array).slice(index * size, (index + 1) * size);
  }

  /** First and second coordinate in the plane of record `index` of an array of 3-vectors. */
  #point(array: unknown, index: number): Point {
    const v = this.#floats(array, index, 3);
    return [v[0]!, v[this.#second]!];
  }

  /** Angle in the plane of column `column` of rotation `index`; undefined if it leaves the plane. */
  #angle(array: unknown, index: number, column: number): number | undefined {
    const m = this.#floats(array, index, 9);
    const v = [m[column]!, m[column + 3]!, m[column + 6]!];
    return Math.abs(v[3 - this.#second]!) > 1e-7 ? undefined : Math.atan2(v[this.#second]!, v[0]!);
  }

  bodies(): void {
    const { theirs, ours, errors } = this;
    this.mujoco.mj_kinematics(theirs, this.data);
    const mass = theirs.body_mass as Float64Array;
    errors.list(
      "mass",
      ours.bodies.map((body) => body.mass),
      mass,
    );
    ours.bodies.forEach((body, i) => {
      errors.add("parent", Math.max(body.parent, 0), (theirs.body_parentid as Int32Array)[i]!);
      errors.add("name", this.mujoco.mj_name2id(theirs, 1, body.name) === i || body.name === `body${i}` ? 0 : 1, 0);
      errors.add("simple", Number(body.simple), Number((theirs.body_simple as Uint8Array)[i] === 2 && i > 0));
      if (i === 0 || body.mass === 0) return;
      const moments = this.#floats(theirs.body_inertia, i, 3);
      const axes = this.#floats(this.data.ximat, i, 9);
      const normal = 3 - this.#second;
      const along = [0, 1, 2].map((j) => axes[3 * normal + j]!);
      // relative to its own size: inertias are small
      const about = along.reduce((sum, x, j) => sum + x * x * moments[j]!, 0);
      errors.add("inertia", body.inertia / about, 1);
      const n = along.findIndex((x) => Math.abs(Math.abs(x) - 1) < 1e-7);
      if (n < 0) return;
      const [first, second] = [(n + 1) % 3, (n + 2) % 3];
      const side = (j: number): number => {
        const rest = moments[(j + 1) % 3]! + moments[(j + 2) % 3]! - moments[j]!;
        return Math.sqrt((6 / mass[i]!) * Math.max(1e-15, rest));
      };
      errors.list("sides", body.sides, [side(first), side(second), side(n)]);
      // a square box may stand either way
      if (Math.abs(body.sides[0] - body.sides[1]) > 1e-9)
        errors.add(
          "inertial angle",
          turned(
            place(ours, this.#drawn()).bodies[i]!.angle + body.inertialAngle,
            this.#angle(this.data.ximat, i, first)!,
            Math.PI,
          ),
          0,
        );
    });
  }

  #drawn(): number[] {
    return Array.from(this.theirs.qpos0 as Float64Array);
  }

  get #disabled(): number {
    const option = this.theirs.opt;
    const flags = option.disableflags;
    option.delete();
    return flags;
  }

  joints(): void {
    const { theirs, ours, errors } = this;
    errors.add("dofs", ours.dofs.length, theirs.nv);
    const option = theirs.opt;
    const off = (bit: number): boolean => (this.#disabled & (1 << bit)) !== 0;
    const [constraint, friction, limit, spring, damper] = [off(0), off(2), off(3), off(5), off(6)];
    errors.list(
      "option",
      [ours.option.timestep, ours.option.density, ours.option.viscosity, ours.option.impratio],
      [
        option.timestep,
        spring && damper ? 0 : option.density,
        spring && damper ? 0 : option.viscosity,
        option.impratio,
      ],
    );
    const gravity = Array.from(option.gravity as Float64Array);
    errors.list("gravity", ours.option.gravity, off(7) ? [0, 0] : [gravity[0]!, gravity[this.#second]!]);
    option.delete();
    ours.dofs.forEach((dof, i) => {
      const joint = theirs.jnt(i);
      errors.add("kind", dof.kind === "hinge" ? 3 : 2, (theirs.jnt_type as Int32Array)[i]!);
      errors.add(
        "joint name",
        this.mujoco.mj_name2id(theirs, 3, dof.name) === i || dof.name === `joint${i}` ? 0 : 1,
        0,
      );
      errors.add("reference", dof.reference, (theirs.qpos0 as Float64Array)[i]!);
      errors.add("spring reference", dof.springReference, (theirs.qpos_spring as Float64Array)[i]!);
      const numbers = [dof.stiffness, dof.damping, dof.armature, dof.frictionLoss, dof.margin];
      errors.list("joint numbers", numbers, [
        spring ? 0 : (theirs.jnt_stiffness as Float64Array)[i]!,
        damper ? 0 : (theirs.dof_damping as Float64Array)[i]!,
        (theirs.dof_armature as Float64Array)[i]!,
        friction || constraint ? 0 : (theirs.dof_frictionloss as Float64Array)[i]!,
        (theirs.jnt_margin as Float64Array)[i]!,
      ]);
      const limited = Number(joint.limited);
      errors.add("limited", Number(dof.limited), limit || constraint ? 0 : limited);
      if (dof.limited) errors.list("range", dof.range, this.#floats(theirs.jnt_range, i, 2));
      errors.list("limit reference", dof.limitReference, this.#floats(theirs.jnt_solref, i, 2));
      errors.list("limit impedance", dof.limitImpedance, this.#floats(theirs.jnt_solimp, i, 5));
      errors.list("friction reference", dof.frictionReference, this.#floats(theirs.dof_solref, i, 2));
      errors.list("friction impedance", dof.frictionImpedance, this.#floats(theirs.dof_solimp, i, 5));
      const bounds = this.#floats(theirs.jnt_actfrcrange, i, 2);
      if (Number.isFinite(dof.forceRange[0])) errors.list("joint force range", dof.forceRange, bounds);
      else errors.add("joint force range", 0, bounds[0] === bounds[1] ? 0 : 1);
      joint.delete();
    });
  }

  actuators(): void {
    const { theirs, ours, errors } = this;
    errors.add("actuators", ours.actuators.length, theirs.nu);
    ours.actuators.forEach((actuator, i) => {
      errors.add("actuator joint", actuator.dof, (theirs.actuator_trnid as Int32Array)[2 * i]!);
      errors.add("gear", actuator.gear, this.#floats(theirs.actuator_gear, i, 6)[0]!);
      errors.add("gain", actuator.gain, this.#floats(theirs.actuator_gainprm, i, 10)[0]!);
      const affine = (theirs.actuator_biastype as Int32Array)[i] === 1;
      const [, bias1, bias2] = this.#floats(theirs.actuator_biasprm, i, 10);
      errors.list("bias", [actuator.bias1, actuator.bias2], affine ? [bias1!, bias2!] : [0, 0]);
      const same = theirs.actuator(i);
      const clamped = same.ctrllimited && (this.#disabled & (1 << 8)) === 0;
      const [control, force] = [theirs.actuator_ctrlrange, theirs.actuator_forcerange];
      const unbounded = [-Infinity, Infinity];
      errors.list("control range", actuator.controlRange, clamped ? this.#floats(control, i, 2) : unbounded);
      errors.list("force range", actuator.forceRange, same.forcelimited ? this.#floats(force, i, 2) : unbounded);
      same.delete();
    });
  }

  /** The number of a geom in MuJoCo's list, where those that our model leaves out count too; ours names the nameless by it. */
  #geomId(name: string): number {
    const id = this.mujoco.mj_name2id(this.theirs, 5, name);
    return id >= 0 ? id : Number(/^geom(\d+)$/.exec(name)![1]);
  }

  /** Poses of everything in a few states, the drawn one first. */
  poses(states = 5): void {
    const { theirs, data, ours, errors } = this;
    const numbers = { seed: 7 };
    const next = (): number => {
      numbers.seed = (numbers.seed * 48271) % 0x7fffffff;
      return numbers.seed / 0x3fffffff - 1;
    };
    for (let state = 0; state < states; ++state) {
      const q = this.#drawn().map((drawn) => drawn + (state === 0 ? 0 : 2 * next()));
      (data.qpos as Float64Array).set(q);
      this.mujoco.mj_kinematics(theirs, data);
      const placed = place(ours, q);
      placed.bodies.forEach(({ origin, centre }, i) => {
        errors.list("body position", origin, this.#point(data.xpos, i));
        if (i > 0) errors.list("centre of mass", centre, this.#point(data.xipos, i));
      });
      placed.joints.forEach(({ anchor, axis }, i) => {
        const theirAxis = this.#floats(data.xaxis, i, 3);
        if (ours.dofs[i]!.kind === "hinge") {
          errors.list("anchor", anchor, this.#point(data.xanchor, i));
          errors.add("hinge axis", ours.dofs[i]!.sign * this.#sign, theirAxis[3 - this.#second]!);
        } else errors.list("slide axis", axis, this.#point(data.xaxis, i));
      });
      placed.geoms.forEach(({ centre, angle }, i) => {
        const geom = ours.geoms[i]!;
        const id = this.#geomId(geom.name);
        const type = (theirs.geom_type as Int32Array)[id];
        if (type !== KINDS[geom.kind]) return;
        errors.list("geom position", centre, this.#point(data.geom_xpos, id));
        const size = this.#floats(theirs.geom_size, id, 3);
        if (geom.kind === "sphere") errors.add("size", geom.radius, size[0]!);
        if (geom.kind === "plane" || geom.kind === "capsule") {
          const seen = this.#angle(data.geom_xmat, id, 2);
          // a capsule that leaves the plane is drawn as its shadow
          if (seen === undefined && geom.kind === "capsule") return;
          errors.add("geom angle", turned(angle, seen ?? Number.NaN, 2 * Math.PI), 0);
          if (geom.kind === "capsule") errors.list("size", [geom.radius, geom.halfLength], size.slice(0, 2));
        }
        if (geom.kind === "box") {
          const sides = [0, 1, 2].filter((j) => this.#angle(data.geom_xmat, id, j) !== undefined);
          errors.list(
            "size",
            [geom.radius, geom.halfLength],
            sides.map((j) => size[j]!),
          );
          errors.add("geom angle", turned(angle, this.#angle(data.geom_xmat, id, sides[0]!)!, 2 * Math.PI), 0);
        }
      });
      placed.sites.forEach((site, i) => {
        errors.list("site position", site, this.#point(data.site_xpos, i));
      });
    }
  }

  /** All pairs, which MuJoCo sees as contacts once every margin is very wide, with their parameters. */
  contacts(): void {
    const { theirs, data, ours, errors, mujoco } = this;
    const widen = (array: unknown, by: number): void => {
      const view = array as Float64Array;
      view.forEach((margin, i) => {
        view[i] = margin + by;
      });
    };
    widen(theirs.geom_margin, MARGIN);
    widen(theirs.pair_margin, 2 * MARGIN);
    widen(theirs.body_margin, 2 * MARGIN);
    (data.qpos as Float64Array).set(this.#drawn());
    mujoco.mj_kinematics(theirs, data);
    mujoco.mj_comPos(theirs, data);
    mujoco.mj_collision(theirs, data);
    const gaps = (theirs.geom_gap as Float64Array).slice();
    const ends = [(theirs.pair_geom1 as Int32Array).slice(), (theirs.pair_geom2 as Int32Array).slice()] as const;
    const gap = (a: number, b: number): number => {
      const own = ends[0].findIndex((g, i) => (g === a && ends[1][i] === b) || (g === b && ends[1][i] === a));
      return own < 0 ? gaps[a]! + gaps[b]! : (theirs.pair_gap as Float64Array)[own]!;
    };
    const seen = new Map<string, MjContact>();
    const list = data.contact;
    const names = new Map(ours.geoms.map((geom) => [this.#geomId(geom.name), geom.name]));
    const name = (id: number): string => names.get(id) ?? `left out: ${id}`;
    for (let i = 0; i < data.ncon; ++i) {
      const contact = list.get(i)!;
      const key = [name(contact.geom1), name(contact.geom2)].join(" | ");
      if (seen.has(key)) contact.delete();
      else seen.set(key, contact);
    }
    const own = ours.pairs.map((pair) => [ours.geoms[pair.geom1]!.name, ours.geoms[pair.geom2]!.name].join(" | "));
    const missing = [...seen.keys()].filter((key) => !own.includes(key));
    const extra = own.filter((key) => !seen.has(key));
    if (missing.length + extra.length > 0) throw new Error(`pairs missing: ${missing}; not MuJoCo's: ${extra}`);
    ours.pairs.forEach((pair, i) => {
      const contact = seen.get(own[i]!)!;
      errors.add("condim", pair.condim, contact.dim);
      errors.list("friction", pair.friction, (contact.friction as Float64Array).slice(0, 2));
      errors.list("contact reference", pair.reference, contact.solref as Float64Array);
      errors.list("contact friction reference", pair.frictionReference, contact.solreffriction as Float64Array);
      errors.list("contact impedance", pair.impedance, contact.solimp as Float64Array);
      errors.add("margin", pair.margin, contact.includemargin - 2 * MARGIN);
      errors.add("gap", pair.gap, gap(contact.geom1, contact.geom2));
    });
    for (const contact of seen.values()) contact.delete();
    list.delete();
  }
}
