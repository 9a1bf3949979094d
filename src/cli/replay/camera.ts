/** Where a replay looks, frame by frame: it stands still along an axis when everything fits, else it follows the first mechanism. */

import type { Marker } from "../../env/task.js";
import type { PlanarModel } from "../../mjcf/model.js";
import { cosSin } from "../../mjcf/trigonometry.js";
import type { BodyPose } from "../../plant.js";
import type { Frame } from "./frame.js";
import type { Corner, Scene } from "./scene.js";

export interface Camera {
  /** Centres of the views, m: x and y of every frame. */
  readonly centres: readonly (readonly [number, number])[];
  /** Half the width and half the height that a view must show, m. */
  readonly half: readonly [number, number];
  /** Whether a floor bears it all: what a picture has to spare is above then. */
  readonly floor: boolean;
}

/** Seconds over which the followed point is averaged, before and after. */
const SMOOTHING = 0.4;
/** A motion within so many lengths of the mechanism is seen as a whole. */
const STILL = 1.8;
/** A room, a rail or a motion among markers is seen as a whole within so many. */
const WITHIN = 4;
const MARGIN = 1.16;

type Range = readonly [low: number, high: number];

const nothing: Range = [Infinity, -Infinity];
const join = (a: Range, b: Range): Range => [Math.min(a[0], b[0]), Math.max(a[1], b[1])];
const length = ([low, high]: Range): number => Math.max(0, high - low);

/** x and y ranges of everything in a list of corners. */
function extents(corners: readonly Corner[], bodies: readonly BodyPose[]): [Range, Range] {
  let xs = nothing;
  let ys = nothing;
  for (const corner of corners) {
    const { x, y, angle } = bodies[corner.body]!;
    const [c, s] = cosSin(angle);
    const px = x + c * corner.x - s * corner.y;
    const py = y + s * corner.x + c * corner.y;
    xs = join(xs, [px - corner.radius, px + corner.radius]);
    ys = join(ys, [py - corner.radius, py + corner.radius]);
  }
  return [xs, ys];
}

/** x and y ranges of the markers that lie within `reach` of a point along both axes. */
function markerExtents(markers: readonly Marker[], [x, y]: readonly [number, number], reach: number): [Range, Range] {
  const near = markers.filter((marker) => Math.max(Math.abs(marker.x - x), Math.abs(marker.y - y)) <= reach);
  const range = (k: "x" | "y"): Range =>
    near.reduce((all, marker) => join(all, [marker[k] - marker.radius, marker[k] + marker.radius]), nothing);
  return [range("x"), range("y")];
}

/** Where two surfaces meet and no other covers the point: the corners of a walled box. */
function roomCorners({ surfaces }: Scene): [number, number][] {
  return surfaces.flatMap((a, i) =>
    surfaces.slice(i + 1).flatMap((b): [number, number][] => {
      const cross = a.normalX * b.normalY - a.normalY * b.normalX;
      if (Math.abs(cross) < 1e-3) return [];
      const da = a.normalX * a.x + a.normalY * a.y;
      const db = b.normalX * b.x + b.normalY * b.y;
      const x = (da * b.normalY - db * a.normalY) / cross;
      const y = (a.normalX * db - b.normalX * da) / cross;
      const free = surfaces.every((c) => c.normalX * (x - c.x) + c.normalY * (y - c.y) > -1e-9);
      return free ? [[x, y]] : [];
    }),
  );
}

/** Centre of mass of the first mechanism. */
function centreOf({ bodies }: PlanarModel, members: ReadonlySet<number>, poses: readonly BodyPose[]): [number, number] {
  let [mass, x, y] = [0, 0, 0];
  for (const body of members) {
    const weight = bodies[body]!.mass;
    mass += weight;
    x += weight * poses[body]!.centreX;
    y += weight * poses[body]!.centreY;
  }
  return [x / mass, y / mass];
}

