import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import test from "ava";
import { root } from "./cli/command.js";
import { type Attempt, attempt, attemptPatiently, Fault, inputOf, type Reader } from "./fuzz/hunt.js";
import { readers } from "./fuzz/readers.js";

const INPUTS = 300;

for (const reader of readers) {
  test.serial(
    `${INPUTS} damaged inputs of ${reader.name} are accepted and right, or refused in a sentence`,
    async (t) => {
      const outcomes = { accepted: 0, refused: 0, fault: 0 };
      for (let index = 0; index < INPUTS; ++index) {
        const { outcome, reason } = await attemptPatiently(reader, inputOf(reader, 1, index));
        outcomes[outcome] += 1;
        t.is(reason, undefined, `input ${index}`);
      }
      // damage that nothing survives, or that nothing notices, would try the reader out on one side only
      t.true(outcomes.accepted >= 5 && outcomes.refused >= 5, JSON.stringify(outcomes));
      t.log(outcomes);
    },
  );
}

const reader = (read: (input: never) => unknown): Reader => ({ name: "planted", make: () => "input", read });

/** What the planted reader took, held so that it cannot be freed before it is measured. */
let held: Uint8Array | undefined;

const planted: readonly (readonly [name: string, read: (input: never) => unknown, reason: RegExp | undefined])[] = [
  ["an error of no documented type", () => (undefined as unknown as string[]).length, /^TypeError: Cannot read/],
  ["words of an accident", () => Promise.reject(new Error("the value is undefined")), /that of an accident/],
  ["two lines", () => Promise.reject(new Error("first line\nsecond line")), /not one line/],
  ["a message without end", () => Promise.reject(new Error("x".repeat(2001))), /has 2001 characters/],
  ["no error", () => Promise.reject("a text"), /^it threw string$/],
  ["an accepted input that is wrong", () => Promise.reject(new Fault("it is wrong")), /^it is wrong$/],
  [
    "memory",
    () => {
      held = new Uint8Array(4e8).fill(1);
      return held;
    },
    /^it took \d+ MB$/,
  ],
  [
    "time",
    () => {
      for (const start = process.cpuUsage(); process.cpuUsage(start).user < 1_100_000; );
    },
    /^it took \d+ ms$/,
  ],
  ["a refusal", () => Promise.reject(new Error("it must be an integer")), undefined],
];

for (const [name, read, reason] of planted) {
  test.serial(`a planted reader with ${name} is judged`, async (t) => {
    const judged: Attempt = await attempt(reader(read), "input");
    if (reason === undefined) t.is(judged.outcome, "refused");
    else {
      t.is(judged.outcome, "fault");
      t.regex(judged.reason ?? "", reason);
    }
  });
}

test("an input is a function of reader, seed and number", (t) => {
  for (const one of readers) t.deepEqual(inputOf(one, 1, 7), inputOf(one, 1, 7), one.name);
  const inputs = Array.from({ length: 50 }, (_, index) => inputOf(readers[0]!, 1, index).toString());
  t.true(new Set(inputs).size > 40);
  t.notDeepEqual(inputOf(readers[0]!, 2, 7), inputOf(readers[0]!, 1, 7));
});

test("the program prints a row for a reader, and exits with 2 for one that there is none of", (t) => {
  const cwd = mkdtempSync(join(tmpdir(), "valuegrad-"));
  const run = (...args: string[]) => {
    const loader = pathToFileURL(join(root, "node_modules/tsx/dist/esm/index.mjs")).href;
    const program = join(root, "scripts/fuzz-readers.ts");
    return spawnSync(process.execPath, ["--import", loader, program, ...args], { cwd, encoding: "utf8" });
  };
  const { status, stdout, stderr } = run("--inputs", "20", "--only", "values");
  t.is(stderr, "");
  t.is(status, 0);
  t.regex(stdout, /^reader +inputs +accepted +refused +faults +slowest, ms\nvalues +20 +\d+ +\d+ +0 +\d+\n$/);
  t.is(run("--only", "nothing").status, 2);
  t.deepEqual(readdirSync(cwd), []);
});
