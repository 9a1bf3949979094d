/**
 * Feeds damaged input to everything that reads input from outside: it must be accepted, and then hold what it promises, or refused with
 * a sentence, within a second of processor time and 300 MB.
 *
 *   npx tsx scripts/fuzz-readers.ts [--inputs 10000] [--seed 1] [--only NAME]
 *
 * Prints a table, one line a reader. An input that a reader fails on is saved to a file; the exit code is 1 then.
 */

import { type ChildProcess, fork } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { attemptPatiently, inputOf } from "../test/fuzz/hunt.js";
import { readers } from "../test/fuzz/readers.js";

/** Milliseconds after which a reader that says nothing is taken to hang. */
const PATIENCE = 15_000;
const GLANCE = 500;

/** How far a child is: the input that it reads, and how it took those before. */
interface Progress {
  readonly index: number;
  readonly accepted: number;
  readonly refused: number;
  readonly slowest: number;
}

interface Found {
  readonly index: number;
  readonly reason: string;
}

const find = (name: string) => readers.find((reader) => reader.name === name)!;

/** Of a child: reads inputs one after the other. Its progress stands in a file, where it stays when the child hangs or dies. */
async function readInputs(name: string, seed: number, from: number, to: number, path: string): Promise<void> {
  const reader = find(name);
  const file = openSync(path, "w");
  const counts = { accepted: 0, refused: 0, fault: 0 };
  let slowest = 0;
  for (let index = from; ; ++index) {
    const { accepted, refused } = counts;
    writeSync(file, JSON.stringify({ index, accepted, refused, slowest } satisfies Progress).padEnd(200), 0);
    if (index === to) break;
    const { outcome, reason = "", took } = await attemptPatiently(reader, inputOf(reader, seed, index));
    counts[outcome] += 1;
    slowest = Math.max(slowest, took);
    if (outcome === "fault") process.send!({ index, reason } satisfies Found);
  }
  closeSync(file);
  process.disconnect();
}

/** Ends a child whose progress stands still; says whether it had to. */
async function watchOver(child: ChildProcess, path: string): Promise<{ hung: boolean; code: number | null }> {
  let [last, since, hung] = ["", performance.now(), false];
  const watch = setInterval(() => {
    const now = readFileSync(path, "utf8");
    // until it begins it loads its program
    if (now !== last || now === "") [last, since] = [now, performance.now()];
    else if (performance.now() - since > PATIENCE) hung = child.kill("SIGKILL");
  }, GLANCE);
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  clearInterval(watch);
  return { hung, code };
}

/** Lets a child read inputs; where it hangs or dies, another child goes on after the input. */
async function hunt(name: string, seed: number, inputs: number): Promise<Progress & { readonly found: Found[] }> {
  const folder = mkdtempSync(join(tmpdir(), "valuegrad-fuzz-"));
  const path = join(folder, "progress");
  const total = { index: 0, accepted: 0, refused: 0, slowest: 0 };
  const found: Found[] = [];
  while (total.index < inputs) {
    writeFileSync(path, "");
    const child = fork(
      fileURLToPath(import.meta.url),
      ["--child", name, String(seed), String(total.index), String(inputs), path],
      {
        execArgv: [...process.execArgv, "--max-old-space-size=1024"],
        stdio: ["ignore", "inherit", "inherit", "ipc"],
      },
    );
    child.on("message", (message: Found) => found.push(message));
    const { hung, code } = await watchOver(child, path);
    const progress = readFileSync(path, "utf8");
    if (progress === "") throw new Error(`the child that reads ${name} did not begin: it ended with ${code}`);
    const { index, accepted, refused, slowest } = JSON.parse(progress) as Progress;
    total.accepted += accepted;
    total.refused += refused;
    total.slowest = Math.max(total.slowest, slowest);
    total.index = index + 1;
    if (index === inputs) break;
    found.push({ index, reason: hung ? `it hangs for ${PATIENCE / 1000} s` : `the process ends with ${code}` });
  }
  rmSync(folder, { recursive: true, force: true });
  return { ...total, found };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      inputs: { type: "string", default: "10000" },
      seed: { type: "string", default: "1" },
      only: { type: "string" },
    },
  });
  const [inputs, seed] = [Number(values.inputs), Number(values.seed)];
  const chosen = readers.filter(({ name }) => values.only === undefined || name === values.only);
  if (!(inputs > 0) || !Number.isSafeInteger(seed) || chosen.length === 0) {
    console.error(`inputs and seed are integers, only is one of ${readers.map(({ name }) => name).join(", ")}`);
    process.exitCode = 2;
    return;
  }
  const row = (...cells: readonly (string | number)[]): string =>
    String(cells[0]).padEnd(14) +
    cells
      .slice(1)
      .map((cell) => String(cell).padStart(12))
      .join("");
  console.log(row("reader", "inputs", "accepted", "refused", "faults", "slowest, ms"));
  for (const { name } of chosen) {
    const { accepted, refused, slowest, found } = await hunt(name, seed, inputs);
    console.log(row(name, inputs, accepted, refused, found.length, slowest.toFixed(0)));
    for (const { index, reason } of found) {
      const path = `fuzz-${name}-${seed}-${index}`;
      writeFileSync(path, inputOf(find(name), seed, index));
      console.log(`  ${path}: ${reason}`);
      process.exitCode = 1;
    }
  }
}

const [flag, name = "", ...numbers] = process.argv.slice(2);
if (flag === "--child") {
  const [seed, from, to] = numbers.map(Number);
  await readInputs(name, seed!, from!, to!, numbers[3]!);
} else await main();
