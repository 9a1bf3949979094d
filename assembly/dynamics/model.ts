// A compiled planar model (src/mjcf/block.ts writes the block that is read here) with the constants that follow from it.
//
// The plane has coordinates (e1, e2) and angles from e1 to e2. Motions are planar twists (s, c1, c2) about a reference point O: a point
// at x (relative to O) moves with (c1 - s x2, c2 + s x1). A hinge at p with sign s is (s, s p2, -s p1), a slide along a is (0, a1, a2).
// Forces are wrenches (moment about O, f1, f2); power is their product.

import { allocNumbers, arenaAlloc } from "../core/arena";
import { at } from "../linalg/vector";
import { cosine, sine } from "../core/math";

export enum DofKind {
  Hinge,
  Slide,
}

export enum GeomKind {
  Plane,
  Sphere,
  Capsule,
  Box,
}

export enum Integrator {
  Euler,
  ImplicitFast,
  RungeKutta,
}

const MAGIC: u32 = 0x4d504756;
const VERSION: u32 = 1;


@unmanaged
@final
export class Header {
  bodies: i32;
  dofs: i32;
  geoms: i32;
  pairs: i32;
  actuators: i32;
  sites: i32;
  /** 1: the plane is x-z, 0: x-y. */
  upright: i32;
  integrator: i32;
  /** 0: pyramidal, 1: elliptic. */
  elliptic: i32;
  iterations: i32;
  eulerDamping: i32;
  refSafe: i32;
  timestep: f64;
  gravity1: f64;
  gravity2: f64;
  density: f64;
  viscosity: f64;
  impratio: f64;
  tolerance: f64;
}


@unmanaged
@final
export class Body {
  parent: i32;
  firstDof: i32;
  dofCount: i32;
  simple: i32;
  x: f64;
  y: f64;
  angle: f64;
  mass: f64;
  inertia: f64;
  centreX: f64;
  centreY: f64;
  inertialAngle: f64;
  side1: f64;
  side2: f64;
  sideN: f64;
}


@unmanaged
@final
export class Dof {
  kind: i32;
  body: i32;
  limited: i32;
  unused: i32;
  sign: f64;
  anchorX: f64;
  anchorY: f64;
  axisX: f64;
  axisY: f64;
  reference: f64;
  stiffness: f64;
  springReference: f64;
  damping: f64;
  armature: f64;
  frictionLoss: f64;
  low: f64;
  high: f64;
  margin: f64;
  limitReference0: f64;
  limitReference1: f64;
  limitImpedance0: f64;
  limitImpedance1: f64;
  limitImpedance2: f64;
  limitImpedance3: f64;
  limitImpedance4: f64;
  frictionReference0: f64;
  frictionReference1: f64;
  frictionImpedance0: f64;
  frictionImpedance1: f64;
  frictionImpedance2: f64;
  frictionImpedance3: f64;
  frictionImpedance4: f64;
  forceLow: f64;
  forceHigh: f64;
}


@unmanaged
@final
export class Geom {
  kind: i32;
  body: i32;
  x: f64;
  y: f64;
  angle: f64;
  radius: f64;
  halfLength: f64;
}


@unmanaged
@final
export class Pair {
  geom1: i32;
  geom2: i32;
  condim: i32;
  unused: i32;
  friction1: f64;
  friction2: f64;
  reference0: f64;
  reference1: f64;
  frictionReference0: f64;
  frictionReference1: f64;
  impedance0: f64;
  impedance1: f64;
  impedance2: f64;
  impedance3: f64;
  impedance4: f64;
  margin: f64;
  gap: f64;
}


@unmanaged
@final
export class Actuator {
  dof: i32;
  unused: i32;
  gear: f64;
  gain: f64;
  bias1: f64;
  bias2: f64;
  controlLow: f64;
  controlHigh: f64;
  forceLow: f64;
  forceHigh: f64;
}


@unmanaged
@final
export class Site {
  body: i32;
  unused: i32;
  x: f64;
  y: f64;
}

/** Stiffness and damping of a soft constraint, from its solref: aref = -damping (J v) - stiffness d (r - margin). */
@unmanaged
@final
export class Softness {
  stiffness: f64;
  damping: f64;
  /** The clamped solimp. */
  low: f64;
  high: f64;
  width: f64;
  middle: f64;
  power: f64;
}

/** What a pair's constants come to, computed once. */
@unmanaged
@final
export class PairConstants {
  normal: Softness;
  tangentDamping: f64;
  /** Inverse weight of both bodies. */
  inverseWeight: f64;
}

/** What a degree of freedom's constants come to. */
@unmanaged
@final
export class DofConstants {
  limit: Softness;
  friction: Softness;
  inverseWeight: f64;
}


