import type { Chance } from "../../chance.js";
import type { Dof } from "../../mjcf/model.js";
import { type Plant, Trouble } from "../../plant.js";
import { controlBounds, controller } from "../controls.js";

const SPEEDS = [0, 0.1, 1, 3];
/** Time steps between two states of a simulation, at most. */
const STRIDE = 150;
/** Draws among which one with a contact is looked for. */
const TRIES = 20;

function somewhere({ kind, limited, range, reference }: Dof, chance: Chance): number {
  if (!limited) {
    const reach = kind === "hinge" ? Math.PI : 0.5;
    return reference + chance.uniform(-reach, reach);
  }
  const beyond = 0.05 * (range[1] - range[0]);
  return chance.uniform(range[0] - beyond, range[1] + beyond);
}

/** Puts a plant's only copy anywhere in its joints' ranges and a little beyond, at some speed, under some control. */
export function scatter(plant: Plant, chance: Chance): void {
  const { dofs, actuators } = plant.model;
  plant.reset(0);
  const speed = SPEEDS[chance.index(SPEEDS.length)]!;
  dofs.forEach((dof, k) => {
    plant.q[k] = somewhere(dof, chance);
    plant.v[k] = chance.uniform(-speed, speed);
  });
  actuators.forEach((actuator, k) => {
    plant.u[k] = chance.uniform(...controlBounds(actuator));
  });
}

/** Whether any contact is at work. */
export const touches = (plant: Pick<Plant, "forward" | "contacts">): boolean => {
  plant.forward();
  return plant.contacts().some(({ active }) => active);
};

/**
 * States of a plant's only copy, as snapshots: by turns those of a simulation under random controls, and scattered ones, of which every
 * second touches something where that can be found.
 */
export function drawStates(plant: Plant, count: number, chance: Chance): Float64Array[] {
  const control = controller("random", plant.model.actuators, chance.index(1e9));
  plant.reset(0);
  let simulated = plant.states.slice();
  return Array.from({ length: count }, (_, i) => {
    if (i % 2 === 0) {
      plant.states.set(simulated);
      for (let steps = 1 + chance.index(STRIDE); steps > 0; --steps) {
        control(plant.u, plant.time[0]!);
        plant.step();
        if ((plant.trouble[0]! & Trouble.notFinite) !== 0) plant.reset(0);
      }
      simulated = plant.states.slice();
      return simulated;
    }
    for (let attempt = 0; attempt < TRIES; ++attempt) {
      scatter(plant, chance);
      if (i % 4 === 1 || touches(plant)) break;
    }
    return plant.states.slice();
  });
}
