// Interleaved timing: every round takes one short sample of every piece of work, so that what disturbs the machine disturbs all.

/** A piece of work to be timed and, before that, checked. */
export interface Work {
  name: string;
  /** Multiply-adds of one turn; 0 when the limit says nothing about it. */
  multiplyAdds: number;
  /** What a turn's time is told as: a rate by multiplyAdds, or a time for each of `parts`. */
  unit: "GFLOP/s" | "ns" | "us";
  parts?: number;
  turn: () => void;
  /** Throws unless the results are right. */
  check?: () => void;
}

/** Times of one turn in seconds: median, and the deciles around it. */
export interface Times {
  median: number;
  low: number;
  high: number;
}

export interface Effort {
  /** Seconds of warming up each work, of one sample, and the number of rounds. */
  warm: number;
  sample: number;
  rounds: number;
}

/** Seconds that so many turns of something take, one after the other. */
export type Timer = (turns: number) => number | Promise<number>;

const seconds = (): number => performance.now() / 1000;

export function timerOf(turn: () => unknown): Timer {
  return (turns) => {
    const start = seconds();
    for (let i = 0; i < turns; ++i) turn();
    return seconds() - start;
  };
}

/**
 * Calls everything until V8 has replaced its first code, then says how many turns of each fill a sample, going by the fastest
 * turns seen: an interruption here must not make all samples short, and so their caches cold.
 */
async function warmUp(timers: readonly Timer[], effort: Effort): Promise<number[]> {
  const filling: number[] = [];
  for (const timer of timers) {
    const end = seconds() + effort.warm;
    let turns = 1;
    let fastest = Number.POSITIVE_INFINITY;
    while (seconds() < end || turns * fastest < effort.sample / 2) {
      fastest = Math.min(fastest, (await timer(turns)) / turns);
      if (turns * fastest < effort.sample / 2) turns *= 2;
    }
    filling.push(Math.max(1, Math.round(effort.sample / fastest)));
  }
  return filling;
}

/** Seconds that one turn of each takes, in every round. Each round begins with another one: what comes first is interrupted least. */
export async function interleave(timers: readonly Timer[], effort: Effort): Promise<number[][]> {
  await warmUp(timers, effort);
  const turns = await warmUp(timers, effort);
  const samples = timers.map((): number[] => []);
  for (let round = 0; round < effort.rounds; ++round) {
    for (let k = 0; k < timers.length; ++k) {
      const i = (round + k) % timers.length;
      samples[i]!.push((await timers[i]!(turns[i]!)) / turns[i]!);
    }
  }
  return samples;
}

/** The number below which a share of the others lie. */
export function quantile(numbers: readonly number[], share: number): number {
  return [...numbers].sort((x, y) => x - y)[Math.round(share * (numbers.length - 1))]!;
}

export async function measure(works: readonly Work[], effort: Effort): Promise<Times[]> {
  const timers = works.map(({ turn }) => timerOf(turn));
  return (await interleave(timers, effort)).map((times) => ({
    median: quantile(times, 0.5),
    low: quantile(times, 0.1),
    high: quantile(times, 0.9),
  }));
}
