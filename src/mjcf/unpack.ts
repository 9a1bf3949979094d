/** The block of a model (see block.ts) read back. */

import { BLOCK_MAGIC, BLOCK_VERSION } from "./block.js";
import type { Actuator, Body, Dof, Geom, ModelOption, Pair, PlanarModel, Site, Vector } from "./model.js";

/** The names that a block does not hold. */
export interface ModelNames {
  readonly model: string;
  readonly bodies: readonly string[];
  readonly dofs: readonly string[];
  readonly geoms: readonly string[];
  readonly actuators: readonly string[];
  readonly sites: readonly string[];
}

const INTEGRATORS = ["Euler", "implicitfast", "RK4"] as const;
const CONES = ["pyramidal", "elliptic"] as const;
const DOF_KINDS = ["hinge", "slide"] as const;
const GEOM_KINDS = ["plane", "sphere", "capsule", "box"] as const;
const CONDIMS = [1, 3, 4] as const;
/** Integers and doubles of every record. */
const SIZES = {
  header: [12, 7],
  bodies: [4, 11],
  dofs: [4, 30],
  geoms: [2, 5],
  pairs: [4, 13],
  actuators: [2, 8],
  sites: [2, 2],
} as const;

const bytesOf = (kind: keyof typeof SIZES): number => 4 * SIZES[kind][0] + 8 * SIZES[kind][1];

/** Reads records in order: the integers of one, then its doubles. */
class Reader {
  #at = 0;
  readonly #view: DataView;

  constructor(readonly bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.bytes.length - this.#at;
  }

  int(): number {
    this.#at += 4;
    return this.#view.getInt32(this.#at - 4, true);
  }

  float(): number {
    this.#at += 8;
    return this.#view.getFloat64(this.#at - 8, true);
  }

  /** As many doubles as the type of the result has. */
  floats<T extends readonly number[]>(count: T["length"]): T {
    return Array.from({ length: count }, () => this.float()) as unknown as T;
  }

  vector(): Vector {
    return this.floats<Vector>(2);
  }

  word<T>(words: readonly T[]): T {
    const index = this.int();
    const word = words[index];
    if (word === undefined) throw new Error(`kind ${index} is none of ${words.join(", ")}`);
    return word;
  }
}

function readOption(r: Reader): { plane: PlanarModel["plane"]; option: ModelOption } {
  const plane = r.int() === 1 ? "xz" : "xy";
  const integrator = r.word(INTEGRATORS);
  const cone = r.word(CONES);
  const iterations = r.int();
  const eulerDamping = r.int() === 1;
  const refSafe = r.int() === 1;
  const timestep = r.float();
  const gravity = r.vector();
  const [density, viscosity, impratio, tolerance] = r.floats<[number, number, number, number]>(4);
  const solver = { integrator, cone, impratio, iterations, tolerance };
  return { plane, option: { timestep, gravity, density, viscosity, ...solver, eulerDamping, refSafe } };
}

function readBody(r: Reader, name: string): Body {
  const [parent, firstDof, dofCount, simple] = [r.int(), r.int(), r.int(), r.int() === 1];
  const position = r.vector();
  const [angle, mass, inertia] = r.floats<[number, number, number]>(3);
  const centre = r.vector();
  const inertialAngle = r.float();
  const sides = r.floats<Body["sides"]>(3);
  return { name, parent, position, angle, firstDof, dofCount, mass, inertia, centre, inertialAngle, sides, simple };
}

function readDof(r: Reader, name: string): Dof {
  const [kind, body, limited] = [r.word(DOF_KINDS), r.int(), r.int() === 1];
  r.int();
  return {
    name,
    kind,
    body,
    sign: r.float() < 0 ? -1 : 1,
    anchor: r.vector(),
    axis: r.vector(),
    reference: r.float(),
    stiffness: r.float(),
    springReference: r.float(),
    damping: r.float(),
    armature: r.float(),
    frictionLoss: r.float(),
    limited,
    range: r.vector(),
    margin: r.float(),
    limitReference: r.vector(),
    limitImpedance: r.floats<Dof["limitImpedance"]>(5),
    frictionReference: r.vector(),
    frictionImpedance: r.floats<Dof["frictionImpedance"]>(5),
    forceRange: r.vector(),
  };
}

function readGeom(r: Reader, name: string): Geom {
  const [kind, body] = [r.word(GEOM_KINDS), r.int()];
  return {
    name,
    kind,
    body,
    position: r.vector(),
    angle: r.float(),
    radius: r.float(),
    halfLength: r.float(),
  };
}

function readPair(r: Reader): Pair {
  const [geom1, geom2, condim] = [r.int(), r.int(), r.int()];
  r.int();
  if (!(CONDIMS as readonly number[]).includes(condim)) throw new Error(`condim ${condim} is none of 1, 3, 4`);
  return {
    geom1,
    geom2,
    condim: condim as Pair["condim"],
    friction: r.vector(),
    reference: r.vector(),
    frictionReference: r.vector(),
    impedance: r.floats<Pair["impedance"]>(5),
    margin: r.float(),
    gap: r.float(),
  };
}

function readActuator(r: Reader, name: string): Actuator {
  const dof = r.int();
  r.int();
  return {
    name,
    dof,
    gear: r.float(),
    gain: r.float(),
    bias1: r.float(),
    bias2: r.float(),
    controlRange: r.vector(),
    forceRange: r.vector(),
  };
}

function readSite(r: Reader, name: string): Site {
  const body = r.int();
  r.int();
  return { name, body, position: r.vector() };
}

/**
 * The model of a block and its names.
 * @throws Error for bytes that are no block, or names that do not fit it.
 */
export function unpackModel(block: Uint8Array, names: ModelNames): PlanarModel {
  if (block.length < 8 + bytesOf("header")) throw new Error(`${block.length} bytes are too few`);
  const r = new Reader(block);
  if (r.int() !== BLOCK_MAGIC) throw new Error("it does not begin as a model does");
  const version = r.int();
  if (version !== BLOCK_VERSION) throw new Error(`its version is ${version}, expected ${BLOCK_VERSION}`);
  const kinds = ["bodies", "dofs", "geoms", "pairs", "actuators", "sites"] as const;
  const counts = kinds.map(() => r.int());
  const { plane, option } = readOption(r);
  const expected = kinds.reduce((sum, kind, i) => sum + counts[i]! * bytesOf(kind), 0);
  if (counts.some((count) => count < 0) || expected !== r.left)
    throw new Error(`its records take ${r.left} bytes, expected ${expected}`);
  const list = <T>(index: number, read: (at: number) => T): T[] =>
    Array.from({ length: counts[index]! }, (_, i) => read(i));
  const named = (kind: Exclude<keyof ModelNames, "model">, i: number): string => {
    const name = names[kind][i];
    if (typeof name !== "string") throw new Error(`it has no name for ${kind}[${i}]`);
    return name;
  };
  return {
    name: names.model,
    plane,
    option,
    bodies: list(0, (i) => readBody(r, named("bodies", i))),
    dofs: list(1, (i) => readDof(r, named("dofs", i))),
    geoms: list(2, (i) => readGeom(r, named("geoms", i))),
    pairs: list(3, () => readPair(r)),
    actuators: list(4, (i) => readActuator(r, named("actuators", i))),
    sites: list(5, (i) => readSite(r, named("sites", i))),
  };
}
