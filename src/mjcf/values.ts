/**
 * The values of joints, geoms, sites, pairs and actuators, and how an element's attributes change those it starts from:
 * its own default class's. A list is overwritten as far as the attribute goes.
 */

import { failValue, overwrite, readInteger, readNonNegative, readNumber, readNumbers, readWord } from "./attributes.js";
import { type Orientation, readOrientation } from "./orientation.js";
import type { ACTUATORS } from "./schema.js";
import { fail, type XmlElement } from "./xml.js";

export type Limited = "true" | "false" | "auto";

export interface JointValues {
  type: "hinge" | "slide";
  pos: number[];
  axis: number[];
  limited: Limited;
  range: number[];
  ref: number;
  springref: number;
  stiffness: number;
  damping: number;
  armature: number;
  frictionloss: number;
  margin: number;
  solreflimit: number[];
  solimplimit: number[];
  solreffriction: number[];
  solimpfriction: number[];
  actuatorfrclimited: Limited;
  actuatorfrcrange: number[];
}

export interface GeomValues extends Orientation {
  type: "plane" | "sphere" | "capsule" | "box";
  contype: number;
  conaffinity: number;
  condim: number;
  priority: number;
  group: number;
  size: number[];
  friction: number[];
  mass?: number;
  density: number;
  solmix: number;
  solref: number[];
  solimp: number[];
  margin: number;
  gap: number;
  fromto?: number[];
  pos: number[];
}

export interface SiteValues {
  pos: number[];
  fromto?: number[];
}

export interface PairValues {
  condim: number;
  friction: number[];
  solref: number[];
  solreffriction: number[];
  solimp: number[];
  margin: number;
  gap: number;
}

export interface ActuatorValues {
  gear: number[];
  ctrllimited: Limited;
  ctrlrange: number[];
  forcelimited: Limited;
  forcerange: number[];
  gain: number[];
  bias: number[];
  biasAffine: boolean;
  inheritrange: number;
}

const LIMITED = ["true", "false", "auto"] as const;
const CONDIMS = [1, 3, 4, 6];
/** The pair of a range with its lower end first; a range of two zeros is none. */
function readRange(element: XmlElement, name: string, target: number[]): void {
  const range = readNumbers(element, name, 2);
  if (range === undefined) return;
  if (!(range[0]! < range[1]!) && !(range[0] === 0 && range[1] === 0))
    failValue(element, name, "a lower and then a higher number");
  target.splice(0, 2, ...range);
}

/** A solimp after its attribute has been read. */
function readImpedance(element: XmlElement, name: string, target: number[]): void {
  overwrite(element, name, target);
  if (!element.attributes.has(name)) return;
  const [low, high, width, middle, power] = target as [number, number, number, number, number];
  const fraction = (value: number): boolean => value >= 0 && value <= 1;
  if (!(fraction(low) && fraction(high) && width >= 0 && fraction(middle) && power >= 1))
    failValue(
      element,
      name,
      "dmin and dmax from 0 to 1, a width of at least 0, a midpoint from 0 to 1, a power of at least 1",
    );
}

function readCondim(element: XmlElement): number | undefined {
  const condim = readInteger(element, "condim");
  if (condim !== undefined && !CONDIMS.includes(condim)) failValue(element, "condim", "1, 3 or 4");
  return condim;
}

function readFriction(element: XmlElement, target: number[]): void {
  overwrite(element, "friction", target);
  if (target.some((value) => value < 0)) failValue(element, "friction", "coefficients that are not negative");
}

export function readJointValues(element: XmlElement, v: JointValues): JointValues {
  const type = readWord(element, "type", ["hinge", "slide", "ball", "free"]);
  if (type === "ball" || type === "free")
    fail(element, `is a ${type} joint, which leaves the plane; supported: hinge, slide`, "type");
  v.type = type ?? v.type;
  v.pos = readNumbers(element, "pos", 3) ?? v.pos;
  v.axis = readNumbers(element, "axis", 3) ?? v.axis;
  v.limited = readWord(element, "limited", LIMITED) ?? v.limited;
  readRange(element, "range", v.range);
  v.ref = readNumber(element, "ref") ?? v.ref;
  v.springref = readNumber(element, "springref") ?? v.springref;
  v.stiffness = readNumber(element, "stiffness") ?? v.stiffness;
  v.damping = readNonNegative(element, "damping") ?? v.damping;
  v.armature = readNonNegative(element, "armature") ?? v.armature;
  v.frictionloss = readNonNegative(element, "frictionloss") ?? v.frictionloss;
  v.margin = readNonNegative(element, "margin") ?? v.margin;
  overwrite(element, "solreflimit", v.solreflimit);
  readImpedance(element, "solimplimit", v.solimplimit);
  overwrite(element, "solreffriction", v.solreffriction);
  readImpedance(element, "solimpfriction", v.solimpfriction);
  v.actuatorfrclimited = readWord(element, "actuatorfrclimited", LIMITED) ?? v.actuatorfrclimited;
  readRange(element, "actuatorfrcrange", v.actuatorfrcrange);
  return v;
}

