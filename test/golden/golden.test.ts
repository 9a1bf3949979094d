import test from "ava";
import { settings } from "../../src/config.js";
import { browserNames, launchBrowser } from "../browser/browsers.js";
import { serve } from "../browser/server.js";
import { builds, hashInBrowser, hashInNode, installNode, readGolden } from "./hosts.js";

/** Major versions besides the Node that runs the tests, and which builds they run. */
const otherNodes = [
  { major: 22, runs: ["core"] },
  { major: 24, runs: builds },
  { major: 26, runs: ["core"] },
] as const;

const { config, parameterHash } = readGolden();
const changed = "the arithmetic has changed: when it was meant to, run npx tsx test/golden/update.ts";

test("the golden configuration gives every setting a value of its own", (t) => {
  t.deepEqual(Object.keys(config).sort(), Object.keys(settings).sort(), "run npx tsx test/golden/update.ts");
  t.is(Number(config.steps) - Number(config.learningStarts) + 1, 2000, "2000 policy updates");
});

for (const build of builds) {
  test.serial(`${build}.wasm trains to the golden weights in this Node`, async (t) => {
    const { version, hash } = await hashInNode(process.execPath, build, config);
    t.is(version, process.version);
    t.is(hash, parameterHash, changed);
  });
}

test.serial("another seed trains to other weights", async (t) => {
  const { hash } = await hashInNode(process.execPath, "core", { ...config, seed: 2 });
  t.regex(hash, /^[0-9a-f]{64}$/);
  t.not(hash, parameterHash);
});

for (const { major, runs } of otherNodes) {
  test.serial(`Node ${major} trains to the golden weights`, async (t) => {
    const node = await installNode(major);
    for (const build of runs) {
      const { version, hash } = await hashInNode(node, build, config);
      t.regex(version, new RegExp(`^v${major}\\.`));
      t.is(hash, parameterHash, `${build} in ${version}`);
    }
  });
}

for (const name of browserNames) {
  test.serial(`${name} trains to the golden weights`, async (t) => {
    const server = await serve();
    t.teardown(server.close);
    const browser = await launchBrowser(name);
    t.teardown(() => browser.close());
    t.log(await browser.version());
    for (const build of builds) t.is(await hashInBrowser(browser, server.origin, build, config), parameterHash, build);
  });
}
