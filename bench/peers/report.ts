// What was measured: a table for the terminal, one for the page, and a CSV file for each kind of machine.

import { join } from "node:path";
import { aligned, cpu, machine, replaceRows } from "../kernels/report.js";
import type { Row } from "./contest.js";

/** When and how it was measured. */
export interface Circumstances {
  readonly date: string;
  readonly rounds: number;
  readonly pinned: boolean;
  /** Peers that were left out, and why. */
  readonly absent: readonly string[];
}

const HEADER =
  "version,work,peer,build,ours_us,theirs_us,theirs_over_ours,lower_quartile,upper_quartile,target_of_theirs_over_ours";

const micro = (seconds: number): string => {
  const value = seconds * 1e6;
  return value >= 1000 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
};
const ratioOf = ({ ratio, low, high }: Row): string => `${ratio.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`;
const targetOf = ({ target, ratio }: Row): string =>
  target === undefined ? "" : `${target} ${ratio >= target ? "reached" : "missed"}`;

/** Versions of all peers, each once. */
const versionsOf = (rows: readonly Row[]): string[] => [...new Set(rows.map(({ version }) => version))].filter(Boolean);

/** One sentence: machine, date, versions. */
function caption(rows: readonly Row[], { date, rounds, pinned }: Circumstances): string {
  const versions = [`Node ${process.version}`, ...versionsOf(rows)].join(", ");
  return `${date}, ${cpu()}, ${pinned ? "one core" : "not pinned to a core"}, one thread, ${rounds} rounds; ${versions}`;
}

/** For the terminal. */
export function report(rows: readonly Row[], circumstances: Circumstances): string {
  const head = ["work", "peer", "build", "ours us", "theirs us", "theirs / ours (quartiles)", "target"];
  const lines = rows.map((row) => {
    const { work, peer, build, ours, theirs } = row;
    return [work, peer, build, micro(ours), micro(theirs), ratioOf(row), targetOf(row)];
  });
  return `${caption(rows, circumstances)}\n\n${aligned([head, ...lines], 3)}`;
}

/** For the page: both builds in one row of a Markdown table. */
export function markdown(rows: readonly Row[], circumstances: Circumstances): string {
  const keys = [...new Set(rows.map(({ work, peer }) => `${work}\n${peer}`))];
  const lines = keys.map((key) => {
    const [work, peer] = key.split("\n") as [string, string];
    const found = (["release", "fma"] as const).map((build) =>
      rows.find((row) => row.work === work && row.peer === peer && row.build === build),
    );
    const told = (tell: (row: Row) => string): string[] => found.map((row) => (row === undefined ? "" : tell(row)));
    const theirs = micro(found.find((row) => row !== undefined)!.theirs);
    const targets = told(targetOf).filter(Boolean);
    const target = new Set(targets).size === 1 ? targets[0]! : targets.join("; fma ");
    return `| ${[work, peer, ...told(({ ours }) => micro(ours)), theirs, ...told(ratioOf), target].join(" | ")} |`;
  });
  return [
    `${caption(rows, circumstances)}.`,
    ...circumstances.absent.map((reason) => `${reason}.`),
    "",
    "| work | peer | ours, us | ours with fma, us | theirs, us | theirs / ours (quartiles) | the same with fma | target |",
    "|---|---|---|---|---|---|---|---|",
    ...lines,
    "",
  ].join("\n");
}

/** Returns the file's path. */
export function writeCsv(folder: string, rows: readonly Row[], date: string): string {
  const lines = rows.map(({ version, work, peer, build, ours, theirs, ratio, low, high, target }) => {
    const times = [ours, theirs].map((seconds) => (seconds * 1e6).toPrecision(4));
    return [version, work, peer, build, ...times, ...[ratio, low, high].map((x) => x.toPrecision(4)), target ?? ""];
  });
  return replaceRows(join(folder, `peers-${machine()}.csv`), HEADER, date, lines);
}