/** The mean of the values whose time is near, for every time. */
function smooth(values: readonly number[], times: readonly number[]): number[] {
  let first = 0;
  let end = 0;
  let sum = 0;
  return values.map((_, i) => {
    while (end < values.length && times[end]! <= times[i]! + SMOOTHING) sum += values[end++]!;
    while (times[first]! < times[i]! - SMOOTHING) sum -= values[first++]!;
    return sum / (end - first);
  });
}

/** Where to look. With `still` the view stands still and shows all bodies and markers of all frames, however far they go. */
export function cameraOf(model: PlanarModel, scene: Scene, frames: readonly Frame[], still = false): Camera {
  const members = new Set<number>();
  for (const body of scene.moving) {
    const joined = scene.springs.some((ends) => ends.includes(body) && ends.some((end) => members.has(end)));
    if (members.size === 0 || joined || members.has(model.bodies[body]!.parent)) members.add(body);
  }
  const own = scene.corners.filter(({ body }) => members.has(body));
  const marks = [...roomCorners(scene), ...scene.ends];
  const times = frames.map(({ time }) => time);
  const paths = frames.map(({ bodies }) => centreOf(model, members, bodies));
  const all = frames.map(({ bodies }) => extents(scene.corners, bodies));
  const followed = frames.map(({ bodies }) => extents(own, bodies));
  const size = followed.reduce((most, [xs, ys]) => Math.max(most, length(xs), length(ys)), 0) || 1;
  const targets = frames.map(({ markers = [] }, i) => markerExtents(markers, paths[i]!, Infinity));
  const close = frames.map(({ markers = [] }, i) => markerExtents(markers, paths[i]!, size));

  const axis = (k: 0 | 1): { centre: number[]; half: number } => {
    const path = paths.map((point) => point[k]);
    let whole = all.reduce((range, extent) => join(range, extent[k]), nothing);
    // a room or a rail of ordinary size is seen as a whole
    const marked = marks.reduce<Range>((range, point) => join(range, [point[k], point[k]]), whole);
    const bounded = marks.length > 1 && length(marked) < WITHIN * size;
    if (bounded) whole = marked;
    // so is a motion among markers; of those farther away only what comes close is seen
    const among = targets.reduce((range, target) => join(range, target[k]), whole);
    const marking = still || (targets.some((target) => length(target[k]) > 0) && length(among) < WITHIN * size);
    if (marking) whole = among;
    // the nearest point of a surface that crosses this axis belongs into the picture
    const near = frames.map(
      (_, i): Range =>
        scene.surfaces.reduce((range, { x, y, normalX, normalY }) => {
          const normal = k === 0 ? normalX : normalY;
          if (Math.abs(normal) < 0.7) return range;
          const [px, py] = paths[i]!;
          const foot = paths[i]![k] - (normalX * (px - x) + normalY * (py - y)) / normal;
          return Math.abs(foot - paths[i]![k]) < 1.5 * size ? join(range, [foot, foot]) : range;
        }, nothing),
    );
    whole = near.reduce(join, whole);
    if (bounded || marking || length(whole) <= STILL * size) {
      const middle = (whole[0] + whole[1]) / 2;
      return { centre: path.map(() => middle), half: length(whole) / 2 };
    }
    const centre = smooth(path, times);
    const half = followed.reduce((most, extent, i) => {
      const [low, high] = join(extent[k], join(near[i]!, close[i]![k]));
      return Math.max(most, high - centre[i]!, centre[i]! - low);
    }, 0);
    return { centre, half };
  };
  const [x, y] = [axis(0), axis(1)];
  const least = 0.3 * size;
  const [{ normalX = 0, normalY = 0 } = {}] = scene.surfaces;
  const [pullX, pullY] = model.option.gravity;
  return {
    centres: frames.map((_, i) => [x.centre[i]!, y.centre[i]!]),
    half: [MARGIN * Math.max(least, x.half), MARGIN * Math.max(least, y.half)],
    floor: scene.surfaces.length === 1 && normalY > 0.9 && pullX * normalX + pullY * normalY < 0,
  };
}
