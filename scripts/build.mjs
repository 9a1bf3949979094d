// Builds everything into build/: `node scripts/build.mjs` what the package ships (Wasm, JavaScript, declarations),
// `node scripts/build.mjs tests` what only the tests and benchmarks load.

import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

/** Runs a command of a development dependency; its output appears only when it fails. */
function run(tool, ...args) {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [tool, ...args], (error, stdout, stderr) => {
      if (error === null) return resolve();
      process.stderr.write(`${stdout}${stderr}`);
      reject(new Error(`${tool} ${args.join(" ")} failed`));
    });
  });
}

const asc = (...args) => run("node_modules/assemblyscript/bin/asc.js", ...args);

/** The licence texts of every package that a bundle contains, each once. */
function notices(inputs) {
  const packages = new Set();
  for (const input of Object.keys(inputs)) {
    const match = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (match) packages.add(match[1]);
  }
  const holders = new Map();
  for (const name of [...packages].sort()) {
    const folder = `node_modules/${name}`;
    const { version, license } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file && existsSync(`${folder}/${file}`) ? readFileSync(`${folder}/${file}`, "utf8").trim() : "";
    const holder = `${name} ${version} (${typeof license === "string" ? license : (license?.type ?? "see its repository")})`;
    holders.set(text, [...(holders.get(text) ?? []), holder]);
  }
  return [...holders].map(([text, names]) => `${names.join("\n")}\n\n${text}\n`);
}

/**
 * Parts of vega that line charts do not use: maps, graphs, trees, areas of proximity, labels, selections, dates, animation, estimates of
 * distributions. A test compares the charts.
 */
const unused =
  /^(vega-(crossfilter|force|geo|hierarchy|label|projection|regression|selections|statistics|time|voronoi|wordcloud)|topojson-client|d3-(ease|geo|time|timer))$/;

/** Leaves them out of a bundle. */
const withoutUnused = {
  name: "without-unused",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: unused }, ({ path }) => ({ path, namespace: "unused" }));
    onLoad({ filter: /.*/, namespace: "unused" }, () => ({ contents: "module.exports = {};" }));
  },
};

const common = {
  outdir: "build",
  bundle: true,
  splitting: true,
  format: "esm",
  target: "es2022",
  external: ["node:*", "bullmq", "ioredis", "onnxruntime-node", "canvas"],
  loader: { ".wasm": "binary" },
  minifySyntax: true,
  minifyWhitespace: true,
  minifyIdentifiers: true,
  legalComments: "none",
  metafile: true,
  chunkNames: "chunk-[hash]",
  logLevel: "warning",
};

/** Compiles models/*.xml into build/models.json, which the library embeds: records of integers and doubles by the files' names. */
async function buildModels() {
  const { outputFiles } = await build({
    stdin: {
      contents: 'export { modelRecords } from "./src/mjcf/block.ts"; export { readModel } from "./src/mjcf/read.ts";',
      resolveDir: ".",
    },
    bundle: true,
    format: "esm",
    platform: "node",
    write: false,
  });
  const { modelRecords, readModel } = await import(
    `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`
  );
  // JSON knows no infinity
  const plain = (value) => (Number.isFinite(value) ? value : String(value));
  const models = readdirSync("models").map((file) => {
    const records = modelRecords(readModel(readFileSync(`models/${file}`, "utf8"), file));
    return [file.replace(/\.xml$/, ""), records.map(({ ints, floats }) => [ints, floats.map(plain)])];
  });
  writeFileSync("build/models.json", JSON.stringify(Object.fromEntries(models)));
}

/** What the package ships. The library's bundles are for any host, the command line's for Node. */
async function buildPackage() {
  for (const entry of readdirSync("build")) if (entry.endsWith(".js")) rmSync(`build/${entry}`);
  await Promise.all([asc("--target", "release"), buildModels()]);
  await Promise.all([asc("--target", "scalar"), asc("--target", "fma"), bundle()]);
}

/** JavaScript and declarations. The inline entry holds the release core. */
async function bundle() {
  const declarations = run("node_modules/typescript/bin/tsc", "-p", "tsconfig.declarations.json");
  const library = await build({
    ...common,
    entryPoints: { index: "src/index.ts", node: "src/node.ts", inline: "src/inline.ts", mjcf: "src/mjcf.ts" },
    platform: "neutral",
    mainFields: ["module", "main"],
  });
  const commandLine = await build({
    ...common,
    entryPoints: { cli: "src/cli/main.ts" },
    platform: "node",
    plugins: [withoutUnused],
    // bundled CommonJS packages ask for Node's modules through `require`
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
  });
  const inputs = { ...library.metafile.inputs, ...commandLine.metafile.inputs };
  writeFileSync("build/THIRD-PARTY-NOTICES.txt", notices(inputs).join(`\n${"-".repeat(100)}\n\n`));
  await declarations;
}

mkdirSync("build", { recursive: true });
if (process.argv[2] === "tests") {
  await Promise.all([asc("test/assembly/index.ts", "--target", "test"), asc("--target", "debug")]);
} else {
  await buildPackage();
}
