// Our core beside its peers: `npm run bench:peers`. The same works on the same numbers, checked against each other first, then timed in
// turns on one thread of one core; a ratio is the peer's time over ours. Peers are PyTorch and numpy in the first of `--python`'s
// interpreters that has them, tfjs, the ONNX runtimes and MuJoCo; one that is missing is named and left out (`--install` installs tfjs).
// A whole run writes bench/results/peers-CPU.csv, peers.svg, and the table of bench/PERFORMANCE.md. `-- --work update,mlp` does a part
// and `--quick` little more than the checks: they write nothing but to the folder that `--out` names.

import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Effort } from "./kernels/measure.js";
import { type Build, load, loadCore, type Module } from "./kernels/module.js";
import { refuse, wholeNumber } from "./mistake.js";
import { withTable } from "./page.js";
import { acting } from "./peers/acting.js";
import { chart } from "./peers/chart.js";
import { type Contest, check, type Row, race } from "./peers/contest.js";
import { episodes, updates } from "./peers/learners.js";
import { adam, ensembles, mlps } from "./peers/networks.js";
import { libraries, type PeerProcess } from "./peers/process.js";
import { productContests } from "./peers/products.js";
import { markdown, report, writeCsv } from "./peers/report.js";
import { simulators } from "./peers/simulator.js";
import { starts } from "./peers/start.js";
import { pin } from "./pin.js";

const { values: options } = parseArgs({
  options: {
    work: { type: "string" },
    rounds: { type: "string", default: "100" },
    quick: { type: "boolean", default: false },
    install: { type: "boolean", default: false },
    python: { type: "string", default: "/usr/bin/python3,python3" },
    out: { type: "string" },
  },
});

const rounds = wholeNumber("--rounds", options.rounds);
const pinned = pin();
const effort: Effort = options.quick
  ? { warm: 0.001, sample: 0.0001, rounds: 3 }
  : { warm: 0.5, sample: 0.003, rounds };
const builds: Build[] = options.quick ? ["release"] : ["release", "fma"];
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** What a function gives of every build that this engine can run, made once and when it is needed. */
function once(make: (build: Build) => Module | undefined): () => Module[] {
  let made: Module[] | undefined;
  return () => {
    made ??= builds.map(make).filter((module): module is Module => module !== undefined);
    return made;
  };
}
const kernels = once(load);
const cores = once(loadCore);
const runnable = (): Build[] => cores().map(({ build }) => build);

const works: Readonly<Record<string, () => Contest[] | Promise<Contest[]>>> = {
  mlp: () => mlps(kernels()),
  ensemble: () => ensembles(kernels()),
  adam: () => adam(kernels()),
  update: () => updates(cores()),
  "svg-inf": () => episodes(cores()),
  acting: () => acting(runnable()),
  simulator: () => simulators(runnable()),
  products: () => productContests(kernels()),
  start: starts,
};
const asked = options.work?.split(",") ?? Object.keys(works);
const unknown = asked.find((name) => works[name] === undefined);
if (unknown !== undefined) refuse(`--work is ${unknown}: it must be some of ${Object.keys(works).join(", ")}`);

if (options.install) execFileSync("npm", ["ci", "--prefix", here("peers")], { stdio: "inherit" });
const processes: PeerProcess[] = [];
const absent: string[] = [];
for (const { name, installation, start } of libraries(options.python.split(","))) {
  const peer = await start();
  if (peer === undefined) absent.push(`${name} is left out: it is not installed (${installation})`);
  else if (peer.slow !== undefined) {
    absent.push(`${name} is left out: it would compute with the reference BLAS, ${peer.slow} (${installation})`);
    peer.stop();
  } else processes.push(peer);
}
for (const reason of absent) console.error(reason);

const rows: Row[] = [];
try {
  for (const name of asked) {
    for (const contest of await works[name]!()) {
      const peers = [...(contest.peers ?? [])];
      const { task } = contest;
      if (task !== undefined) for (const peer of processes) peers.push(...(await peer.sides(task)));
      await check(contest, peers);
      console.error(`${contest.work}: checked, ${peers.length} peers`);
      rows.push(...(await race(contest, peers, effort)));
      for (const { release } of peers) await release?.();
    }
  }
} finally {
  for (const peer of processes) peer.stop();
}

const date = new Date().toISOString().slice(0, 10);
const circumstances = { date, rounds: effort.rounds, pinned, absent };
console.log(report(rows, circumstances));
const whole = options.work === undefined && !options.quick;
const folder = options.out ?? (whole ? here("results") : undefined);
if (folder !== undefined) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "peers.svg"), await chart(rows));
  console.log(`\nwritten to ${writeCsv(folder, rows, date)}`);
}
if (whole && options.out === undefined) {
  const page = here("PERFORMANCE.md");
  writeFileSync(page, withTable(readFileSync(page, "utf8"), "peers", markdown(rows, circumstances)));
}
