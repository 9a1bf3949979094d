/** Our Jacobian of a time step against MuJoCo's centred differences of its own. */

import test from "ava";
import { readModel } from "../../src/mjcf/read.js";
import { init } from "../../src/node.js";
import { Plant } from "../../src/plant.js";
import { place } from "../oracle/compare.js";
import { featureModels, taskModels } from "../oracle/models.js";
import { loadOracle } from "../oracle/mujoco.js";
import {
  type Activity,
  columnError,
  countActivity,
  Differences,
  drawStates,
  jacobianOf,
  Transition,
  VARIANTS,
  variant,
} from "./states.js";

/** Differences are good to this much: MuJoCo's states, like ours, carry rounding errors. */
const BOUND = 5e-6;
const CHANGES = [1e-4, 1e-5, 1e-6, 1e-7];
const countFor = (dofs: number) => (dofs > 16 ? 1 : 10);

const activity: Activity = { contacts: 0, sticking: 0, sliding: 0, limits: 0 };
const totals = { states: 0, switching: 0 };

for (const [index, source] of [...taskModels(), ...featureModels].entries()) {
  test.serial(`${source.name}: derivatives are MuJoCo's`, async (t) => {
    const mujoco = await loadOracle();
    const model = readModel(source.xml, source.name);
    const states = drawStates(mujoco, source, countFor(model.dofs.length), 100 + index);
    const transition = new Transition(mujoco, source.xml);
    const core = await init();
    const variants = VARIANTS.flatMap(({ integrator, cone }) =>
      integrator === "RK4" ? [] : [{ integrator, cone, plant: new Plant(core, variant(model, integrator, cone)) }],
    );
    const counts: string[] = [];
    for (const { integrator, cone, plant } of variants) {
      let [worst, compared] = [0, 0];
      transition.configure(integrator, cone);
      for (const state of states) {
        if (cone === "elliptic" && integrator === "Euler") countActivity(plant, state, activity);
        place(plant, state);
        const jacobian = jacobianOf(plant);
        const differences = new Differences(plant);
        const columns = Array.from({ length: differences.columns }, (_, j) => j);
        totals.states++;
        if (columns.some((j) => differences.compare(jacobian, j).switches)) {
          totals.switching++;
          continue;
        }
        compared++;
        const theirs = CHANGES.map((change) => transition.at(state, change));
        for (const j of columns)
          worst = Math.max(worst, Math.min(...theirs.map((their) => columnError(jacobian, their, j))));
      }
      counts.push(`${integrator}, ${cone}: ${worst.toExponential(0)} (${compared})`);
      t.true(compared > 0, `${integrator}, ${cone}: every state is near a switch`);
      t.true(worst <= BOUND, `${integrator}, ${cone}: differs from MuJoCo by ${worst}`);
    }
    t.log(counts.join("; "));
    transition.dispose();
  });
}

test.serial("the states had contacts that stick and slide, limits at work, and few switches nearby", (t) => {
  t.log(`${totals.states} states, ${totals.switching} near a switch; ${JSON.stringify(activity)}`);
  t.true(totals.switching < 0.1 * totals.states, `${totals.switching} of ${totals.states} states are near a switch`);
  t.true(activity.contacts > 200);
  t.true(activity.sticking > 50);
  t.true(activity.sliding > 50);
  t.true(activity.limits > 50);
});
