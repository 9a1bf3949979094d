/** What must hold along a plant's motion: energy, finite numbers, snapshots. */

import type { Chance } from "../../chance.js";
import { brief, type Finding } from "../../finding.js";
import type { PlanarModel } from "../../mjcf/model.js";
import { type Plant, Trouble } from "../../plant.js";
import { controller } from "../controls.js";
import { troubleInWords } from "../model-file.js";
import { scatter } from "./states.js";

/** Time steps at which energy may be measured, each half of the one before, and over how many of them the order is taken. */
const LEVELS = 7;
const WINDOW = 4;
/** Halving ends when the relative drift is below this. */
const SMALL_DRIFT = 1e-6;
const ENERGY_STEPS = 200;
/** A relative drift below this is rounding. */
const ROUNDING = 1e-13;
/** Largest speed that every coordinate may begin with, m/s or rad/s. */
const ENERGY_SPEED = 4;
const LEAST_ORDER = 3.5;

/** Base-2 logarithm of a positive number, digit by digit. */
export function log2(value: number): number {
  if (!(value > 0 && value < Infinity)) return Number.NaN;
  let [rest, result] = [value, 0];
  for (; rest >= 2; rest /= 2) ++result;
  for (; rest < 1; rest *= 2) --result;
  for (let digit = 0.5; digit > 1e-4; digit /= 2) {
    rest *= rest;
    if (rest < 2) continue;
    rest /= 2;
    result += digit;
  }
  return result;
}

/** A model without anything that takes or gives energy, under RK4, and the same with halved time steps. */
export function conservativeModels(model: PlanarModel): PlanarModel[] {
  const dofs = model.dofs.map((dof) => ({ ...dof, damping: 0, frictionLoss: 0, limited: false }));
  return Array.from({ length: LEVELS }, (_, k) => {
    let timestep = model.option.timestep;
    for (let i = 0; i < k; ++i) timestep /= 2;
    const option = { ...model.option, integrator: "RK4" as const, density: 0, viscosity: 0, timestep };
    return { ...model, option, dofs, pairs: [], actuators: [] };
  });
}

interface Drift {
  /** Largest change of the energy, relative to how much of it moves. */
  readonly relative: number;
  readonly moved: number;
}

function driftOf(plant: Plant, steps: number): Drift {
  let [least, most, lowest, highest] = [Infinity, -Infinity, Infinity, -Infinity];
  let start = 0;
  let drift = 0;
  for (let step = 0; step <= steps; ++step) {
    if (step > 0) plant.step();
    plant.forward();
    const { potential, kinetic } = plant.energy();
    if (step === 0) start = potential + kinetic;
    drift = Math.max(drift, Math.abs(potential + kinetic - start));
    [least, most] = [Math.min(least, kinetic), Math.max(most, kinetic)];
    [lowest, highest] = [Math.min(lowest, potential), Math.max(highest, potential)];
  }
  const moved = Math.max(most, highest - lowest);
  return { relative: moved > 0 ? drift / moved : drift, moved };
}

/** Energy drifts with the fourth power of RK4's time step. `plants` are those of `conservativeModels`. */
export function checkEnergy(plants: readonly Plant[], chance: Chance): Finding {
  const [first] = plants;
  scatter(first!, chance);
  first!.model.dofs.forEach((_, k) => {
    first!.v[k] = chance.uniform(-ENERGY_SPEED, ENERGY_SPEED);
  });
  const start = first!.states.slice();
  const drifts: Drift[] = [];
  let steps = ENERGY_STEPS;
  for (const plant of plants) {
    plant.states.set(start);
    drifts.push(driftOf(plant, steps));
    steps *= 2;
    if (drifts.length >= WINDOW && drifts.at(-1)!.relative < SMALL_DRIFT) break;
  }
  // a drift that is no number counts as measured
  const measured = drifts.filter(({ relative }) => !(relative <= ROUNDING)).slice(-WINDOW);
  const { timestep } = first!.model.option;
  const what = `${brief(drifts.at(-1)!.moved)} J in motion without dissipation, contacts and actuators`;
  const name = "energy";
  if (measured.length < 2) {
    return { name, ok: true, detail: `${what} are conserved to rounding (${brief(drifts.at(-1)!.relative)})` };
  }
  const order = log2(measured[0]!.relative / measured.at(-1)!.relative) / (measured.length - 1);
  const sizes = drifts.map(({ relative }) => brief(relative)).join(", ");
  return {
    name,
    ok: order >= LEAST_ORDER,
    detail: `${what}; relative drift in ${brief(ENERGY_STEPS * timestep)} s under RK4 ${sizes} for ${timestep} s, halved again and again: order ${order.toFixed(1)}, at least ${LEAST_ORDER}`,
  };
}

const RUN_STEPS = 1000;

/** Random controls keep the numbers finite. */
export function checkRandomRun(plant: Plant, chance: Chance): Finding {
  const control = controller("random", plant.model.actuators, chance.index(1e9));
  plant.reset(0);
  let fastest = 0;
  let most = 0;
  const seen = new Map<string, number>();
  for (let step = 0; step < RUN_STEPS; ++step) {
    control(plant.u, plant.time[0]!);
    plant.step();
    const trouble = plant.trouble[0]!;
    for (const text of troubleInWords(trouble)) seen.set(text, (seen.get(text) ?? 0) + 1);
    if ((trouble & Trouble.notFinite) !== 0) {
      return { name: "random run", ok: false, detail: `in step ${step + 1} a number stopped being finite` };
    }
    for (const rate of plant.v) fastest = Math.max(fastest, Math.abs(rate));
    most = Math.max(most, plant.contacts().filter(({ active }) => active).length);
  }
  const trouble = [...seen].map(([text, count]) => `; in ${count} of them ${text}`).join("");
  return {
    name: "random run",
    ok: true,
    detail: `${RUN_STEPS} steps under random controls stay finite: at most ${brief(fastest)} m/s or rad/s, ${most} ${most === 1 ? "contact" : "contacts"} at once${trouble}`,
  };
}

const SNAPSHOT_STEPS = 200;

/** A restored snapshot goes on bit for bit as the original did. */
export function checkSnapshot(plant: Plant, chance: Chance): Finding {
  plant.reset(0);
  const seed = chance.index(1e9);
  const run = (): BigUint64Array => {
    const control = controller("random", plant.model.actuators, seed);
    for (let step = 0; step < SNAPSHOT_STEPS; ++step) {
      control(plant.u, plant.time[0]!);
      plant.step();
    }
    return new BigUint64Array(plant.states.slice().buffer);
  };
  run();
  const snapshot = plant.states.slice();
  const once = run();
  plant.states.set(snapshot);
  const again = run();
  const different = once.reduce((count, bits, i) => count + (bits === again[i] ? 0 : 1), 0);
  return {
    name: "snapshot",
    ok: different === 0,
    detail:
      different === 0
        ? `${SNAPSHOT_STEPS} steps after restoring, all ${once.length} numbers of the state are the same bits`
        : `${SNAPSHOT_STEPS} steps after restoring, ${different} of ${once.length} numbers of the state differ`,
  };
}
