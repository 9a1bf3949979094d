import type { Axis, Config, Mark, Scale, Spec } from "vega";
import { domain, extent, logDomain, logTicks, type Range, xRange } from "./axis-range.js";

/** One line of a chart. Series of the same name share a colour and an entry of the legend. */
export interface Series {
  readonly name: string;
  /** Pairs of x and y in order of x. Points that are not finite are left out. */
  readonly points: readonly (readonly [x: number, y: number])[];
  /** A shaded range around the line. */
  readonly band?: readonly (readonly [x: number, low: number, high: number])[];
  /** Drawn thin and grey, as background to the other series. */
  readonly faint?: boolean;
}

/** What `lineChart` draws. */
export interface LineChart {
  readonly title?: string;
  readonly xTitle: string;
  readonly yTitle: string;
  readonly series: readonly Series[];
  /** Size of the whole picture in pixels. */
  readonly width: number;
  readonly height: number;
  /** A dashed horizontal line. */
  readonly threshold?: { readonly y: number; readonly label: string };
  /** Logarithmic y axis; ignored when a value is zero or negative. */
  readonly log?: boolean;
  /** The ends of the y axis; round ones about the values unless given. */
  readonly range?: Range;
  /** A colour for every name where something else tells what they mean, in place of the legend. */
  readonly colours?: ReadonlyMap<string, string>;
}

/** Okabe and Ito's colours that keep apart for every kind of colour vision and stand out on white. */
export const palette = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];
const faintColour = "#80868b";
const ink = "#33383d";
const font = "system-ui, sans-serif";

/** Below this number of points a series shows each of them as a dot. */
const dots = 40;
/** Above this number its line is thin. */
const dense = 200;

/** Draws lines against numbers as an SVG document on a white background. The same chart always gives the same text. */
export function lineChart(chart: LineChart): Promise<string> {
  return draw(specification(chart));
}

/** A chart in Vega's terms as an SVG document. */
export async function draw(chart: Spec): Promise<string> {
  const { parse, View } = await import("vega");
  const view = new View(parse({ ...chart, config }), { renderer: "none" });
  const svg = await view.toSVG();
  view.finalize();
  return svg.replace(geometry, (numbers) =>
    numbers.replace(/\d+\.\d{3,}/g, (n) => String(Number(Number(n).toFixed(2)))),
  );
}

/** The attributes whose numbers are pixels, of which hundredths are enough. */
const geometry = /(?<= (?:d|transform|x2|y2)=")[^"]+/g;

/** A white picture of so many pixels. */
export const sheet = ({ width, height }: Pick<LineChart, "width" | "height">) =>
  ({
    width,
    height,
    autosize: { type: "fit", contains: "padding" },
    padding: { left: 14, right: 18, top: 12, bottom: 10 },
    background: "#ffffff",
  }) as const satisfies Spec;

/** An axis of numbers below a chart of so many pixels' width. */
export const stepAxis = (title: string, xs: readonly number[], width: number): Axis => ({
  scale: "x",
  orient: "bottom",
  title,
  labelFlush: true,
  ...(xs.length < 2 ? { values: [...xs] } : { tickCount: Math.max(2, Math.floor(width / 90)) }),
  // Every label with a prefix of its own, unlike the axis's format: 0, 500, 1k.
  encode: { labels: { update: { text: { signal: "format(datum.value, '~s')" } } } },
});

