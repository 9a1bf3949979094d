/** The pairs of geoms that may touch, by MuJoCo's filters, with the parameters of their contacts mixed. */

import type { DefaultClasses } from "./defaults.js";
import type { PlanarGeom } from "./geoms.js";
import type { Pair } from "./model.js";
import type { Settings } from "./settings.js";
import type { TreeBody } from "./tree.js";
import { type GeomValues, type PairValues, readPairValues } from "./values.js";
import { fail, type XmlElement } from "./xml.js";

const KINDS = ["plane", "sphere", "capsule", "box"] as const;
/** Kinds that may touch, the lower first. */
const SUPPORTED = ["plane-sphere", "plane-capsule", "plane-box", "sphere-sphere", "sphere-capsule", "capsule-capsule"];
/** MuJoCo's least friction coefficient. */
const LEAST_FRICTION = 1e-5;
const TINY = 1e-15;
const MOST_PAIRS = 10_000;
/** How far the centres of two geoms that may touch may be apart along the normal. */
const SAME_OFFSET = 1e-9;

interface Contact {
  readonly condim: number;
  readonly friction: readonly [number, number];
  readonly solref: readonly number[];
  readonly solreffriction: readonly number[];
  readonly solimp: readonly number[];
  readonly margin: number;
  readonly gap: number;
}

const blend = (share: number, x: number, y: number): number => share * x + (1 - share) * y;

/** MuJoCo's rules for two geoms without a pair of their own. */
function mix(a: GeomValues, b: GeomValues): Contact {
  const shared = { solreffriction: [0, 0], margin: a.margin + b.margin, gap: a.gap + b.gap };
  if (a.priority !== b.priority) {
    const first = a.priority > b.priority ? a : b;
    const { condim, solref, solimp } = first;
    return { ...shared, condim, solref, solimp, friction: [first.friction[0]!, first.friction[0]!] };
  }
  const heavy = [a.solmix >= TINY, b.solmix >= TINY];
  const share = heavy[0] && heavy[1] ? a.solmix / (a.solmix + b.solmix) : heavy[0] ? 1 : heavy[1] ? 0 : 0.5;
  const standard = a.solref[0]! > 0 && b.solref[0]! > 0;
  const friction = Math.max(a.friction[0]!, b.friction[0]!);
  return {
    ...shared,
    condim: Math.max(a.condim, b.condim),
    solref: a.solref.map((x, i) => (standard ? blend(share, x, b.solref[i]!) : Math.min(x, b.solref[i]!))),
    solimp: a.solimp.map((x, i) => blend(share, x, b.solimp[i]!)),
    friction: [friction, friction],
  };
}

const fromPair = (v: PairValues): Contact => ({ ...v, friction: [v.friction[0]!, v.friction[1]!] });

class PairCompiler {
  readonly pairs: Pair[] = [];
  /** Place of every geom in the model; -1 where the model leaves it out. */
  readonly #places: readonly number[];

  constructor(readonly geoms: readonly PlanarGeom[]) {
    let next = 0;
    this.#places = geoms.map(({ geom }) => (geom === undefined ? -1 : next++));
  }

  /** Lower kinds come first, then lower numbers. */
  #rank(index: number): number {
    return KINDS.indexOf(this.geoms[index]!.tree.values.type) * this.geoms.length + index;
  }

  /** Refuses what the plane cannot hold. */
  #check(one: PlanarGeom, two: PlanarGeom, contact: Contact, blamed: XmlElement | undefined): void {
    const element = blamed ?? two.tree.element;
    const meeting = `geoms "${one.tree.name}" and "${two.tree.name}"`;
    const remedy = "keep them apart with contype and conaffinity, or change the geoms";
    const kinds = `${one.tree.values.type}-${two.tree.values.type}`;
    if (!SUPPORTED.includes(kinds))
      fail(element, `lets ${meeting} touch, a ${kinds} contact; supported: ${SUPPORTED.join(", ")}; ${remedy}`);
    for (const { tree, problem } of [one, two])
      if (problem !== undefined)
        fail(blamed ?? tree.element, `lets ${meeting} touch, but of "${tree.name}" ${problem}; ${remedy}`);
    if (one.tree.values.type !== "plane" && Math.abs(one.offset - two.offset) > SAME_OFFSET)
      fail(
        element,
        `lets ${meeting} touch, but they lie ${one.offset} and ${two.offset} along the plane's normal; ` +
          `give them the same, or ${remedy}`,
      );
    if (this.pairs.length === MOST_PAIRS)
      fail(element, `is of more than ${MOST_PAIRS} pairs of geoms that may touch; use contype and conaffinity`);
    if (contact.condim === 6)
      fail(element, `lets ${meeting} touch with condim 6, which rolls in the plane; expected condim 1, 3 or 4`);
  }

  /**
   * A pair that the filters let pass. An element of its own is to blame for what is wrong with it, otherwise a geom.
   */
  add(i: number, j: number, contact: Contact, blamed?: XmlElement): void {
    const [first, second] = this.#rank(i) < this.#rank(j) ? [i, j] : [j, i];
    const [one, two] = [this.geoms[first]!, this.geoms[second]!];
    this.#check(one, two, contact, blamed);
    this.pairs.push({
      geom1: this.#places[first]!,
      geom2: this.#places[second]!,
      condim: contact.condim as Pair["condim"],
      friction: [Math.max(LEAST_FRICTION, contact.friction[0]), Math.max(LEAST_FRICTION, contact.friction[1])],
      reference: contact.solref as unknown as Pair["reference"],
      frictionReference: contact.solreffriction as unknown as Pair["frictionReference"],
      impedance: contact.solimp as unknown as Pair["impedance"],
      margin: contact.margin,
      gap: contact.gap,
    });
  }
}

