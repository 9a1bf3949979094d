import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { build } from "esbuild";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { Project, root, run } from "./install.js";

const project = new Project();
test.before("pack and install", () => project.install());
test.after.always("remove", () => project.remove());

/** Trains a little and acts, with whatever `init` makes by default. */
const program = (entry: string): string => `
import { init, resolveConfig, Trainer } from "${entry}";
const trainer = new Trainer(await init(), resolveConfig({ steps: 149, learningStarts: 100, batch: 16, policyUpdates: 1 }));
for (const record of trainer.run()) if (trainer.done) console.log(record.updates, "updates");
const [action] = trainer.agent.actDeterministically([0, Math.PI, 0, 0]);
console.log(action > -1 && action < 1);
`;

test("the installed package is small and brings nothing else", (t) => {
  const files = project.installed();
  const packages = new Set([...files.keys()].filter((name) => !name.startsWith(".")).map((name) => name.split("/")[0]));
  t.deepEqual([...packages], ["valuegrad"]);
  const total = [...files.values()].reduce((sum, size) => sum + size, 0);
  t.log(`${files.size} files, ${(total / 1e6).toFixed(2)} MB`);
  t.true(total < 2e6, `${total} bytes`);
  const cores = [...files].filter(([name]) => name.endsWith(".wasm"));
  const names = ["core", "core.scalar", "core.fma"].map((name) => `valuegrad/build/${name}.wasm`);
  t.deepEqual(cores.map(([name]) => name).sort(), names.sort());
  for (const [name, size] of cores) {
    t.log(`${name} ${size} bytes`);
    t.true(size < 150_000, `${name} has ${size} bytes`);
  }
  for (const name of ["LICENSE", "README.md", "package.json", "build/THIRD-PARTY-NOTICES.txt"]) {
    t.true(files.has(`valuegrad/${name}`), `${name} is missing`);
  }
});

for (const entry of ["valuegrad", "valuegrad/inline"]) {
  test(`a program trains and acts with ${entry}`, async (t) => {
    const path = project.write(`${entry.replace("/", "-")}.js`, program(entry));
    t.is(await run(project.folder, process.execPath, path), "50 updates\ntrue\n");
  });
}

test("a program reads MJCF with valuegrad/mjcf and simulates it", async (t) => {
  const path = project.write(
    "pendulum.js",
    `
import { init, Plant } from "valuegrad";
import { readModel } from "valuegrad/mjcf";
const model = readModel(\`<mujoco><worldbody><body><joint name="hinge" axis="0 1 0"/>
  <geom type="capsule" fromto="0 0 0 1 0 0" size="0.05"/></body></worldbody></mujoco>\`, "pendulum.xml");
const plant = new Plant(await init(), model);
plant.step(10);
console.log(model.dofs.length, plant.q[0] !== 0);
`,
  );
  t.is(await run(project.folder, process.execPath, path), "1 true\n");
});

test("a program bundled with valuegrad/inline runs from one file, away from the package", async (t) => {
  const { outputFiles } = await build({
    stdin: { contents: program("valuegrad/inline"), resolveDir: project.folder },
    bundle: true,
    format: "esm",
    platform: "browser",
    write: false,
  });
  const elsewhere = new Project();
  t.teardown(() => elsewhere.remove());
  t.is(outputFiles.length, 1);
  const path = elsewhere.write("bundle.mjs", outputFiles[0]?.text ?? "");
  t.is(await run(elsewhere.folder, process.execPath, path), "50 updates\ntrue\n");
});

test("the example for Node learns", async (t) => {
  const text = readFileSync(join(root, "examples/node.mjs"), "utf8");
  const output = await run(project.folder, process.execPath, project.write("example.mjs", text));
  t.regex(output, /^trained: 3000 steps, 2501 policy updates, [\d.]+ s\n/);
  const reached = Number(/evaluated: return (-?[\d.]+)/.exec(output)?.[1]);
  t.true(reached > 20, `an untrained policy gets about 0: ${output}`);
  t.regex(output, /pushes with -?[\d.]+ N\nexported: an ONNX file of \d{5} bytes\n$/);
});

test("the example of a task of one's own learns", async (t) => {
  const text = readFileSync(join(root, "examples/own-task.mjs"), "utf8");
  const output = await run(project.folder, process.execPath, project.write("own-task.mjs", text));
  t.regex(output, /^\d{3,} steps: ends 0\.\d+ m from the origin, solved$/m);
  t.regex(output, /exported: an ONNX file of \d{5} bytes\n$/);
  const checked = await run(project.folder, "npx", "--no-install", "valuegrad", "check", "own-task.mjs");
  t.regex(checked, /^own-task\.mjs\n\nChecks:\n {2}task {8}ok {5}point: S = 2, A = 1, /);
  t.notRegex(checked, /trained|steps: ends/, "it trains only when it is run");
});

test("npx valuegrad describes tasks and settings", async (t) => {
  const output = await run(project.folder, "npx", "--no-install", "valuegrad", "info");
  t.regex(output, /^tasks\n {2}hand .*\n {2}cartpole /);
  t.regex(output, /--policy-hidden /);
});

test("without onnxruntime-node the command line trains, and says that its policy file is not verified", async (t) => {
  const small = ["--steps", "60", "--learning-starts", "40", "--batch", "8", "--evaluation-episodes", "1"];
  const output = await run(project.folder, "npx", "--no-install", "valuegrad", "train", "--out", "run", ...small);
  t.regex(output, /done after 60 steps/);
  t.regex(output, /policy\.onnx: not verified: install onnxruntime-node /);
  t.true(readFileSync(join(project.folder, "run/policy.onnx")).length > 10_000);
});

for (const resolution of ["nodenext", "bundler"]) {
  test(`strict TypeScript finds the types of every entry, moduleResolution ${resolution}`, async (t) => {
    const source = `
import { type Agent, type Core, init, resolveConfig, Trainer } from "valuegrad";
import { init as initInline, settings } from "valuegrad/inline";
import { type PlanarModel, readModel } from "valuegrad/mjcf";
export const core: Core = await init(new Uint8Array(8));
export const other: Core = await initInline();
export const model: PlanarModel = readModel("<mujoco/>");
export const agent: Agent = new Trainer(core, resolveConfig({ steps: settings.steps.default })).agent;
export const [action]: Float32Array = agent.act([0, 0, 0, 0]);
`;
    const folder = project.folder;
    const file = project.write(`${resolution}.ts`, source);
    const tsc = (name: string): Promise<string> =>
      run(
        folder,
        process.execPath,
        join(root, "node_modules/typescript/bin/tsc"),
        ...["--noEmit", "--strict", "--exactOptionalPropertyTypes", "--target", "es2022", "--types", ""],
        ...["--module", resolution === "nodenext" ? "nodenext" : "esnext", "--moduleResolution", resolution],
        name,
      );
    await t.notThrowsAsync(() => tsc(file), "the types of what is installed need nothing that is not");
    const wrong = project.write(`${resolution}-wrong.ts`, source.replace("act([0, 0, 0, 0])", "act(true)"));
    const error = await t.throwsAsync<Error & { stdout: string }>(() => tsc(wrong));
    t.regex(error.stdout, /wrong\.ts\(9,\d+\): error TS2345/);
  });
}

test("publint has no complaint about the tarball", async (t) => {
  const tarball = readFileSync(project.tarball);
  const { messages, pkg } = await publint({
    pack: { tarball: tarball.buffer.slice(tarball.byteOffset, tarball.byteOffset + tarball.length) },
    strict: true,
  });
  t.deepEqual(
    messages.map((message) => formatMessage(message, pkg)),
    [],
  );
});
