import type { ControlHandle, SimulationHandle } from "./abi.js";
import { packModel } from "./mjcf/block.js";
import type { PlanarModel } from "./mjcf/model.js";
import { float64View, int32View, placeBytes } from "./views.js";
import type { Core } from "./wasm.js";

/** What a step may have met (assembly/dynamics/workspace.ts). */
export const Trouble = { crossingSegments: 1, perpendicularCapsule: 2, unsolved: 4, notFinite: 8 } as const;

/** Blocks of the last evaluation (assembly/dynamics/readout.ts). */
const Field = {
  mass: 0,
  bias: 1,
  passive: 2,
  actuation: 3,
  constraintForce: 4,
  acceleration: 5,
  actuatorForces: 6,
} as const;

/** Frame and centre of mass of a body in the plane: m, rad. */
export interface BodyPose {
  readonly x: number;
  readonly y: number;
  readonly angle: number;
  readonly centreX: number;
  readonly centreY: number;
}

/** Two geoms within their margin and gap of each other. */
export interface PlantContact {
  /** Index into the model's pairs. */
  readonly pair: number;
  /** Between the surfaces, m; negative in overlap. */
  readonly distance: number;
  /** Midway between the surfaces. */
  readonly x: number;
  readonly y: number;
  /** Unit normal from geom 1 to geom 2. */
  readonly normalX: number;
  readonly normalY: number;
  /** Force on geom 2, N: along the normal, and along the normal turned by a right angle (e1 to e2). */
  readonly normalForce: number;
  readonly tangentForce: number;
  /** Whether it may exert force: its distance is below the margin. */
  readonly active: boolean;
}

interface Views {
  readonly states: Float64Array;
  readonly q: Float64Array;
  readonly v: Float64Array;
  readonly u: Float64Array;
  readonly time: Float64Array;
  readonly trouble: Int32Array;
  readonly scratch: Float64Array;
  readonly dq: Float64Array;
  readonly dv: Float64Array;
  readonly du: Float64Array;
  readonly jacobian: Float64Array;
}

const SCRATCH = 16;
const MAX_COPIES = 1_000_000;

/**
 * Copies of one planar mechanism, stepped in the core. With n degrees of freedom and m actuators, `q` and `v` are (count, n), `u` is
 * (count, m), all live. The readouts speak of the copy that `forward` evaluated last.
 */
export class Plant {
  readonly model: PlanarModel;
  readonly count: number;
  readonly #core: Core;
  readonly #handle: SimulationHandle;
  readonly #control: ControlHandle;
  readonly #maxSubsteps: number;
  readonly #scratch: number;
  #lazyViews: Views | undefined;

  /**
   * @param maxSubsteps Longest control step, in time steps, whose derivatives are wanted.
   * @throws Error when the core is sealed.
   */
  constructor(core: Core, model: PlanarModel, count = 1, maxSubsteps = 32) {
    core.expectOpen();
    if (!(Number.isInteger(count) && count >= 1 && count <= MAX_COPIES)) {
      throw new RangeError(`count is ${count}: a plant has 1 to ${MAX_COPIES} copies`);
    }
    const block = packModel(model);
    this.model = model;
    this.count = count;
    this.#core = core;
    this.#scratch = core.alloc(8 * SCRATCH);
    this.#handle = core.exports.simulationCreate(placeBytes(core, block), block.length, count);
    this.#control = core.exports.controlCreate(this.#handle, maxSubsteps);
    this.#maxSubsteps = maxSubsteps;
  }

