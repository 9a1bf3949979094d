import type { Spec } from "vega";
import { draw, emptyMark, sheet, stepAxis } from "./plot.js";

/** What `heatMap` draws: a number of every row at every x. */
export interface HeatMap {
  readonly title: string;
  readonly subtitle: string;
  readonly xTitle: string;
  readonly width: number;
  /** From top to bottom. */
  readonly rows: readonly string[];
  /** In order of x; a number of every row each. */
  readonly columns: readonly (readonly [x: number, values: readonly number[]])[];
  /** Where one colour ends and the next begins, ascending, one less than there are colours. */
  readonly limits: readonly number[];
}

/** From small to large; the last one stands out. */
const colours = ["#eef3f8", "#c3daef", "#7fb2dc", "#2f78b7", "#d55e00"];
const ROW = 15;
const FRAME = 110;
/** More columns than these are thinned. */
const COLUMNS = 60;

/** Draws a table of numbers as colours, an SVG document on a white background. The same map always gives the same text. */
export function heatMap(map: HeatMap): Promise<string> {
  const { title, subtitle: text, xTitle, width, rows, limits } = map;
  const stride = Math.ceil(map.columns.length / COLUMNS);
  const columns = map.columns.filter((_, i) => (map.columns.length - 1 - i) % stride === 0);
  const names = [`below ${limits[0]}`, ...limits.map((limit) => `from ${limit}`)];
  const height = FRAME + ROW * rows.length;
  const xs = columns.map(([x]) => x);
  const chart: Spec = {
    ...sheet({ width, height }),
    title: { text: title, subtitle: text },
    scales: [
      { name: "x", type: "linear", domain: [startOf(xs, 0), xs.at(-1) ?? 1], zero: false, range: "width" },
      { name: "y", type: "band", domain: [...rows.keys()], range: "height", padding: 0.08 },
      { name: "colour", type: "ordinal", domain: names, range: colours.slice(0, names.length) },
    ],
    axes: [
      {
        scale: "y",
        orient: "left",
        grid: false,
        labelOverlap: false,
        labelLimit: width / 4,
        encode: { labels: { update: { text: { signal: `${JSON.stringify(rows)}[datum.value]` } } } },
      },
      stepAxis(xTitle, xs, width),
    ],
    legends: [{ fill: "colour", orient: "top", direction: "horizontal", symbolType: "square" }],
    marks:
      columns.length === 0
        ? [emptyMark]
        : [
            {
              type: "rect",
              from: { data: "runs" },
              encode: {
                enter: {
                  x: { scale: "x", field: "from" },
                  x2: { scale: "x", field: "to" },
                  y: { scale: "y", field: "row" },
                  height: { scale: "y", band: 1 },
                  fill: { scale: "colour", field: "colour" },
                },
              },
            },
          ],
    data: [
      {
        name: "runs",
        values: rows.flatMap((_, row) =>
          runs(columns.map(([, values]) => names[limits.filter((limit) => values[row]! >= limit).length]!)).map(
            ([colour, first, last]) => ({ row, colour, from: startOf(xs, first), to: xs[last]! }),
          ),
        ),
      },
    ],
  };
  return draw(chart);
}

/** Where column i begins: at the one before; the first is as wide as the second. */
function startOf(xs: readonly number[], i: number): number {
  const [first = 0, second = first + 1] = xs;
  return i === 0 ? 2 * first - second : xs[i - 1]!;
}

/** Equal neighbours, each with the first and last of its places. */
function runs(values: readonly string[]): [value: string, first: number, last: number][] {
  const found: [string, number, number][] = [];
  values.forEach((value, i) => {
    const before = found.at(-1);
    if (before?.[0] === value) before[2] = i;
    else found.push([value, i, i]);
  });
  return found;
}
