import test from "ava";
import { cartpole } from "../../src/env/cartpole.js";
import { Environments } from "../../src/env/environments.js";
import { readModel } from "../../src/mjcf/read.js";
import { init } from "../../src/node.js";
import { Plant } from "../../src/plant.js";
import { Source } from "../core/numbers.js";
import { errorOf } from "../oracle/compare.js";
import { taskModel } from "../oracle/models.js";

const RAIL = 1.8;

test("the simulated cart-pole follows the closed form while the rail's ends are not touched", async (t) => {
  const core = await init();
  const model = readModel(taskModel("cartpole").xml);
  const substeps = Math.round(cartpole.controlStep / model.option.timestep);
  t.is(substeps * model.option.timestep, cartpole.controlStep);
  const environments = new Environments(core, cartpole, 1, 1);
  const plant = new Plant(core, model);
  const source = new Source(4);
  let compared = 0;
  for (let episode = 0; episode < 50; episode++) {
    const start = [source.uniform(-0.5, 0.5), source.uniform(-4, 4), source.uniform(-1, 1), source.uniform(-6, 6)];
    environments.states.set(start);
    plant.q.set(start.slice(0, 2));
    plant.v.set(start.slice(2));
    for (let step = 0; step < 60; step++) {
      // beyond the range at times: both clamp
      const action = source.uniform(-1.3, 1.3);
      environments.actions[0] = action;
      plant.u[0] = action;
      environments.step();
      plant.step(substeps);
      if (Math.abs(plant.q[0]!) > RAIL - 0.1) break;
      const error = errorOf([...plant.q, ...plant.v], environments.states);
      t.true(error < 1e-11, `step ${step}: ${error}`);
      compared++;
    }
  }
  t.true(compared > 1500, String(compared));
});

test("the rail's ends stop the cart", async (t) => {
  const plant = new Plant(await init(), readModel(taskModel("cartpole").xml));
  for (const side of [1, -1]) {
    plant.reset(0);
    plant.u[0] = side;
    let furthest = 0;
    for (let i = 0; i < 1000; i++) {
      plant.step();
      furthest = Math.max(furthest, side * plant.q[0]!);
    }
    t.true(furthest > RAIL && furthest < RAIL + 0.15, `${furthest} m`);
    t.true(Math.abs(side * plant.q[0]! - RAIL) < 0.05, `rests at ${plant.q[0]}`);
  }
});
