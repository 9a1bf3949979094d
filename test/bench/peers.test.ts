import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import { withTable } from "../../bench/page.js";
import { chart } from "../../bench/peers/chart.js";
import { type Contest, check, type Row, race, type Side } from "../../bench/peers/contest.js";
import { libraries, PeerProcess } from "../../bench/peers/process.js";
import { markdown, report } from "../../bench/peers/report.js";

const root = join(import.meta.dirname, "../..");

/** A side whose turns take so many seconds. */
const side = (name: string, seconds: number, results?: Side["results"]): Side => ({
  name,
  version: `${name} 1.0`,
  time: (turns) => turns * seconds,
  ...(results === undefined ? {} : { results }),
});
const contest = (results: Side["results"], rest: Partial<Contest> = {}): Contest => ({
  work: "sums",
  ours: [{ ...side("", 0.001, results), name: "release" }],
  ...rest,
});
const gives = (...numbers: number[]) => ({ y: numbers });

test("a peer that disagrees is an error that names work, peer and array", async (t) => {
  const ours = contest(() => gives(1, -100));
  const peer = (...numbers: number[]) => [side("numpy", 1, () => gives(...numbers))];
  await t.notThrowsAsync(check(ours, [...peer(1.001, -100), side("timed only", 1)]));
  await t.throwsAsync(check(ours, peer(1.003, -100)), { message: /^sums, numpy: y: error 0\.00/ });
  await t.throwsAsync(check(ours, peer(Number.NaN, -100)), { message: /^sums, numpy: y/ });
  await t.throwsAsync(check(ours, peer(1, -100, 0)), { message: /^sums, numpy: y/ });
  await t.throwsAsync(check(ours, [side("numpy", 1, () => ({}))]), { message: "sums, numpy: there is no y" });
  await t.notThrowsAsync(check({ ...ours, tolerance: 1e-4 }, peer(1.003, -100)));
  // our own builds are compared, too
  const fma = { ...side("", 1, () => gives(2, -100)), name: "fma" } as const;
  await t.throwsAsync(check({ ...ours, ours: [...ours.ours, fma] }, []), { message: /^sums, fma: y/ });
});

const effort = { warm: 0.0001, sample: 0.01, rounds: 5 };

/** Rows of a work with a fast and a slow peer. */
function raced(): Promise<Row[]> {
  const fma = { ...side("", 0.0005), name: "fma" } as const;
  const both = contest(undefined, { parts: 10, targets: { fast: 1, slow: { release: 3, fma: 10 } } });
  const peers = [side("fast", 0.0008), { ...side("slow", 0.004), limit: true }];
  return race({ ...both, ours: [...both.ours, fma] }, peers, effort);
}

test("every peer is compared with every build, and with its target", async (t) => {
  const rows = await raced();
  const close = (actual: number, expected: number) => t.true(Math.abs(actual / expected - 1) < 1e-9);
  t.deepEqual(
    rows.map(({ work, peer, build, target, limit }) => [work, peer, build, target, limit]),
    [
      ["sums", "fast", "release", 1, false],
      ["sums", "fast", "fma", 1, false],
      ["sums", "slow", "release", 3, true],
      ["sums", "slow", "fma", 10, true],
    ],
  );
  const [fast, , , slow] = rows;
  for (const ratio of [fast!.ratio, fast!.low, fast!.high]) close(ratio, 0.8);
  close(slow!.ratio, 8);
  close(slow!.ours, 0.00005);
  close(slow!.theirs, 0.0004);
});

test("rounds are as many as are asked for, or as a contest bears", async (t) => {
  let calls = 0;
  const counted: Side = {
    name: "counted",
    time: (turns) => {
      calls += 1;
      return turns;
    },
  };
  const callsOf = async (rounds?: number): Promise<number> => {
    calls = 0;
    await race(contest(undefined, rounds === undefined ? {} : { rounds }), [counted], {
      ...effort,
      warm: 0,
      rounds: 50,
    });
    return calls;
  };
  t.is((await callsOf()) - (await callsOf(7)), 43);
});

