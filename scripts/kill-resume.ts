// Stops training in every way, goes on with it, and compares what is left with a run that was never stopped, byte for byte:
// `npx tsx scripts/kill-resume.ts --trials 200 [--ways SIGKILL,SIGTERM,SIGINT,disk,read-only] [--tasks cartpole,hand] [--seed 1]`. Every
// trial takes the next task and algorithm and is stopped up to four times, each at a random moment: by a signal, by a disk (a small
// tmpfs) that is full, or by a file system that becomes read-only. The last two mount, which needs root. Needs a build.

import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Chance } from "../src/chance.js";
import { settings } from "../src/config.js";
import { tasks } from "../src/env/task.js";

const { values: options } = parseArgs({
  options: {
    trials: { type: "string", default: "200" },
    ways: { type: "string", default: "SIGKILL" },
    tasks: { type: "string", default: Object.keys(tasks).join(",") },
    seed: { type: "string", default: "1" },
    jobs: { type: "string", default: "2" },
  },
});

const ways = options.ways.split(",");
const names = options.tasks.split(",");
const algorithms = settings.algorithm.choices;
const cli = fileURLToPath(new URL("../build/cli.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "kill-resume-"));

/** Enough steps for full chunks and a replay that forgets; small networks, so that most of the time goes to what is stored. */
const base = {
  ...{ steps: 6_000, evaluationInterval: 1_000, evaluationEpisodes: 1, replayCapacity: 4_500, learningStarts: 200 },
  ...{ batch: 8, modelUpdates: 1, valueUpdates: 1, policyUpdates: 1 },
  ...{ policyHidden: [8], valueHidden: [8], modelHidden: [4], deviation: "learned" },
};

interface Outcome {
  readonly code: number | null;
  readonly stderr: string;
}

function run(args: readonly string[], started: (kill: (signal: NodeJS.Signals) => void) => void = () => {}) {
  return new Promise<Outcome>((resolve) => {
    const child = spawn(process.execPath, [cli, ...args], { stdio: ["ignore", "ignore", "pipe"] });
    let stderr = "";
    child.stderr.on("data", (data) => {
      stderr += data;
    });
    child.on("close", (code) => resolve({ code, stderr }));
    started((signal) => child.kill(signal));
  });
}

/** A run's files, but for the clock's, by their names. */
function contents(out: string): Map<string, Buffer> {
  const files = readdirSync(out, { recursive: true, encoding: "utf8" }).filter((name) => name !== "timing.jsonl");
  const regular = files.sort().filter((name) => statSync(join(out, name)).isFile());
  return new Map(regular.map((name) => [name, readFileSync(join(out, name))]));
}

function difference(found: Map<string, Buffer>, expected: Map<string, Buffer>): string | undefined {
  const [a, b] = [[...found.keys()].join(), [...expected.keys()].join()];
  if (a !== b) return `files ${a} instead of ${b}`;
  for (const [name, bytes] of expected) if (!bytes.equals(found.get(name)!)) return `${name} differs`;
  return undefined;
}

interface Reference {
  readonly config: string;
  readonly files: Map<string, Buffer>;
  readonly milliseconds: number;
  readonly bytes: number;
}

const references = new Map<string, Promise<Reference>>();

/** A run that is never stopped, made once. */
function reference(task: string, algorithm: string): Promise<Reference> {
  const name = `${task}-${algorithm}`;
  const known = references.get(name);
  if (known !== undefined) return known;
  const made = (async () => {
    const config = join(folder, `${name}.json`);
    const own = algorithm === "dpg" ? { deviation: "fixed" } : {};
    writeFileSync(config, JSON.stringify({ task, algorithm, ...base, ...own }));
    const out = join(folder, name);
    const start = performance.now();
    const { code, stderr } = await run(["train", "--config", config, "--out", out]);
    if (code !== 0) throw new Error(`the run that is never stopped ended with ${code}: ${stderr}`);
    const files = contents(out);
    const bytes = [...files.values()].reduce((sum, { length }) => sum + length, 0);
    return { config, files, milliseconds: performance.now() - start, bytes };
  })();
  references.set(name, made);
  return made;
}

const mounted = (path: string, ...how: string[]): unknown =>
  execFileSync("mount", ["-o", how.join(","), "-t", "tmpfs", "tmpfs", path]);
const remount = (path: string, how: string): boolean => {
  try {
    execFileSync("mount", ["-o", `remount,${how}`, path], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
};

/** What a session may end with when it was stopped in a way, and what it must have said. */
const endings: Readonly<Record<string, (outcome: Outcome) => boolean>> = {
  SIGKILL: ({ code }) => code === null,
  SIGTERM: ({ code }) => code === 75 || code === null || code === 143,
  SIGINT: ({ code }) => code === null || code === 130,
  disk: ({ code, stderr }) =>
    code === 2 && /the disk is full; put it right, then valuegrad resume \S+ goes on\n$/.test(stderr),
  "read-only": ({ code, stderr }) => code === 2 && /the file system is read-only|cannot make this folder/.test(stderr),
};

/** One run that is stopped again and again. Returns what was wrong, if anything. */
async function trial(
  number: number,
  way: string,
  task: string,
  algorithm: string,
  chance: Chance,
): Promise<string | undefined> {
  const { config, files, milliseconds, bytes } = await reference(task, algorithm);
  const place = join(folder, `trial-${number}`);
  mkdirSync(place);
  const mounts = way === "disk" || way === "read-only";
  if (mounts)
    mounted(place, way === "disk" ? `size=${Math.round(bytes * chance.uniform(0.02, 1.1)) + 8192}` : "size=64m");
  const out = join(place, "run");
  try {
    const stops = 1 + chance.index(4);
    for (let session = 0; session <= stops; ++session) {
      const last = session === stops;
      const begun = readdirSync(place).includes("run") && readdirSync(out).includes("config.json");
      const args = begun ? ["resume", out] : ["train", "--config", config, "--out", out];
      const delay = chance.uniform(0, 1.1 * milliseconds);
      if (mounts && last) remount(place, "size=64m,rw");
      let timer: NodeJS.Timeout | undefined;
      const outcome = await run(args, (kill) => {
        if (last) return;
        if (way.startsWith("SIG")) timer = setTimeout(() => kill(way as NodeJS.Signals), delay);
        // while a file is open for writing the system refuses: try again
        const protect = (): void => {
          if (!remount(place, "ro")) timer = setTimeout(protect, 1);
        };
        if (way === "read-only") timer = setTimeout(protect, delay);
      });
      clearTimeout(timer);
      if (way === "read-only") remount(place, "rw");
      if (/\n\s+at /.test(outcome.stderr)) return `a stack trace: ${outcome.stderr}`;
      if (outcome.code === 0) {
        // SIGINT ends with 0 whether or not all was done
        if (way !== "SIGINT" || last) break;
      } else if (last) return `the last session ended with ${outcome.code}: ${outcome.stderr}`;
      else if (!endings[way]!(outcome)) return `${way} ended a session with ${outcome.code}: ${outcome.stderr}`;
      if (way === "disk") remount(place, `size=${Math.round(bytes * chance.uniform(0.3, 1.5)) + 8192}`);
    }
    return difference(contents(out), files);
  } finally {
    if (mounts) execFileSync("umount", ["-l", place]);
    rmSync(place, { recursive: true, force: true });
  }
}

const chance = new Chance(Number(options.seed));
const trials = Number(options.trials);
const counts = new Map<string, [identical: number, all: number]>();
let next = 0;
let wrong = 0;
const start = performance.now();

async function work(): Promise<void> {
  while (next < trials) {
    const number = next++;
    const way = ways[number % ways.length]!;
    const task = names[Math.floor(number / ways.length) % names.length]!;
    const algorithm = algorithms[Math.floor(number / ways.length / names.length) % algorithms.length]!;
    const problem = await trial(number, way, task, algorithm, new Chance(chance.index(2 ** 31)));
    const count = counts.get(way) ?? [0, 0];
    counts.set(way, [count[0] + (problem === undefined ? 1 : 0), count[1] + 1]);
    if (problem !== undefined) {
      wrong += 1;
      console.log(`trial ${number} (${way}, ${task}, ${algorithm}): ${problem}`);
    }
    if ((number + 1) % 20 === 0) {
      const minutes = (performance.now() - start) / 60_000;
      console.log(
        `${number + 1} of ${trials}, ${minutes.toFixed(1)} min, ${((minutes / (number + 1)) * (trials - number - 1)).toFixed(1)} min left`,
      );
    }
  }
}

await Promise.all(Array.from({ length: Number(options.jobs) }, work));
for (const [way, [identical, all]] of counts)
  console.log(`${way}: ${identical} of ${all} identical, over ${names.length} tasks and ${algorithms.join(", ")}`);
rmSync(folder, { recursive: true, force: true });
if (wrong > 0) process.exitCode = 1;
