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

const seconds = (): number => performance.now() / 1000;

function repeat(work: Work, turns: number): number {
  const start = seconds();
  for (let i = 0; i < turns; ++i) work.turn();
  return seconds() - start;
}

/**
 * Calls everything until V8 has replaced its first code, then says how many turns of each fill a sample, going by the fastest
 * turns seen: an interruption here must not make all samples short, and so their caches cold.
 */
function warmUp(works: Work[], effort: Effort): number[] {
  return works.map((work) => {
    const end = seconds() + effort.warm;
    let turns = 1;
    let fastest = Number.POSITIVE_INFINITY;
    while (seconds() < end || turns * fastest < effort.sample / 2) {
      fastest = Math.min(fastest, repeat(work, turns) / turns);
      if (turns * fastest < effort.sample / 2) turns *= 2;
    }
    return Math.max(1, Math.round(effort.sample / fastest));
  });
}

export function measure(works: Work[], effort: Effort): Times[] {
  warmUp(works, effort);
  const turns = warmUp(works, effort);
  const samples = works.map((): number[] => []);
  for (let round = 0; round < effort.rounds; ++round) {
    works.forEach((work, i) => {
      samples[i]!.push(repeat(work, turns[i]!) / turns[i]!);
    });
  }
  return samples.map((times) => {
    times.sort((x, y) => x - y);
    const quantile = (q: number): number => times[Math.round(q * (times.length - 1))]!;
    return { median: quantile(0.5), low: quantile(0.1), high: quantile(0.9) };
  });
}
