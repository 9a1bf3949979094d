import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { readModel } from "../src/mjcf.js";
import { firstBad, init, loadModel, Plant, saveModel, Trouble } from "../src/node.js";

const file = join(import.meta.dirname, "../models/cheetah.xml");
const model = readModel(readFileSync(file, "utf8"), file);

test("a copy with a number that is not finite stays, says so, and names the number", async (t) => {
  const plant = new Plant(await init(), model, 2);
  plant.step(3);
  t.is(plant.firstNotFinite(0), undefined);
  const before = plant.q.slice(0, model.dofs.length);
  plant.u[2] = Number.NaN;
  plant.v[model.dofs.length + 1] = Number.POSITIVE_INFINITY;
  plant.step(1);
  t.is(plant.trouble[0]! & Trouble.notFinite, Trouble.notFinite);
  t.is(plant.firstNotFinite(0), `control of ${model.actuators[2]!.name} is NaN`);
  t.is(plant.firstNotFinite(1), `velocity of ${model.dofs[1]!.name} is Infinity`);
  t.deepEqual(plant.q.slice(0, model.dofs.length), before);
});

test("a stored model simulates to the same bits as the one it was stored from", async (t) => {
  const run = async (subject: typeof model) => {
    const plant = new Plant(await init(), subject);
    plant.u.fill(0.3);
    plant.step(200);
    return Float64Array.from(plant.states);
  };
  t.deepEqual(await run(loadModel(saveModel(model))), await run(model));
});

test("derivatives over no or too many time steps are refused", async (t) => {
  const plant = new Plant(await init(), model, 1, 4);
  for (const substeps of [0, 5, 1.5]) {
    t.throws(() => plant.jacobian(0, substeps), {
      message: `substeps is ${substeps}: this plant differentiates 1 to 4 time steps at once`,
    });
  }
});

test("copies and steps that do not exist are refused", async (t) => {
  const core = await init();
  t.throws(() => new Plant(core, model, 0), { message: "count is 0: a plant has 1 to 1000000 copies" });
  const plant = new Plant(core, model, 2);
  t.throws(() => plant.forward(2), { message: "index is 2: this plant has copies 0 to 1" });
  t.throws(() => plant.reset(-1), { message: "index is -1: this plant has copies 0 to 1" });
  t.throws(() => plant.energy(Number.NaN), { message: "index is NaN: this plant has copies 0 to 1" });
  t.throws(() => plant.step(0.5), { message: "substeps is 0.5: it must be a whole number of time steps" });
});

test("a quantity that a step computes is named too", async (t) => {
  const plant = new Plant(await init(), model);
  plant.v.fill(1e200);
  plant.step(1);
  t.is(plant.trouble[0]! & Trouble.notFinite, Trouble.notFinite);
  t.regex(firstBad(plant), /^bias force of \w+ is (-?Infinity|NaN)$/);
});

test("a plant is made before its core is used", async (t) => {
  const core = await init();
  new Plant(core, model).q[0] = 0.1;
  t.throws(() => new Plant(core, model), { message: /this core is in use/ });
});
