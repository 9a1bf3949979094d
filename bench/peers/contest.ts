// One work, done by our core and by others on the same numbers: checked against each other first, then timed in turns.

import type { Tensor } from "../../src/network.js";
import { type Effort, interleave, quantile, type Timer } from "../kernels/measure.js";
import type { Build } from "../kernels/module.js";
import { agree } from "../kernels/networks.js";

/** What a work gives, by name. */
export type Results = Readonly<Record<string, ArrayLike<number>>>;

/** One who does a work. */
export interface Side {
  /** A peer's name, as it stands in the table. */
  readonly name: string;
  readonly time: Timer;
  /** Its library with the version. */
  readonly version?: string;
  /** Whether it is no peer but a limit. */
  readonly limit?: boolean;
  /** What the work gives; asked for once, before the timing. Without it there is nothing to compare. */
  readonly results?: () => Results | Promise<Results>;
  readonly release?: () => Promise<void>;
}

/** What peers in other processes are told. */
export interface Task {
  /** Which of their programs to run. */
  readonly work: string;
  readonly numbers: readonly Tensor[];
  readonly settings: Readonly<Record<string, number>>;
  /** The same as an ONNX file whose inputs are among the numbers. */
  readonly model?: Uint8Array;
}

/** Least ratios that are aimed at, by the peer's name; of one build where it is named. */
export type Targets = Readonly<Record<string, number | Partial<Record<Build, number>>>>;

export interface Contest {
  /** As it stands in the table. */
  readonly work: string;
  /** Ours, one for each build, of the build's name. */
  readonly ours: readonly (Side & { readonly name: Build })[];
  readonly task?: Task;
  /** Those who need not be told the task. */
  readonly peers?: readonly Side[];
  readonly targets?: Targets;
  /** By how much of the largest number results may differ; 2e-5 unless given. */
  readonly tolerance?: number;
  /** So many equal things that a turn consists of, each of which the table tells the time of; 1 unless given. */
  readonly parts?: number;
  /** At most so many rounds are timed, where turns are slow. */
  readonly rounds?: number;
}

/** One of ours beside one of theirs: median seconds of a turn's part, and theirs over ours in the median round, with quartiles. */
export interface Row {
  readonly work: string;
  readonly peer: string;
  readonly build: Build;
  readonly ours: number;
  readonly theirs: number;
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
  readonly target: number | undefined;
  readonly version: string;
  readonly limit: boolean;
}

/**
 * Compares what all sides give with what our first one gives.
 * @throws Error that names work, side and array unless they agree to the contest's tolerance.
 */
export async function check({ work, ours, tolerance }: Contest, peers: readonly Side[]): Promise<void> {
  const [first, ...others] = ours;
  const expected = await first?.results?.();
  if (expected === undefined) return;
  for (const { name, results } of [...others, ...peers]) {
    const actual = await results?.();
    if (actual === undefined) continue;
    const [missing] = Object.keys(expected).filter((key) => actual[key] === undefined);
    if (missing !== undefined) throw new Error(`${work}, ${name}: there is no ${missing}`);
    for (const key of Object.keys(expected)) agree(`${work}, ${name}: ${key}`, actual[key]!, expected[key]!, tolerance);
  }
}

/** Times all sides in turns, and compares each of ours with each of theirs. */
export async function race(contest: Contest, peers: readonly Side[], effort: Effort): Promise<Row[]> {
  const { work, ours, targets = {}, parts = 1 } = contest;
  const rounds = Math.min(effort.rounds, contest.rounds ?? effort.rounds);
  const times = await interleave(
    [...ours, ...peers].map(({ time }) => time),
    { ...effort, rounds },
  );
  return peers.flatMap((peer, p) =>
    ours.map(({ name: build }, o): Row => {
      const own = times[o]!;
      const theirs = times[ours.length + p]!;
      const ratios = own.map((time, round) => theirs[round]! / time);
      const target = targets[peer.name];
      return {
        work,
        peer: peer.name,
        build,
        ours: quantile(own, 0.5) / parts,
        theirs: quantile(theirs, 0.5) / parts,
        ratio: quantile(ratios, 0.5),
        low: quantile(ratios, 0.25),
        high: quantile(ratios, 0.75),
        target: typeof target === "object" ? target[build] : target,
        version: peer.version ?? "",
        limit: peer.limit === true,
      };
    }),
  );
}