/** The chart in Vega's terms. */
function specification(chart: LineChart): Spec {
  const series = chart.series.map((one) => ({
    ...one,
    points: thinPoints(one.points.filter(allFinite), chart.width),
    band: thinBand((one.band ?? []).filter(allFinite), chart.width),
  }));
  const names = [...new Set(series.map((one) => one.name))];
  const crowd = names.length > palette.length;
  const colours = chart.colours ?? colourOf(series, names, crowd);
  const threshold = chart.threshold;
  const ys = series.flatMap((one) => [
    ...one.points.map((p) => p[1]),
    ...one.band.flatMap(([, low, high]) => [low, high]),
  ]);
  const empty = ys.length === 0;
  const all = threshold === undefined ? ys : [...ys, threshold.y];
  const log = chart.log === true && !empty && all.every((y) => y > 0);
  const ticks = Math.max(3, Math.floor(chart.height / 55));
  // an entry is its line and at most 9 pixels a letter
  const columns = Math.max(1, Math.floor(chart.width / (44 + 9 * Math.max(0, ...names.map((name) => name.length)))));
  const yDomain = chart.range ?? (all.length === 0 ? [0, 1] : log ? logDomain(all) : domain(all));
  const xs = [...new Set(series.flatMap((one) => [...one.points, ...one.band].map((point) => point[0])))];

  const scales: Scale[] = [
    { name: "x", type: "linear", domain: [...xRange(xs)], zero: false, range: "width" },
    log
      ? { name: "y", type: "log", domain: [...yDomain], range: "height" }
      : { name: "y", type: "linear", domain: [...yDomain], zero: false, nice: ticks, range: "height" },
    { name: "colour", type: "ordinal", domain: names, range: names.map((name) => colours.get(name) ?? ink) },
  ];
  const axes: Axis[] = [
    {
      scale: "y",
      orient: "left",
      ...(log ? { values: logTicks(yDomain), format: "~g" } : empty ? { values: [] } : { tickCount: ticks }),
    },
    stepAxis(chart.xTitle, xs, chart.width),
  ];

  // Backgrounds first, so that the lines that matter lie on top.
  const strong = series.filter((one) => !one.faint);
  const marks = [
    ...series.filter((one) => one.faint).flatMap((one) => [...bandMarks(one), lineMark(one, crowd)]),
    ...strong.flatMap(bandMarks),
    ...strong.map((one) => lineMark(one, crowd)),
  ];
  if (threshold !== undefined) marks.push(...thresholdMarks(threshold));
  if (empty) marks.push(emptyMark);

  return {
    ...sheet(chart),
    title:
      chart.title === undefined
        ? { text: chart.yTitle, fontSize: 11, fontWeight: "normal" }
        : { text: chart.title, subtitle: chart.yTitle },
    scales,
    axes,
    legends:
      names.length > 1 && !crowd && chart.colours === undefined
        ? [{ stroke: "colour", orient: "top", direction: "horizontal", symbolType: "stroke", columns }]
        : [],
    marks,
  };
}

const sort = { field: "x" };
const place = { x: { scale: "x", field: "x" }, y: { scale: "y", field: "y" } };

/** A band or, of a single point, an error bar; of none, nothing. */
function bandMarks({ name, band }: Pick<Series, "name"> & Required<Pick<Series, "band">>): Mark[] {
  if (band.length === 0) return [];
  const data = { name: "band", values: band.map(([x, low, high]) => ({ x, y: low, high })) };
  const range = { ...place, y2: { scale: "y", field: "high" } };
  const colour = { scale: "colour", value: name };
  const mark: Mark =
    band.length > 1
      ? { type: "area", sort, encode: { enter: { ...range, fill: colour, opacity: { value: 0.18 } } } }
      : {
          type: "rule",
          encode: { enter: { ...range, stroke: colour, strokeWidth: { value: 2 }, opacity: { value: 0.4 } } },
        };
  return [{ type: "group", data: [data], marks: [{ ...mark, from: { data: "band" } }] }];
}

/** A line, with its points when they are few. */
function lineMark({ name, points, faint }: Series, crowd: boolean): Mark {
  const data = { name: "points", values: points.map(([x, y]) => ({ x, y })) };
  const from = { data: "points" };
  const colour = { scale: "colour", value: name };
  const strokeWidth = { value: faint ? 1.1 : crowd ? 1.2 : points.length > dense ? 1 : 1.8 };
  const opacity = { value: crowd ? 0.55 : faint ? 0.7 : 1 };
  const line = { ...place, stroke: colour, strokeWidth, opacity, strokeJoin: { value: "round" } } as const;
  const marks: Mark[] = [{ type: "line", from, sort, encode: { enter: line } }];
  if (points.length === 1 || (!faint && !crowd && points.length <= dots)) {
    const dot = { ...place, fill: colour, opacity, size: { value: 14 } };
    marks.push({ type: "symbol", from, encode: { enter: dot } });
  }
  return { type: "group", data: [data], marks };
}

