// The results of an algorithm on a task, as files: TASK-ALGORITHM.json (the settings), .csv (every seed's curve, a function of the settings
// alone) and -CPU.csv (the seconds that it took there).

import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { csv } from "../../src/cli/csv.js";
import { type Config, resolveConfig } from "../../src/node.js";
import { machine } from "../kernels/report.js";
import { type CellResult, configOf } from "./cell.js";

type CurveRecord = CellResult["records"][number];

/** One seed's results. */
export interface SeedResult extends CellResult {
  readonly seed: number;
  readonly date: string;
  readonly node: string;
}

const CURVE = ["seed", "step", "return", "return_low", "return_high", "score", "successes", "solved"];
const TIME = ["date", "node", "seed", "step", "seconds"];

/** The rows of a CSV file as numbers by the names of its columns, texts where they are none. */
function rows(path: string): Map<string, string>[] {
  const [head, ...lines] = readFileSync(path, "utf8").trimEnd().split("\n");
  const names = head!.split(",");
  return lines.map((line) => new Map(line.split(",").map((text, i) => [names[i]!, text])));
}

/** All seeds of a pair that are done. */
export class PairStore {
  readonly task: string;
  readonly algorithm: Config["algorithm"];
  readonly results: SeedResult[] = [];
  readonly #path: string;

  constructor(folder: string, task: string, algorithm: Config["algorithm"]) {
    this.task = task;
    this.algorithm = algorithm;
    mkdirSync(folder, { recursive: true });
    this.#path = `${folder}/${task}-${algorithm}`;
    if (existsSync(`${this.#path}.csv`)) this.#read();
  }

  #read(): void {
    const curves = rows(`${this.#path}.csv`);
    const timesPath = `${this.#path}-${machine()}.csv`;
    const times = existsSync(timesPath) ? rows(timesPath) : [];
    for (const seed of new Set(curves.map((row) => Number(row.get("seed"))))) {
      const records = curves
        .filter((row) => Number(row.get("seed")) === seed)
        .map(
          (row): CurveRecord => ({
            step: Number(row.get("step")),
            evaluationReturn: Number(row.get("return")),
            evaluationReturnLow: Number(row.get("return_low")),
            evaluationReturnHigh: Number(row.get("return_high")),
            score: Number(row.get("score")),
            successes: Number(row.get("successes")),
            solved: row.get("solved") === "1",
          }),
        );
      const own = times.filter((row) => Number(row.get("seed")) === seed);
      this.results.push({
        seed,
        records,
        seconds: own.map((row) => Number(row.get("seconds"))),
        date: own[0]?.get("date") ?? "",
        node: own[0]?.get("node") ?? "",
      });
    }
  }

  /** The first setting in which what is stored differs from today's defaults; settings made since then don't count. */
  get stale(): string | undefined {
    if (this.results.length === 0) return undefined;
    const stored = JSON.parse(readFileSync(`${this.#path}.json`, "utf8")) as Record<string, unknown>;
    const now: Record<string, unknown> = { ...configOf(this.task, this.algorithm, 1) };
    return Object.keys(stored).find((name) => JSON.stringify(stored[name]) !== JSON.stringify(now[name]));
  }

  forget(): void {
    this.results.length = 0;
  }

  has(seed: number): boolean {
    return this.results.some((result) => result.seed === seed);
  }

  /** Adds a seed and writes all files. */
  add(seed: number, result: CellResult): void {
    const date = new Date().toISOString().slice(0, 10);
    this.results.push({ ...result, seed, date, node: process.version });
    this.results.sort((a, b) => a.seed - b.seed);
    const { seed: _, ...settings } = resolveConfig({ ...configOf(this.task, this.algorithm, 1) });
    this.#write(".json", `${JSON.stringify(settings, null, 2)}\n`);
    this.#write(
      `-${machine()}.csv`,
      csv([
        TIME,
        ...this.results.flatMap((r) =>
          r.seconds.map((seconds, i) => [r.date, r.node, r.seed, r.records[i]!.step, seconds.toFixed(2)]),
        ),
      ]),
    );
    this.#write(
      ".csv",
      csv([
        CURVE,
        ...this.results.flatMap((r) =>
          r.records.map((record) => [
            r.seed,
            record.step,
            record.evaluationReturn.toPrecision(6),
            record.evaluationReturnLow.toPrecision(6),
            record.evaluationReturnHigh.toPrecision(6),
            record.score.toPrecision(5),
            record.successes.toFixed(2),
            record.solved ? 1 : 0,
          ]),
        ),
      ]),
    );
  }

  #write(ending: string, text: string): void {
    writeFileSync(`${this.#path}${ending}.new`, text);
    renameSync(`${this.#path}${ending}.new`, `${this.#path}${ending}`);
  }
}
