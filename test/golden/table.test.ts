import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import test from "ava";
import { thisNode } from "./hosts.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const table = join(root, "test/golden/table.ts");
const nodeProgram = join(root, "test/golden/node.js");

/** Runs a program of Node with nothing on the PATH. */
const run = (...args: string[]): SpawnSyncReturns<string> =>
  spawnSync(process.execPath, args, { cwd: root, encoding: "utf8", env: { ...process.env, PATH: "" } });

test("the command trains the rows it is told on the runtimes it is told", (t) => {
  const { status, stdout, stderr } = run("--import", "tsx", table, "--only", thisNode, "cartpole/svg1-er/un");
  t.is(status, 0, stderr);
  t.regex(stdout, /^cartpole\/svg1-er\/unsquashed +1 +150 +[0-9a-f]{8} +[0-9a-f]{8} +✓ +✓$/m);
  t.true(
    stdout.endsWith(
      `${thisNode}: Node ${process.versions.node} ${process.platform} ${process.arch}\n\nevery cell agrees, 1 x 2\n`,
    ),
  );
});

test("a runtime that the machine lacks is named with the reason, and an error where it was asked for", (t) => {
  const { status, stdout } = run("--import", "tsx", table, "--only", "chromium,arm64-22", "cartpole/svg1-er/un");
  t.is(status, 1);
  t.regex(stdout, /^chromium: skipped, .*this machine.*install-tools\.sh browsers$/m);
  t.regex(stdout, /^arm64-22: skipped, \w+/m);
});

for (const [what, args, message] of [
  ["runtime", [table, "--only", "node20,bun"], /^error: no runtime bun; there are node20 node22 .*arm64-26\n$/],
  ["row", [table, "bicycle"], /^error: no row has bicycle in its name\n$/],
  [
    "row of the program for other machines",
    [nodeProgram, "bicycle"],
    /^error: no row bicycle; there are hand\/svg1-er .*\n$/,
  ],
] as const) {
  test(`an unknown ${what} is an error`, (t) => {
    const { status, stderr } = run("--import", "tsx", ...args);
    t.is(status, 2);
    t.regex(stderr, message);
  });
}
