import type { MainModule } from "@mujoco/mujoco";
import type { PlanarModel } from "../../src/mjcf/model.js";
import { Plant, type PlantContact } from "../../src/plant.js";
import type { Core } from "../../src/wasm.js";
import { type Cone, type Integrator, Oracle, type OracleSettings, type PlanarContact } from "./mujoco.js";
import { QUANTITIES, type Quantity, type Tally } from "./quantities.js";
import { KINDS, Sampler, type State } from "./states.js";
import type { FeatureModel } from "./xml.js";

/** Our core and MuJoCo in the same states. Errors are max |a - b| / max(1, max |b|). */

interface Setting {
  readonly quantity: Quantity;
  readonly integrator: Integrator;
  readonly eulerDamping: boolean;
}

const SETTINGS: readonly Setting[] = [
  { quantity: "Euler", integrator: "Euler", eulerDamping: true },
  { quantity: "Euler, explicit", integrator: "Euler", eulerDamping: false },
  { quantity: "implicitfast", integrator: "implicitfast", eulerDamping: true },
  { quantity: "RK4", integrator: "RK4", eulerDamping: true },
];
const HOLD = 10;

export function errorOf(actual: ArrayLike<number>, reference: ArrayLike<number>): number {
  if (actual.length !== reference.length) throw new Error(`lengths ${actual.length} and ${reference.length}`);
  let [difference, scale] = [0, 1];
  for (let i = 0; i < reference.length; i++) {
    difference = Math.max(difference, Math.abs(actual[i]! - reference[i]!));
    scale = Math.max(scale, Math.abs(reference[i]!));
  }
  // a comparison with NaN must fail
  return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference / scale;
}

/** The model without limits, friction loss and contacts. */
export function withoutConstraints(model: PlanarModel): PlanarModel {
  const dofs = model.dofs.map((dof) => ({ ...dof, limited: false, frictionLoss: 0 }));
  return { ...model, dofs, pairs: [] };
}

export function withOption(model: PlanarModel, option: Partial<PlanarModel["option"]>): PlanarModel {
  return { ...model, option: { ...model.option, ...option } };
}

/** Puts a copy into a state, with nothing left of earlier solutions. */
export function place(plant: Plant, { q, v, u }: State): void {
  plant.reset(0);
  plant.q.set(q);
  plant.v.set(v);
  plant.u.set(u);
}

/** A box touches a plane with both its faces: their corners are one point of the plane. */
function mergeFaces(oracle: Oracle): PlanarContact[] {
  const merged: PlanarContact[] = [];
  for (const contact of oracle.contacts) {
    const { geom1, geom2, position, force } = contact;
    const at = oracle.isBox(geom2)
      ? merged.findIndex((o) => o.geom1 === geom1 && o.geom2 === geom2 && errorOf(o.position, position) < 1e-13)
      : -1;
    const other = merged[at];
    if (other) merged[at] = { ...other, force: [other.force[0] + force[0], other.force[1] + force[1]] };
    else merged.push(contact);
  }
  return merged;
}

const gapOf = (a: PlantContact, b: PlanarContact) => Math.hypot(a.x - b.position[0], a.y - b.position[1]);

