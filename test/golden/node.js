// `node node.js CORE CONFIG` prints this Node's version and the hash of training with CONFIG (JSON) on the core file CORE.

import { readFileSync } from "node:fs";
import { train } from "./program.js";

const [core, config] = process.argv.slice(2);
console.log(process.version, await train(readFileSync(core), JSON.parse(config)));
