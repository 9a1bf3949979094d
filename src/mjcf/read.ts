/** MJCF text to a compiled planar model. */

import { compileActuators } from "./actuators.js";
import { readName } from "./attributes.js";
import { compileBodies, compileDof, compileSite } from "./bodies.js";
import { DefaultClasses } from "./defaults.js";
import { MjcfError } from "./error.js";
import { compileGeom } from "./geoms.js";
import { bodyMass } from "./inertia.js";
import type { PlanarModel, Vector } from "./model.js";
import { compilePairs } from "./pairs.js";
import { type Plane, planarFrames, planeOfHinges, worldBasis, worldRotations } from "./plane.js";
import { transform } from "./rotation.js";
import { checkSchema } from "./schema.js";
import { readSettings, type Settings } from "./settings.js";
import { geomShape } from "./shape.js";
import { readTree, type TreeBody } from "./tree.js";
import { firstFault } from "./validate.js";
import { fail, parseXml, type XmlElement } from "./xml.js";

/** What has been read of a document before its plane is known. */
interface Document {
  readonly root: XmlElement;
  readonly settings: Settings;
  readonly classes: DefaultClasses;
  readonly bodies: readonly TreeBody[];
}

function compile({ root, settings, classes, bodies }: Document, plane: Plane): PlanarModel {
  const { compiler } = settings;
  const frames = planarFrames(bodies, plane);
  const shapes = bodies.map((body) => body.geoms.map((geom) => geomShape(geom, compiler)));
  const masses = bodies.map((body, i) => bodyMass(body, shapes[i]!, compiler));
  const joints = bodies.flatMap((body) => body.joints);
  const dofs = joints.map((joint) => compileDof(joint, frames[joint.body]!, plane, settings));
  for (const { element, body, values } of bodies.flatMap((one) => one.geoms))
    if (values.type === "plane" && bodies[body]!.weld !== 0)
      fail(element, "is a plane on a body that moves; planes belong to the world or to bodies fixed to it");
  const geoms = bodies.flatMap((body, i) =>
    body.geoms.map((geom, j) => compileGeom(geom, shapes[i]![j]!, frames[i]!, plane)),
  );
  // a part of gravity along the normal pulls on joints that do not give: it moves nothing
  const [g1, g2] = transform(worldBasis(plane), settings.gravity);
  return {
    name: readName(root, "model") ?? "model",
    plane,
    option: { ...settings.option, gravity: [g1, g2] satisfies Vector },
    bodies: compileBodies(bodies, frames, masses, plane, settings),
    dofs,
    geoms: geoms.flatMap(({ geom }) => (geom === undefined ? [] : [geom])),
    pairs: compilePairs(root, bodies, geoms, classes, settings),
    actuators: compileActuators(root, classes, dofs, settings),
    sites: bodies.flatMap((body) => body.sites).map((site) => compileSite(site, frames[site.body]!)),
  };
}

/**
 * Compiles in the plane that the hinges ask for; without hinges in the x-z plane if that fits, else in the x-y plane.
 */
function compileInPlane(document: Document): PlanarModel {
  const { bodies } = document;
  const plane = planeOfHinges(bodies, worldRotations(bodies));
  if (plane !== undefined) return compile(document, plane);
  try {
    return compile(document, "xz");
  } catch (error) {
    if (!(error instanceof MjcfError)) throw error;
    try {
      return compile(document, "xy");
    } catch {
      throw error;
    }
  }
}

/**
 * Reads a model. `fileName` is what messages call it.
 * @throws MjcfError, with file, line and element, for whatever is not a planar model of the supported subset.
 */
export function readModel(text: string, fileName = "model.xml"): PlanarModel {
  const root = parseXml(text, fileName);
  checkSchema(root);
  const settings = readSettings(root);
  const classes = new DefaultClasses(root.children.filter((child) => child.name === "default"));
  const bodies = readTree(root, classes, settings.compiler);
  const model = compileInPlane({ root, settings, classes, bodies });
  if (model.dofs.length === 0) fail(root, "has no joints; a model needs at least one hinge or slide");
  const fault = firstFault(model);
  if (fault !== undefined) fail(root, `compiles to a model in which ${fault}; use numbers of ordinary size`);
  return model;
}
