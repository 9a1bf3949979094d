import type { Algorithm } from "./algorithm.js";
import { svgInf } from "./svg-inf.js";
import { svg1ER } from "./svg1-er.js";

/** Every algorithm by its name. */
export const algorithms = {
  "svg1-er": svg1ER,
  "svg-inf": svgInf,
} as const satisfies Record<string, Algorithm>;

export type AlgorithmName = keyof typeof algorithms;
