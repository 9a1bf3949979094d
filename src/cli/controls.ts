/** Control signals for simulations, from exactly defined arithmetic only. */

import { Chance } from "../chance.js";
import type { Actuator } from "../mjcf/model.js";
import { cosSin } from "../mjcf/trigonometry.js";

/** What a simulation's actuators are told. */
export const controlKinds = {
  zero: "no control",
  random: "every 0.1 s a new number for every actuator",
  sine: "one wave a second, every actuator a quarter behind the one before",
  low: "every actuator at its lower bound",
  high: "every actuator at its upper bound",
} as const;

export type ControlKind = keyof typeof controlKinds;

const HOLD = 0.1;

/** Bounds of a control; -1 and 1 where there are none. */
export const controlBounds = ({ controlRange: [low, high] }: Actuator): [number, number] => [
  low > -Infinity ? low : Math.min(-1, high),
  high < Infinity ? high : Math.max(1, low),
];

/** A function that writes the controls at a time; times grow from call to call. */
export function controller(
  kind: ControlKind,
  actuators: readonly Actuator[],
  seed: number,
): (u: Float64Array, time: number) => void {
  const bounds = actuators.map(controlBounds);
  const chance = new Chance(seed);
  let held = -1;
  const write = (u: Float64Array, at: (low: number, high: number, k: number) => number): void => {
    bounds.forEach(([low, high], k) => {
      u[k] = at(low, high, k);
    });
  };
  return (u, time) => {
    switch (kind) {
      case "zero":
        return write(u, () => 0);
      case "low":
        return write(u, (low) => low);
      case "high":
        return write(u, (_, high) => high);
      case "sine":
        return write(u, (low, high, k) => {
          const [, s] = cosSin(2 * Math.PI * (time - Math.floor(time)) - (Math.PI / 2) * (k % 4));
          return (low + high + (high - low) * s) / 2;
        });
      case "random": {
        const slot = Math.floor(time / HOLD + 1e-6);
        if (slot === held) return;
        held = slot;
        return write(u, (low, high) => chance.uniform(low, high));
      }
    }
  };
}
