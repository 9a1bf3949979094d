import type { Marker } from "../../env/task.js";
import type { BodyPose, Plant } from "../../plant.js";

/** Two surfaces that press on each other: where, and the force on geom 2 along the normal and along the surface, N. */
export interface Touch {
  readonly x: number;
  readonly y: number;
  readonly normal: readonly [number, number];
  readonly friction: readonly [number, number];
}

/** A mechanism at one moment: what a replay is made of. */
export interface Frame {
  /** Seconds. */
  readonly time: number;
  /** Of every body of the model. */
  readonly bodies: readonly BodyPose[];
  readonly q: readonly number[];
  readonly touches: readonly Touch[];
  /** J. */
  readonly potential: number;
  readonly kinetic: number;
  /** The same markers in the same order in every frame; they may move. */
  readonly markers?: readonly Marker[];
}

/** What copy `index` of a plant looks like now, with a task's markers. The copy stays where it is. */
export function recordFrame(plant: Plant, index = 0, markers: readonly Marker[] = []): Frame {
  plant.forward(index);
  const n = plant.model.dofs.length;
  const touches = plant.contacts().flatMap(({ x, y, normalX, normalY, normalForce, tangentForce }): Touch[] =>
    normalForce === 0 && tangentForce === 0
      ? []
      : [
          {
            x,
            y,
            normal: [normalForce * normalX, normalForce * normalY],
            friction: [-tangentForce * normalY, tangentForce * normalX],
          },
        ],
  );
  return {
    time: plant.time[index]!,
    bodies: plant.model.bodies.map((_, body) => plant.bodyPose(body)),
    q: [...plant.q.subarray(n * index, n * (index + 1))],
    touches,
    ...plant.energy(index),
    markers: [...markers],
  };
}
