import type { Mark, Spec } from "vega";
import { logDomain, logTicks } from "../../src/cli/axis-range.js";
import { draw, palette, sheet } from "../../src/cli/plot.js";
import type { Row } from "./contest.js";

const ROW = 15;
const FRAME = 110;
const WIDTH = 720;
const INK = "#33383d";

/** A bar for each peer of each work: how many times as long as ours it takes. An SVG document; the same rows give the same text. */
export function chart(all: readonly Row[]): Promise<string> {
  const rows = all.filter(({ limit }) => !limit);
  const works = [...new Set(rows.map(({ work }) => work))];
  // a line for each work's title, then one for each of its peers
  const lines = works.flatMap((work) => [
    { work, peer: undefined },
    ...[...new Set(rows.filter((row) => row.work === work).map(({ peer }) => peer))].map((peer) => ({ work, peer })),
  ]);
  const placed = rows.map((row) => ({
    ...row,
    line: lines.findIndex(({ work, peer }) => work === row.work && peer === row.peer),
  }));
  const values = rows.flatMap(({ ratio, low, high, target }) => [ratio, low, high, target ?? 1]);
  const domain = logDomain([1, ...values]);
  const builds = [...new Set(rows.map(({ build }) => build))];
  const names = builds.map((build) => `${build} build`);

  const spec: Spec = {
    ...sheet({ width: WIDTH, height: FRAME + ROW * lines.length }),
    title: {
      text: "Time of others over ours, same work, one thread",
      subtitle: "above 1 ours is faster; bars: medians, thin lines: quartiles, ticks: targets",
    },
    data: [
      { name: "rows", values: placed.map((row) => ({ ...row, colour: `${row.build} build` })) },
      { name: "titles", values: lines.flatMap(({ work, peer }, line) => (peer === undefined ? [{ work, line }] : [])) },
      { name: "targets", values: placed.filter(({ target }) => target !== undefined) },
    ],
    scales: [
      { name: "x", type: "log", domain: [...domain], range: "width" },
      { name: "y", type: "band", domain: [...lines.keys()], range: "height", padding: 0.12 },
      { name: "part", type: "band", domain: builds, range: [0, { signal: "bandwidth('y')" }] },
      { name: "colour", type: "ordinal", domain: names, range: palette.slice(0, names.length) },
    ],
    axes: [
      {
        scale: "y",
        orient: "left",
        grid: false,
        labelOverlap: false,
        labelLimit: WIDTH / 3,
        encode: {
          labels: {
            update: { text: { signal: `${JSON.stringify(lines.map(({ peer }) => peer ?? ""))}[datum.value]` } },
          },
        },
      },
      { scale: "x", orient: "bottom", title: "theirs / ours", values: logTicks(domain), format: "~g", grid: true },
    ],
    legends: [{ fill: "colour", orient: "top", direction: "horizontal", symbolType: "square" }],
    marks: [
      ...bars,
      {
        type: "rule",
        encode: {
          enter: {
            x: { scale: "x", value: 1 },
            y: { value: 0 },
            y2: { field: { group: "height" } },
            stroke: { value: INK },
          },
        },
      },
      {
        type: "text",
        from: { data: "titles" },
        encode: {
          enter: {
            x: { scale: "x", value: 1, offset: 4 },
            y: { scale: "y", field: "line", band: 0.5 },
            text: { field: "work" },
            baseline: { value: "middle" },
            fontWeight: { value: 600 },
            fill: { value: INK },
          },
        },
      },
    ],
  };
  return draw(spec);
}

const top = { scale: "y", field: "line", offset: { scale: "part", field: "build" } } as const;
const middle = { ...top, offset: { scale: "part", field: "build", band: 0.5 } } as const;

const bars: Mark[] = [
  {
    type: "rect",
    from: { data: "rows" },
    encode: {
      enter: {
        x: { scale: "x", value: 1 },
        x2: { scale: "x", field: "ratio" },
        y: top,
        height: { scale: "part", band: 1 },
        fill: { scale: "colour", field: "colour" },
      },
    },
  },
  {
    type: "rule",
    from: { data: "rows" },
    encode: {
      enter: {
        x: { scale: "x", field: "low" },
        x2: { scale: "x", field: "high" },
        y: middle,
        stroke: { value: INK },
        strokeWidth: { value: 1 },
      },
    },
  },
  {
    type: "rule",
    from: { data: "targets" },
    encode: {
      enter: {
        x: { scale: "x", field: "target" },
        y: top,
        y2: { ...top, offset: { scale: "part", field: "build", band: 1 } },
        stroke: { value: INK },
        strokeWidth: { value: 3 },
      },
    },
  },
];
