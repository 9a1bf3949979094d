/** A plant's derivatives against differences of its own time step, and against each other. */

import type { Chance } from "../../chance.js";
import { largest, minus, relative, slopeOf } from "../../differences.js";
import { brief, type Finding } from "../../finding.js";
import { type Plant, Trouble } from "../../plant.js";
import { touches } from "./states.js";

const BOUND = 1e-6;
const ADJOINT_BOUND = 1e-10;
/** The share of the states that must be away from switches. */
const LEAST_COMPARED = 0.2;
/** Columns of the state begin at the identity: a smaller one is compared with this. */
const LEAST_COLUMN = 0.1;
/** Time steps of the control steps in the adjoint identity. */
const SUBSTEPS = 4;

/** What these checks use of a plant with one copy. */
export type Differentiable = Pick<
  Plant,
  "model" | "q" | "u" | "states" | "step" | "trouble" | "jacobian" | "jvp" | "vjp" | "tangent" | "forward" | "contacts"
>;

/** The state after a time step, with number j of (q, v, u) changed; undefined when it is not finite. */
function stepped(plant: Differentiable, start: Float64Array, j: number, change: number): number[] | undefined {
  plant.states.set(start);
  plant.states[j]! += change;
  plant.step();
  const after = Array.from(plant.states.subarray(0, 2 * plant.q.length));
  plant.states.set(start);
  return (plant.trouble[0]! & Trouble.notFinite) === 0 ? after : undefined;
}

/** Relative error of a Jacobian's column; undefined near a switch, where the differences do not settle. */
function columnError(
  plant: Differentiable,
  start: Float64Array,
  j: number,
  column: readonly number[],
): number | undefined {
  const found = slopeOf((change) => stepped(plant, start, j, change), j < 2 * plant.q.length ? LEAST_COLUMN : 0);
  if (found === undefined) return undefined;
  return relative(largest(minus(found.value, column)), found.scale);
}

/** The Jacobian of a time step against central differences; states near a switch are counted, not compared. */
export function checkDerivatives(plant: Differentiable, states: readonly Float64Array[]): Finding {
  const rows = 2 * plant.q.length;
  const columns = rows + plant.u.length;
  let [worst, touching, near, compared] = [0, 0, 0, 0];
  let where = "";
  states.forEach((state, index) => {
    plant.states.set(state);
    if (touches(plant)) ++touching;
    const jacobian = plant.jacobian(0, 1).slice();
    let most = 0;
    for (let j = 0; j < columns; ++j) {
      const column = Array.from({ length: rows }, (_, i) => jacobian[i * columns + j]!);
      const error = columnError(plant, state, j, column);
      if (error === undefined) {
        ++near;
        return;
      }
      most = Math.max(most, error);
    }
    ++compared;
    if (most > worst || (Number.isNaN(most) && !Number.isNaN(worst))) where = ` (state ${index})`;
    worst = Math.max(worst, most);
  });
  return {
    name: "derivatives",
    ok: worst <= BOUND && compared >= LEAST_COMPARED * states.length,
    detail: `${states.length} states, ${touching} in contact; ${near} near a switch, not compared; worst relative error against differences ${brief(worst)}${where}, bound ${brief(BOUND)}`,
  };
}

/** <w, J x> = <J' w, x> for a control step's pushforward and pullback along random directions. */
export function checkAdjoint(plant: Differentiable, states: readonly Float64Array[], chance: Chance): Finding {
  const { dq, dv, du } = plant.tangent;
  const draw = (length: number): number[] => Array.from({ length }, () => chance.uniform(-1, 1));
  const put = (block: Float64Array, values: readonly number[]): void => block.set(values);
  let worst = 0;
  let skipped = 0;
  for (const state of states) {
    plant.states.set(state);
    const x = { dq: draw(dq.length), dv: draw(dv.length), du: draw(du.length) };
    const w = { dq: draw(dq.length), dv: draw(dv.length) };
    put(dq, x.dq);
    put(dv, x.dv);
    put(du, x.du);
    const trouble = plant.jvp(0, SUBSTEPS);
    if ((trouble & Trouble.notFinite) !== 0) {
      ++skipped;
      continue;
    }
    const forward = [...w.dq.map((value, i) => value * dq[i]!), ...w.dv.map((value, i) => value * dv[i]!)];
    put(dq, w.dq);
    put(dv, w.dv);
    plant.vjp(0, SUBSTEPS);
    const backward = [
      ...x.dq.map((value, i) => value * dq[i]!),
      ...x.dv.map((value, i) => value * dv[i]!),
      ...x.du.map((value, i) => value * du[i]!),
    ];
    const sum = (terms: readonly number[]): number => terms.reduce((total, term) => total + term, 0);
    const scale = Math.max(sum(forward.map(Math.abs)), sum(backward.map(Math.abs)));
    const error = Math.abs(sum(forward) - sum(backward)) / (scale || 1);
    worst = Math.max(worst, error);
  }
  const left = skipped === 0 ? "" : `; ${skipped} states left out, their control step is not finite`;
  return {
    name: "adjoint",
    ok: worst <= ADJOINT_BOUND && 2 * skipped <= states.length,
    detail: `jvp against vjp of ${SUBSTEPS} time steps in ${states.length} states: worst relative error ${brief(worst)}, bound ${brief(ADJOINT_BOUND)}${left}`,
  };
}
