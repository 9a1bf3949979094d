/** A replay as the data of a page: integers and short numbers. */

import type { Marker } from "../../env/task.js";
import type { PlanarModel } from "../../mjcf/model.js";
import { cameraOf } from "./camera.js";
import type { Frame } from "./frame.js";
import { type Shape, type SpringEnds, type Surface, sceneOf } from "./scene.js";

/** A quantity over time: of a task (a reward, one of its terms, an action), or a coordinate. */
export interface Series {
  readonly name: string;
  readonly unit?: string;
  /** One per frame, finite. */
  readonly values: readonly number[];
  /** Levels that are drawn across: bounds, a threshold. */
  readonly limits?: readonly number[];
}

/** What a replay shows beside what the model and the frames hold. */
export interface ReplayExtras {
  /** Drawn before the coordinates. */
  readonly series?: readonly Series[];
  readonly springs?: readonly SpringEnds[];
  /** Whether energies are shown (default): they mean nothing where a model is for drawing only. */
  readonly energy?: boolean;
  /** Whether the view stands still and holds all that happens, however far it goes (default: as the motion suggests). */
  readonly still?: boolean;
}

export interface ReplayData {
  readonly name: string;
  readonly shapes: readonly Shape[];
  readonly surfaces: readonly Surface[];
  readonly times: readonly number[];
  /** Metres of a unit in `poses`, `centres`, `places` and the places of `touches`. */
  readonly unit: number;
  /** x, y, angle (1e-4 rad) of every moving body of every frame. */
  readonly poses: readonly number[];
  /** x, y of every frame's view. */
  readonly centres: readonly number[];
  /** Half the width and height that a view must show, m. */
  readonly half: readonly [number, number];
  /** Whether a floor bears it all: what a picture has to spare is above then. */
  readonly floor: boolean;
  /** Of every frame, of every contact: x, y, normal force (2), friction (2), N. */
  readonly touches: readonly (readonly number[])[];
  /** The force that is drawn as long as an arrow may normally be, N; 0 without contacts. */
  readonly force: number;
  /** Energies of every frame, J; empty where they are not shown. */
  readonly potential: readonly number[];
  readonly kinetic: readonly number[];
  readonly curves: readonly Required<Series>[];
  readonly markers: readonly { readonly name: string; readonly radius: number }[];
  /** x, y of every marker of every frame. */
  readonly places: readonly number[];
  /** Springs between two of the bodies in `poses`. */
  readonly springs: readonly (readonly [number, number])[];
}

const short = (value: number): number => Number(value.toPrecision(5));

/** The largest power of ten that is at most a 5,000th of a length. */
function unitFor(length: number): number {
  let digits = 0;
  while (digits < 9 && Number(`1e-${digits}`) > length / 5000) ++digits;
  return Number(`1e-${digits}`);
}

/** Curves of a task's series and of the coordinates. */
function curvesOf({ dofs }: PlanarModel, frames: readonly Frame[], series: readonly Series[]): Required<Series>[] {
  for (const { name, values } of series) {
    if (values.length !== frames.length) {
      throw new RangeError(`series ${name} has ${values.length} values: there are ${frames.length} frames`);
    }
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw new RangeError(`series ${name} is ${values[bad]} at frame ${bad}: it must be finite`);
  }
  const coordinates = dofs.map(
    ({ name, kind, limited, range }, k): Series => ({
      name,
      unit: kind === "hinge" ? "rad" : "m",
      values: frames.map(({ q }) => q[k]!),
      limits: limited ? range : [],
    }),
  );
  return [...series, ...coordinates].map(({ name, unit = "", values, limits = [] }) => ({
    name,
    unit,
    values: values.map(short),
    limits: limits.map(short),
  }));
}

/** The markers of the first frame, which are those of every frame. */
function markersOf(frames: readonly Frame[]): readonly Marker[] {
  const [first = [], ...rest] = frames.map(({ markers = [] }) => markers);
  const odd = rest.findIndex(
    (markers) => markers.length !== first.length || markers.some(({ name }, i) => name !== first[i]!.name),
  );
  if (odd >= 0) throw new RangeError(`frame ${odd + 1} has other markers than frame 0`);
  return first;
}

