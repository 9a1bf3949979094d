/** What one check found. */
export interface Finding {
  readonly name: string;
  readonly ok: boolean;
  /** What was done and the numbers behind it; where it is not ok, what is wrong, where, and what would be right. */
  readonly detail: string;
  /** Present where there was nothing to check, or no way to: `ok` then. */
  readonly skipped?: true;
}

/** A finding about what could not be checked. */
export const skip = (name: string, why: string): Finding => ({ name, ok: true, skipped: true, detail: why });

/** A finding that is ok where there are no problems; else it tells the first one. */
export function judge(name: string, done: string, problems: readonly string[]): Finding {
  const [first, ...others] = problems;
  if (first === undefined) return { name, ok: true, detail: done };
  const more =
    others.length === 0 ? "" : `; ${others.length} more such ${others.length === 1 ? "mistake" : "mistakes"}`;
  return { name, ok: false, detail: `${first}${more} (${done})` };
}

/** A number in few digits. */
export const brief = (value: number): string =>
  value !== 0 && Math.abs(value) < 1e-3
    ? value.toExponential(1).replace(".0e", "e")
    : String(Number(value.toPrecision(2)));

/** What a value of unknown type is, in few words. */
export function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null) return String(value);
  const { length } = value as { readonly length?: unknown };
  const kind = Object.prototype.toString.call(value).slice(8, -1);
  if (typeof length !== "number") return kind === "Promise" ? "a Promise" : "an object";
  return `${/^[AEIOU]/.test(kind) ? "an" : "a"} ${kind} of ${length}`;
}

/** The file and line where an error's stack begins: "at step (file:///own.mjs:3:7)", "step@own.mjs:3:7". */
function placeIn({ message, stack = "" }: Error): readonly [file: string, line: string] | undefined {
  const found = /([^\s()@]+\.\w+):(\d+):\d+\)?$/m.exec(stack.replace(message, ""));
  return found === null ? undefined : [found[1]!, found[2]!];
}

/** What a user's code threw and, as far as its stack says, where: 'TypeError: no such file (own.mjs:3)'. */
export function thrown(error: unknown): string {
  if (!(error instanceof Error)) return shown(error);
  const place = placeIn(error);
  // thrown by the call itself
  if (place === undefined || place[0] === placeIn(new Error())?.[0]) return String(error);
  return `${error} (${place[0].replace(/^.*[/\\]/, "")}:${place[1]})`;
}
