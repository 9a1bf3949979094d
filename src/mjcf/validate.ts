/**
 * Checks of a compiled model that hold wherever it comes from: numbers are finite, and what refers to something refers
 * to what exists.
 */

import type { PlanarModel } from "./model.js";

const KINDS = ["bodies", "dofs", "geoms", "pairs", "actuators", "sites"] as const;
/** A solver that has not converged by then never will. */
const MOST_ITERATIONS = 10_000;
/** Fields that are infinite where there are no bounds. */
const BOUNDS = new Set(["controlRange", "forceRange"]);

/** The first number of a record that is not finite, or is not a number where infinity is allowed. */
function numberFault(record: object, path: string): string | undefined {
  for (const [field, value] of Object.entries(record)) {
    const numbers: unknown[] = Array.isArray(value) ? value : [value];
    for (const number of numbers) {
      if (typeof number !== "number") continue;
      if (BOUNDS.has(field) ? Number.isNaN(number) : !Number.isFinite(number)) return `${path}.${field} is ${number}`;
    }
  }
  return undefined;
}

/** What is wrong with a model, as part of a sentence; undefined if nothing is. */
export function firstFault(model: PlanarModel): string | undefined {
  const numbers = numberFault(model.option, "option");
  if (numbers !== undefined) return numbers;
  for (const kind of KINDS)
    for (const [i, record] of model[kind].entries()) {
      const fault = numberFault(record, `${kind}[${i}]`);
      if (fault !== undefined) return fault;
    }
  const refers = (index: number, list: readonly unknown[]): boolean =>
    Number.isInteger(index) && index >= 0 && index < list.length;
  const { option, bodies, dofs, geoms } = model;
  if (!(option.timestep > 0)) return `option.timestep is ${option.timestep}`;
  if (!(option.iterations >= 1 && option.iterations <= MOST_ITERATIONS))
    return `option.iterations is ${option.iterations}`;
  let next = 0;
  for (const [i, body] of bodies.entries()) {
    if (i === 0 ? body.parent !== -1 : !(refers(body.parent, bodies) && body.parent < i))
      return `bodies[${i}].parent is ${body.parent}`;
    if (body.firstDof !== next || body.dofCount < 0) return `bodies[${i}].firstDof is ${body.firstDof}`;
    next += body.dofCount;
    if (!(body.mass >= 0 && body.inertia >= 0)) return `bodies[${i}] has mass ${body.mass} and inertia ${body.inertia}`;
  }
  if (bodies.length === 0 || next !== dofs.length)
    return `its bodies have ${next} degrees of freedom, it has ${dofs.length}`;
  for (const [i, dof] of dofs.entries()) {
    const body = bodies[dof.body];
    if (body === undefined || i < body.firstDof || i >= body.firstDof + body.dofCount)
      return `dofs[${i}].body is ${dof.body}`;
    if (dof.limited && !(dof.range[0] < dof.range[1])) return `dofs[${i}].range is ${dof.range.join(" ")}`;
  }
  for (const [i, geom] of geoms.entries()) if (!refers(geom.body, bodies)) return `geoms[${i}].body is ${geom.body}`;
  for (const [i, pair] of model.pairs.entries())
    if (!refers(pair.geom1, geoms) || !refers(pair.geom2, geoms))
      return `pairs[${i}] is of ${pair.geom1} and ${pair.geom2}`;
  for (const [i, one] of model.actuators.entries())
    if (!refers(one.dof, dofs)) return `actuators[${i}].dof is ${one.dof}`;
  for (const [i, site] of model.sites.entries())
    if (!refers(site.body, bodies)) return `sites[${i}].body is ${site.body}`;
  return undefined;
}
