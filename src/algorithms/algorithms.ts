import { ac } from "./ac.js";
import type { Algorithm } from "./algorithm.js";
import { dpg } from "./dpg.js";
import { planner } from "./planner.js";
import { reinforce } from "./reinforce.js";
import { svgInf } from "./svg-inf.js";
import { svgK } from "./svg-k.js";
import { svg0 } from "./svg0.js";
import { svg0ER } from "./svg0-er.js";
import { svg1 } from "./svg1.js";
import { svg1ER } from "./svg1-er.js";

/** Every algorithm by its name. */
export const algorithms = {
  "svg1-er": svg1ER,
  svg1,
  "svg-k": svgK,
  "svg-inf": svgInf,
  svg0,
  "svg0-er": svg0ER,
  dpg,
  ac,
  reinforce,
  planner,
} as const satisfies Record<string, Algorithm>;

export type AlgorithmName = keyof typeof algorithms;
