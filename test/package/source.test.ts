import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import test from "ava";
import { transformSync } from "esbuild";
import { ABI_VERSION } from "../../src/abi.js";
import { version } from "../../src/version.js";

/** Rules of the design that its files must keep, asserted by reading them. */

const root = fileURLToPath(new URL("../../", import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), "utf8");

/** The TypeScript files of a folder, by their paths in the repository. */
function files(folder: string): string[] {
  const names = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
  return names.filter((name) => name.endsWith(".ts")).map((name) => posix.join(folder, name.replaceAll("\\", "/")));
}

/** What a file does, without its comments and types. */
const code = (path: string): string =>
  transformSync(read(path), { loader: "ts", target: "es2022", minifyWhitespace: true }).code;

/** What a file imports, types included: paths in the repository, or names of packages. */
function imports(path: string): string[] {
  const specifiers = [...read(path).matchAll(/(?:\bfrom|\bimport)\s*\(?\s*"([^"]+)"/g)].map((match) => match[1]!);
  return specifiers.map((name) => (name.startsWith(".") ? posix.join(posix.dirname(path), name) : name));
}

/** Where a pattern occurs in the code of src/, outside the files that may have it. */
function offences(pattern: RegExp, allowed: readonly string[] = []): string[] {
  const offending: string[] = [];
  for (const path of files("src")) {
    if (allowed.includes(path)) continue;
    for (const [text] of code(path).matchAll(pattern)) offending.push(`${path}: ${text}`);
  }
  return offending;
}

/** Functions whose result is defined to the last bit, and constants. */
const exact = "abs|ceil|clz32|floor|fround|imul|max|min|round|sign|sqrt|trunc|PI|E|LN2|LN10|LOG2E|LOG10E|SQRT2|SQRT1_2";

test("src/ computes only what every host computes alike, but for drawing", (t) => {
  const drawing = ["src/cli/plot.ts", "src/cli/report.ts"];
  t.deepEqual(offences(new RegExp(`\\bMath\\b(?!\\.(?:${exact})\\b).{0,10}`, "g"), drawing), []);
  t.deepEqual(offences(/.{0,10}(?<!\*)\*\*(?!\*).{0,10}/g, drawing), [], "powers are not exactly defined");
  t.deepEqual(offences(/getRandomValues|randomUUID|randomInt\b/g), []);
});

test("only src/wasm.ts instantiates WebAssembly", (t) => {
  const pattern = /\bWebAssembly\.(?!validate\b)\w+\(|new WebAssembly\b|@assemblyscript\/loader/g;
  t.deepEqual(offences(pattern, ["src/wasm.ts"]), []);
  t.regex(code("src/wasm.ts"), pattern);
});

test("only src/views.ts turns addresses into arrays", (t) => {
  t.deepEqual(offences(/\bmemory\b.{0,10}\bbuffer\b/g, ["src/views.ts"]), []);
  t.regex(code("src/views.ts"), /memory\.buffer/);
});

test("what works on plain arrays does not know the core", (t) => {
  const plain = [
    ...files("src/onnx"),
    ...files("src/mjcf"),
    ...["replay", "importance", "metrics", "config"].map((name) => `src/${name}.ts`),
  ];
  t.true(plain.length > 8);
  for (const path of plain) {
    const known = imports(path).filter((name) => /^src\/(wasm|views|abi|agent|network|train)\.js$/.test(name));
    t.deepEqual(known, [], path);
  }
});

test("what browsers load imports no module of Node and nothing of the command line", (t) => {
  const reached = new Set<string>(["src/index.ts", "src/inline.ts", "src/mjcf.ts"]);
  for (const path of reached) {
    for (const name of imports(path)) {
      t.notRegex(name, /^node:|^src\/cli\//, path);
      if (name.startsWith("src/") && name.endsWith(".js")) reached.add(name.replace(/\.js$/, ".ts"));
    }
  }
  t.true(reached.size > 15, `${reached.size} files`);
});

/** Folders of assembly/ that each folder of it may import. */
const layers: Readonly<Record<string, readonly string[]>> = {
  core: ["core"],
  linalg: ["core", "linalg"],
  nn: ["core", "linalg", "nn"],
  svg: ["core", "linalg", "nn", "svg"],
  dynamics: ["core", "linalg", "dynamics"],
  env: ["core", "linalg", "dynamics", "env"],
  "index.ts": ["core", "linalg", "nn", "svg", "dynamics", "env"],
};

test("the learner sees transitions and its own model only: folders of assembly/ keep their order", (t) => {
  const layer = (path: string): string => path.split("/")[1] ?? "";
  for (const path of files("assembly")) {
    const allowed = layers[layer(path)];
    t.truthy(allowed, `${path} is in no known folder`);
    for (const name of imports(path)) t.true(allowed?.includes(layer(name)), `${path} imports ${name}`);
  }
  t.true(files("assembly").length > 15);
  t.true(imports("assembly/svg/learner.ts").includes("assembly/nn/adam"));
});

/** Members of the interface CoreExports: name, and number of parameters, or undefined for what is no function. */
function describedExports(): Map<string, number | undefined> {
  const body = /interface CoreExports \{\n(.*?)\n\}/s.exec(read("src/abi.ts"))?.[1] ?? "";
  const members = [...body.matchAll(/^ {2}(?:readonly )?(\w+)(?:\(([^)]*)\)|:)/gm)];
  return new Map(
    members.map(([, name = "", parameters]) => [
      name,
      parameters?.split(",").filter((text) => text.trim() !== "").length,
    ]),
  );
}

for (const build of ["core", "core.scalar"]) {
  test(`${build}.wasm imports nothing and exports exactly what src/abi.ts describes`, (t) => {
    const module = new WebAssembly.Module(readFileSync(join(root, `build/${build}.wasm`)));
    t.deepEqual(WebAssembly.Module.imports(module), []);
    const { exports } = new WebAssembly.Instance(module);
    const actual = Object.entries(exports).map(
      ([name, value]) => [name, typeof value === "function" ? value.length : undefined] as const,
    );
    const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);
    t.deepEqual(actual.sort(byName), [...describedExports()].sort(byName));
    t.is((exports.ABI_VERSION as WebAssembly.Global).value, ABI_VERSION);
  });
}

test("src/version.ts says what package.json says", (t) => {
  t.is(version, (JSON.parse(read("package.json")) as { version: string }).version);
});
