/** An episode as one small picture: some of its moments side by side, or all in one scene. */

import type { PlanarModel } from "../../mjcf/model.js";
import { escapeXml } from "../escape.js";
import { composePicture, type Item, type Layer, type Picture, type View } from "./compose.js";
import { type Moment, momentOf, packReplay, type ReplayData } from "./data.js";
import type { Frame } from "./frame.js";
import type { SpringEnds } from "./scene.js";
import { drawLetters, drawOutlines, Ink, letters, number, OUTLINES, worldIn } from "./svg.js";

export interface StripOptions {
  /** Seconds whose nearest frames are shown (default: 3 panels, or 5 poses of a scene, from the first frame to the last). */
  readonly times?: readonly number[];
  /**
   * "panels" stand side by side, each with a moment, and follow a motion that travels. A "scene" shows all moments in one world at rest,
   * earlier ones fainter (default where the motion travels, or is wider than high, unless its poses were too small to be seen).
   */
  readonly layout?: "panels" | "scene";
  /** Rows of panels, 1 by default. */
  readonly rows?: number;
  /** A point of a frame, m, whose way until each panel's moment is drawn. */
  readonly path?: (frame: Frame) => readonly [number, number];
  /** Pixels, 420 by 160 by default. */
  readonly width?: number;
  readonly height?: number;
  readonly springs?: readonly SpringEnds[];
}

/** Strips are composed this many times as large, so that lines and arrows come out finer than on a page. */
const FINER = 1.6;
/** Of letters, before they are made finer. */
const SIZE = 14;
/** Between two panels, and around letters. */
const GAP = 8;
/** Of a time, with room to the next. */
const WIDEST = 56;
/** A scene so many times wider than high shows its poses too small. */
const FLAT = 7;
/** Strength of the first and of the last but one pose of a scene. */
const FAINT = [0.25, 0.7] as const;

/** The frames nearest to some times, each once, in their order. */
function nearest(frames: readonly Frame[], times: readonly number[]): Frame[] {
  if (times.length === 0 || !times.every(Number.isFinite)) {
    throw new RangeError(`times is [${times.join(", ")}]: it must hold one time or more, in seconds`);
  }
  const away = (frame: Frame, time: number): number => Math.abs(frame.time - time);
  const best = times.map((time) => frames.reduce((a, b) => (away(b, time) < away(a, time) ? b : a)));
  return frames.filter((frame) => best.includes(frame));
}

function evenly(frames: readonly Frame[], count: number): number[] {
  const [start, end] = [frames[0]!.time, frames.at(-1)!.time];
  return Array.from({ length: count }, (_, i) => start + (i / (count - 1)) * (end - start));
}

const on = (items: readonly Item[], ...layers: readonly Layer[]): Item[] =>
  items.filter(({ layer }) => layers.includes(layer));

const short = (value: number): string => String(Number(value.toFixed(2)));

/** One view: draws pictures into it, and letters. */
class Pane {
  readonly #view: View;
  readonly #ink: Ink;
  readonly #content: string[] = [];
  readonly #letters: string[] = [];

  constructor(view: View, ink: Ink) {
    this.#view = view;
    this.#ink = ink;
  }

