// A body in our simulator and in MuJoCo, with programs that do the same in both.

import { readFileSync } from "node:fs";
import type loadMujoco from "@mujoco/mujoco";
import { readModel } from "../../src/mjcf/read.js";
import { type Core, modelFile, Plant } from "../../src/node.js";

type Mujoco = Awaited<ReturnType<typeof loadMujoco>>;

/** Time steps of one run. */
export const STEPS = 200;

/** Controls that both replay: a fixed sequence in [-1, 1]. */
function controls(count: number): Float64Array {
  let state = 12345;
  return Float64Array.from({ length: count }, () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 1;
    return (state % 2001) / 1000 - 1;
  });
}

/** Ours. */
export class Body {
  readonly plant: Plant;
  readonly #sequence: Float64Array;

  constructor(core: Core, name: string) {
    this.plant = new Plant(core, readModel(readFileSync(modelFile(name), "utf8"), `${name}.xml`));
    this.#sequence = controls(STEPS * this.plant.model.actuators.length);
  }

  /** From the start, under the sequence of controls. */
  run(): void {
    const { plant } = this;
    const m = plant.model.actuators.length;
    plant.reset(0);
    for (let step = 0; step < STEPS; ++step) {
      for (let i = 0; i < m; ++i) plant.u[i] = this.#sequence[step * m + i]!;
      plant.step(1);
    }
  }

  /** The derivatives of the next step where the last run has ended: d(q', v') by (q, v) and by the controls. */
  differentiate(): Float64Array {
    return this.plant.jacobian(0, 1);
  }
}

/** MuJoCo's, through its official WebAssembly build. */
export class MujocoBody {
  readonly #mujoco: Mujoco;
  readonly #model: InstanceType<Mujoco["MjModel"]>;
  readonly #data: InstanceType<Mujoco["MjData"]>;
  readonly #sequence: Float64Array;
  readonly #n: number;
  readonly #m: number;
  readonly #a: InstanceType<Mujoco["DoubleBuffer"]>;
  readonly #b: InstanceType<Mujoco["DoubleBuffer"]>;

  constructor(mujoco: Mujoco, name: string) {
    this.#mujoco = mujoco;
    this.#model = mujoco.MjModel.from_xml_string(readFileSync(modelFile(name), "utf8"))!;
    this.#data = new mujoco.MjData(this.#model);
    this.#n = this.q.length;
    this.#m = (this.#data.ctrl as Float64Array).length;
    this.#sequence = controls(STEPS * this.#m);
    this.#a = new mujoco.DoubleBuffer(4 * this.#n * this.#n);
    this.#b = new mujoco.DoubleBuffer(2 * this.#n * Math.max(1, this.#m));
  }

  /** Coordinates. */
  get q(): Float64Array {
    return this.#data.qpos as Float64Array;
  }

  run(): void {
    const ctrl = this.#data.ctrl as Float64Array;
    this.#mujoco.mj_resetData(this.#model, this.#data);
    for (let step = 0; step < STEPS; ++step) {
      for (let i = 0; i < this.#m; ++i) ctrl[i] = this.#sequence[step * this.#m + i]!;
      this.#mujoco.mj_step(this.#model, this.#data);
    }
  }

  /** mjd_transitionFD by forward differences. */
  differentiate(): void {
    this.#mujoco.mjd_transitionFD(this.#model, this.#data, 1e-6, false, this.#a, this.#b, null, null);
  }

  /** What `differentiate` has found, in the order of ours. */
  get derivatives(): Float64Array {
    const [n, m] = [this.#n, this.#m];
    const [a, b] = [this.#a.GetView(), this.#b.GetView()] as [Float64Array, Float64Array];
    const rows = Array.from({ length: 2 * n }, (_, row) => [
      ...a.subarray(row * 2 * n, (row + 1) * 2 * n),
      ...b.subarray(row * m, (row + 1) * m),
    ]);
    return Float64Array.from(rows.flat());
  }

  delete(): void {
    for (const owned of [this.#a, this.#b, this.#data, this.#model]) owned.delete();
  }
}