/** A force that only one contact force in seven exceeds. */
function largeForce(frames: readonly Frame[]): number {
  const sizes = frames
    .flatMap(({ touches }) => touches.map(({ normal: [x, y] }) => Math.sqrt(x * x + y * y)))
    .sort((a, b) => a - b);
  return short(sizes[Math.floor(0.86 * (sizes.length - 1))] ?? 0);
}

/**
 * Packs at least one frame of a model.
 * @throws RangeError where frames, series or springs do not fit together.
 */
export function packReplay(model: PlanarModel, frames: readonly Frame[], extras: ReplayExtras = {}): ReplayData {
  const { series = [], springs = [], energy = true, still = false } = extras;
  const scene = sceneOf(model, frames[0]!, springs);
  const { centres, half, floor } = cameraOf(model, scene, frames, still);
  const unit = unitFor(Math.max(...half));
  const length = (value: number): number => Math.round(value / unit) || 0;
  return {
    name: model.name,
    shapes: scene.shapes,
    surfaces: scene.surfaces,
    times: frames.map(({ time }) => Number(time.toFixed(5))),
    unit,
    poses: frames.flatMap(({ bodies }) =>
      scene.moving.flatMap((body) => {
        const { x, y, angle } = bodies[body]!;
        return [length(x), length(y), Math.round(angle * 1e4) || 0];
      }),
    ),
    centres: centres.flatMap(([x, y]) => [length(x), length(y)]),
    half: [short(half[0]), short(half[1])],
    floor,
    touches: frames.map(({ touches }) =>
      touches.flatMap(({ x, y, normal, friction }) => [
        length(x),
        length(y),
        ...[...normal, ...friction].map((force) => Number(force.toPrecision(4)) || 0),
      ]),
    ),
    force: largeForce(frames),
    potential: energy ? frames.map(({ potential }) => short(potential)) : [],
    kinetic: energy ? frames.map(({ kinetic }) => short(kinetic)) : [],
    curves: curvesOf(model, frames, series),
    markers: markersOf(frames).map(({ name, radius }) => ({ name, radius: short(radius) })),
    places: frames.flatMap(({ markers = [] }) => markers.flatMap(({ x, y }) => [length(x), length(y)])),
    springs: scene.springs.map(([a, b]) => [scene.moving.indexOf(a), scene.moving.indexOf(b)]),
  };
}

/** What is to be seen at a moment. */
export interface Moment {
  /** The frame at or before it. */
  readonly frame: number;
  /** x, y (m), angle (rad) of every moving body. */
  readonly poses: readonly number[];
  readonly centre: readonly [number, number];
  /** As in the data, with places in m. */
  readonly touches: readonly number[];
  /** x, y of every marker, m. */
  readonly places: readonly number[];
}

/** Between two frames poses and markers are interpolated, contacts are those of the earlier. Runs in pages too: it refers to nothing outside. */
export function momentOf(data: ReplayData, time: number): Moment {
  const { times, poses, centres, places, unit } = data;
  const last = times.length - 1;
  let frame = 0;
  for (let high = last; frame < high; ) {
    const middle = Math.ceil((frame + high) / 2);
    if (times[middle]! <= time + 1e-9) frame = middle;
    else high = middle - 1;
  }
  const next = Math.min(last, frame + 1);
  const span = times[next]! - times[frame]!;
  const part = span > 0 ? Math.min(1, Math.max(0, (time - times[frame]!) / span)) : 0;
  const between = (list: readonly number[], width: number, at: number): number =>
    list[width * frame + at]! * (1 - part) + list[width * next + at]! * part;
  const width = poses.length / times.length;
  const pairs = places.length / times.length;
  return {
    frame,
    poses: Array.from({ length: width }, (_, at) => between(poses, width, at) * (at % 3 === 2 ? 1e-4 : unit)),
    centre: [between(centres, 2, 0) * unit, between(centres, 2, 1) * unit],
    touches: data.touches[frame]!.map((value, at) => (at % 6 < 2 ? value * unit : value)),
    places: Array.from({ length: pairs }, (_, at) => between(places, pairs, at) * unit),
  };
}
