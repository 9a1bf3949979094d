import { csv } from "../../src/cli/csv.js";
import { BOUNDS, QUANTITIES, type Quantity, type Tally } from "../../test/oracle/quantities.js";

/** Maximum errors of every model as text and as CSV. */

export interface Row {
  readonly model: string;
  readonly cone: string;
  readonly tally: Tally;
}

const HEADINGS: Record<Quantity, string> = {
  "mass matrix": "M",
  "bias force": "bias",
  "passive force": "passive",
  "actuator force": "actuat.",
  energy: "energy",
  sites: "sites",
  "contact count": "count",
  "contact distance": "dist.",
  "contact position": "place",
  "contact normal": "normal",
  "contact force": "force",
  "acceleration, smooth": "a free",
  acceleration: "a",
  Euler: "Euler",
  "Euler, explicit": "expl.",
  implicitfast: "impl.",
  RK4: "RK4",
  "1000 smooth steps": "1000",
  "200 steps": "200",
};
const WIDTH = 8;

function short(error: number): string {
  return error === 0 ? "0" : error.toExponential(0);
}

/** Quantities of a row whose error is above the bound. */
export function failures({ tally }: Row): Quantity[] {
  return QUANTITIES.filter((quantity) => !(tally.errors[quantity] <= BOUNDS[quantity]));
}

function line(name: string, cone: string, counts: readonly string[], cells: readonly string[]): string {
  const text = [name.padEnd(20), cone.padEnd(3), ...counts.map((cell) => cell.padStart(7))];
  return `${text.join(" ")} ${cells.map((cell) => cell.padStart(WIDTH)).join("")}`;
}

/** What was counted, by column. */
const COUNTS = {
  states: "states",
  contacts: "contact",
  sliding: "slide",
  sticking: "stick",
  grazing: "graze",
  limits: "limits",
  frictionLosses: "loss",
  troubled: "trouble",
  overlooked: "unseen",
} as const;
const COUNTED = Object.keys(COUNTS) as (keyof typeof COUNTS)[];

export const heading = line(
  "model",
  "",
  COUNTED.map((count) => COUNTS[count]),
  QUANTITIES.map((quantity) => HEADINGS[quantity]),
);

export function textOf(row: Row): string {
  const { tally } = row;
  const failed = failures(row);
  const counts = COUNTED.map((count) => String(tally[count]));
  const cells = QUANTITIES.map((quantity) => short(tally.errors[quantity]) + (failed.includes(quantity) ? "!" : ""));
  return line(row.model, row.cone.slice(0, 3), counts, cells);
}

/** Largest errors over all rows, and what they may be. */
export function summary(rows: readonly Row[]): string[] {
  const counts = COUNTED.map((count) => String(rows.reduce((total, { tally }) => total + tally[count], 0)));
  const most = QUANTITIES.map((quantity) => short(Math.max(...rows.map(({ tally }) => tally.errors[quantity]))));
  const bounds = QUANTITIES.map((quantity) => short(BOUNDS[quantity]));
  const none = COUNTED.map(() => "");
  return [line("largest", "", counts, most), line("bound", "", none, bounds)];
}

export function csvOf(rows: readonly Row[]): string {
  const columns = ["model", "cone", ...COUNTED, ...QUANTITIES];
  const lines = rows.map(({ model, cone, tally }) => {
    const errors = QUANTITIES.map((quantity) => tally.errors[quantity].toExponential(1));
    return [model, cone, ...COUNTED.map((count) => tally[count]), ...errors];
  });
  return csv([columns, ...lines]);
}
