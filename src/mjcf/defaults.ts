/**
 * What joints, geoms, sites, pairs and actuators are before their own attributes: MuJoCo's values, then those of their
 * default class. A class starts as a copy of the class around it; all kinds of actuator share one set.
 */

import { ACTUATORS } from "./schema.js";
import {
  type ActuatorValues,
  type GeomValues,
  type JointValues,
  type PairValues,
  readActuatorValues,
  readGeomValues,
  readJointValues,
  readPairValues,
  readSiteValues,
  type SiteValues,
} from "./values.js";
import { fail, type XmlElement } from "./xml.js";

export interface DefaultClass {
  joint: JointValues;
  geom: GeomValues;
  site: SiteValues;
  pair: PairValues;
  actuator: ActuatorValues;
}

const SOLREF = [0.02, 1];
const SOLIMP = [0.9, 0.95, 0.001, 0.5, 2];

function builtIn(): DefaultClass {
  const contact = () => ({ solref: [...SOLREF], solimp: [...SOLIMP], margin: 0, gap: 0 });
  return {
    joint: {
      type: "hinge",
      pos: [0, 0, 0],
      axis: [0, 0, 1],
      limited: "auto",
      range: [0, 0],
      ref: 0,
      springref: 0,
      stiffness: 0,
      damping: 0,
      armature: 0,
      frictionloss: 0,
      margin: 0,
      solreflimit: [...SOLREF],
      solimplimit: [...SOLIMP],
      solreffriction: [...SOLREF],
      solimpfriction: [...SOLIMP],
      actuatorfrclimited: "auto",
      actuatorfrcrange: [0, 0],
    },
    geom: {
      type: "sphere",
      contype: 1,
      conaffinity: 1,
      condim: 3,
      priority: 0,
      group: 0,
      size: [0, 0, 0],
      friction: [1, 0.005, 0.0001],
      density: 1000,
      solmix: 1,
      pos: [0, 0, 0],
      ...contact(),
    },
    site: { pos: [0, 0, 0] },
    pair: { condim: 3, friction: [1, 1, 0.005, 0.0001, 0.0001], solreffriction: [0, 0], ...contact() },
    actuator: {
      gear: [1, 0, 0, 0, 0, 0],
      ctrllimited: "auto",
      ctrlrange: [0, 0],
      forcelimited: "auto",
      forcerange: [0, 0],
      gain: [1, 0, 0, 0, 0, 0, 0, 0, 0, 0],
      bias: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
      biasAffine: false,
      inheritrange: 0,
    },
  };
}

/** The default classes of a model by name; the outermost is "main". */
export class DefaultClasses {
  readonly #classes = new Map<string, DefaultClass>([["main", builtIn()]]);

  constructor(sections: readonly XmlElement[]) {
    for (const section of sections) {
      const name = section.attributes.get("class")?.value;
      if (name !== undefined && name !== "main")
        fail(section, `names the outermost class "${name}"; it is called "main"`, "class");
      this.#fill(section, this.#classes.get("main")!);
    }
  }

  #fill(section: XmlElement, values: DefaultClass): void {
    for (const element of section.children) {
      if (element.name === "joint") readJointValues(element, values.joint);
      else if (element.name === "geom") readGeomValues(element, values.geom);
      else if (element.name === "site") readSiteValues(element, values.site);
      else if (element.name === "pair") readPairValues(element, values.pair);
      else if ((ACTUATORS as readonly string[]).includes(element.name)) readActuatorValues(element, values.actuator);
    }
    for (const nested of section.children) {
      if (nested.name !== "default") continue;
      const name = nested.attributes.get("class")?.value ?? "";
      if (name === "") fail(nested, "has no class; a default class inside another needs a name");
      if (this.#classes.has(name)) fail(nested, `repeats the default class "${name}"`, "class");
      const inner = structuredClone(values);
      this.#classes.set(name, inner);
      this.#fill(nested, inner);
    }
  }

  /** The class that an attribute of an element names; undefined where it has no such attribute. */
  named(element: XmlElement, attribute: "class" | "childclass"): DefaultClass | undefined {
    const name = element.attributes.get(attribute)?.value;
    if (name === undefined) return undefined;
    return (
      this.#classes.get(name) ??
      fail(element, `has ${attribute}="${name}", but there is no such default class`, attribute)
    );
  }

  get main(): DefaultClass {
    return this.#classes.get("main")!;
  }
}
