import test from "ava";
import { readModel } from "../../src/mjcf/read.js";
import { init } from "../../src/node.js";
import { Plant } from "../../src/plant.js";
import { taskModel } from "../oracle/models.js";

const RAIL = 1.8;

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
    t.true(furthest > RAIL && furthest < RAIL + 0.2, `${furthest} m`);
    t.true(Math.abs(side * plant.q[0]! - RAIL) < 0.05, `rests at ${plant.q[0]}`);
  }
});
