/** Pieces of MJCF for the small models. */

/** One model, and how widely its states are to be drawn. */
export interface FeatureModel {
  readonly name: string;
  readonly xml: string;
  /** Coordinates without limits are drawn within this distance of the drawn pose: m for slides, rad for hinges. */
  readonly slides?: number;
  readonly hinges?: number;
  /**
   * m: MuJoCo overlooks contacts that are less deep, because a coarser test comes first. So it is (3.14) with boxes on planes that are
   * not level. States with such contacts are left out, and so are trajectories.
   */
  readonly blind?: number;
}

interface Parts {
  readonly option?: string;
  readonly compiler?: string;
  readonly flags?: string;
  readonly defaults?: string;
  readonly world: string;
  readonly contact?: string;
  readonly actuator?: string;
}

function section(name: string, content: string | undefined): string {
  return content === undefined ? "" : `<${name}>${content}</${name}>`;
}

/** A document with the cone elliptic and the solver's tolerance small, unless `option` says otherwise. */
export function document(name: string, parts: Parts): string {
  const { option = "", compiler, flags } = parts;
  const cone = option.includes("cone=") ? "" : 'cone="elliptic"';
  return `<mujoco model="${name}">
${compiler === undefined ? "" : `<compiler ${compiler}/>`}
<option ${cone} tolerance="1e-12" ${option}>${flags === undefined ? "" : `<flag ${flags}/>`}</option>
${section("default", parts.defaults)}
<worldbody>
${parts.world}
</worldbody>
${section("contact", parts.contact)}
${section("actuator", parts.actuator)}
</mujoco>
`;
}

/** The three joints of a body that is free in the x-z plane, or in the x-y plane. */
export function free(name: string, plane: "xz" | "xy" = "xz"): string {
  const [second, normal] = plane === "xz" ? ["0 0 1", "0 1 0"] : ["0 1 0", "0 0 1"];
  return `<joint name="${name}1" type="slide" axis="1 0 0"/>
<joint name="${name}2" type="slide" axis="${second}"/>
<joint name="${name}3" type="hinge" axis="${normal}"/>`;
}

/** The two joints of a body that moves without turning in the x-z plane. */
export function sliding(name: string): string {
  return `<joint name="${name}1" type="slide" axis="1 0 0"/><joint name="${name}2" type="slide" axis="0 0 1"/>`;
}

export const floor = '<geom name="floor" type="plane" size="5 5 1"/>';