/** A number for two things in either order. */
const key = (i: number, j: number): string => (i < j ? `${i} ${j}` : `${j} ${i}`);

/** Whether contacts between two bodies could do anything and are not filtered out by how the bodies hang together. */
function bodiesCollide(a: number, b: number, bodies: readonly TreeBody[], filterParent: boolean): boolean {
  const [weldA, weldB] = [bodies[a]!.weld, bodies[b]!.weld];
  if (weldA === weldB) return false;
  // the weld of a body without any degree of freedom below it is the world
  if (!filterParent || weldA === 0 || weldB === 0) return true;
  return weldA !== weldAbove(weldB, bodies) && weldB !== weldAbove(weldA, bodies);
}

/** The weld of a weld's parent. */
const weldAbove = (weld: number, bodies: readonly TreeBody[]): number => bodies[bodies[weld]!.parent]!.weld;

const find = (element: XmlElement, attribute: string, kind: string, names: readonly string[]): number => {
  const name = element.attributes.get(attribute)?.value ?? fail(element, `has no ${attribute}; name a ${kind}`);
  const index = names.indexOf(name);
  return index >= 0 ? index : fail(element, `names ${kind} "${name}", but there is no such ${kind}`, attribute);
};

export function compilePairs(
  root: XmlElement,
  bodies: readonly TreeBody[],
  geoms: readonly PlanarGeom[],
  classes: DefaultClasses,
  settings: Settings,
): Pair[] {
  const contacts = root.children.filter((section) => section.name === "contact").flatMap((section) => section.children);
  const bodyNames = bodies.map((body) => body.name);
  const geomNames = geoms.map((geom) => geom.tree.name);
  const excluded = new Set<string>();
  const own = new Set<string>();
  const compiler = new PairCompiler(geoms);
  for (const element of contacts) {
    if (element.name === "exclude") {
      excluded.add(key(find(element, "body1", "body", bodyNames), find(element, "body2", "body", bodyNames)));
      continue;
    }
    const values = readPairValues(element, structuredClone((classes.named(element, "class") ?? classes.main).pair));
    const [i, j] = [find(element, "geom1", "geom", geomNames), find(element, "geom2", "geom", geomNames)];
    if (bodies[geoms[i]!.tree.body]!.weld === bodies[geoms[j]!.tree.body]!.weld)
      fail(
        element,
        `pairs geoms "${geomNames[i]}" and "${geomNames[j]}", which cannot move against each other; remove it`,
      );
    if (own.has(key(i, j)))
      fail(element, `repeats the pair of geoms "${geomNames[i]}" and "${geomNames[j]}"; remove it`);
    own.add(key(i, j));
    if (settings.flags.contact) compiler.add(i, j, fromPair(values), element);
  }
  if (!settings.flags.contact) return [];

  geoms.forEach(({ tree: a }, i) => {
    for (let j = i + 1; j < geoms.length; ++j) {
      const b = geoms[j]!.tree;
      if (!bodiesCollide(a.body, b.body, bodies, settings.flags.filterParent)) continue;
      const masks = (a.values.contype & b.values.conaffinity) | (b.values.contype & a.values.conaffinity);
      if (masks === 0 || own.has(key(i, j)) || excluded.has(key(a.body, b.body))) continue;
      compiler.add(i, j, mix(a.values, b.values));
    }
  });
  return compiler.pairs.sort((a, b) => a.geom1 - b.geom1 || a.geom2 - b.geom2);
}