  outlines(picture: Picture, items: readonly Item[], strength = 1): void {
    const lines = drawOutlines(items, picture.scale, this.#ink, strength);
    if (lines.length === 0) return;
    const place = worldIn(picture, this.#view);
    this.#content.push(`<g transform="${place}" ${OUTLINES}>\n${lines.join("\n")}\n</g>`);
  }

  /** The names of a picture's markers. */
  names(picture: Picture): void {
    this.#letters.push(...drawLetters(on(picture.items, "marker"), picture, this.#view, this.#ink));
  }

  /** Letters in a row at the top. */
  head(text: string, anchor: "start" | "middle" | "end", x: number, row = 0): void {
    const place = `x="${number(x)}" y="${number(SIZE * (1 + 1.4 * row))}" text-anchor="${anchor}"`;
    const colour = this.#ink.attributes(anchor === "end" ? "label" : "ink", "");
    this.#letters.push(`<text ${place} ${colour}>${escapeXml(text)}</text>`);
  }

  /** Nothing of it shows outside of its view, whose upper left corner is at (left, top). */
  toString(left = 0, top = 0): string {
    const size = `width="${number(this.#view.width)}" height="${number(this.#view.height)}"`;
    const back = `<rect ${size} ${this.#ink.attributes("sky", "")}/>`;
    const texts = `<g ${letters(SIZE)}>\n${this.#letters.join("\n")}\n</g>`;
    const place = `x="${number(left)}"${top > 0 ? ` y="${number(top)}"` : ""}`;
    return [`<svg ${place} ${size}>`, back, ...this.#content, texts, "</svg>"].join("\n");
  }
}

/** A point's way, frame by frame. */
type Way = readonly { readonly time: number; readonly at: readonly [number, number] }[];

/** A line along a way; points that are closer to each other than `gap`, m, are left out. */
function lineThrough(way: Way, gap: number): Item {
  const kept: (readonly [number, number])[] = [];
  for (const [i, { at }] of way.entries()) {
    const [x, y] = kept.at(-1) ?? [Infinity, Infinity];
    if (Math.abs(at[0] - x) >= gap || Math.abs(at[1] - y) >= gap || i === way.length - 1) kept.push(at);
  }
  const path = `M${kept.map(([x, y]) => `${x.toFixed(3)} ${y.toFixed(3)}`).join("L")}`;
  return { x: 0, y: 0, angle: 0, path, stroke: "friction", width: 1.6, layer: "ground" };
}

/** Some moments of a replay, each in a pane of its own. */
function panels(
  data: ReplayData,
  times: readonly number[],
  { width, height }: View,
  rows: number,
  way: Way,
  ink: Ink,
): string[] {
  const columns = Math.ceil(times.length / rows);
  const view = { width: (width - GAP * (columns - 1)) / columns, height: (height - GAP * (rows - 1)) / rows };
  return times.map((time, i) => {
    const picture = composePicture(data, momentOf(data, time), view, true);
    const pane = new Pane(view, ink);
    const gone = way.filter((point) => point.time <= time);
    const line = gone.length > 1 ? [lineThrough(gone, 2 / picture.scale)] : [];
    pane.outlines(picture, [...on(picture.items, "ground"), ...line, ...on(picture.items, "body", "marker", "force")]);
    pane.head(`${short(time)} s`, "start", GAP);
    if (i === 0) {
      pane.names(picture);
      pane.head(`grid ${picture.step} m`, "end", view.width - GAP);
    }
    return pane.toString((i % columns) * (view.width + GAP), Math.floor(i / columns) * (view.height + GAP));
  });
}

/** All moments of a replay in one world, the last one on top. */
function scene(data: ReplayData, view: View, ink: Ink): string {
  const moments = data.times.map((time) => momentOf(data, time));
  const pictures = moments.map((moment) => composePicture(data, moment, view, true));
  const picture = pictures.at(-1)!;
  const pane = new Pane(view, ink);
  pane.outlines(picture, on(picture.items, "ground"));
  const resting = moments.every(({ places }) => places.every((value, k) => value === moments[0]!.places[k]));
  pictures.forEach(({ items }, i) => {
    const rest = pictures.length - 1 - i;
    const strength =
      rest === 0 ? 1 : FAINT[1] - ((rest - 1) / Math.max(1, pictures.length - 2)) * (FAINT[1] - FAINT[0]);
    // markers that never move are drawn once, with the last pose
    pane.outlines(picture, on(items, "body", ...(resting && rest > 0 ? [] : ["marker" as const]), "force"), strength);
  });
  pane.names(picture);
  const middles = moments.map(({ poses }) => middleOf(poses, picture, view));
  if (standApart(middles, view)) {
    // the right end of the first row belongs to the grid
    const row = middles.some((x) => x > view.width - 110) ? 1 : 0;
    for (const [i, time] of data.times.entries()) pane.head(`${short(time)} s`, "middle", middles[i]!, row);
  } else pane.head(`${short(data.times[0]!)} to ${short(data.times.at(-1)!)} s`, "start", GAP);
  pane.head(`grid ${picture.step} m`, "end", view.width - GAP);
  return pane.toString();
}

/** Where a pose's bodies are on average, in pixels from the left. */
function middleOf(poses: Moment["poses"], { scale, centre }: Picture, { width }: View): number {
  const xs = poses.filter((_, k) => k % 3 === 0);
  return (xs.reduce((sum, x) => sum + x, 0) / xs.length - centre[0]) * scale + width / 2;
}

/** Whether every pose has room for its time above it. */
function standApart(middles: readonly number[], { width }: View): boolean {
  const places = [-WIDEST / 2, ...middles, width + WIDEST / 2].sort((a, b) => a - b);
  return places.every((x, i) => i === 0 || x - places[i - 1]! > WIDEST);
}

/**
 * An episode as one SVG picture of a few kilobytes, for a page that shows no motion.
 * @param frames At least one, in the order of their times.
 */
export function renderStrip(model: PlanarModel, frames: readonly Frame[], options: StripOptions = {}): string {
  const { width = 420, height = 160, springs = [], rows = 1, path } = options;
  const view = { width: FINER * width, height: FINER * height };
  const whole = packReplay(model, frames, { springs });
  const travels = whole.centres.some((value, k) => value !== whole.centres[k % 2]);
  const pick = (count: number): Frame[] => nearest(frames, options.times ?? evenly(frames, count));
  const pack = (picked: readonly Frame[], still: boolean): ReplayData => packReplay(model, picked, { springs, still });
  const poses = pack(pick(5), true);
  const wide = travels || whole.half[0] > 1.4 * whole.half[1];
  const layout = options.layout ?? (wide && poses.half[0] < FLAT * poses.half[1] ? "scene" : "panels");
  const moments = layout === "scene" ? poses.times : pick(3).map(({ time }) => time);
  const way = path === undefined ? [] : frames.map((frame) => ({ time: frame.time, at: path(frame) }));
  const ink = new Ink();
  const content =
    layout === "panels"
      ? panels(travels || path !== undefined ? whole : pack(pick(3), false), moments, view, rows, way, ink)
      : [scene(poses, view, ink)];
  const named = moments.map((time) => `${short(time)} s`).join(", ");
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${number(view.width)} ${number(view.height)}">
<title>${escapeXml(`${model.name} at ${named}`)}</title>
${ink.style}
${content.join("\n")}
</svg>
`;
}
