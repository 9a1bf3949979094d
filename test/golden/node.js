// Trains the rows of golden.json in the Node that runs this and compares: `node test/golden/node.js [--build core] [ROW...]`, by default
// all rows with both builds. Prints Node's version, then a line per row (build, row, updates, hash of the weights, hash of the metrics,
// "ok" or "DIFFERS"), and exits with 1 when one differs.
//
// It needs this folder, the package's build and nothing else, so it also runs where the repository can't be built:
//   npm run build && tar cz package.json build/*.js build/core.wasm build/core.scalar.wasm test/golden | ssh HOST tar xz
//   ssh HOST node test/golden/node.js

import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { train } from "./program.js";

const { values: options, positionals: wanted } = parseArgs({
  options: { build: { type: "string", multiple: true, default: ["core", "core.scalar"] } },
  allowPositionals: true,
});
const { settings, rows } = JSON.parse(readFileSync(new URL("golden.json", import.meta.url), "utf8"));
const names = rows.map(({ name }) => name);
const unknown = wanted.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`error: no row ${unknown.join(", ")}; there are ${names.join(" ")}`);
  process.exit(2);
}

console.log(process.version, process.platform, process.arch);
for (const build of options.build) {
  const core = readFileSync(new URL(`../../build/${build}.wasm`, import.meta.url));
  for (const row of rows) {
    if (wanted.length > 0 && !wanted.includes(row.name)) continue;
    const { updates, weights, metrics } = await train(core, { ...settings, ...row.settings });
    const same = weights === row.weights && metrics === row.metrics;
    console.log(build, row.name, updates, weights, metrics, same ? "ok" : "DIFFERS");
    if (!same) process.exitCode = 1;
  }
}
