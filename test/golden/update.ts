/**
 * Computes the golden hash anew, after a deliberate change of arithmetic: `npx tsx test/golden/update.ts`. Settings keep the values
 * of the golden file; new ones enter with their defaults. Needs a build.
 */

import { writeFileSync } from "node:fs";
import { type Config, resolveConfig, settings } from "../../src/config.js";
import { builds, goldenFile, hashInNode, readGolden } from "./hosts.js";

const before = readGolden();
const kept = Object.entries(before.config).filter(([name]) => Object.hasOwn(settings, name));
const config: Config = resolveConfig(Object.fromEntries(kept));
const hashes = await Promise.all(builds.map(async (build) => (await hashInNode(process.execPath, build, config)).hash));
if (new Set(hashes).size !== 1) {
  throw new Error(
    `the builds disagree, golden.json stays: ${builds.map((build, i) => `${build} ${hashes[i]}`).join(", ")}`,
  );
}
const parameterHash = hashes[0] ?? "";
const json = JSON.stringify({ config, parameterHash }, null, 2);
// lists of numbers on one line, as the formatter has them
const lines = json.replace(/\[[\d\s,]*\]/g, (list) => list.replace(/\s+/g, " ").replace("[ ", "[").replace(" ]", "]"));
writeFileSync(goldenFile, `${lines}\n`);
console.log(`old ${before.parameterHash}\nnew ${parameterHash}`);
