import type { Dof, PlanarModel } from "../../src/mjcf/model.js";

/** Where a planar model's parts are, by the plainest means: frames walked from the world outwards. */

export type Point = [number, number];

const turn = (angle: number, [x, y]: readonly [number, number]): Point => [
  Math.cos(angle) * x - Math.sin(angle) * y,
  Math.sin(angle) * x + Math.cos(angle) * y,
];

const sum = (a: readonly [number, number], b: readonly [number, number]): Point => [a[0] + b[0], a[1] + b[1]];

export interface Placed {
  readonly bodies: { readonly origin: Point; readonly centre: Point; readonly angle: number }[];
  readonly geoms: { readonly centre: Point; readonly angle: number }[];
  readonly sites: Point[];
  /** Anchors of hinges and directions of slides, where the joints before them have put them. */
  readonly joints: { readonly anchor: Point; readonly axis: Point }[];
}

export function place(model: PlanarModel, q: readonly number[]): Placed {
  const frames: { origin: Point; angle: number }[] = [];
  const joints: Placed["joints"] = [];
  for (const body of model.bodies) {
    const parent = frames[body.parent] ?? { origin: [0, 0], angle: 0 };
    let origin = sum(parent.origin, turn(parent.angle, body.position));
    let angle = parent.angle + body.angle;
    const move = (dof: Dof, by: number): void => {
      const anchor = sum(origin, turn(angle, dof.anchor));
      const axis = turn(angle, dof.axis);
      joints.push({ anchor, axis });
      if (dof.kind === "slide") {
        origin = sum(origin, [axis[0] * by, axis[1] * by]);
        return;
      }
      angle += dof.sign * by;
      const [x, y] = turn(angle, dof.anchor);
      origin = [anchor[0] - x, anchor[1] - y];
    };
    for (let i = 0; i < body.dofCount; ++i) {
      const dof = model.dofs[body.firstDof + i]!;
      move(dof, q[body.firstDof + i]! - dof.reference);
    }
    frames.push({ origin, angle });
  }
  const at = (body: number, point: readonly [number, number]): Point =>
    sum(frames[body]!.origin, turn(frames[body]!.angle, point));
  return {
    bodies: frames.map(({ origin, angle }, i) => ({ origin, angle, centre: at(i, model.bodies[i]!.centre) })),
    geoms: model.geoms.map((geom) => ({
      centre: at(geom.body, geom.position),
      angle: frames[geom.body]!.angle + geom.angle,
    })),
    sites: model.sites.map((site) => at(site.body, site.position)),
    joints,
  };
}
