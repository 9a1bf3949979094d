import { readdirSync, readFileSync } from "node:fs";
import { contactModels } from "./contact-models.js";
import { smoothModels } from "./smooth-models.js";
import type { FeatureModel } from "./xml.js";

export { chain } from "./smooth-models.js";
export type { FeatureModel } from "./xml.js";

const directory = new URL("../../models/", import.meta.url);

/** The models of the paper's tasks. */
export function taskModels(): FeatureModel[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith(".xml"))
    .sort()
    .map((file) => ({ name: file.slice(0, -4), xml: readFileSync(new URL(file, directory), "utf8") }));
}

export function taskModel(name: string): FeatureModel {
  return { name, xml: readFileSync(new URL(`${name}.xml`, directory), "utf8") };
}

/** Small models that hit one feature each. */
export const featureModels: readonly FeatureModel[] = [...smoothModels, ...contactModels];

export function featureModel(name: string): FeatureModel {
  const model = featureModels.find((candidate) => candidate.name === name);
  if (!model) throw new Error(`no small model ${name}`);
  return model;
}
