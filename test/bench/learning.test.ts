import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import { type CellResult, configOf, runCell } from "../../bench/learning/cell.js";
import { plannedPairs } from "../../bench/learning/plan.js";
import { PairStore } from "../../bench/learning/store.js";
import { drawTask, table } from "../../bench/learning/summary.js";
import { withTable } from "../../bench/page.js";
import { resolveConfig, UsageError } from "../../src/config.js";

const folder = (): string => mkdtempSync(join(tmpdir(), "valuegrad-learning-"));

/** A curve that is solved from a step on. */
const curve = (returns: number[], solvedFrom: number): CellResult => ({
  records: returns.map((evaluationReturn, i) => ({
    step: 500 * i,
    evaluationReturn,
    evaluationReturnLow: evaluationReturn - 1,
    evaluationReturnHigh: evaluationReturn + 1,
    score: evaluationReturn / 500,
    successes: i >= solvedFrom ? 1 : 0,
    solved: i >= solvedFrom,
  })),
  seconds: returns.map((_, i) => 0.25 * i),
});

test("results are stored seed by seed, read again, and known to be of other settings", (t) => {
  const path = folder();
  const store = new PairStore(path, "cartpole", "svg1-er");
  store.add(2, curve([-100, 400, 410], 1));
  store.add(1, curve([-101, -50, 390], 2));
  const again = new PairStore(path, "cartpole", "svg1-er");
  t.deepEqual(again.results, store.results);
  t.deepEqual(
    again.results.map(({ seed }) => seed),
    [1, 2],
  );
  t.true(again.has(2) && !again.has(3));
  t.is(again.stale, undefined);
  t.is(readdirSync(path).length, 3);
  const settings = join(path, "cartpole-svg1-er.json");
  const stored = JSON.parse(readFileSync(settings, "utf8")) as Record<string, unknown>;
  writeFileSync(settings, JSON.stringify({ ...stored, gamma: 0.5 }));
  t.is(new PairStore(path, "cartpole", "svg1-er").stale, "gamma");
  // a setting made since then is no reason
  delete stored.gamma;
  writeFileSync(settings, JSON.stringify(stored));
  t.is(new PairStore(path, "cartpole", "svg1-er").stale, undefined);
});

test("the table counts solved seeds, steps, seconds, and what came later", async (t) => {
  const path = folder();
  const store = new PairStore(path, "cartpole", "svg1-er");
  store.add(1, curve([-100, 400, 410, 420], 1));
  store.add(2, curve([-100, -50, 390, 400], 2));
  store.add(3, curve([-100, -50, -40, -30], 9));
  const [, , row] = table([store, new PairStore(path, "hand", "svg-inf")]).split("\n");
  t.is(row, "| cartpole | svg1-er | 2 of 3 | 1,000 of 1,500 | 0.375 | 3 of 3 | 2 | 332 (-30 to 420) | -0.06 to 0.84 |");
  const text = "a\n<!-- learning -->\nold\n<!-- /learning -->\nb\n";
  t.is(withTable(text, "learning", "| new |\n"), "a\n<!-- learning -->\n| new |\n<!-- /learning -->\nb\n");
  t.throws(() => withTable("a", "learning", ""), { message: /<!-- learning --> and <!-- \/learning --> are missing/ });
  await drawTask(join(path, "cartpole.svg"), [store]);
  t.regex(readFileSync(join(path, "cartpole.svg"), "utf8"), /svg1-er, median of 3 seeds/);
});

test("every planned pair has settings, and every algorithm is compared on cartpole and hand", (t) => {
  const pairs = plannedPairs();
  for (const { task, algorithm, seeds } of pairs) {
    t.true(seeds >= 5);
    t.is(configOf(task, algorithm, 3).seed, 3);
  }
  for (const task of ["cartpole", "hand"]) {
    const names = pairs.filter((pair) => pair.task === task).map(({ algorithm }) => algorithm);
    t.true(names.length >= 4 && new Set(names).size === names.length);
  }
});

test("a task of many algorithms is drawn as two pictures, each with a legend of all its algorithms", async (t) => {
  const path = folder();
  const stores = (["svg1-er", "svg-k", "svg0-er", "dpg", "svg1", "svg0", "ac"] as const).map((algorithm) => {
    const store = new PairStore(path, "cartpole", algorithm);
    store.add(1, curve([-100, 400, 410], 1));
    return store;
  });
  await drawTask(join(path, "cartpole.svg"), stores);
  const [replayed, fresh] = ["cartpole.svg", "cartpole-fresh.svg"].map((name) =>
    readFileSync(join(path, name), "utf8"),
  );
  const named = (picture: string): string[] =>
    [...picture.matchAll(/>([a-z0-9-]+), median of 1 seeds</g)].map(([, name]) => name!);
  t.deepEqual(named(replayed!), ["svg1-er", "svg-k", "svg0-er", "dpg"]);
  t.deepEqual(named(fresh!), ["svg1", "svg0", "ac"]);
});

test("a cell is trained in a process of its own, whose failure is told", async (t) => {
  const small = { policyHidden: [4], valueHidden: [4], modelHidden: [4], batch: 4, evaluationEpisodes: 1 };
  const config = resolveConfig({ ...small, steps: 20, learningStarts: 15, evaluationInterval: 10 });
  const { records, seconds } = await runCell(config);
  t.deepEqual(
    records.map(({ step }) => step),
    [0, 10, 20],
  );
  t.is(seconds.length, 3);
  await t.throwsAsync(runCell({ ...config, task: "nothing" }), {
    message: /nothing, svg1-er, seed 1: ended by code 1/,
  });
  t.throws(() => configOf("nothing", "svg1-er", 1), { instanceOf: UsageError });
});
