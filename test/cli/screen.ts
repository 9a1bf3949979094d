import { Writable } from "node:stream";
import type { MetricsRecord } from "../../src/metrics.js";

/** A stream that remembers what was written, and can pass for a terminal. */
export class Memory extends Writable {
  text = "";
  readonly isTTY: boolean;
  readonly columns: number;

  constructor({ isTTY = false, columns = 80 } = {}) {
    super();
    this.isTTY = isTTY;
    this.columns = columns;
  }

  override _write(chunk: unknown, _encoding: string, done: () => void): void {
    this.text += String(chunk);
    done();
  }

  /** What is left on a terminal's screen: lines after carriage returns, erasures and moves to a column. */
  get screen(): string[] {
    const lines = [""];
    let column = 0;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the terminal's control sequences
    for (const [token, parameter, command] of this.text.matchAll(/\u001b\[(\??\d*)([A-Za-z])|./gsu)) {
      const row = lines.length - 1;
      const line = lines[row] ?? "";
      if (command === "G" || token === "\r") column = 0;
      else if (command === "K") lines[row] = parameter === "2" ? "" : line.slice(0, column);
      else if (command === "J") lines[row] = line.slice(0, column);
      else if (token === "\n") {
        lines.push("");
        column = 0;
      } else if (command === undefined) {
        lines[row] = line.padEnd(column).slice(0, column) + token + line.slice(column + 1);
        column += 1;
      }
    }
    return lines;
  }
}

/** An evaluation. */
export function record(step: number, evaluationReturn: number, solved = false): MetricsRecord {
  return {
    step,
    episodes: step / 250,
    updates: step,
    evaluationReturn,
    evaluationReturnLow: evaluationReturn - 10.5,
    evaluationReturnHigh: evaluationReturn + 8.25,
    score: solved ? 0.9712 : -0.5,
    successes: 0.5,
    solved,
    trainingReturn: null,
    modelError: null,
    rewardError: null,
    valueError: null,
    policyGradientNorm: null,
    valueGradient: null,
    meanWeight: null,
    effectiveSampleSize: null,
    klToBehaviour: null,
    sigma: 0.3,
    clippedActions: null,
    modelErrors: null,
    stateJacobianError: null,
    actionJacobianError: null,
    criticBias: null,
    criticError: null,
    returnDeviation: null,
  };
}
