/** What the fields of features may hold, each by itself; `featureProblem` says how they fit a state. */

import * as v from "valibot";
import { array, number, object } from "../fields.js";

export const form = array(v.tuple([number, number], "a pair [state dimension, coefficient]"));

const basic = [
  object({ kind: v.picklist(["linear", "sin", "cos"]), of: form, scale: number }),
  object({ kind: v.literal("rotated"), x: form, y: form, angle: form, scale: number }),
] as const;

const basicFeature = v.variant("kind", basic, "one of linear, sin, cos, rotated");
const sum = object({ kind: v.literal("sum"), of: array(basicFeature), scale: number });

export const feature = v.variant("kind", [...basic, sum], "one of linear, sin, cos, rotated, sum");
