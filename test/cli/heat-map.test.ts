import test from "ava";
import { type HeatMap, heatMap } from "../../src/cli/heat-map.js";

const map: HeatMap = {
  title: "Error",
  subtitle: "of each",
  xTitle: "steps",
  width: 600,
  rows: ["first", "second"],
  columns: [
    [100, [0.01, 5]],
    [200, [0.02, 0.5]],
    [300, [0.5, 0.5]],
  ],
  limits: [0.1, 1],
};
const cells = (svg: string): { x: number; width: number; y: number; fill: string }[] =>
  [...svg.matchAll(/<path [^>]*?d="M([\d.]+),([\d.]+)h([\d.]+)v[\d.]+h-[\d.]+Z" fill="(#\w+)"/g)].map(
    ([, x, y, width, fill]) => ({ x: Number(x), y: Number(y), width: Number(width), fill: fill! }),
  );

test("every cell reaches from the column before to its own, in its number's colour; equal neighbours are one", async (t) => {
  const svg = await heatMap(map);
  const found = cells(svg);
  t.is(found.length, 4);
  const third = found.reduce((sum, { width }) => sum + width, 0) / 6;
  t.deepEqual(
    found.map(({ x, width, fill }) => [Math.round(x / third), Math.round(width / third), fill]),
    [
      [0, 2, "#eef3f8"],
      [2, 1, "#c3daef"],
      [0, 1, "#7fb2dc"],
      [1, 2, "#c3daef"],
    ],
  );
  t.true(found[0]!.y < found[2]!.y);
  for (const text of ["Error", "of each", "steps", "first", "second", "below 0.1", "from 0.1", "from 1"]) {
    t.true(svg.includes(`>${text}</text>`), text);
  }
});

test("many columns are thinned, the last one kept; without one nothing is drawn", async (t) => {
  const columns = Array.from({ length: 301 }, (_, i) => [10 * i, [i === 300 ? 5 : i % 2, 0.5]] as const);
  const svg = await heatMap({ ...map, columns });
  t.true(cells(svg).length <= 61);
  t.is(cells(svg).filter(({ fill }) => fill === "#7fb2dc").length > 0, true);
  const empty = await heatMap({ ...map, columns: [] });
  t.is(cells(empty).length, 0);
  t.regex(empty, /nothing measured yet/);
  t.notRegex(empty, /NaN|undefined/);
  const one = await heatMap({ ...map, columns: [[500, [2, 0.01]]] });
  t.is(cells(one).length, 2);
  t.notRegex(one, /NaN|undefined/);
});
