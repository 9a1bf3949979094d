/** The largest error of each kind of number. Errors are |a - b| / max(1, |b|). */
export class Errors {
  readonly largest = new Map<string, number>();

  add(what: string, ours: number, theirs: number): void {
    const error = ours === theirs ? 0 : Math.abs(ours - theirs) / Math.max(1, Math.abs(theirs));
    this.largest.set(what, Math.max(this.largest.get(what) ?? 0, Number.isNaN(error) ? Infinity : error));
  }

  list(what: string, ours: readonly number[], theirs: ArrayLike<number>): void {
    if (ours.length !== theirs.length) throw new Error(`${what}: ${ours.length} numbers, MuJoCo has ${theirs.length}`);
    ours.forEach((value, i) => {
      this.add(what, value, theirs[i]!);
    });
  }

  get worst(): number {
    return Math.max(0, ...this.largest.values());
  }

  take(others: Errors): void {
    for (const [what, error] of others.largest) this.largest.set(what, Math.max(this.largest.get(what) ?? 0, error));
  }
}

/** Difference of two angles, or of two directions without sign, as 0 and the sine of it. */
export const turned = (a: number, b: number, period: number): number =>
  Math.abs(Math.sin(((a - b) * Math.PI) / period));
