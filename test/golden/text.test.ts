import test from "ava";
import type { Golden, Row } from "./golden.js";
import { failures, textOf } from "./text.js";

const row = (name: string, digit: string): Row => ({
  name,
  settings: name === "walker/b" ? { seed: 7 } : {},
  updates: 150,
  weights: digit.repeat(64),
  metrics: digit.toUpperCase().repeat(64),
});

const rows = [row("hand/a", "a"), row("walker/b", "b")];
const golden: Golden = { settings: { seed: 1 }, rows };
const same = new Map(rows.map((row) => [row.name, row]));

test("the table has a tick for what agrees, the differing hash for what does not", (t) => {
  const [hand, walker] = rows as [Row, Row];
  const columns = [
    { runtime: "node20", build: "core", result: same },
    { runtime: "node20", build: "core.scalar", result: new Map([["hand/a", { ...hand, weights: "c".repeat(64) }]]) },
    {
      runtime: "firefox",
      build: "core",
      result: new Map([
        ["hand/a", { ...hand, metrics: "d".repeat(64) }],
        ["walker/b", walker],
      ]),
    },
    { runtime: "arm64-22", build: "core", result: new Error("it crashed") },
  ] as const;
  t.deepEqual(textOf(golden, rows, columns).split("\n"), [
    "                                             node20          firefox   arm64-22",
    "row       seed  updates  weights   metrics   simd  scalar    simd      simd",
    "hand/a    1     150      aaaaaaaa  AAAAAAAA  ✓     cccccccc  dddddddd  failed",
    "walker/b  7     150      bbbbbbbb  BBBBBBBB  ✓     missing   ✓         failed",
  ]);
  t.deepEqual(
    columns.map((column) => failures(rows, column)),
    [[], ["hand/a", "walker/b"], ["hand/a"], ["hand/a", "walker/b"]],
  );
});
