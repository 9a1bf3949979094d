// A million training steps through the command line: `npx tsx bench/endurance.ts [--steps 1000000] [-- train's options]`. Samples the
// process's resident memory and the run folder's size, times a checkpoint at the end, and writes bench/results/endurance-CPU.csv
// (one row per sample) and a summary to the terminal. Linux only.

import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { csv } from "../src/cli/csv.js";
import { RunFolder } from "../src/cli/run-folder.js";
import { predictSizes } from "../src/cli/sizes.js";
import { resolveConfig, settings } from "../src/config.js";
import { init, Trainer } from "../src/node.js";
import { cpu, machine } from "./kernels/report.js";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    steps: { type: "string", default: "1000000" },
    config: { type: "string", default: '{"task":"reacher-4target"}' },
    samples: { type: "string", default: "100" },
  },
});
if (positionals.length > 0) throw new Error(`unknown argument ${positionals[0]}`);

const steps = Number(options.steps);
const every = Math.ceil(steps / Number(options.samples));
const config = resolveConfig({
  replayCapacity: Math.min(steps, Number(settings.replayCapacity.expected.split(" ").at(-1))),
  evaluationInterval: every,
  ...(JSON.parse(options.config) as Record<string, unknown>),
  steps,
});

const out = join(mkdtempSync(join(tmpdir(), "endurance-")), "run");
const file = `${out}.json`;
writeFileSync(file, JSON.stringify(config));
const predicted = predictSizes(new Trainer(await init(), config));

/** Bytes of a folder's files. */
function sizeOf(folder: string): number {
  let bytes = 0;
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    // a file may have been renamed meanwhile
    const stats = statSync(join(folder, name), { throwIfNoEntry: false });
    if (stats?.isFile()) bytes += stats.size;
  }
  return bytes;
}

const residentBytes = (pid: number): number =>
  1024 * Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? Number.NaN);

const cli = fileURLToPath(new URL("../build/cli.js", import.meta.url));
const rows: [step: number, seconds: number, resident: number, disk: number][] = [];
const start = performance.now();
const child = spawn(process.execPath, [cli, "train", "--config", file, "--out", out], {
  stdio: ["ignore", "ignore", "inherit", "ipc"],
});
child.on("message", ({ step }: { step: number }) => {
  if (step < (rows.at(-1)?.[0] ?? -every) + every) return;
  const seconds = (performance.now() - start) / 1000;
  rows.push([step, seconds, residentBytes(child.pid!), sizeOf(out)]);
  if (rows.length % 10 === 0)
    console.log(`step ${step}, ${seconds.toFixed(0)} s, ${(rows.at(-1)![2] / 1e6).toFixed(0)} MB resident`);
});
const code = await new Promise((resolve) => child.on("close", resolve));
if (code !== 0) throw new Error(`training ended with exit code ${code}`);

const table = [
  ["step", "seconds", "resident_mb", "disk_mb"],
  ...rows.map(([step, s, m, d]) => [step, s.toFixed(0), (m / 1e6).toFixed(1), (d / 1e6).toFixed(1)]),
];
writeFileSync(new URL(`results/endurance-${machine()}.csv`, import.meta.url), csv(table));

const run = RunFolder.open(out, console.error);
const loaded = await run.load();
const times: number[] = [];
for (let i = 0; i < 5; ++i) {
  const before = performance.now();
  run.saveCheckpoint(loaded);
  times.push(performance.now() - before);
}
// memory must not grow once the replay's pages have been touched: compare the second half's means
const warm = rows.slice(rows.length >> 1).map(([, , resident]) => resident / 1e6);
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const [third, fourth] = [warm.slice(0, warm.length >> 1), warm.slice(warm.length >> 1)].map(mean) as [number, number];
console.log(
  [
    `${steps} steps of ${config.task} in ${((performance.now() - start) / 60_000).toFixed(1)} min (${cpu()}, Node ${process.version})`,
    `resident memory, mean over the third and the fourth quarter: ${third.toFixed(1)} MB, ${fourth.toFixed(1)} MB`,
    `disk: predicted ${(predicted.total / 1e6).toFixed(2)} MB without policy and report, taken ${(sizeOf(out) / 1e6).toFixed(2)} MB with them`,
    `a checkpoint with ${loaded.trainer.replay.size} transitions held: median ${times.sort((a, b) => a - b)[2]!.toFixed(0)} ms`,
  ].join("\n"),
);
