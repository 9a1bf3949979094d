import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import test from "ava";

const program = fileURLToPath(new URL("../../bench/kernels.ts", import.meta.url));

test("a quick run checks the kernels, prints a table and writes the same figures to a CSV file", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "valuegrad-bench-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const run = (): string =>
    execFileSync(process.execPath, ["--import=tsx", program, "--quick", "--out", folder], { encoding: "utf8" });
  const [title, , , head, ...lines] = run().split("\n");

  t.regex(title!, /^valuegrad kernels, \d{4}-\d\d-\d\d, .+, Node v\d+\./);
  t.regex(head!, /^work +unit +release +p10 - p90 +of limit$/);
  const table = lines.slice(0, lines.indexOf(""));
  const figures = new Map(
    table.map((line) => {
      const [work, unit, value] = line.split(/ {2,}/);
      return [work!, { unit: unit!, value: Number(value) }];
    }),
  );
  t.true(figures.size > 40);
  t.is(figures.size, table.length);
  for (const { value } of figures.values()) t.true(value > 0);
  t.is(figures.get("gemm 64x104x104")!.unit, "GFLOP/s");
  t.is(figures.get("SVG(1)-ER whole update")!.unit, "us");

  const files = readdirSync(folder);
  t.is(files.length, 1);
  t.regex(files[0]!, /^kernels-[a-z0-9-]+\.csv$/);
  const [header, ...rows] = readFileSync(join(folder, files[0]!), "utf8").trimEnd().split("\n");
  t.is(header, "date,node,build,work,value,low,high,unit,percent_of_limit");
  t.is(rows.length, figures.size);
  for (const row of rows) {
    const match =
      /^[\d-]+,v[\d.]+,release,(?:"([^"]+)"|([^",]+)),([\d.e+]+),([\d.e+]+),([\d.e+]+),([\w/]+),([\d.]*)$/.exec(row);
    t.truthy(match, row);
    const [, quoted, plain, value, low, high, unit] = match!;
    const figure = figures.get(quoted ?? plain!)!;
    t.is(figure.unit, unit!);
    t.true(Math.abs(Number(value) - figure.value) <= 0.01 * figure.value + 0.01, row);
    t.true(Number(low) <= Number(value) && Number(value) <= Number(high), row);
  }
});
