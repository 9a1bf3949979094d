/** Jacobians, pushforwards and pullbacks of the time step, against differences of the step itself, on every model and integrator. */

import test from "ava";
import { readModel } from "../../src/mjcf/read.js";
import { init } from "../../src/node.js";
import { Plant } from "../../src/plant.js";
import { Source } from "../core/numbers.js";
import { featureModels, taskModels } from "../oracle/models.js";
import { loadOracle } from "../oracle/mujoco.js";
import { type Activity, countActivity, drawStates, examine, VARIANTS, variant } from "./states.js";

const BOUND = 1e-6;
const EXACT = 1e-10;
/** Large chains have many columns. */
const countFor = (dofs: number) => (dofs > 16 ? 2 : dofs > 8 ? 16 : 24);

const activity: Activity = { contacts: 0, sticking: 0, sliding: 0, limits: 0 };
const totals = { states: 0, switching: 0, exploding: 0, columns: 0 };

for (const [index, source] of [...taskModels(), ...featureModels].entries()) {
  test.serial(`${source.name}: derivatives of a step are those of its differences`, async (t) => {
    const mujoco = await loadOracle();
    const model = readModel(source.xml, source.name);
    const states = drawStates(mujoco, source, countFor(model.dofs.length), index);
    const core = await init();
    const plants = VARIANTS.map(({ integrator, cone }) => new Plant(core, variant(model, integrator, cone), 1, 4));
    const counts: string[] = [];
    let switching = 0;
    for (const [i, plant] of plants.entries()) {
      const { integrator, cone } = VARIANTS[i]!;
      const name = `${integrator}, ${cone}`;
      if (cone === "elliptic" && integrator === "Euler") {
        for (const state of states) countActivity(plant, state, activity);
      }
      const result = examine(plant, states, new Source(index));
      counts.push(
        `${name}: ${result.jacobian.toExponential(0)}, ${result.switching} of ${states.length} near a switch`,
      );
      switching += result.switching;
      totals.states += states.length;
      totals.switching += result.switching;
      totals.exploding += result.exploding;
      totals.columns += result.columns;
      t.true(result.jacobian <= BOUND, `${name}: Jacobian differs from the differences by ${result.jacobian}`);
      t.true(result.products <= EXACT, `${name}: jvp, vjp and Jacobian disagree by ${result.products}`);
      t.true(result.controlStep <= EXACT, `${name}: a control step differs from its steps by ${result.controlStep}`);
      t.is(result.moved, 0, `${name}: a derivative moved the state`);
      t.true(result.least > 1e-4, `${name}: a Jacobian is the identity`);
      t.true(result.switching < states.length, `${name}: every state is near a switch`);
    }
    t.log(counts.join("; "));
    t.true(switching < 0.5 * states.length * plants.length, `${switching} states are near a switch`);
  });
}

test.serial("the states had contacts that stick and slide, limits at work, and few switches nearby", (t) => {
  t.log(
    `${totals.states} states, ${totals.columns} columns, ${totals.switching} states near a switch, ${totals.exploding} out of hand`,
  );
  t.log(JSON.stringify(activity));
  t.true(totals.columns > 50_000);
  t.true(totals.switching > 0, "the search for switches finds none");
  t.true(totals.switching < 0.1 * totals.states, `${totals.switching} of ${totals.states} states are near a switch`);
  t.true(totals.exploding < 0.01 * totals.states, `${totals.exploding} of ${totals.states} states get out of hand`);
  t.true(activity.contacts > 500);
  t.true(activity.sticking > 100);
  t.true(activity.sliding > 100);
  t.true(activity.limits > 100);
});