test("tables tell the medians, the quartiles, and whether a target is reached", async (t) => {
  const rows = await raced();
  const circumstances = { date: "2026-01-01", rounds: 5, pinned: true, absent: ["tfjs is left out: it is not there"] };
  const lines = report(rows, circumstances).split("\n");
  t.regex(lines[0]!, /^2026-01-01, .*one core, one thread, 5 rounds; Node v[\d.]+, fast 1\.0, slow 1\.0$/);
  t.regex(lines[3]!, /^sums +fast +release +100 +80 +0\.80 \(0\.80 to 0\.80\) +1 missed$/);
  const page = markdown(rows, circumstances);
  t.true(page.includes("\ntfjs is left out: it is not there.\n"));
  t.true(
    page.includes(
      "| sums | fast | 100 | 50 | 80 | 0.80 (0.80 to 0.80) | 1.60 (1.60 to 1.60) | 1 missed; fma 1 reached |",
    ),
  );
  t.true(page.includes("| 4.00 (4.00 to 4.00) | 8.00 (8.00 to 8.00) | 3 reached; fma 10 missed |"));
  const own = readFileSync(join(root, "bench/PERFORMANCE.md"), "utf8");
  t.true(withTable(own, "peers", page).includes(page));
  const picture = await chart(rows);
  t.regex(picture, />fast</);
  t.notRegex(picture, />slow</);
});

/** A peer of a line of JavaScript. */
const script = (code: string): Promise<PeerProcess | undefined> =>
  PeerProcess.start([process.execPath], ["--input-type=module", "--eval", code]);
const greeting = (slow: string | null): string =>
  `console.log('${JSON.stringify({ version: "sums 1.0", programs: { sum: ["sums"] }, slow })}');`;

test("a peer that is missing is none, and the first command that has it is taken", async (t) => {
  t.is(await PeerProcess.start(["/nowhere/python3"], []), undefined);
  t.is(await script("process.exit(1)"), undefined);
  const args = ["--input-type=module", "--eval", greeting("libblas.so")];
  const peer = await PeerProcess.start(["/nowhere/python3", "false", process.execPath], args);
  t.is(peer!.version, "sums 1.0");
  t.is(peer!.slow, "libblas.so");
  peer!.stop();
  const [torch, numpy] = libraries(["/nowhere/python3"]);
  t.is(await torch!.start(), undefined);
  t.is(await numpy!.start(), undefined);
});

test("a peer that fails tells what it complained of", async (t) => {
  const task = { work: "sum", numbers: [], settings: {} };
  const peer = await script(
    `${greeting(null)} process.stdin.once("data", () => { throw new Error("no sum today"); });`,
  );
  await t.throwsAsync(peer!.sides(task), { message: /^sums 1\.0 has ended:[\s\S]*no sum today/ });
  const other = await script(greeting(null));
  t.deepEqual(await other!.sides({ ...task, work: "product" }), []);
  other!.stop();
});

const run = (...args: string[]) =>
  spawnSync(process.execPath, ["--import=tsx", join(root, "bench/peers.ts"), ...args], { encoding: "utf8" });

test("a quick run checks and times the peers that are there, and names those that are not", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "valuegrad-peers-"));
  const { status, stdout, stderr } = run(
    "--quick",
    "--work",
    "acting,simulator",
    "--python",
    "/nowhere",
    "--out",
    folder,
  );
  t.is(status, 0, stderr);
  t.regex(stderr, /^PyTorch is left out: it is not installed \(apt-get install python3-torch libopenblas0-pthread\)$/m);
  t.regex(stderr, /^numpy is left out: it is not installed \(apt-get install python3-numpy libopenblas0-pthread\)$/m);
  const tfjs = existsSync(join(root, "bench/peers/node_modules/@tensorflow"));
  t.is(/^tfjs-wasm is left out: it is not installed \(npm ci --prefix bench\/peers\)$/m.test(stderr), !tfjs);
  t.regex(stderr, /^half-cheetah, one action: checked, 2 peers$/m);
  for (const peer of ["onnxruntime-node", "onnxruntime-web"])
    t.regex(stdout, new RegExp(`one action +${peer} +release`));
  t.is(stdout.match(/MuJoCo wasm +release/g)!.length, 6);

  const [table, picture] = readdirSync(folder).sort();
  t.is(picture, "peers.svg");
  t.regex(table!, /^peers-[a-z0-9-]+\.csv$/);
  const [header, ...rows] = readFileSync(join(folder, table!), "utf8").trimEnd().split("\n");
  t.regex(header!, /^date,node,version,work,peer,build,ours_us,theirs_us,theirs_over_ours,/);
  t.is(rows.length, 8);
  t.regex(rows[0]!, /,onnxruntime-node [\d.]+,"half-cheetah, one action",onnxruntime-node,release,.*,5$/);
});

const WORKS = "mlp, ensemble, adam, update, svg-inf, acting, simulator, products, start";

test("a work that there is not and a number of rounds that is none are the user's mistakes", (t) => {
  for (const [option, value, remedy] of [
    ["--work", "juggling", `it must be some of ${WORKS}`],
    ["--rounds", "0", "it must be a whole number from 1"],
  ] as const) {
    const { status, stderr } = run(option, value);
    t.is(status, 2);
    t.is(stderr, `error: ${option} is ${value}: ${remedy}\n`);
  }
});
