import compiled from "../../build/models.json" with { type: "json" };
import { packRecords } from "../mjcf/block.js";

/** Integers and doubles of a model's records, by its name, which scripts/build.mjs compiles from models/. JSON knows no infinity: text stands for it. */
const models = compiled as unknown as Readonly<
  Record<string, readonly (readonly [ints: readonly number[], floats: readonly (number | string)[]])[]>
>;

/**
 * The block of a built-in task's model, as the core takes it.
 * @param name A file's name in models/, without its ending.
 */
export function modelBlock(name: string): Uint8Array {
  const records = models[name];
  if (records === undefined) throw new Error(`there is no model ${name}: build the package again`);
  return packRecords(records.map(([ints, floats]) => ({ ints, floats: floats.map(Number) })));
}
