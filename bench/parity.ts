/**
 * Agreement with MuJoCo: `npm run parity [-- --states N MODEL...]` puts every model, or those named, into 1,000 random states
 * in our core and in @mujoco/mujoco, prints the largest errors and fails above the bounds of test/oracle/quantities.ts. Models
 * with contacts are compared with both friction cones. A full run writes bench/results/parity.csv.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { readModel } from "../src/mjcf/read.js";
import { init } from "../src/node.js";
import { Comparison } from "../test/oracle/compare.js";
import { featureModels, taskModels } from "../test/oracle/models.js";
import { type Cone, loadOracle } from "../test/oracle/mujoco.js";
import type { FeatureModel } from "../test/oracle/xml.js";
import { csvOf, failures, heading, type Row, summary, textOf } from "./parity/table.js";

const STATES = 1000;
const SMOOTH_TRAJECTORIES = 5;
const CONTACT_TRAJECTORIES = 20;
const CONES: readonly Cone[] = ["elliptic", "pyramidal"];

const { values: options, positionals: wanted } = parseArgs({
  options: { states: { type: "string", default: String(STATES) } },
  allowPositionals: true,
});
const states = Number(options.states);

const mujoco = await loadOracle();
const module = new WebAssembly.Module(readFileSync(new URL("../build/core.wasm", import.meta.url)));

async function compare(source: FeatureModel, cone?: Cone): Promise<{ row: Row; touches: boolean }> {
  const planar = readModel(source.xml, `${source.name}.xml`);
  const comparison = new Comparison(await init(module), mujoco, source, planar, cone === undefined ? {} : { cone });
  try {
    comparison.states(states);
    comparison.trajectories(SMOOTH_TRAJECTORIES, "1000 smooth steps", 1000);
    comparison.trajectories(CONTACT_TRAJECTORIES, "200 steps", 200);
    const { oracle, sampler, tally } = comparison;
    return { row: { model: source.name, cone: cone ?? oracle.own.cone, tally }, touches: sampler.touches };
  } finally {
    comparison.dispose();
  }
}

const models = [...taskModels(), ...featureModels];
const unknown = wanted.filter((name) => !models.some((model) => model.name === name));
if (unknown.length > 0)
  throw new Error(`no model ${unknown.join(", ")}; there are ${models.map(({ name }) => name).join(" ")}`);

console.log(heading);
const rows: Row[] = [];
const note = (row: Row) => {
  rows.push(row);
  console.log(textOf(row));
};
for (const model of models.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  const { row, touches } = await compare(model);
  note(row);
  if (touches) for (const cone of CONES) if (cone !== row.cone) note((await compare(model, cone)).row);
}
for (const line of summary(rows)) console.log(line);
if (wanted.length === 0 && states >= STATES) writeFileSync(new URL("results/parity.csv", import.meta.url), csvOf(rows));

const failed = rows.filter((row) => failures(row).length > 0);
for (const row of failed) {
  for (const quantity of failures(row)) {
    console.error(
      `${row.model}, ${row.cone}: ${quantity} ${row.tally.errors[quantity]}, ${JSON.stringify(row.tally.worst[quantity])}`,
    );
  }
}
if (failed.length > 0) process.exitCode = 1;
