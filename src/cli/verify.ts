import { existsSync } from "node:fs";
import { join } from "node:path";
import { Chalk } from "chalk";
import type { Command } from "commander";
import { UsageError } from "../config.js";
import type { MetricsRecord } from "../metrics.js";
import { decodeTensors, digestOf, type TensorFile } from "../safetensors.js";
import { hashOf } from "../seal.js";
import { Trainer } from "../train.js";
import { alteredFiles } from "./checksums.js";
import { policyFile } from "./export.js";
import { readBytes } from "./files.js";
import { createCore } from "./load.js";
import { type CellResult, type RunResult, readResults } from "./results.js";
import { completedChunk, type Digests, encodeCheckpoint, encodeChunk } from "./run-files.js";
import { BEST, checkpointsOf, POLICY } from "./run-folder.js";
import { colourLevel, createProgress } from "./terminal.js";

/** What a run or a published row claims. */
interface Claim {
  readonly result: RunResult;
  /** Checkpoint files by their steps. */
  readonly checkpoints: ReadonlyMap<number, string>;
  /** SHA-256 of the policy file at the end of a finished run. */
  readonly policy: string | undefined;
  /** The same of its best evaluation's policy, where that is kept. */
  readonly best?: string | undefined;
}

/** The first thing in which two records differ. */
function differenceOfRecords(claimed: MetricsRecord, computed: MetricsRecord): string | undefined {
  for (const [name, value] of Object.entries(computed)) {
    const other = claimed[name as keyof MetricsRecord];
    if (!Object.is(other, value) && JSON.stringify(other) !== JSON.stringify(value)) {
      return `${name} is ${other}, recomputed ${value}`;
    }
  }
  return undefined;
}

/** The first thing in which two checkpoints differ. */
function differenceOfFiles(claimed: TensorFile, computed: TensorFile): string {
  for (const [name, { data }] of computed.tensors) {
    const other = claimed.tensors.get(name)?.data;
    if (other === undefined) return `${name} is missing`;
    const at = data.findIndex((value, i) => !Object.is(other[i], value));
    if (at >= 0) return `${name}[${at}] is ${other[at]}, recomputed ${data[at]}`;
    if (other.length !== data.length) return `${name} has ${other.length} numbers, recomputed ${data.length}`;
  }
  for (const [name, value] of Object.entries(computed.metadata)) {
    if (claimed.metadata[name] !== value) return `its ${name} differ`;
  }
  return "its bytes differ";
}

/** Computes a run anew, up to where the claim goes. Returns the first difference in time, or undefined. */
async function firstDifference({ result, checkpoints, policy, best }: Claim): Promise<string | undefined> {
  const { config, metrics } = result;
  const trainer = new Trainer(await createCore(config.core), config);
  const { stdout } = process;
  const interactive = stdout.isTTY === true && process.env.CI === undefined;
  // a run that was stopped may hold a checkpoint after its last evaluation
  const until = Math.min(config.steps, Math.max(metrics.at(-1)!.step, ...checkpoints.keys()));
  const progress = createProgress({ stream: stdout, interactive, total: until, task: config.task });
  const start = performance.now();
  const digests: Digests = new Map();
  const computed: MetricsRecord[] = [];
  try {
    for (;;) {
      if (trainer.evaluationDue) {
        const record = trainer.evaluate();
        const claimed = metrics[computed.length];
        if (claimed === undefined) return `there is no evaluation at step ${record.step}`;
        const different = differenceOfRecords(claimed, record);
        if (different !== undefined) return `at the evaluation of step ${record.step}, ${different}`;
        computed.push(record);
      }
      const path = checkpoints.get(trainer.steps);
      if (path !== undefined) {
        const bytes = encodeCheckpoint(trainer, computed, digests);
        const claimed = readBytes(path);
        if (!Buffer.from(claimed).equals(bytes)) return differenceIn(path, claimed, bytes);
      }
      if (trainer.steps === until) break;
      trainer.step();
      const chunk = completedChunk(trainer.replay);
      if (chunk !== undefined) digests.set(chunk, digestOf(encodeChunk(trainer.replay, chunk)));
      const seconds = (performance.now() - start) / 1000;
      progress.update({
        step: trainer.steps,
        lastReturn: computed.at(-1)!.evaluationReturn,
        updatesPerSecond: trainer.updates / seconds,
        secondsLeft: (seconds / trainer.steps) * (until - trainer.steps),
      });
    }
  } finally {
    progress.stop();
  }
  if (policy === undefined || !trainer.done) return undefined;
  if (hashOf(policyFile(trainer)) !== policy) return "the policy file differs, although all weights agree";
  if (best === undefined) return undefined;
  return await trainer.best.inPlace(async (step) =>
    hashOf(policyFile(trainer, false, step)) === best ? undefined : `${BEST} is not the policy of step ${step}`,
  );
}

