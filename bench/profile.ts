// Where the time of training goes: `npm run bench:profile`. Compiles the release core once more with the names of its functions, trains
// half-cheetah with the shipped defaults past its warm-up, samples what runs, and sets it beside what its operations take at least on
// this machine in the same run. Writes the table of bench/PERFORMANCE.md; `-- --steps 200 --out FOLDER` writes it to a folder.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { Session } from "node:inspector/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { init, resolveConfig, Trainer } from "../src/node.js";
import { limits } from "./kernels/linear.js";
import { measure } from "./kernels/measure.js";
import { compile, load } from "./kernels/module.js";
import { cpu } from "./kernels/report.js";
import { wholeNumber } from "./mistake.js";
import { withTable } from "./page.js";
import { pin } from "./pin.js";
import { type Shapes, workOf } from "./profile/floor.js";

const { values: options } = parseArgs({
  options: {
    task: { type: "string", default: "cheetah" },
    steps: { type: "string", default: "3000" },
    out: { type: "string" },
  },
});
const steps = wholeNumber("--steps", options.steps);
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
pin();

/** Kernels by what the names of their functions, or of the files of the bindings, begin with. */
const KERNELS: readonly (readonly [kernel: string, names: RegExp])[] = [
  ["matrix products", /^assembly\/linalg\/gemm\//],
  ["products of sub-networks", /^assembly\/linalg\/lanewise\//],
  ["tanh", /^assembly\/linalg\/vector\/tanhLanes/],
  ["Adam", /^assembly\/nn\/adam\//],
  ["features", /^(assembly\/nn\/(encoder|forms)|assembly\/linalg\/angles)\//],
  ["simulator and reward", /^assembly\/(dynamics|env)\//],
  ["the rest of the core", /^(assembly|~lib)\//],
];
const OUTSIDE = "TypeScript: replay, orchestration, memory";

/** Multiply-adds, copied bytes of 256 KB, and vector operations that this engine can do in a second. */
async function machineLimits() {
  const module = load("release")!;
  const block = module.exports.arenaAlloc!(2 * COPIED);
  module.exports.arenaSeal!();
  const memory = new Uint8Array(module.memory.buffer);
  const copy = {
    name: "copy",
    multiplyAdds: 0,
    unit: "us" as const,
    turn: () => memory.copyWithin(block + COPIED, block, block + COPIED),
  };
  const works = [...limits(module), copy];
  const times = await measure(works, { warm: 0.05, sample: 0.0005, rounds: 100 });
  const best = Math.max(...works.slice(0, -1).map((work, i) => work.multiplyAdds / times[i]!.low));
  return { multiplyAdds: best, bytes: (2 * COPIED) / times.at(-1)!.low, operations: (2 * best) / 4 };
}
const COPIED = 128 * 1024;
/** Vector operations of a tanh of four numbers, and bytes that Adam reads and writes of a number: four arrays and three. */
const TANH_OPERATIONS = 24;
const ADAM_BYTES = 28;

const config = resolveConfig({ task: options.task, steps: 1e6, evaluationInterval: 1e6 });
// --debug adds the names of functions and changes nothing else
const trainer = new Trainer(await init(compile("release", "--debug")), config);
while (trainer.steps < config.learningStarts + 400) trainer.step();

const session = new Session();
session.connect();
await session.post("Profiler.enable");
await session.post("Profiler.setSamplingInterval", { interval: 200 });
await session.post("Profiler.start");
const start = performance.now();
for (let i = 0; i < steps; ++i) trainer.step();
const microseconds = ((performance.now() - start) * 1000) / steps;
const { profile } = await session.post("Profiler.stop");

const hits = new Map<string, number>();
for (const { callFrame, hitCount = 0 } of profile.nodes) {
  const kernel = KERNELS.find(([, names]) => names.test(callFrame.functionName))?.[0] ?? OUTSIDE;
  hits.set(kernel, (hits.get(kernel) ?? 0) + hitCount);
}
const all = [...hits.values()].reduce((sum, count) => sum + count, 0);

const layers = (name: string): number[] => {
  const [network] = trainer.agent.networks.find(([network]) => network.name === name)!;
  const weights = network.tensors().filter(({ name }) => name.endsWith(".weight"));
  return [weights[0]!.shape[0]!, ...weights.map(({ shape }) => shape[1]!)];
};
const shapes: Shapes = {
  policy: layers("policy"),
  critic: layers("value"),
  model: layers("model"),
  dimensions: trainer.task.predicted.length,
};
const work = workOf(shapes, config);
const limit = await machineLimits();
const floors: Readonly<Record<string, number>> = {
  "matrix products": work.products / limit.multiplyAdds,
  "products of sub-networks": work.lanewise / limit.multiplyAdds,
  tanh: (TANH_OPERATIONS * work.tanh) / 4 / limit.operations,
  Adam: (ADAM_BYTES * work.adam) / limit.bytes,
};
const toldRow = (name: string, share: number, floor: number | undefined): string[] => {
  const time = share * microseconds;
  const told = floor === undefined ? ["", ""] : [(1e6 * floor).toFixed(0), `${((1e8 * floor) / time).toFixed(0)} %`];
  return [name, `${(100 * share).toFixed(1)} %`, time.toFixed(0), ...told];
};
const kernels = [...KERNELS.map(([kernel]) => kernel), OUTSIDE];
const rows = [
  ...kernels.map((kernel) => toldRow(kernel, (hits.get(kernel) ?? 0) / all, floors[kernel])),
  toldRow(
    "a training step",
    1,
    Object.values(floors).reduce((a, b) => a + b, 0),
  ),
];

const table = [
  `${new Date().toISOString().slice(0, 10)}, ${cpu()}, Node ${process.version}, ${config.task}, ${steps} steps, ${Math.round(1e6 / microseconds)} a second; this engine multiplies and adds ${((2 * limit.multiplyAdds) / 1e9).toFixed(1)} GFLOP/s in registers and copies ${(limit.bytes / 1e9).toFixed(0)} GB/s.`,
  "",
  "| kernel | share | us a step | floor, us | floor / time |",
  "|---|---|---|---|---|",
  ...rows.map((row) => `| ${row.join(" | ")} |`),
  "",
].join("\n");
console.log(table);
if (options.out === undefined) {
  const page = here("PERFORMANCE.md");
  writeFileSync(page, withTable(readFileSync(page, "utf8"), "profile", table));
} else {
  mkdirSync(options.out, { recursive: true });
  writeFileSync(join(options.out, "profile.md"), table);
}
