/** Pieces of trajectories outside a core. */

import type { AgentBatch } from "../batch.js";
import { columnWidths } from "../replay.js";

/** Transitions of P pieces of trajectories: row t P + p is step t of piece p, which is over after step `ends[p]`. */
export type Trajectories = Pick<
  AgentBatch,
  "rows" | "s" | "a" | "sNext" | "reward" | "terminated" | "behaviourLogProb" | "ends"
>;

const columns = ["s", "a", "sNext", "reward", "terminated", "behaviourLogProb"] as const;

/** Room for P pieces of so many steps, of states (S) and actions (A). */
export function createTrajectories(P: number, steps: number, S: number, A: number): Trajectories {
  const rows = P * steps;
  const widths = columnWidths(S, A);
  const arrays = columns.map((name) => [name, new Float32Array(rows * widths[name])]);
  return { rows, ends: new Int32Array(P), ...(Object.fromEntries(arrays) as Omit<Trajectories, "rows" | "ends">) };
}

/** Copies P pieces to others of the same shape. */
export function copyTrajectories(from: Trajectories, to: Trajectories, P: number): void {
  for (const name of columns) to[name].set(from[name]);
  to.ends.set(from.ends.subarray(0, P));
}

/** Copies single transitions to the beginning of others. */
export function gatherRows(from: Trajectories, rows: ArrayLike<number>, to: Trajectories): void {
  for (const name of columns) {
    const width = from[name].length / from.rows;
    for (let i = 0; i < rows.length; ++i) {
      const at = rows[i]! * width;
      to[name].set(from[name].subarray(at, at + width), i * width);
    }
  }
}

/** Where the last transitions of P pieces stand, (P). */
export const lastRows = ({ ends }: Trajectories, P: number): Int32Array =>
  ends.slice(0, P).map((end, p) => end * P + p);