export class Comparison {
  readonly oracle: Oracle;
  readonly sampler: Sampler;
  readonly #model: PlanarModel;
  readonly #cone: Cone;
  readonly #blind: number;
  readonly plant: Plant;
  readonly #steppers: readonly Plant[];
  readonly #smooth: Plant;
  readonly #errors = Object.fromEntries(QUANTITIES.map((key) => [key, 0])) as Record<Quantity, number>;
  readonly #worst: Partial<Record<Quantity, State>> = {};
  readonly #counts = {
    states: 0,
    contacts: 0,
    sliding: 0,
    sticking: 0,
    grazing: 0,
    limits: 0,
    frictionLosses: 0,
    troubled: 0,
    overlooked: 0,
  };

  constructor(
    core: Core,
    mujoco: MainModule,
    source: FeatureModel,
    planar: PlanarModel,
    { cone, seed = 1 }: { cone?: Cone; seed?: number } = {},
  ) {
    this.oracle = new Oracle(mujoco, source.xml);
    this.#blind = source.blind ?? 0;
    this.#cone = cone ?? this.oracle.own.cone;
    this.#model = withOption(planar, { cone: this.#cone });
    this.plant = new Plant(core, this.#model);
    this.#steppers = SETTINGS.map(
      ({ integrator, eulerDamping }) => new Plant(core, withOption(this.#model, { integrator, eulerDamping })),
    );
    this.#smooth = new Plant(core, withoutConstraints(this.#model));
    this.oracle.configure({ cone: this.#cone });
    this.sampler = new Sampler(this.oracle, source, seed);
  }

  dispose(): void {
    this.oracle.dispose();
  }

  get tally(): Tally {
    return { ...this.#counts, errors: this.#errors, worst: this.#worst };
  }

  /** Compares `count` states, of every kind in turn. */
  states(count: number): void {
    for (let i = 0; i < count; i++) {
      this.#configure({});
      const state = this.sampler.draw(KINDS[i % KINDS.length]!);
      if (this.#overlooked(state)) {
        this.#counts.overlooked++;
        continue;
      }
      this.#compareState(state);
      this.#compareSteps(state);
    }
  }

  /** Compares whole trajectories, at every step. */
  trajectories(count: number, quantity: "1000 smooth steps" | "200 steps", steps: number): void {
    const smooth = quantity === "1000 smooth steps";
    if (this.#blind > 0 && !smooth) return;
    const plant = smooth ? this.#smooth : this.plant;
    for (let i = 0; i < count; i++) {
      this.#configure({});
      const state = this.sampler.start(smooth);
      this.#configure({ smooth });
      this.oracle.set(state.q, state.v, state.u);
      place(plant, state);
      for (let step = 0; step < steps; step++) {
        if (step % HOLD === 0) {
          const u = this.sampler.controls(smooth);
          this.oracle.setControls(u);
          plant.u.set(u);
        }
        this.oracle.step();
        plant.step();
        this.#note(quantity, [...plant.q, ...plant.v], [...this.oracle.q, ...this.oracle.v], state);
      }
    }
    this.#configure({});
  }

  #overlooked(state: State): boolean {
    if (this.#blind === 0) return false;
    place(this.plant, state);
    this.plant.forward();
    return this.plant.contacts().some(({ distance }) => distance > -this.#blind);
  }

  #configure(settings: Partial<OracleSettings>): void {
    this.oracle.configure({ cone: this.#cone, ...settings });
  }

  #note(quantity: Quantity, actual: ArrayLike<number>, reference: ArrayLike<number>, state: State): void {
    const error = errorOf(actual, reference);
    if (error <= this.#errors[quantity]) return;
    this.#errors[quantity] = error;
    this.#worst[quantity] = state;
  }

  #compareState(state: State): void {
    const oracle = this.oracle;
    const plant = this.plant;
    oracle.set(state.q, state.v, state.u);
    oracle.forward();
    place(plant, state);
    plant.forward();
    this.#note("mass matrix", plant.massMatrix, oracle.massMatrix, state);
    this.#note("bias force", plant.biasForce, oracle.biasForce, state);
    this.#note("passive force", plant.passiveForce, oracle.passiveForce, state);
    this.#note("actuator force", plant.actuatorForce, oracle.actuatorForce, state);
    this.#note("acceleration", plant.acceleration, oracle.acceleration, state);
    const { potential, kinetic } = plant.energy();
    this.#note("energy", [potential, kinetic], oracle.energy, state);
    const sites = this.#model.sites.flatMap((_, i) => plant.sitePosition(i));
    this.#note("sites", sites, oracle.sites, state);
    this.#compareContacts(plant.contacts(), mergeFaces(oracle), state);
    place(this.#smooth, state);
    this.#smooth.forward();
    this.#note("acceleration, smooth", this.#smooth.acceleration, oracle.accelerationSmooth, state);

    const { limits, frictionLoss } = oracle.rows;
    this.#counts.states++;
    this.#counts.limits += limits;
    this.#counts.frictionLosses += frictionLoss;
  }

  #compareContacts(ours: readonly PlantContact[], theirs: readonly PlanarContact[], state: State): void {
    this.#note("contact count", [ours.length], [theirs.length], state);
    if (ours.length !== theirs.length) return;
    for (const contact of ours) this.#count(contact);
    const remaining = [...ours];
    const pairs = theirs.map((contact) => {
      const same = remaining.filter(({ pair }) => {
        const { geom1, geom2 } = this.#model.pairs[pair]!;
        return geom1 === contact.geom1 && geom2 === contact.geom2;
      });
      if (same.length === 0)
        throw new Error(`MuJoCo alone has a contact of geoms ${contact.geom1} and ${contact.geom2}`);
      const nearest = same.reduce((best, next) => (gapOf(next, contact) < gapOf(best, contact) ? next : best));
      remaining.splice(remaining.indexOf(nearest), 1);
      return nearest;
    });
    const forceOf = ({ normalX, normalY, normalForce, tangentForce }: PlantContact) => [
      normalForce * normalX - tangentForce * normalY,
      normalForce * normalY + tangentForce * normalX,
    ];
    this.#note(
      "contact distance",
      pairs.map(({ distance }) => distance),
      theirs.map(({ distance }) => distance),
      state,
    );
    this.#note(
      "contact position",
      pairs.flatMap(({ x, y }) => [x, y]),
      theirs.flatMap(({ position }) => position),
      state,
    );
    const normals = pairs.flatMap(({ normalX, normalY }) => [normalX, normalY]);
    this.#note(
      "contact normal",
      normals,
      theirs.flatMap(({ normal }) => normal),
      state,
    );
    this.#note(
      "contact force",
      pairs.flatMap(forceOf),
      theirs.flatMap(({ force }) => force),
      state,
    );
    const active = (flag: boolean) => (flag ? 1 : 0);
    const felt = theirs.map(({ excluded }) => active(!excluded));
    this.#note(
      "contact count",
      pairs.map((contact) => active(contact.active)),
      felt,
      state,
    );
  }

  #count({ pair, distance, normalForce, tangentForce }: PlantContact): void {
    this.#counts.contacts++;
    if (Math.abs(distance) < 1e-6) this.#counts.grazing++;
    if (normalForce <= 0) return;
    const { condim, friction } = this.#model.pairs[pair]!;
    const sticks = condim > 1 && Math.abs(tangentForce) < (1 - 1e-9) * Math.min(...friction) * normalForce;
    this.#counts[sticks ? "sticking" : "sliding"]++;
  }

  #compareSteps(state: State): void {
    let troubled = false;
    SETTINGS.forEach(({ quantity, integrator, eulerDamping }, i) => {
      const plant = this.#steppers[i]!;
      this.#configure({ integrator, eulerDamping });
      this.oracle.set(state.q, state.v, state.u);
      this.oracle.step();
      place(plant, state);
      plant.step();
      if (plant.trouble[0] !== 0) troubled = true;
      this.#note(quantity, [...plant.q, ...plant.v], [...this.oracle.q, ...this.oracle.v], state);
    });
    if (troubled) this.#counts.troubled++;
  }
}
