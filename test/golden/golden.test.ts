import test, { type ExecutionContext } from "ava";
import { type Config, resolveConfig, settings } from "../../src/config.js";
import { type CoreTask, tasks } from "../../src/env/task.js";
import { init } from "../../src/node.js";
import { Plant } from "../../src/plant.js";
import { Trainer } from "../../src/train.js";
import { modelOf } from "../env/models.js";
import { configOf, difference, type Row, readGolden } from "./golden.js";
import { type Build, builds, emulationLacks, runtimes, thisNode } from "./hosts.js";
import { plannedRows } from "./plan.js";

const golden = readGolden();
const refresh = "run npm run golden -- --update";
const changed = `the arithmetic has changed: when it was meant to, ${refresh}`;

test("the table gives every setting a value of its own, and has the planned rows", (t) => {
  t.deepEqual(Object.keys(golden.settings).sort(), Object.keys(settings).sort(), refresh);
  const rows = golden.rows.map(({ name, settings }) => ({ name, settings }));
  t.deepEqual(rows, JSON.parse(JSON.stringify(plannedRows())), refresh);
});

test("every task is trained with the default algorithm, two of them with every algorithm, and one for 2,000 updates", (t) => {
  const configs = golden.rows.map((row) => configOf(golden, row) as unknown as Config);
  const { choices, default: usual } = settings.algorithm;
  for (const algorithm of choices) {
    for (const task of algorithm === usual ? Object.keys(tasks) : ["cartpole", "walker"]) {
      t.true(
        configs.some((config) => config.task === task && config.algorithm === algorithm),
        `${task}, ${algorithm}`,
      );
    }
  }
  t.is(golden.rows.find(({ name }) => name === "cartpole/svg1-er/2000-updates")?.updates, 2000);
  t.true(golden.rows.every(({ updates }) => updates > 0));
});

test("no two rows come to the same weights or metrics", (t) => {
  for (const part of ["weights", "metrics"] as const) {
    t.is(new Set(golden.rows.map((row) => row[part])).size, golden.rows.length, part);
  }
});

/** How often each pair of geometries pressed on each other at the states that a row's training began its steps in. */
async function pressures(row: Row): Promise<Map<string, number>> {
  const config = resolveConfig(configOf(golden, row));
  const trainer = new Trainer(await init(), config);
  while (!trainer.done) trainer.step();
  const task = tasks[config.task] as CoreTask;
  const model = modelOf(task);
  const plant = new Plant(await init(), model);
  const n = model.dofs.length;
  const S = task.state.length;
  const counts = new Map<string, number>();
  for (let i = 0; i < trainer.replay.size; ++i) {
    const s = trainer.replay.s.subarray(i * S, (i + 1) * S);
    plant.q.set(s.subarray(0, n));
    plant.v.set(s.subarray(n, 2 * n));
    plant.forward();
    for (const { pair } of plant.contacts().filter(({ active }) => active)) {
      const { geom1, geom2 } = model.pairs[pair]!;
      const name = [geom1, geom2].map((geom) => model.geoms[geom]!.name).join("-");
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  return counts;
}

test("bodies that can touch something do, where the table trains them", async (t) => {
  const plain = golden.rows.filter(({ name }) => name.endsWith("/svg1-er"));
  const touching = plain.filter((row) => modelOf(tasks[String(row.settings.task)]!).pairs.length > 0);
  t.true(touching.length >= 7, touching.map(({ name }) => name).join());
  for (const row of touching) {
    const counts = await pressures(row);
    const states = [...counts.values()].reduce((sum, count) => sum + count, 0);
    t.true(states >= 20, `${row.name}: ${JSON.stringify([...counts])}`);
    if (row.settings.task !== "gripper") continue;
    for (const pair of ["ball-palm", "ball-finger_left", "ball-finger_right"]) t.true(counts.has(pair), pair);
  }
});

/** Trains rows on a runtime and asserts that they come to the table's hashes. */
async function agree(t: ExecutionContext, name: string, build: Build, rows: readonly Row[]): Promise<void> {
  t.timeout(600_000);
  const host = await runtimes.get(name)!.open();
  try {
    t.log(host.version);
    const outcomes = await host.train(
      build,
      rows.map((row) => row.name),
    );
    t.is(outcomes.size, rows.length);
    for (const row of rows) {
      const differing = difference(row, outcomes.get(row.name)!);
      t.is(differing, undefined, `${row.name}, ${build}.wasm: ${changed}`);
    }
  } finally {
    await host.close();
  }
}

/*
 * What is trained where: this Node, all rows. The other hosts as well, but for the 2,000 updates by the scalar build: they take twice as
 * long as all other rows together and call nothing that those do not call. The emulated ARM is 30 to 100 times slower, so that it gets
 * one row for each kind of arithmetic, by the scalar build in one Node only: a body of closed form, drag, contacts between bodies and
 * with the ground, Jacobians without and with contacts, both forms of the model's noise, a deviation that depends on the state.
 * `npm run golden` trains all rows there too.
 */
const without2000 = golden.rows.filter(({ updates }) => updates < 2000);
const onArm = golden.rows.filter(
  ({ name }) =>
    /^(hand|swimmer3|gripper|walker)\/[^/]+$/.test(name) ||
    /^(hand|gripper)\/svg1-er\/exact$/.test(name) ||
    /^(monoped\/svg1-er\/model-noise|cheetah\/svg1-er\/deviation-state)$/.test(name),
);

for (const name of runtimes.keys()) {
  for (const build of builds) {
    const title = `${build}.wasm trains to the golden weights and metrics in ${name}`;
    if (!name.startsWith("arm64-")) {
      const rows = build === "core" || name === thisNode ? golden.rows : without2000;
      test.serial(title, async (t) => await agree(t, name, build, rows));
    } else if (name === "arm64-22" || build === "core") {
      const lacks = emulationLacks();
      const declare = lacks === undefined ? test.serial : test.serial.skip;
      declare(lacks === undefined ? title : `${title} (${lacks})`, async (t) => await agree(t, name, build, onArm));
    }
  }
}