  get #views(): Views {
    this.#lazyViews ??= this.#makeViews();
    return this.#lazyViews;
  }

  #makeViews(): Views {
    const core = this.#core;
    const n = this.model.dofs.length;
    const m = this.model.actuators.length;
    const { count } = this;
    const states = float64View(core, core.exports.simulationStates(this.#handle), count * (3 * n + m + 1));
    return {
      states,
      q: states.subarray(0, count * n),
      v: states.subarray(count * n, 2 * count * n),
      u: states.subarray(2 * count * n, count * (2 * n + m)),
      time: states.subarray(count * (3 * n + m)),
      trouble: int32View(core, core.exports.simulationTrouble(this.#handle), count),
      scratch: float64View(core, this.#scratch, SCRATCH),
      dq: float64View(core, core.exports.controlDq(this.#control), n),
      dv: float64View(core, core.exports.controlDv(this.#control), n),
      du: float64View(core, core.exports.controlDu(this.#control), m),
      jacobian: float64View(core, core.exports.controlJacobianBlock(this.#control), 2 * n * (2 * n + m)),
    };
  }

  /** Coordinates (count, n), m and rad. */
  get q(): Float64Array {
    return this.#views.q;
  }

  /** Velocities (count, n). */
  get v(): Float64Array {
    return this.#views.v;
  }

  /** Controls (count, m), held over a step. */
  get u(): Float64Array {
    return this.#views.u;
  }

  /** Seconds since the reset, (count). */
  get time(): Float64Array {
    return this.#views.time;
  }

  /** Bits of `Trouble` that the last step of every copy met, (count). See `step` for `notFinite`. */
  get trouble(): Int32Array {
    return this.#views.trouble;
  }

  /**
   * The first number of copy `index` that is not finite and so keeps it from stepping, as "velocity of NAME is NaN"; undefined when
   * all are. A copy with `notFinite` and none such was driven out of the range of numbers by the step itself.
   */
  firstNotFinite(index = 0): string | undefined {
    const n = this.model.dofs.length;
    const m = this.model.actuators.length;
    const find = (what: string, values: Float64Array, names: readonly { readonly name: string }[]) => {
      const at = values.findIndex((value) => !Number.isFinite(value));
      return at < 0 ? undefined : `${what} of ${names[at]!.name} is ${values[at]}`;
    };
    return (
      find("coordinate", this.q.subarray(index * n, (index + 1) * n), this.model.dofs) ??
      find("velocity", this.v.subarray(index * n, (index + 1) * n), this.model.dofs) ??
      find("control", this.u.subarray(index * m, (index + 1) * m), this.model.actuators)
    );
  }

  /** Everything that the future of all copies depends on, live: a snapshot is a copy of it, restoring is `set`. */
  get states(): Float64Array {
    return this.#views.states;
  }

  /** Copy `index` at the reference pose, at rest. */
  reset(index: number): void {
    this.#expectCopy(index);
    this.#core.exports.simulationReset(this.#handle, index);
  }

  /**
   * `substeps` time steps of every copy. A copy whose numbers stop being finite stays at the last time step before that, and its
   * `trouble` says so.
   */
  step(substeps = 1): void {
    if (!(Number.isInteger(substeps) && substeps >= 0)) {
      throw new RangeError(`substeps is ${substeps}: it must be a whole number of time steps`);
    }
    this.#core.exports.simulationStep(this.#handle, substeps);
  }

  #expectCopy(index: number): void {
    if (!(Number.isInteger(index) && index >= 0 && index < this.count)) {
      throw new RangeError(`index is ${index}: this plant has copies 0 to ${this.count - 1}`);
    }
  }

  /** Evaluates copy `index` without moving it, for the readouts. */
  forward(index = 0): void {
    this.#expectCopy(index);
    this.#core.exports.simulationForward(this.#handle, index);
  }

  #field(field: number, length: number): Float64Array {
    return float64View(this.#core, this.#core.exports.simulationField(this.#handle, field), length);
  }

  /** M (n, n). */
  get massMatrix(): Float64Array {
    const n = this.model.dofs.length;
    return this.#field(Field.mass, n * n);
  }

  /** Coriolis, centrifugal and gravity forces, (n), on the left of M a + bias = passive + actuator + constraint. */
  get biasForce(): Float64Array {
    return this.#field(Field.bias, this.model.dofs.length);
  }

  /** Springs, dampers, drag, (n). */
  get passiveForce(): Float64Array {
    return this.#field(Field.passive, this.model.dofs.length);
  }

  /** Actuators' forces on the coordinates, (n). */
  get actuatorForce(): Float64Array {
    return this.#field(Field.actuation, this.model.dofs.length);
  }

  /** Limits', friction losses' and contacts' forces on the coordinates, (n). */
  get constraintForce(): Float64Array {
    return this.#field(Field.constraintForce, this.model.dofs.length);
  }

  /** Acceleration under all forces and constraints, (n). */
  get acceleration(): Float64Array {
    return this.#field(Field.acceleration, this.model.dofs.length);
  }

  /** Newton iterations of the last evaluation's constraint solver. */
  get iterations(): number {
    return this.#core.exports.simulationIterations(this.#handle);
  }

  bodyPose(body: number): BodyPose {
    this.#core.exports.simulationBody(this.#handle, body, this.#scratch);
    const [x, y, angle, centreX, centreY] = this.#views.scratch as unknown as [number, number, number, number, number];
    return { x, y, angle, centreX, centreY };
  }

  sitePosition(site: number): [x: number, y: number] {
    this.#core.exports.simulationSite(this.#handle, site, this.#scratch);
    const { scratch } = this.#views;
    return [scratch[0]!, scratch[1]!];
  }

  contacts(): PlantContact[] {
    const { scratch } = this.#views;
    return Array.from({ length: this.#core.exports.simulationContacts(this.#handle) }, (_, i) => {
      this.#core.exports.simulationContact(this.#handle, i, this.#scratch);
      return {
        pair: scratch[0]!,
        distance: scratch[1]!,
        x: scratch[2]!,
        y: scratch[3]!,
        normalX: scratch[4]!,
        normalY: scratch[5]!,
        normalForce: scratch[6]!,
        tangentForce: scratch[7]!,
        active: scratch[8] === 1,
      };
    });
  }

  /** Potential (gravity, springs) and kinetic energy of copy `index`, J; it must be the copy evaluated last. */
  energy(index = 0): { readonly potential: number; readonly kinetic: number } {
    this.#expectCopy(index);
    this.#core.exports.simulationEnergy(this.#handle, index, this.#scratch);
    const { scratch } = this.#views;
    return { potential: scratch[0]!, kinetic: scratch[1]! };
  }

  /** Tangents or adjoints of a copy's coordinates (n), velocities (n) and controls (m), live: what jvp and vjp read and write. */
  get tangent(): { readonly dq: Float64Array; readonly dv: Float64Array; readonly du: Float64Array } {
    return this.#views;
  }

  #expectStep(index: number, substeps: number): void {
    this.#expectCopy(index);
    if (!(Number.isInteger(substeps) && substeps >= 1 && substeps <= this.#maxSubsteps)) {
      throw new RangeError(
        `substeps is ${substeps}: this plant differentiates 1 to ${this.#maxSubsteps} time steps at once`,
      );
    }
  }

  /**
   * Pushes `tangent` through `substeps` time steps of copy `index`, which stays where it is: dq and dv become those of the state after.
   * @returns bits of `Trouble`.
   */
  jvp(index = 0, substeps = 1): number {
    this.#expectStep(index, substeps);
    return this.#core.exports.controlJvp(this.#control, index, substeps);
  }

  /**
   * Pulls the adjoints dq, dv of the state after `substeps` time steps of copy `index` back: they become those of the state before, du
   * that of the controls.
   * @returns bits of `Trouble`.
   */
  vjp(index = 0, substeps = 1): number {
    this.#expectStep(index, substeps);
    return this.#core.exports.controlVjp(this.#control, index, substeps);
  }

  /**
   * d(q', v') / d(q, v, u) over `substeps` time steps of copy `index`, row-major (2 n, 2 n + m), live until the next call. Uses
   * `tangent` as scratch. Of a copy that can't be stepped (`trouble`, `firstBad`) it holds no meaning.
   */
  jacobian(index = 0, substeps = 1): Float64Array {
    this.#expectStep(index, substeps);
    this.#core.exports.controlJacobian(this.#control, index, substeps);
    return this.#views.jacobian;
  }
}
