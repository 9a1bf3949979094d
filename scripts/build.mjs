// Builds everything into build/: `node scripts/build.mjs` what the package ships (Wasm, JavaScript, declarations),
// `node scripts/build.mjs tests` what only the tests and benchmarks load.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

/** Runs a command of a development dependency; its output appears only when it fails. */
function run(tool, ...args) {
  try {
    execFileSync(process.execPath, [tool, ...args], { stdio: "pipe" });
  } catch (error) {
    process.stderr.write(`${error.stdout ?? ""}${error.stderr ?? ""}`);
    throw new Error(`${tool} ${args.join(" ")} failed`);
  }
}

const asc = (...args) => run("node_modules/assemblyscript/bin/asc.js", ...args);

/** The licence texts of every package that a bundle contains. */
function notices(metafile) {
  const packages = new Set();
  for (const input of Object.keys(metafile.inputs)) {
    const match = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (match) packages.add(match[1]);
  }
  return [...packages].sort().map((name) => {
    const folder = `node_modules/${name}`;
    const { version, license } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file && existsSync(`${folder}/${file}`) ? readFileSync(`${folder}/${file}`, "utf8").trim() : "";
    return `${name} ${version} (${typeof license === "string" ? license : (license?.type ?? "see its repository")})\n\n${text}\n`;
  });
}

async function package_() {
  for (const entry of readdirSync("build")) if (entry.endsWith(".js")) rmSync(`build/${entry}`);
  for (const target of ["release", "scalar", "fma"]) asc("--target", target);
  const { metafile } = await build({
    entryPoints: { index: "src/index.ts", node: "src/node.ts", inline: "src/inline.ts", cli: "src/cli/main.ts" },
    outdir: "build",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "neutral",
    mainFields: ["module", "main"],
    conditions: ["import"],
    target: "es2022",
    external: ["node:*", "onnxruntime-node", "canvas"],
    loader: { ".wasm": "binary" },
    legalComments: "none",
    metafile: true,
    chunkNames: "chunk-[hash]",
    minifySyntax: true,
    minifyWhitespace: true,
    logLevel: "warning",
    banner: { js: "" },
  });
  writeFileSync("build/THIRD-PARTY-NOTICES.txt", notices(metafile).join(`\n${"-".repeat(100)}\n\n`));
  run("node_modules/typescript/bin/tsc", "-p", "tsconfig.declarations.json");
}

mkdirSync("build", { recursive: true });
if (process.argv[2] === "tests") {
  asc("test/assembly/index.ts", "--target", "test");
  asc("--target", "debug");
} else {
  await package_();
}
