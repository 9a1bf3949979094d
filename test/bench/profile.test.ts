import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import { workOf } from "../../bench/profile/floor.js";
import { resolveConfig } from "../../src/config.js";

test("profile: the multiply-adds of a step are those of its networks' passes, counted by hand", (t) => {
  const config = resolveConfig({ task: "cheetah", valueUpdates: 1 });
  const shapes = { policy: [18, 100, 100, 12], critic: [18, 200, 100, 1], model: [24, 20, 20, 1], dimensions: 18 };
  const { products, lanewise, tanh, adam } = workOf(shapes, config);
  // per row: model 39,960, ratios twice 13,000, critic 91,200, policy 104,000; acting is another row of the policy
  t.is(products + lanewise, 64 * (39_960 + 2 * 13_000 + 91_200 + 104_000) + 13_000);
  t.is(lanewise, 64 * 5 * 18 * 420);
  t.is(tanh, 64 * (720 + 200 + 600 + 200 + 300 + 720) + 200);
  t.is(adam, 18 * (25 * 20 + 21 * 20 + 21) + (19 * 200 + 201 * 100 + 101) + (19 * 100 + 101 * 100 + 101 * 12));
});

test("profile: names every kernel, shares add up, and a floor is below its time", (t) => {
  t.timeout(120_000);
  const out = mkdtempSync(join(tmpdir(), "valuegrad-profile-"));
  const run = ["--import", "tsx", "bench/profile.ts", "--steps", "60", "--out", out];
  execFileSync(process.execPath, run, { stdio: ["ignore", "pipe", "pipe"] });
  const rows = readFileSync(join(out, "profile.md"), "utf8")
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .slice(1)
    .map((line) => line.split("|").map((cell) => cell.trim()));
  const numberOf = (cell: string): number => Number(cell.replace(" %", ""));
  const [kernels, whole] = [rows.slice(0, -1), rows.at(-1)!];
  t.is(kernels.length, 8);
  const shares = kernels.reduce((sum, row) => sum + numberOf(row[2]!), 0);
  t.true(Math.abs(shares - 100) < 1, `${shares} %`);
  t.true(numberOf(kernels[0]![2]!) > 20, "matrix products are most of it");
  for (const row of [...kernels.slice(0, 4), whole]) t.true(numberOf(row[5]!) > 0 && numberOf(row[5]!) < 100, row[1]);
});

test("profile: refuses a number of steps that is none", (t) => {
  const error = t.throws(() =>
    execFileSync(process.execPath, ["--import", "tsx", "bench/profile.ts", "--steps", "none"], { stdio: "pipe" }),
  );
  t.regex(
    String((error as unknown as { stderr: Buffer }).stderr),
    /error: --steps is none: it must be a whole number from 1/,
  );
});
