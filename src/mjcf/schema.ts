/**
 * Which elements and attributes of MJCF are read, which are accepted because they cannot change the motion, and which
 * are refused and why. Everything that stands in none of these lists is refused with the list of what is supported.
 */

import { didYouMean, shorten } from "../wording.js";
import { readText } from "./attributes.js";
import { fail, type XmlElement } from "./xml.js";

export interface ElementSchema {
  /** Read and used. */
  readonly attributes?: readonly string[];
  /** Drawn, named or grouped, never simulated. */
  readonly ignored?: readonly string[];
  /** Accepted only with one of these words, or with zeros. */
  readonly only?: Readonly<Record<string, readonly string[] | "zero">>;
  readonly children?: Readonly<Record<string, ElementSchema | "ignored">>;
  /** Children that may stand there several times; all others are unique. */
  readonly repeated?: readonly string[] | "all";
  /** Known to MuJoCo, not supported: the reason. */
  readonly refused?: Readonly<Record<string, string>>;
}

const words = (text: string): string[] => text.split(" ");
const each = <T>(names: readonly string[], value: T): Record<string, T> =>
  Object.fromEntries(names.map((name) => [name, value]));
const without = (schema: ElementSchema, ...names: string[]): ElementSchema => ({
  ...schema,
  attributes: (schema.attributes ?? []).filter((name) => !names.includes(name)),
});

const ORIENTATION = words("quat axisangle xyaxes zaxis euler");
const RESOLVED = ["enable"];

const joint: ElementSchema = {
  attributes: words(
    "name class type pos axis limited range ref springref stiffness damping armature frictionloss margin " +
      "solreflimit solimplimit solreffriction solimpfriction actuatorfrclimited actuatorfrcrange",
  ),
  ignored: words("group user"),
  only: { springdamper: "zero", actuatorgravcomp: ["false"] },
};

const geom: ElementSchema = {
  attributes: [
    ...words(
      "name class type contype conaffinity condim priority group size friction mass density solmix solref solimp " +
        "margin gap fromto pos",
    ),
    ...ORIENTATION,
  ],
  ignored: words("material rgba user fluidcoef"),
  only: { shellinertia: ["false"], fluidshape: ["none"], surfacevel: "zero", adhesion: "zero" },
};

const site: ElementSchema = {
  attributes: words("name class pos fromto"),
  ignored: [...words("type group size material rgba user"), ...ORIENTATION],
};

const inertial: ElementSchema = { attributes: ["pos", "mass", "diaginertia", "fullinertia", ...ORIENTATION] };

const pair: ElementSchema = {
  attributes: words("name class geom1 geom2 condim friction solref solreffriction solimp margin gap"),
  only: { adhesion: "zero" },
};

const actuatorOnly = {
  nsample: "zero",
  delay: "zero",
  damping: "zero",
  armature: "zero",
  actlimited: ["false", "auto"],
} as const;
const actuatorCommon = words("name class joint jointinparent gear ctrllimited ctrlrange forcelimited forcerange");
const actuatorIgnored = words("group user interp lengthrange cranklength");
const actuator = (attributes: string, only: ElementSchema["only"] = {}): ElementSchema => ({
  attributes: [...actuatorCommon, ...words(attributes)],
  ignored: actuatorIgnored,
  only: { ...actuatorOnly, ...only },
});

/** The kinds of actuator that are read. */
export const ACTUATORS = ["motor", "position", "velocity", "general"] as const;

const actuators: Record<(typeof ACTUATORS)[number], ElementSchema> = {
  motor: actuator(""),
  position: actuator("kp kv inheritrange", { timeconst: "zero" }),
  velocity: actuator("kv"),
  general: {
    ...actuator("gainprm biasprm biastype", {
      dyntype: ["none"],
      gaintype: ["fixed"],
      actdim: ["-1", "0"],
      actrange: "zero",
    }),
    ignored: [...actuatorIgnored, "dynprm", "actearly"],
  },
};

const stateful = "it has an activation state, which is not supported";
const refusedActuators: Record<string, string> = {
  intvelocity: stateful,
  cylinder: stateful,
  muscle: stateful,
  damper: "its gain depends on velocity, which is not supported",
  ...each(words("adhesion plugin dcmotor pid orientation"), "this kind of actuator is not supported"),
};

const body: ElementSchema = {
  attributes: ["name", "childclass", "pos", ...ORIENTATION],
  ignored: ["user"],
  only: { mocap: ["false"], gravcomp: "zero", sleep: ["auto", "never"] },
  children: { inertial, joint, geom, site, camera: "ignored", light: "ignored" },
  repeated: words("joint geom site camera light body"),
  refused: {
    freejoint: "a free joint leaves the plane; give the body two slides and a hinge",
    frame: "frames are not supported; write the positions into the elements",
    ...each(
      words("replicate composite flexcomp attach plugin"),
      "it makes elements by a macro, which is not supported",
    ),
  },
};
(body.children as Record<string, ElementSchema>).body = body;

const world: ElementSchema = {
  children: { geom, site, body, camera: "ignored", light: "ignored" },
  repeated: "all",
  refused: {
    ...body.refused,
    joint: "the world cannot have joints",
    inertial: "the world has no mass",
  },
};

