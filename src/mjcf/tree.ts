/**
 * The bodies of a document with their joints, geoms and sites, in MuJoCo's order and still in space: a body comes
 * before its children, its own elements in the order of the document.
 */

import { readName, readVector3 } from "./attributes.js";
import type { DefaultClass, DefaultClasses } from "./defaults.js";
import { type AngleUnits, type Orientation, readOrientation, resolveOrientation } from "./orientation.js";
import { IDENTITY, type Matrix3, type Vector3 } from "./rotation.js";
import {
  type GeomValues,
  type JointValues,
  readGeomValues,
  readJointValues,
  readSiteValues,
  type SiteValues,
} from "./values.js";
import { fail, type XmlElement } from "./xml.js";

/** A joint, geom or site with its name, its body's number and its values. */
export interface Leaf<Values> {
  readonly element: XmlElement;
  name: string;
  readonly body: number;
  readonly values: Values;
}

export type TreeJoint = Leaf<JointValues>;
export type TreeGeom = Leaf<GeomValues>;
export type TreeSite = Leaf<SiteValues>;

export interface TreeBody {
  readonly element: XmlElement;
  name: string;
  readonly parent: number;
  /** In the parent's frame. */
  readonly position: Vector3;
  readonly rotation: Matrix3;
  readonly inertial: XmlElement | undefined;
  readonly joints: readonly TreeJoint[];
  readonly geoms: readonly TreeGeom[];
  readonly sites: readonly TreeSite[];
  /** The body that it is welded to: itself if it has joints, else its parent's. The world's is 0. */
  readonly weld: number;
}

/**
 * Gives every element of one kind its name, or one made of kind and number that no other has; refuses a name used
 * twice.
 */
export function assignNames(kind: string, items: readonly { readonly element: XmlElement; name: string }[]): void {
  const used = new Set<string>(kind === "body" ? ["world"] : []);
  for (const item of items) {
    const name = readName(item.element, "name") ?? "";
    if (name === "") continue;
    if (used.has(name)) fail(item.element, `repeats the ${kind} name "${name}"; names must differ`, "name");
    used.add(name);
    item.name = name;
  }
  items.forEach((item, index) => {
    if (item.name !== "") return;
    item.name = `${kind}${kind === "body" ? index + 1 : index}`;
    while (used.has(item.name)) item.name += "_";
    used.add(item.name);
  });
}

class TreeReader {
  readonly bodies: TreeBody[] = [];

  constructor(
    readonly classes: DefaultClasses,
    readonly units: AngleUnits,
  ) {}

  /** A body from the element or elements that describe it; only the world may have several. */
  read(elements: readonly XmlElement[], parent: number, defaults: DefaultClass): void {
    const index = this.bodies.length;
    const element = elements[0]!;
    const inside = elements.flatMap((one) => one.children);
    const leaves = <K extends "joint" | "geom" | "site">(
      kind: K,
      values: (child: XmlElement, from: DefaultClass[K]) => DefaultClass[K],
    ): Leaf<DefaultClass[K]>[] =>
      inside
        .filter((child) => child.name === kind)
        .map((child) => {
          const from = structuredClone((this.classes.named(child, "class") ?? defaults)[kind]);
          return { element: child, name: "", body: index, values: values(child, from) };
        });

    const joints = leaves("joint", readJointValues);
    const orientation: Orientation = {};
    if (index > 0) readOrientation(element, orientation);
    this.bodies.push({
      element,
      name: index === 0 ? "world" : "",
      parent,
      position: (index > 0 ? readVector3(element, "pos") : undefined) ?? [0, 0, 0],
      rotation: index === 0 ? IDENTITY : resolveOrientation(element, orientation, this.units),
      inertial: inside.find((child) => child.name === "inertial"),
      joints,
      geoms: leaves("geom", readGeomValues),
      sites: leaves("site", readSiteValues),
      weld: index === 0 || joints.length > 0 ? index : this.bodies[parent]!.weld,
    });
    for (const child of inside)
      if (child.name === "body") this.read([child], index, this.classes.named(child, "childclass") ?? defaults);
  }
}

/** All bodies, the world first, with names. */
export function readTree(root: XmlElement, classes: DefaultClasses, units: AngleUnits): TreeBody[] {
  const worlds = root.children.filter((child) => child.name === "worldbody");
  if (worlds.length === 0) fail(root, "has no <worldbody>; a model needs one");
  const reader = new TreeReader(classes, units);
  reader.read(worlds, -1, classes.main);
  const { bodies } = reader;
  assignNames("body", bodies.slice(1));
  assignNames(
    "joint",
    bodies.flatMap((body) => body.joints),
  );
  assignNames(
    "geom",
    bodies.flatMap((body) => body.geoms),
  );
  assignNames(
    "site",
    bodies.flatMap((body) => body.sites),
  );
  return bodies;
}