@unmanaged
@final
export class Model {
  header: Header;
  bodies: usize;
  dofs: usize;
  geoms: usize;
  pairs: usize;
  actuators: usize;
  sites: usize;
  /** i32[dofs]: the degree of freedom before it on its chain, -1 at a root. */
  dofParent: usize;
  /** i32[bodies]: the last degree of freedom that moves a body, -1 for static ones. */
  lastDof: usize;
  /** f64[2 geoms], f64[2 bodies]: cosine and sine of a geom's and of a body's inertial angle in the body's frame. */
  geomTurns: usize;
  inertialTurns: usize;
  pairConstants: usize;
  dofConstants: usize;
  /** Whether any body has fluid drag. */
  hasFluid: i32;
  /** Largest numbers of constraint rows and of contacts. */
  maxRows: i32;
  maxContacts: i32;
  /** Mean diagonal of the mass matrix at the reference pose. */
  meanInertia: f64;
}


@inline
export function bodyAt(model: Model, b: i32): Body {
  return changetype<Body>(model.bodies + <usize>b * offsetof<Body>());
}


@inline
export function dofAt(model: Model, k: i32): Dof {
  return changetype<Dof>(model.dofs + <usize>k * offsetof<Dof>());
}


@inline
export function geomAt(model: Model, g: i32): Geom {
  return changetype<Geom>(model.geoms + <usize>g * offsetof<Geom>());
}


@inline
export function pairAt(model: Model, p: i32): Pair {
  return changetype<Pair>(model.pairs + <usize>p * offsetof<Pair>());
}


@inline
export function actuatorAt(model: Model, i: i32): Actuator {
  return changetype<Actuator>(model.actuators + <usize>i * offsetof<Actuator>());
}


@inline
export function siteAt(model: Model, i: i32): Site {
  return changetype<Site>(model.sites + <usize>i * offsetof<Site>());
}


@inline
export function dofParent(model: Model, k: i32): i32 {
  return load<i32>(at<i32>(model.dofParent, k));
}


@inline
export function lastDof(model: Model, b: i32): i32 {
  return load<i32>(at<i32>(model.lastDof, b));
}


@inline
export function pairConstantsAt(model: Model, p: i32): PairConstants {
  return changetype<PairConstants>(model.pairConstants + <usize>p * offsetof<PairConstants>());
}


@inline
export function dofConstantsAt(model: Model, k: i32): DofConstants {
  return changetype<DofConstants>(model.dofConstants + <usize>k * offsetof<DofConstants>());
}


@inline
function clamped(x: f64): f64 {
  return max<f64>(1e-4, min<f64>(0.9999, x));
}

/** Softness of solref (reference0, reference1) and solimp, dynamics as in MuJoCo's computation documentation. */
function softnessCreate(
  model: Model,
  reference0: f64,
  reference1: f64,
  d0: f64,
  dw: f64,
  width: f64,
  middle: f64,
  power: f64,
): Softness {
  const softness = changetype<Softness>(arenaAlloc(offsetof<Softness>()));
  softness.low = clamped(d0);
  softness.high = clamped(dw);
  softness.width = max<f64>(0, width);
  softness.middle = clamped(middle);
  softness.power = max<f64>(1, power);
  const limit = softness.high;
  if (reference0 > 0 != reference1 > 0) {
    reference0 = 0.02;
    reference1 = 1;
  }
  if (reference0 > 0) {
    let time = reference0;
    if (model.header.refSafe) time = max<f64>(time, 2 * model.header.timestep);
    softness.stiffness = 1 / (limit * limit * time * time * reference1 * reference1);
    softness.damping = 2 / (limit * time);
  } else {
    softness.stiffness = -reference0 / (limit * limit);
    softness.damping = -reference1 / limit;
  }
  return softness;
}

function indexOrTrap(index: i32, count: i32): void {
  if (<u32>index >= <u32>count) unreachable();
}

/**
 * Reads a block of `bytes` bytes that stays where it is. Traps on a block of another kind or version, or of another size than its
 * header says; the inverse weights are still missing (inertia.ts adds them).
 */
