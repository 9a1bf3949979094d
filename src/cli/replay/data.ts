/** A replay as the data of a page: integers and short numbers. */

import type { PlanarModel } from "../../mjcf/model.js";
import { cameraOf } from "./camera.js";
import type { Frame } from "./frame.js";
import { type Shape, type Surface, sceneOf } from "./scene.js";

/** A coordinate's curve. */
export interface Curve {
  readonly name: string;
  readonly unit: string;
  /** Limits, where it has some. */
  readonly limits: readonly number[];
}

export interface ReplayData {
  readonly name: string;
  readonly shapes: readonly Shape[];
  readonly surfaces: readonly Surface[];
  readonly times: readonly number[];
  /** Metres of a unit in `poses`, `centres` and the places of `touches`. */
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
  readonly potential: readonly number[];
  readonly kinetic: readonly number[];
  readonly curves: readonly Curve[];
  /** Coordinates of every frame. */
  readonly q: readonly number[];
}

const short = (value: number): number => Number(value.toPrecision(5));

/** The largest power of ten that is at most a 5,000th of a length. */
function unitFor(length: number): number {
  let digits = 0;
  while (digits < 9 && Number(`1e-${digits}`) > length / 5000) ++digits;
  return Number(`1e-${digits}`);
}

/** A force that only one contact force in seven exceeds. */
function largeForce(frames: readonly Frame[]): number {
  const sizes = frames
    .flatMap(({ touches }) => touches.map(({ normal: [x, y] }) => Math.sqrt(x * x + y * y)))
    .sort((a, b) => a - b);
  return short(sizes[Math.floor(0.86 * (sizes.length - 1))] ?? 0);
}

/** Packs at least one frame of a model. */
export function packReplay(model: PlanarModel, frames: readonly Frame[]): ReplayData {
  const scene = sceneOf(model, frames[0]!);
  const { centres, half, floor } = cameraOf(model, scene, frames);
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
    potential: frames.map(({ potential }) => short(potential)),
    kinetic: frames.map(({ kinetic }) => short(kinetic)),
    curves: model.dofs.map(({ name, kind, limited, range }) => ({
      name,
      unit: kind === "hinge" ? "rad" : "m",
      limits: limited ? range.map(short) : [],
    })),
    q: frames.flatMap(({ q }) => q.map(short)),
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
}

/** Between two frames poses are interpolated, contacts are those of the earlier. Runs in pages too: it refers to nothing outside. */
export function momentOf(data: ReplayData, time: number): Moment {
  const { times, poses, centres, unit } = data;
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
  return {
    frame,
    poses: Array.from({ length: width }, (_, at) => between(poses, width, at) * (at % 3 === 2 ? 1e-4 : unit)),
    centre: [between(centres, 2, 0) * unit, between(centres, 2, 1) * unit],
    touches: data.touches[frame]!.map((value, at) => (at % 6 < 2 ? value * unit : value)),
  };
}