export function readGeomValues(element: XmlElement, v: GeomValues): GeomValues {
  v.type = readWord(element, "type", ["plane", "sphere", "capsule", "box"]) ?? v.type;
  v.contype = readInteger(element, "contype") ?? v.contype;
  v.conaffinity = readInteger(element, "conaffinity") ?? v.conaffinity;
  v.condim = readCondim(element) ?? v.condim;
  v.priority = readInteger(element, "priority") ?? v.priority;
  v.group = readInteger(element, "group") ?? v.group;
  overwrite(element, "size", v.size);
  readFriction(element, v.friction);
  const mass = readNonNegative(element, "mass");
  if (mass !== undefined) v.mass = mass;
  v.density = readNonNegative(element, "density") ?? v.density;
  v.solmix = readNonNegative(element, "solmix") ?? v.solmix;
  overwrite(element, "solref", v.solref);
  readImpedance(element, "solimp", v.solimp);
  v.margin = readNonNegative(element, "margin") ?? v.margin;
  v.gap = readNonNegative(element, "gap") ?? v.gap;
  const fromto = readNumbers(element, "fromto", 6);
  if (fromto !== undefined) v.fromto = fromto;
  v.pos = readNumbers(element, "pos", 3) ?? v.pos;
  readOrientation(element, v);
  return v;
}

export function readSiteValues(element: XmlElement, v: SiteValues): SiteValues {
  v.pos = readNumbers(element, "pos", 3) ?? v.pos;
  const fromto = readNumbers(element, "fromto", 6);
  if (fromto !== undefined) v.fromto = fromto;
  return v;
}

export function readPairValues(element: XmlElement, v: PairValues): PairValues {
  v.condim = readCondim(element) ?? v.condim;
  readFriction(element, v.friction);
  overwrite(element, "solref", v.solref);
  overwrite(element, "solreffriction", v.solreffriction);
  readImpedance(element, "solimp", v.solimp);
  v.margin = readNonNegative(element, "margin") ?? v.margin;
  v.gap = readNonNegative(element, "gap") ?? v.gap;
  return v;
}

/** An actuator's tag sets gain and bias over what its class says, the way MuJoCo's shortcuts do. */
export function readActuatorValues(element: XmlElement, v: ActuatorValues): ActuatorValues {
  overwrite(element, "gear", v.gear);
  v.ctrllimited = readWord(element, "ctrllimited", LIMITED) ?? v.ctrllimited;
  readRange(element, "ctrlrange", v.ctrlrange);
  v.forcelimited = readWord(element, "forcelimited", LIMITED) ?? v.forcelimited;
  readRange(element, "forcerange", v.forcerange);
  switch (element.name as (typeof ACTUATORS)[number]) {
    case "general":
      overwrite(element, "gainprm", v.gain);
      overwrite(element, "biasprm", v.bias);
      v.biasAffine =
        (readWord(element, "biastype", ["none", "affine"]) ?? (v.biasAffine ? "affine" : "none")) === "affine";
      break;
    case "motor":
      v.gain[0] = 1;
      v.biasAffine = false;
      break;
    case "position": {
      const kp = readNumber(element, "kp") ?? v.gain[0]!;
      const kv = readNonNegative(element, "kv");
      v.gain[0] = kp;
      v.bias[1] = -kp;
      if (kv !== undefined) v.bias[2] = -kv;
      v.biasAffine = true;
      v.inheritrange = readNonNegative(element, "inheritrange") ?? v.inheritrange;
      if (v.inheritrange > 0 && v.ctrlrange.some((value) => value !== 0))
        fail(element, "has both ctrlrange and inheritrange; give one of them", "inheritrange");
      break;
    }
    case "velocity": {
      const kv = readNumber(element, "kv") ?? v.gain[0]!;
      v.gain[0] = kv;
      v.bias.fill(0);
      v.bias[2] = -kv;
      v.biasAffine = true;
      break;
    }
  }
  return v;
}