function differenceIn(path: string, claimed: Uint8Array, bytes: Uint8Array): string {
  try {
    return `in ${path}, ${differenceOfFiles(decodeTensors(claimed), decodeTensors(bytes))}`;
  } catch (error) {
    return `${path} is damaged: ${(error as Error).message}`;
  }
}

const isCell = (result: RunResult): result is CellResult => "cell" in result;

/** The claims of a run folder, or of a sweep's results, of which `cell` may choose one by its number or the beginning of its hash. */
function readClaims(what: string, cell: string | undefined): Claim[] {
  const isRun = existsSync(join(what, "config.json"));
  if (isRun && cell !== undefined) throw new UsageError(`cell is ${cell}: ${what} is one run; leave it out`);
  const results = readResults(what);
  const chosen = results.filter(
    (result, i) => cell === undefined || cell === String(i) || (isCell(result) && result.cell.startsWith(cell)),
  );
  if (chosen.length === 0) {
    throw new UsageError(
      `cell is ${cell}: it must be a number from 0 to ${results.length - 1}, or the beginning of a hash`,
    );
  }
  return chosen.map((result) => {
    if (isCell(result)) return { result, checkpoints: new Map(), policy: result.policy };
    const policy = join(what, POLICY);
    const finished = result.metrics.at(-1)!.step === result.config.steps && existsSync(policy);
    return {
      result,
      checkpoints: checkpointsOf(what),
      policy: finished ? hashOf(readBytes(policy)) : undefined,
      best: finished ? hashOf(readBytes(join(what, BEST))) : undefined,
    };
  });
}

/** `valuegrad verify WHAT`. */
export function addVerify(program: Command): void {
  program
    .command("verify")
    .description(
      "compute a run, or published results, anew from the configuration and say where the first difference is",
    )
    .argument("<what>", "a run folder, a sweep's folder, or a file of results (results.jsonl)")
    .option("--cell <cell>", "of a sweep's results only this: its number, from 0, or the beginning of its hash")
    .action(async (what: string, options: { readonly cell?: string }) => {
      const claims = readClaims(what, options.cell);
      const altered = alteredFiles(what);
      if (altered.length > 0) throw new Error(`${what}: no longer what SHA256SUMS says: ${altered.join(", ")}`);
      const { green, red } = new Chalk({ level: colourLevel(process.stdout) });
      let differences = 0;
      for (const claim of claims) {
        const { config, metrics } = claim.result;
        const name = `${config.task}, ${config.algorithm}, seed ${config.seed}`;
        const difference = await firstDifference(claim);
        if (difference !== undefined) differences += 1;
        const parts = [
          `${metrics.length} evaluations up to step ${metrics.at(-1)!.step}`,
          ...(claim.checkpoints.size > 0 ? [`checkpoints of steps ${[...claim.checkpoints.keys()].join(", ")}`] : []),
          ...(claim.policy === undefined ? [] : ["policy"]),
        ];
        const verdict =
          difference === undefined ? green(`identical: ${parts.join("; ")}`) : red(`DIFFERS: ${difference}`);
        process.stdout.write(`${name}: ${verdict}\n`);
      }
      if (differences > 0) throw new Error(`${what}: ${differences} of ${claims.length} differ`);
    });
}
