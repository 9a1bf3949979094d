// Prints the seconds from the core's bytes to the first step of an environment. It is run in a fresh process.

import { readFileSync } from "node:fs";
import { coreFile, init, makeEnvironment, tasks } from "../../build/node.js";

const bytes = readFileSync(coreFile("core.wasm"));
const start = performance.now();
const environment = makeEnvironment(await init(bytes), tasks.cheetah);
environment.reset();
environment.step(new Float64Array(tasks.cheetah.action.length));
console.log((performance.now() - start) / 1000);
