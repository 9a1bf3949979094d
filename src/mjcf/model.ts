/**
 * A planar model, compiled: what the core simulates (assembly/dynamics/model.ts reads it). The plane has coordinates
 * (e1, e2): (x, z) of an x-z model, (x, y) of an x-y model; angles turn from e1 to e2. SI units, radians. Generalised
 * coordinates are one per degree of freedom, in the order of the document.
 */

export type Vector = readonly [number, number];

/** MuJoCo's solref and solimp. */
export type SolverReference = readonly [number, number];
export type SolverImpedance = readonly [number, number, number, number, number];

export interface ModelOption {
  readonly timestep: number;
  readonly gravity: Vector;
  /** Of the fluid, kg/m^3 and Pa s. */
  readonly density: number;
  readonly viscosity: number;
  readonly integrator: "Euler" | "implicitfast" | "RK4";
  readonly cone: "pyramidal" | "elliptic";
  readonly impratio: number;
  readonly iterations: number;
  readonly tolerance: number;
  /** Flags: joint damping is implicit in Euler's steps; solref's time constant is at least two time steps. */
  readonly eulerDamping: boolean;
  readonly refSafe: boolean;
}

/** bodies[0] is the world, which has no parent (-1), no mass and no joints. Parents come before their children. */
export interface Body {
  readonly name: string;
  readonly parent: number;
  /** Frame in the parent's, before its joints move it. */
  readonly position: Vector;
  readonly angle: number;
  /** Its degrees of freedom are firstDof .. firstDof + dofCount - 1. */
  readonly firstDof: number;
  readonly dofCount: number;
  readonly mass: number;
  /** Moment of inertia about the centre of mass and the plane's normal, kg m^2. */
  readonly inertia: number;
  /** Centre of mass in the body's frame. */
  readonly centre: Vector;
  /**
   * For the fluid's drag: angle of the first in-plane inertial axis in the body's frame, and the equivalent box's full
   * sides along that axis, the other in-plane axis, and the normal; 0 without mass.
   */
  readonly inertialAngle: number;
  readonly sides: readonly [number, number, number];
  /** MuJoCo's "simple" body (slides only, centred, child of the world): its inverse weights are 1 / mass. */
  readonly simple: boolean;
}

export interface Dof {
  readonly name: string;
  readonly kind: "hinge" | "slide";
  readonly body: number;
  /** Hinge: +1 when the joint's axis is the plane's normal (e1 to e2 is positive), -1 when opposite. Slide: 1. */
  readonly sign: 1 | -1;
  /** Hinge's anchor in the body's frame. */
  readonly anchor: Vector;
  /** Slide's unit axis in the body's frame. */
  readonly axis: Vector;
  readonly reference: number;
  readonly stiffness: number;
  readonly springReference: number;
  readonly damping: number;
  readonly armature: number;
  readonly frictionLoss: number;
  readonly limited: boolean;
  readonly range: Vector;
  readonly margin: number;
  readonly limitReference: SolverReference;
  readonly limitImpedance: SolverImpedance;
  readonly frictionReference: SolverReference;
  readonly frictionImpedance: SolverImpedance;
  /** Bounds of the summed actuator force on this joint (actuatorfrcrange), infinite where there are none. */
  readonly forceRange: Vector;
}

export interface Geom {
  readonly name: string;
  readonly kind: "plane" | "sphere" | "capsule" | "box";
  readonly body: number;
  readonly position: Vector;
  /** Direction, in the body's frame, of a plane's normal, a capsule's axis (its local z), a box's first side. */
  readonly angle: number;
  /** Sphere's and capsule's radius; box's first half side. */
  readonly radius: number;
  /** Capsule's half length (without caps); box's second half side. */
  readonly halfLength: number;
}

/**
 * Two geoms that may touch, with the mixed parameters; geom1 has the lower kind (plane < sphere < capsule < box) or
 * index.
 */
export interface Pair {
  readonly geom1: number;
  readonly geom2: number;
  /** 1: frictionless; 3 or 4 (which is the same in the plane). */
  readonly condim: 1 | 3 | 4;
  /** The two tangential coefficients; which of them lies in the plane is MuJoCo's rule. */
  readonly friction: Vector;
  readonly reference: SolverReference;
  /** solreffriction; [0, 0]: as reference. */
  readonly frictionReference: SolverReference;
  readonly impedance: SolverImpedance;
  readonly margin: number;
  readonly gap: number;
}

/** Force on its joint's coordinate: gear * clamp(gain * clamp(u) + bias1 * gear * q + bias2 * gear * v). */
export interface Actuator {
  readonly name: string;
  readonly dof: number;
  readonly gear: number;
  readonly gain: number;
  readonly bias1: number;
  readonly bias2: number;
  /** Infinite where there are no bounds. */
  readonly controlRange: Vector;
  readonly forceRange: Vector;
}

export interface Site {
  readonly name: string;
  readonly body: number;
  readonly position: Vector;
}

export interface PlanarModel {
  readonly name: string;
  readonly plane: "xz" | "xy";
  readonly option: ModelOption;
  readonly bodies: readonly Body[];
  readonly dofs: readonly Dof[];
  readonly geoms: readonly Geom[];
  readonly pairs: readonly Pair[];
  readonly actuators: readonly Actuator[];
  readonly sites: readonly Site[];
}
