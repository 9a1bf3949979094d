/** Actuators: what they pull on, and the straight line that their force is. */

import { isLimited, UNBOUNDED } from "./bodies.js";
import type { DefaultClasses } from "./defaults.js";
import type { Actuator, Dof, Vector } from "./model.js";
import type { Settings } from "./settings.js";
import { assignNames } from "./tree.js";
import { type ActuatorValues, readActuatorValues } from "./values.js";
import { fail, type XmlElement } from "./xml.js";

/** The range of the joint, widened about its middle, where the actuator asks for that. */
function inheritedRange(element: XmlElement, values: ActuatorValues, dof: Dof): Vector | undefined {
  if (!(values.inheritrange > 0 && values.biasAffine && values.gain[0] === -values.bias[1]!)) return undefined;
  const [low, high] = dof.range;
  if (!(low < high)) fail(element, `has inheritrange, but joint "${dof.name}" has no range; give the joint one`);
  const middle = (low + high) / 2;
  const radius = ((high - low) / 2) * values.inheritrange;
  return [middle - radius, middle + radius];
}

function compileActuator(
  element: XmlElement,
  name: string,
  values: ActuatorValues,
  dofs: readonly Dof[],
  settings: Settings,
): Actuator {
  const targets = ["joint", "jointinparent"].filter((attribute) => element.attributes.has(attribute));
  if (targets.length !== 1)
    fail(element, `has ${targets.length === 0 ? "no joint" : "two joints"}; give the joint that it drives`);
  const target = element.attributes.get(targets[0]!)!.value;
  const dof = dofs.findIndex((one) => one.name === target);
  if (dof < 0) fail(element, `drives joint "${target}", but there is no such joint`, targets[0]);
  const [bias0, bias1, bias2] = values.biasAffine ? (values.bias as [number, number, number]) : [0, 0, 0];
  if (bias0 !== 0) fail(element, `has biasprm[0]=${bias0}, a constant force, which is not supported; expected 0`);
  if (bias2 > 0 && values.gain[0] === -bias1)
    fail(element, `has biasprm[2]=${bias2}, which asks for a damping ratio; expected minus the damping`);
  const { autoLimits } = settings.compiler;
  const inherited = inheritedRange(element, values, dofs[dof]!);
  const control = inherited ?? (values.ctrlrange as unknown as Vector);
  const controlled = isLimited(element, values.ctrllimited, control, "ctrllimited", autoLimits);
  const force = values.forcerange as unknown as Vector;
  const forced = isLimited(element, values.forcelimited, force, "forcelimited", autoLimits);
  return {
    name,
    dof,
    gear: values.gear[0]!,
    gain: values.gain[0]!,
    bias1,
    bias2,
    controlRange: controlled && settings.flags.clampControl ? control : UNBOUNDED,
    forceRange: forced ? force : UNBOUNDED,
  };
}

export function compileActuators(
  root: XmlElement,
  classes: DefaultClasses,
  dofs: readonly Dof[],
  settings: Settings,
): Actuator[] {
  const items = root.children
    .filter((section) => section.name === "actuator")
    .flatMap((section) => section.children)
    .map((element) => ({ element, name: "" }));
  assignNames("actuator", items);
  return items.map(({ element, name }) => {
    const from = structuredClone((classes.named(element, "class") ?? classes.main).actuator);
    return compileActuator(element, name, readActuatorValues(element, from), dofs, settings);
  });
}