const defaults: ElementSchema = {
  attributes: ["class"],
  children: {
    joint: without(joint, "name", "class"),
    geom: without(geom, "name", "class"),
    site: without(site, "name", "class"),
    pair: without(pair, "name", "class", "geom1", "geom2"),
    ...Object.fromEntries(
      ACTUATORS.map((kind) => [kind, without(actuators[kind], "name", "class", "joint", "jointinparent")]),
    ),
    ...each(words("camera light mesh material equality tendon"), "ignored" as const),
  },
  repeated: ["default"],
  refused: refusedActuators,
};
(defaults.children as Record<string, ElementSchema>).default = defaults;

const option: ElementSchema = {
  attributes: words("timestep gravity density viscosity integrator cone impratio iterations tolerance"),
  ignored: words(
    "ls_iterations ls_tolerance jacobian magnetic noslip_tolerance ccd_tolerance ccd_iterations sdf_iterations " +
      "sdf_initpoints sleep_tolerance o_margin o_solref o_solimp o_friction",
  ),
  only: { solver: ["Newton"], wind: "zero", noslip_iterations: "zero" },
  children: {
    flag: {
      attributes: words(
        "constraint contact limit frictionloss gravity spring damper clampctrl eulerdamp refsafe filterparent",
      ),
      ignored: words(
        "warmstart energy equality sensor midphase autoreset nativeccd island multiccd fwdinv invdiscrete passive",
      ),
      only: { actuation: RESOLVED, ...each(words("override sleep diagexact"), ["disable"]) },
    },
  },
};

const compiler: ElementSchema = {
  attributes: words("angle autolimits inertiafromgeom inertiagrouprange settotalmass eulerseq"),
  ignored: words("strippath assetdir meshdir texturedir usethread fitaabb saveinertial alignfree"),
  only: {
    coordinate: ["local"],
    boundmass: "zero",
    boundinertia: "zero",
    balanceinertia: ["false"],
    discardvisual: ["false"],
    fusestatic: ["false"],
  },
  children: { lengthrange: "ignored" },
};

const SENSORS = words(
  "touch accelerometer velocimeter gyro force torque magnetometer camprojection rangefinder jointpos jointvel " +
    "actuatorpos actuatorvel actuatorfrc jointactuatorfrc jointlimitpos jointlimitvel jointlimitfrc framepos " +
    "framequat framexaxis frameyaxis framezaxis framelinvel frameangvel framelinacc frameangacc subtreecom " +
    "subtreelinvel subtreeangmom insidesite distance normal fromto contact e_potential e_kinetic clock user",
);

const MODEL: ElementSchema = {
  attributes: ["model"],
  repeated: "all",
  children: {
    compiler,
    option,
    default: defaults,
    worldbody: world,
    contact: { children: { pair, exclude: { attributes: ["name", "body1", "body2"] } }, repeated: "all" },
    actuator: { children: actuators, refused: refusedActuators, repeated: "all" },
    sensor: { children: each(SENSORS, "ignored" as const), repeated: "all" },
    asset: {
      children: { texture: "ignored", material: "ignored" },
      repeated: "all",
      refused: each(
        words("mesh hfield skin model"),
        "only textures and materials, which are not simulated, may be assets",
      ),
    },
    ...each(words("visual statistic size custom keyframe"), "ignored" as const),
  },
  refused: {
    tendon: "tendons are not supported",
    equality: "equality constraints are not supported",
    deformable: "deformable bodies are not supported",
    extension: "plugins are not supported",
  },
};

const list = (names: readonly string[]): string => names.join(", ") || "none";

function checkAttributes(element: XmlElement, schema: ElementSchema): void {
  const { attributes = [], ignored = [], only = {} } = schema;
  for (const name of element.attributes.keys()) {
    if (attributes.includes(name) || ignored.includes(name)) continue;
    const allowed = Object.hasOwn(only, name) ? only[name] : undefined;
    if (allowed === undefined)
      fail(
        element,
        `has an attribute '${shorten(name)}', which is not supported; ${didYouMean(name, attributes)}supported: ${list(attributes)}`,
        name,
      );
    const value = readText(element, name) ?? "";
    const fits =
      allowed === "zero" ? value.split(/\s+/).every((word) => Number(word) === 0) : allowed.includes(value.trim());
    if (!fits)
      fail(
        element,
        `has ${name}="${shorten(value)}", which is not supported; expected ${allowed === "zero" ? "0" : allowed.join(" or ")}`,
        name,
      );
  }
}

function checkElement(element: XmlElement, schema: ElementSchema): void {
  checkAttributes(element, schema);
  const { children = {}, refused = {}, repeated = [] } = schema;
  const seen = new Set<string>();
  for (const child of element.children) {
    if (child.name === "include") fail(child, "is not supported: put the included elements into this file");
    if (Object.hasOwn(refused, child.name)) fail(child, `is not supported: ${refused[child.name]}`);
    const inner = Object.hasOwn(children, child.name) ? children[child.name] : undefined;
    if (inner === undefined) {
      const known = Object.keys(children);
      fail(child, `is not supported in <${element.name}>; ${didYouMean(child.name, known)}supported: ${list(known)}`);
    }
    if (repeated !== "all" && !repeated.includes(child.name) && seen.has(child.name))
      fail(child, `is there twice in <${element.name}>; give one`);
    seen.add(child.name);
    if (inner !== "ignored") checkElement(child, inner);
  }
}

/** @throws MjcfError for the first element or attribute outside the subset. */
export function checkSchema(root: XmlElement): void {
  if (root.name !== "mujoco") fail(root, "is not a model; expected <mujoco>");
  checkElement(root, MODEL);
}
