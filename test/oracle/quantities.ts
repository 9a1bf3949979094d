import type { State } from "./states.js";

/** What is compared, and the largest error that passes. */
export const BOUNDS = {
  "mass matrix": 1e-10,
  "bias force": 1e-10,
  "passive force": 1e-10,
  "actuator force": 1e-10,
  energy: 1e-10,
  sites: 1e-10,
  "contact count": 0,
  "contact distance": 1e-10,
  "contact position": 1e-10,
  "contact normal": 1e-10,
  "contact force": 1e-9,
  "acceleration, smooth": 1e-9,
  acceleration: 1e-9,
  Euler: 1e-9,
  "Euler, explicit": 1e-9,
  implicitfast: 1e-9,
  RK4: 1e-9,
  "1000 smooth steps": 1e-8,
  "200 steps": 1e-6,
} as const;
export type Quantity = keyof typeof BOUNDS;
export const QUANTITIES = Object.keys(BOUNDS) as Quantity[];

export interface Tally {
  readonly states: number;
  /** Of these, some slide, some stick, the rest exert no force; grazing ones are less than a micrometre deep. */
  readonly contacts: number;
  readonly sliding: number;
  readonly sticking: number;
  readonly grazing: number;
  readonly limits: number;
  readonly frictionLosses: number;
  /** States in which either side reports that it could not answer well. */
  readonly troubled: number;
  /** States that were left out because MuJoCo does not see all their contacts. */
  readonly overlooked: number;
  readonly errors: Readonly<Record<Quantity, number>>;
  /** The state of each largest error. */
  readonly worst: Readonly<Partial<Record<Quantity, State>>>;
}
