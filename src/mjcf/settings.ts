/** The compiler, option and flag elements. */

import {
  failValue,
  readBounded,
  readFlag,
  readInteger,
  readNonNegative,
  readNumber,
  readNumbers,
  readPositive,
  readText,
  readVector3,
  readWord,
} from "./attributes.js";
import type { ModelOption } from "./model.js";
import type { AngleUnits } from "./orientation.js";
import type { Vector3 } from "./rotation.js";
import type { XmlElement } from "./xml.js";

export interface CompilerSettings extends AngleUnits {
  readonly autoLimits: boolean;
  readonly inertiaFromGeom: "true" | "false" | "auto";
  readonly inertiaGroups: readonly [number, number];
  /** Not positive: masses stay as they are. */
  readonly totalMass: number;
}

/** The flags that a compiled model has no field for. */
export interface Flags {
  readonly contact: boolean;
  readonly limit: boolean;
  readonly frictionLoss: boolean;
  readonly spring: boolean;
  readonly damper: boolean;
  readonly clampControl: boolean;
  readonly filterParent: boolean;
}

export interface Settings {
  readonly compiler: CompilerSettings;
  /** Without gravity, which is still in space. */
  readonly option: Omit<ModelOption, "gravity">;
  readonly gravity: Vector3;
  readonly flags: Flags;
}

function compilerSettings(elements: readonly XmlElement[]): CompilerSettings {
  let degrees = true;
  let eulerSequence = "xyz";
  let autoLimits = true;
  let inertiaFromGeom: CompilerSettings["inertiaFromGeom"] = "auto";
  let inertiaGroups: readonly [number, number] = [0, 5];
  let totalMass = -1;
  for (const element of elements) {
    degrees = (readWord(element, "angle", ["degree", "radian"]) ?? (degrees ? "degree" : "radian")) === "degree";
    eulerSequence = readText(element, "eulerseq") ?? eulerSequence;
    if (!/^[xyzXYZ]{3}$/.test(eulerSequence)) failValue(element, "eulerseq", "three letters of xyzXYZ");
    autoLimits = readFlag(element, "autolimits") ?? autoLimits;
    inertiaFromGeom = readWord(element, "inertiafromgeom", ["true", "false", "auto"]) ?? inertiaFromGeom;
    inertiaGroups = (readNumbers(element, "inertiagrouprange", 2) as [number, number] | undefined) ?? inertiaGroups;
    totalMass = readNumber(element, "settotalmass") ?? totalMass;
  }
  return { degrees, eulerSequence, autoLimits, inertiaFromGeom, inertiaGroups, totalMass };
}

const FLAGS = [
  "constraint",
  "contact",
  "limit",
  "frictionloss",
  "gravity",
  "spring",
  "damper",
  "clampctrl",
  "eulerdamp",
  "refsafe",
  "filterparent",
] as const;

type FlagName = (typeof FLAGS)[number];

function readFlags(options: readonly XmlElement[]): Record<FlagName, boolean> {
  const flags = Object.fromEntries(FLAGS.map((name) => [name, true])) as Record<FlagName, boolean>;
  for (const option of options)
    for (const element of option.children)
      for (const name of FLAGS) {
        const word = readWord(element, name, ["enable", "disable"]);
        if (word !== undefined) flags[name] = word === "enable";
      }
  return flags;
}

/** Reads the settings; later elements overwrite earlier ones. */
export function readSettings(root: XmlElement): Settings {
  const named = (name: string): XmlElement[] => root.children.filter((child) => child.name === name);
  const options = named("option");
  const flags = readFlags(options);
  let option: Omit<ModelOption, "gravity"> = {
    timestep: 0.002,
    density: 0,
    viscosity: 0,
    integrator: "Euler",
    cone: "pyramidal",
    impratio: 1,
    iterations: 100,
    tolerance: 1e-8,
    eulerDamping: flags.eulerdamp,
    refSafe: flags.refsafe,
  };
  let gravity: Vector3 = [0, 0, -9.81];
  for (const element of options) {
    gravity = readVector3(element, "gravity") ?? gravity;
    const iterations = readInteger(element, "iterations") ?? option.iterations;
    if (iterations < 1) failValue(element, "iterations", "at least 1");
    option = {
      ...option,
      timestep: readPositive(element, "timestep") ?? option.timestep,
      density: readNonNegative(element, "density") ?? option.density,
      viscosity: readNonNegative(element, "viscosity") ?? option.viscosity,
      integrator: readWord(element, "integrator", ["Euler", "implicitfast", "RK4"]) ?? option.integrator,
      cone: readWord(element, "cone", ["pyramidal", "elliptic"]) ?? option.cone,
      impratio: readPositive(element, "impratio") ?? option.impratio,
      iterations,
      tolerance: readBounded(element, "tolerance", (x) => x >= 0, "a number that is not negative") ?? option.tolerance,
    };
  }
  if (!flags.gravity) gravity = [0, 0, 0];
  // MuJoCo leaves out all passive forces, the fluid's too, where springs and dampers are both off
  if (!flags.spring && !flags.damper) option = { ...option, density: 0, viscosity: 0 };
  return {
    compiler: compilerSettings(named("compiler")),
    option,
    gravity,
    flags: {
      contact: flags.contact && flags.constraint,
      limit: flags.limit && flags.constraint,
      frictionLoss: flags.frictionloss && flags.constraint,
      spring: flags.spring,
      damper: flags.damper,
      clampControl: flags.clampctrl,
      filterParent: flags.filterparent,
    },
  };
}
