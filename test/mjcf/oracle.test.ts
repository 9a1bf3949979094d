import { readdirSync, readFileSync } from "node:fs";
import test, { type ExecutionContext } from "ava";
import { readModel } from "../../src/mjcf/read.js";
import { featureModels, taskModels } from "../oracle/models.js";
import { Compiled, Errors } from "./compiled.js";

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

test.after.always("largest errors", (t) => {
  t.log([...all.largest].map(([what, error]) => `${what} ${error.toExponential(1)}`).join(", "));
});
