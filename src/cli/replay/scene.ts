/** What of a model is drawn: shapes as SVG path data in their bodies' frames, in metres. */

import type { Geom, PlanarModel, Vector } from "../../mjcf/model.js";
import { cosSin } from "../../mjcf/trigonometry.js";
import type { Frame } from "./frame.js";
import type { Paint } from "./palette.js";

/** A filled outline that moves with a body. */
export interface Shape {
  /** Index among the bodies that move; -1 for what stands still, whose path is in world coordinates. */
  readonly body: number;
  readonly path: string;
  readonly fill: Paint | "";
  readonly stroke: Paint;
  /** Of an outline, half of its narrow side, m: thin things get thin lines. */
  readonly thickness?: number;
}

/** The surface of a half-space: a point of it, and its normal. */
export interface Surface {
  readonly x: number;
  readonly y: number;
  readonly normalX: number;
  readonly normalY: number;
}

/** A round point of a body, for the extents of a picture. */
export interface Corner {
  readonly body: number;
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

export interface Scene {
  /** The model's indices of the bodies that move. */
  readonly moving: readonly number[];
  readonly shapes: readonly Shape[];
  readonly surfaces: readonly Surface[];
  /** In the frames of the model's bodies. */
  readonly corners: readonly Corner[];
  /** Ends of rails, in the world. */
  readonly ends: readonly Vector[];
  /** Springs between bodies that move, by the model's indices. */
  readonly springs: readonly (readonly [number, number])[];
}

/** Two bodies by name, joined by a spring that the model does not know: it runs from frame to frame. */
export type SpringEnds = readonly [string, string];

/** How many colours chains of bodies take turns with. */
export const CHAINS = 6;

const number = (value: number): string => String(Number(value.toFixed(5)));
const point = (x: number, y: number): string => `${number(x)} ${number(y)}`;

interface Place {
  readonly x: number;
  readonly y: number;
  readonly angle: number;
}

/** A geom's outline; (x, y, angle) is its frame. */
function outline({ kind, radius, halfLength }: Geom, { x, y, angle }: Place): string {
  const [c, s] = cosSin(angle);
  const at = (a: number, b: number): string => point(x + c * a - s * b, y + s * a + c * b);
  const arc = `A${number(radius)} ${number(radius)} 0 0 1 `;
  if (kind === "sphere") return `M${at(radius, 0)}${arc}${at(-radius, 0)}${arc}${at(radius, 0)}Z`;
  const l = halfLength;
  return kind === "capsule"
    ? `M${at(-l, -radius)}L${at(l, -radius)}${arc}${at(l, radius)}L${at(-l, radius)}${arc}${at(-l, -radius)}Z`
    : `M${at(-radius, -l)}L${at(radius, -l)}L${at(radius, l)}L${at(-radius, l)}Z`;
}

function corners({ kind, body, radius, halfLength }: Geom, { x, y, angle }: Place): Corner[] {
  const [c, s] = cosSin(angle);
  const at = (a: number, b: number, r: number): Corner => ({
    body,
    x: x + c * a - s * b,
    y: y + s * a + c * b,
    radius: r,
  });
  if (kind === "sphere") return [at(0, 0, radius)];
  if (kind === "capsule") return [at(-halfLength, 0, radius), at(halfLength, 0, radius)];
  return [-1, 1].flatMap((a) => [at(a * radius, -halfLength, 0), at(a * radius, halfLength, 0)]);
}

const compose = (outer: Place, { x, y, angle }: Place): Place => {
  const [c, s] = cosSin(outer.angle);
  return { x: outer.x + c * x - s * y, y: outer.y + s * x + c * y, angle: outer.angle + angle };
};

const disc = ([x, y]: Vector, radius: number): string => {
  const arc = `A${number(radius)} ${number(radius)} 0 0 1 `;
  return `M${point(x + radius, y)}${arc}${point(x - radius, y)}${arc}${point(x + radius, y)}Z`;
};

const thicknessOf = ({ kind, radius, halfLength }: Geom): number =>
  kind === "box" ? Math.min(radius, halfLength) : radius;

/** A paint for every moving body: a chain keeps its colour and alternates its shade, a fork starts new colours. */
function paints({ bodies }: PlanarModel, moves: readonly boolean[]): Paint[] {
  const chains: { readonly chain: number; readonly shade: number }[] = [];
  let used = 0;
  bodies.forEach(({ parent }, body) => {
    const alone = bodies.filter((other, i) => other.parent === parent && moves[i] === true).length === 1;
    const above = chains[parent];
    chains[body] =
      above !== undefined && moves[parent] === true && alone
        ? { chain: above.chain, shade: 1 - above.shade }
        : { chain: moves[body] === true ? used++ : 0, shade: 0 };
  });
  return chains.map(({ chain, shade }) => `limb${chain % CHAINS}${shade === 0 ? "a" : "b"}` as Paint);
}

/** Where the frame of a body on a slide between limits can go. */
interface Rail {
  readonly path: string;
  readonly ends: readonly Vector[];
}

function rails(model: PlanarModel, moves: readonly boolean[], frame: Frame): Rail[] {
  return model.dofs.flatMap(({ kind, body, limited, range, reference, axis }): Rail[] => {
    const { parent, position, angle } = model.bodies[body]!;
    if (kind !== "slide" || !limited || moves[parent] === true) return [];
    const base = compose(frame.bodies[parent]!, { x: position[0], y: position[1], angle });
    const [c, s] = cosSin(base.angle);
    const [dx, dy] = [c * axis[0] - s * axis[1], s * axis[0] + c * axis[1]];
    const tick = 0.03 * (range[1] - range[0]);
    const at = (q: number, side: number): Vector => [
      base.x + dx * (q - reference) - dy * side * tick,
      base.y + dy * (q - reference) + dx * side * tick,
    ];
    const line = (from: Vector, to: Vector): string => `M${point(...from)}L${point(...to)}`;
    const stops = range.map((q) => line(at(q, -1), at(q, 1))).join("");
    const ends = range.map((q) => at(q, 0));
    return [{ path: line(at(range[0], 0), at(range[1], 0)) + stops, ends }];
  });
}

/** Everything that is drawn of a model; `frame` says where the bodies that stand still are. */
export function sceneOf(model: PlanarModel, frame: Frame, springs: readonly SpringEnds[] = []): Scene {
  const { bodies, dofs, geoms } = model;
  const moves: boolean[] = [];
  for (const { parent, dofCount } of bodies) moves.push(dofCount > 0 || moves[parent] === true);
  const moving = bodies.flatMap((_, body) => (moves[body] === true ? [body] : []));
  const colours = paints(model, moves);
  const place = ({ position, angle }: Geom): Place => ({ x: position[0], y: position[1], angle });
  const solid = geoms.filter(({ kind }) => kind !== "plane");

  const tracks = rails(model, moves, frame);
  const shapes = tracks.map(({ path }): Shape => ({ body: -1, path, fill: "", stroke: "rail" }));
  moves.forEach((_, index) => {
    const own = solid.filter((geom) => geom.body === index);
    for (const geom of own) {
      shapes.push(
        moves[index] === true
          ? {
              body: moving.indexOf(index),
              path: outline(geom, place(geom)),
              fill: colours[index]!,
              stroke: "outline",
              thickness: thicknessOf(geom),
            }
          : {
              body: -1,
              path: outline(geom, compose(frame.bodies[index]!, place(geom))),
              fill: "fixed",
              stroke: "rail",
              thickness: thicknessOf(geom),
            },
      );
    }
    const hinges = dofs.filter((dof) => dof.body === index);
    if (own.length === 0 || hinges.some(({ kind }) => kind === "slide")) return;
    const thickness = own.reduce((least, geom) => Math.min(least, thicknessOf(geom)), Infinity);
    for (const { anchor } of hinges) {
      shapes.push({
        body: moving.indexOf(index),
        path: disc(anchor, 0.36 * thickness),
        fill: "joint",
        stroke: "outline",
        thickness,
      });
    }
  });

  const mover = (name: string): number => {
    const index = moving.find((body) => bodies[body]!.name === name);
    if (index !== undefined) return index;
    const names = moving.map((body) => bodies[body]!.name).join(", ");
    throw new RangeError(`a spring's end is ${name}: the bodies of ${model.name} that move are ${names}`);
  };

  const surfaces = geoms
    .filter(({ kind }) => kind === "plane")
    .map((geom): Surface => {
      const { x, y, angle } = compose(frame.bodies[geom.body]!, place(geom));
      const [normalX, normalY] = cosSin(angle);
      return { x, y, normalX, normalY };
    });
  return {
    moving,
    shapes,
    surfaces,
    corners: solid.flatMap((geom) => corners(geom, place(geom))),
    ends: tracks.flatMap(({ ends }) => ends),
    springs: springs.map(([a, b]) => [mover(a), mover(b)]),
  };
}