/** A dashed line, and its label below its left end, where learning curves are seldom. */
function thresholdMarks({ y, label }: NonNullable<LineChart["threshold"]>): Mark[] {
  const at = { x: { value: 0 }, y: { scale: "y", value: y } };
  const line = { x2: { field: { group: "width" } }, stroke: { value: ink }, strokeDash: { value: [5, 4] } };
  const words = { text: { value: label }, baseline: { value: "top" }, fill: { value: ink } } as const;
  return [
    { type: "rule", encode: { enter: { ...at, ...line, opacity: { value: 0.75 } } } },
    { type: "text", encode: { enter: { ...at, ...words, dx: { value: 5 }, dy: { value: 4 } } } },
  ];
}

export const emptyMark: Mark = {
  type: "text",
  encode: {
    enter: {
      x: { signal: "width / 2" },
      y: { signal: "height / 2" },
      align: { value: "center" },
      baseline: { value: "middle" },
      text: { value: "nothing measured yet" },
      fill: { value: faintColour },
    },
  },
};

const config: Config = {
  title: {
    aria: false,
    anchor: "start",
    frame: "bounds",
    font,
    color: ink,
    fontSize: 13,
    fontWeight: 600,
    offset: 10,
    subtitleFont: font,
    subtitleColor: "#5f6368",
    subtitleFontSize: 11,
    subtitlePadding: 4,
  },
  axis: {
    aria: false,
    labelFont: font,
    labelColor: "#5f6368",
    labelFontSize: 10.5,
    labelOverlap: true,
    titleFont: font,
    titleColor: "#5f6368",
    titleFontSize: 11,
    titleFontWeight: "normal",
    titlePadding: 6,
    gridColor: "#e8eaed",
    domainColor: "#bdc1c6",
    tickColor: "#bdc1c6",
    tickSize: 4,
  },
  axisY: { grid: true, domain: false, ticks: false, labelPadding: 6, minExtent: 34 },
  legend: {
    aria: false,
    labelFont: font,
    labelColor: ink,
    labelFontSize: 11,
    offset: 6,
    padding: 0,
    labelLimit: 0,
    symbolStrokeWidth: 2.5,
    columnPadding: 12,
  },
  text: { font, fontSize: 11 },
};

function colourOf(series: readonly Series[], names: readonly string[], crowd: boolean): ReadonlyMap<string, string> {
  const faint = new Set(series.filter((one) => one.faint).map((one) => one.name));
  const strong = names.filter((name) => !faint.has(name));
  const colour = (name: string): string =>
    faint.has(name) ? faintColour : (palette[crowd ? 0 : strong.indexOf(name)] ?? ink);
  return new Map(names.map((name) => [name, colour(name)]));
}

function allFinite(values: readonly number[]): boolean {
  return values.every(Number.isFinite);
}

/** More points than pixels cannot be seen: of each run of neighbours, keeps the lowest and the highest (a line joins them by x). */
function thinPoints(points: Series["points"], width: number): Series["points"] {
  const run = Math.ceil((2 * points.length) / Math.max(1, width));
  if (run <= 2) return points;
  const kept: (readonly [number, number])[] = [];
  for (let start = 0; start < points.length; start += run) {
    const some = points.slice(start, start + run);
    const low = some.reduce((best, point) => (point[1] < best[1] ? point : best));
    const high = some.reduce((best, point) => (point[1] > best[1] ? point : best));
    kept.push(...(low === high ? [low] : [low, high]));
  }
  return kept;
}

/** The same for a band: of each run, the widest range. */
function thinBand(band: NonNullable<Series["band"]>, width: number): NonNullable<Series["band"]> {
  const run = Math.ceil((2 * band.length) / Math.max(1, width));
  if (run <= 2) return band;
  const kept: (readonly [number, number, number])[] = [];
  for (let start = 0; start < band.length; start += run) {
    const some = band.slice(start, start + run);
    const [low] = extent(some.map((each) => each[1]));
    const [, high] = extent(some.map((each) => each[2]));
    kept.push([some[0]?.[0] ?? 0, low, high]);
  }
  return kept;
}
