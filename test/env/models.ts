import { readFileSync } from "node:fs";
import type { CoreTask } from "../../src/env/task.js";
import type { PlanarModel } from "../../src/mjcf/model.js";
import { readModel } from "../../src/mjcf/read.js";

/** The body of a task, from its file. */
export function modelOf({ model }: CoreTask): PlanarModel {
  const path = `models/${model}.xml`;
  return readModel(readFileSync(new URL(`../../${path}`, import.meta.url), "utf8"), path);
}
