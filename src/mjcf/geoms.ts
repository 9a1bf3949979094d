/**
 * Geoms in the plane. A geom that has no meaning there (a plane that the model moves along, a tilted capsule) is kept
 * out of the model as long as nothing touches it: its mass counts, and `problem` says what is wrong once something may
 * touch it.
 */

import type { Geom } from "./model.js";
import { inPlane, normalColumn, type PlanarFrame, type Plane, planeName, show } from "./plane.js";
import { column, transform } from "./rotation.js";
import type { GeomShape } from "./shape.js";
import type { TreeGeom } from "./tree.js";
import { angleOf } from "./trigonometry.js";

export interface PlanarGeom {
  readonly tree: TreeGeom;
  readonly geom: Geom | undefined;
  /** Why it may not touch anything. */
  readonly problem: string | undefined;
  /** Distance of its centre from the world's origin along the normal. */
  readonly offset: number;
}

export function compileGeom(tree: TreeGeom, shape: GeomShape, frame: PlanarFrame, plane: Plane): PlanarGeom {
  const { basis } = frame;
  const [u, v, w] = transform(basis, shape.position);
  const [a, b, c] = shape.size;
  const base = { name: tree.name, kind: shape.kind, body: tree.body, position: [u, v] as const };
  const done = (geom: Partial<Geom> | undefined, problem?: string): PlanarGeom => ({
    tree,
    geom: geom && { ...base, angle: 0, radius: a, halfLength: 0, ...geom },
    problem,
    offset: frame.offset + w,
  });
  const z = column(shape.rotation, 2);
  const leaves = (what: string): string =>
    `${what} ${show(transform(basis, z))} along the two axes and the normal leaves the ${planeName(plane)} plane`;

  switch (shape.kind) {
    case "sphere":
      return done({});
    case "plane": {
      const normal = inPlane(basis, z);
      return normal === undefined
        ? done(undefined, leaves("its normal"))
        : done({ angle: angleOf(normal[0], normal[1]), radius: 0 });
    }
    case "capsule": {
      const axis = inPlane(basis, z);
      if (axis !== undefined) return done({ angle: angleOf(axis[0], axis[1]), halfLength: b });
      const problem = leaves("its axis");
      // seen along the normal it is a capsule all the same, a shorter one
      const [x, y] = transform(basis, z);
      const shadow = Math.sqrt(x * x + y * y);
      return shadow < 1e-9
        ? done({ kind: "sphere" }, problem)
        : done({ angle: angleOf(x, y), halfLength: b * shadow }, problem);
    }
    case "box": {
      const n = normalColumn(basis, shape.rotation);
      if (n < 0) return done(undefined, `none of its sides is along the normal of the ${planeName(plane)} plane`);
      const [first, second] = n === 0 ? ([1, 2] as const) : n === 1 ? ([0, 2] as const) : ([0, 1] as const);
      const [x, y] = transform(basis, column(shape.rotation, first));
      return done({ angle: angleOf(x, y), radius: [a, b, c][first]!, halfLength: [a, b, c][second]! });
    }
  }
}
