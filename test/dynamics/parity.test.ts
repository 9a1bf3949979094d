import { readFileSync } from "node:fs";
import test from "ava";
import { readModel } from "../../src/mjcf/read.js";
import { init } from "../../src/node.js";
import { Comparison } from "../oracle/compare.js";
import { featureModels, taskModels } from "../oracle/models.js";
import { loadOracle } from "../oracle/mujoco.js";
import { BOUNDS, QUANTITIES } from "../oracle/quantities.js";
import type { FeatureModel } from "../oracle/xml.js";

// `npm run parity` does the same with 1,000 states a model

const module = new WebAssembly.Module(readFileSync(new URL("../../build/core.wasm", import.meta.url)));

async function comparisonOf(source: FeatureModel, seed: number): Promise<Comparison> {
  const planar = readModel(source.xml, `${source.name}.xml`);
  return new Comparison(await init(module), await loadOracle(), source, planar, { seed });
}

for (const source of [...taskModels(), ...featureModels]) {
  test(`${source.name}: the core agrees with MuJoCo`, async (t) => {
    const comparison = await comparisonOf(source, 2);
    comparison.states(40);
    comparison.trajectories(1, "1000 smooth steps", 1000);
    comparison.trajectories(2, "200 steps", 200);
    const { errors, worst, limits, frictionLosses, contacts } = comparison.tally;
    comparison.dispose();
    for (const quantity of QUANTITIES)
      t.true(
        errors[quantity] <= BOUNDS[quantity],
        `${quantity}: ${errors[quantity]} in ${JSON.stringify(worst[quantity])}`,
      );
    // what was compared was there
    t.is(contacts > 0, comparison.sampler.touches);
    t.is(limits > 0, /range="-?[\d.]+ /.test(source.xml.replaceAll(/(ctrl|force|frc)range/g, "")));
    t.is(frictionLosses > 0, source.xml.includes("frictionloss"));
  });
}

test("a wrong number in the model is found", async (t) => {
  const source = taskModels().find(({ name }) => name === "cheetah")!;
  const planar = readModel(source.xml);
  const bodies = planar.bodies.map((body, i) => (i === 3 ? { ...body, inertia: body.inertia * (1 + 1e-6) } : body));
  const comparison = new Comparison(await init(module), await loadOracle(), source, { ...planar, bodies });
  comparison.states(5);
  t.true(comparison.tally.errors["mass matrix"] > BOUNDS["mass matrix"]);
  t.true(comparison.tally.errors.acceleration > BOUNDS.acceleration);
  comparison.dispose();
});
