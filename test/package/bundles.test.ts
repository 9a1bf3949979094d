import { join } from "node:path";
import test from "ava";
import { build } from "esbuild";
import { root } from "./install.js";

/** Bundles for browsers without exceptions, as a classic script, in which neither Node's modules nor top-level await have a place. */
async function bundle(entry: string): Promise<number> {
  const { outputFiles } = await build({
    entryPoints: [join(root, entry)],
    bundle: true,
    platform: "browser",
    format: "iife",
    target: "es2022",
    define: { "import.meta.url": "location.href" },
    write: false,
    logLevel: "silent",
  });
  return outputFiles.reduce((sum, { contents }) => sum + contents.length, 0);
}

for (const entry of ["index", "inline", "mjcf"]) {
  test(`${entry}.js bundles for browsers: no module of Node, no top-level await`, async (t) => {
    const size = await bundle(`build/${entry}.js`);
    t.log(`${size} bytes`);
    t.true(size < 410_000, `${size} bytes`);
  });
}

test("bundling so refuses modules of Node and top-level await", async (t) => {
  const node = await t.throwsAsync(() => bundle("build/node.js"));
  t.regex(node.message, /Could not resolve "node:fs\/promises"/);
  const program = await t.throwsAsync(() => bundle("examples/node.mjs"));
  t.regex(program.message, /Top-level await/);
});
