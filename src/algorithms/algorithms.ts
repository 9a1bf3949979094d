import type { Algorithm } from "./algorithm.js";
import { svgInf } from "./svg-inf.js";
import { svgK } from "./svg-k.js";
import { svg1 } from "./svg1.js";
import { svg1ER } from "./svg1-er.js";

/** Every algorithm by its name. */
export const algorithms = {
  "svg1-er": svg1ER,
  svg1,
  "svg-k": svgK,
  "svg-inf": svgInf,
} as const satisfies Record<string, Algorithm>;

export type AlgorithmName = keyof typeof algorithms;
