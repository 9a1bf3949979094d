import { readdirSync, readFileSync } from "node:fs";
import test, { type ExecutionContext } from "ava";
import { readModel } from "../../src/mjcf/read.js";
import { featureModels, taskModels } from "../oracle/models.js";
import { Compiled } from "./compiled.js";
import { Errors } from "./errors.js";
import { features } from "./features.js";

const directory = new URL("models/", import.meta.url);
const all = new Errors();

async function agrees(t: ExecutionContext, xml: string): Promise<void> {
  const compiled = await Compiled.open(xml, readModel(xml));
  try {
    const errors = compiled.compare();
    all.take(errors);
    for (const [what, error] of errors.largest) t.true(error <= 1e-12, `${what}: ${error}`);
  } finally {
    compiled.close();
  }
}

for (const file of readdirSync(directory).sort())
  test(`${file} compiles to MuJoCo's numbers`, (t) => agrees(t, readFileSync(new URL(file, directory), "utf8")));

for (const { name, xml } of [...taskModels(), ...featureModels])
  test(`${name} compiles to MuJoCo's numbers`, (t) => agrees(t, xml));

for (const [name, xml] of Object.entries(features)) test(`${name}: as MuJoCo reads it`, (t) => agrees(t, xml));

test("a model that differs is noticed", async (t) => {
  const xml = features["welds and parents"]!;
  const model = readModel(xml);
  const worst = async (ours: typeof model): Promise<number> => {
    const compiled = await Compiled.open(xml, ours);
    try {
      return compiled.compare().worst;
    } catch {
      return Infinity;
    } finally {
      compiled.close();
    }
  };
  const change = <K extends "bodies" | "dofs" | "geoms">(kind: K, index: number, fields: object): typeof model => ({
    ...model,
    [kind]: model[kind].map((record, i) => (i === index ? { ...record, ...fields } : record)),
  });
  t.true((await worst(model)) < 1e-12);
  t.true((await worst(change("bodies", 2, { inertia: model.bodies[2]!.inertia * 1.001 }))) > 1e-4);
  t.true((await worst(change("bodies", 3, { angle: 0.001 }))) > 1e-5);
  t.true((await worst(change("dofs", 0, { sign: 1 }))) > 0.1);
  t.true((await worst(change("geoms", 3, { angle: 0.001 }))) > 1e-4);
  t.is(await worst({ ...model, pairs: model.pairs.slice(1) }), Infinity);
});

test.after.always("largest errors", (t) => {
  t.log([...all.largest].map(([what, error]) => `${what} ${error.toExponential(1)}`).join(", "));
});