export function modelLoad(block: usize, bytes: i32): Model {
  if (load<u32>(block) != MAGIC || load<u32>(block, 4) != VERSION) unreachable();
  const model = changetype<Model>(arenaAlloc(offsetof<Model>()));
  const header = changetype<Header>(block + 8);
  model.header = header;
  let next = block + 8 + offsetof<Header>();
  model.bodies = next;
  next += <usize>header.bodies * offsetof<Body>();
  model.dofs = next;
  next += <usize>header.dofs * offsetof<Dof>();
  model.geoms = next;
  next += <usize>header.geoms * offsetof<Geom>();
  model.pairs = next;
  next += <usize>header.pairs * offsetof<Pair>();
  model.actuators = next;
  next += <usize>header.actuators * offsetof<Actuator>();
  model.sites = next;
  next += <usize>header.sites * offsetof<Site>();
  if (next - block != <usize>bytes) unreachable();

  model.dofParent = allocNumbers<i32>(header.dofs);
  model.lastDof = allocNumbers<i32>(header.bodies);
  model.inertialTurns = allocNumbers<f64>(2 * header.bodies);
  for (let b = 0; b < header.bodies; ++b) {
    const body = bodyAt(model, b);
    let last = -1;
    if (b > 0) {
      indexOrTrap(body.parent, b);
      last = lastDof(model, body.parent);
    }
    for (let j = 0; j < body.dofCount; ++j) {
      const k = body.firstDof + j;
      indexOrTrap(k, header.dofs);
      store<i32>(at<i32>(model.dofParent, k), last);
      last = k;
    }
    store<i32>(at<i32>(model.lastDof, b), last);
    store<f64>(at<f64>(model.inertialTurns, 2 * b), cosine<f64>(body.inertialAngle));
    store<f64>(at<f64>(model.inertialTurns, 2 * b + 1), sine<f64>(body.inertialAngle));
    if (body.mass > 0 && (header.density > 0 || header.viscosity > 0)) model.hasFluid = 1;
  }

  model.geomTurns = allocNumbers<f64>(2 * header.geoms);
  for (let g = 0; g < header.geoms; ++g) {
    const geom = geomAt(model, g);
    indexOrTrap(geom.body, header.bodies);
    store<f64>(at<f64>(model.geomTurns, 2 * g), cosine<f64>(geom.angle));
    store<f64>(at<f64>(model.geomTurns, 2 * g + 1), sine<f64>(geom.angle));
  }

  let rows = 0;
  model.dofConstants = arenaAlloc(<usize>header.dofs * offsetof<DofConstants>());
  for (let k = 0; k < header.dofs; ++k) {
    const dof = dofAt(model, k);
    const constants = dofConstantsAt(model, k);
    indexOrTrap(dof.body, header.bodies);
    constants.limit = softnessCreate(
      model,
      dof.limitReference0,
      dof.limitReference1,
      dof.limitImpedance0,
      dof.limitImpedance1,
      dof.limitImpedance2,
      dof.limitImpedance3,
      dof.limitImpedance4,
    );
    constants.friction = softnessCreate(
      model,
      dof.frictionReference0,
      dof.frictionReference1,
      dof.frictionImpedance0,
      dof.frictionImpedance1,
      dof.frictionImpedance2,
      dof.frictionImpedance3,
      dof.frictionImpedance4,
    );
    rows += (dof.limited ? 2 : 0) + (dof.frictionLoss > 0 ? 1 : 0);
  }

  model.pairConstants = arenaAlloc(<usize>header.pairs * offsetof<PairConstants>());
  for (let p = 0; p < header.pairs; ++p) {
    const pair = pairAt(model, p);
    const constants = pairConstantsAt(model, p);
    indexOrTrap(pair.geom1, header.geoms);
    indexOrTrap(pair.geom2, header.geoms);
    constants.normal = softnessCreate(
      model,
      pair.reference0,
      pair.reference1,
      pair.impedance0,
      pair.impedance1,
      pair.impedance2,
      pair.impedance3,
      pair.impedance4,
    );
    const separate = pair.frictionReference0 != 0 || pair.frictionReference1 != 0;
    constants.tangentDamping = separate
      ? softnessCreate(
          model,
          pair.frictionReference0,
          pair.frictionReference1,
          pair.impedance0,
          pair.impedance1,
          pair.impedance2,
          pair.impedance3,
          pair.impedance4,
        ).damping
      : constants.normal.damping;
  }
  model.maxContacts = 2 * header.pairs;
  // a pyramid has three rows in the plane, everything else one
  model.maxRows = rows + 3 * model.maxContacts;
  for (let i = 0; i < header.actuators; ++i) indexOrTrap(actuatorAt(model, i).dof, header.dofs);
  for (let i = 0; i < header.sites; ++i) indexOrTrap(siteAt(model, i).body, header.bodies);
  return model;
}

/** Impedance d at distance r from the margin, in (0, 1). */
export function impedance(softness: Softness, r: f64): f64 {
  const low = softness.low;
  const high = softness.high;
  const width = softness.width;
  const middle = softness.middle;
  const power = softness.power;
  if (low == high || width <= 1e-15) return 0.5 * (low + high);
  const x = Math.abs(r) / width;
  if (x >= 1) return high;
  if (x == 0) return low;
  let y = x;
  if (power != 1) {
    if (x <= middle) y = raise(x, power) / raise(middle, power - 1);
    else y = 1 - raise(1 - x, power) / raise(1 - middle, power - 1);
  }
  return low + y * (high - low);
}

/** dd/dr. */
export function impedanceSlope(softness: Softness, r: f64): f64 {
  const low = softness.low;
  const high = softness.high;
  const width = softness.width;
  const middle = softness.middle;
  const power = softness.power;
  if (low == high || width <= 1e-15) return 0;
  const x = Math.abs(r) / width;
  if (x >= 1 || x == 0) return 0;
  let slope: f64 = 1;
  if (power != 1) {
    if (x <= middle) slope = (power * raise(x, power - 1)) / raise(middle, power - 1);
    else slope = (power * raise(1 - x, power - 1)) / raise(1 - middle, power - 1);
  }
  return ((r < 0 ? -slope : slope) * (high - low)) / width;
}


@inline
function raise(x: f64, power: f64): f64 {
  return power == 1 ? x : power == 2 ? x * x : NativeMath.pow(x, power);
}
