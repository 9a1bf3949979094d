import { execFile, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, utimesSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import test from "ava";
import { Workplace } from "../../../src/cli/sweep/work.js";

const folder = (): string => mkdtempSync(join(tmpdir(), "valuegrad-"));
const host = hostname().replace(/[^\w.-]/g, "-");
/** The number of a process that is no more. */
const dead = spawnSync(process.execPath, ["--version"]).pid;

test("one at a time owns a folder; what it holds goes from owner to owner", (t) => {
  const root = join(folder(), "work");
  const [one, other] = [new Workplace(root), new Workplace(root)];
  const claim = one.claim("a")!;
  writeFileSync(join(claim.folder, "file"), "x");
  t.is(one.claim("a"), undefined);
  t.is(other.claim("a"), undefined);
  t.truthy(other.claim("ab"), "another name");
  t.false(claim.lost);
  claim.release();
  t.true(existsSync(join(root, "a", "file")));
  const second = other.claim("a")!;
  t.deepEqual(readdirSync(second.folder), ["file"]);
  second.remove();
  t.false(existsSync(second.folder));
  t.deepEqual(readdirSync(new Workplace(root).claim("a")!.folder), []);
});

test("the folder of a dead process of this host is taken over at once, a living one's is not", (t) => {
  const root = folder();
  for (const [name, pid] of [
    ["dead", dead],
    ["alive", process.ppid],
    ["before", process.pid],
  ] as const) {
    mkdirSync(join(root, `${name}@${host}@${pid}`));
    writeFileSync(join(root, `${name}@${host}@${pid}`, "file"), "x");
  }
  const workplace = new Workplace(root);
  t.deepEqual(readdirSync(workplace.claim("dead")!.folder), ["file"]);
  t.is(workplace.claim("alive"), undefined);
  // a container that starts again gives its processes the same numbers
  t.deepEqual(readdirSync(workplace.claim("before")!.folder), ["file"]);
  t.deepEqual(readdirSync(root).sort(), [
    `alive@${host}@${process.ppid}`,
    `before@${host}@${process.pid}`,
    `dead@${host}@${process.pid}`,
  ]);
});

test("another host's folder is taken over when it shows no sign of life for long, whatever that host's clock says", async (t) => {
  const root = folder();
  const far = join(root, "a@elsewhere@1");
  mkdirSync(far);
  const ages = new Date("2001-01-01");
  utimesSync(far, ages, ages);
  const workplace = new Workplace(root, 100);
  const wait = (): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, 120));
  t.is(workplace.claim("a"), undefined);
  await wait();
  utimesSync(far, ages, new Date("2001-01-02"));
  t.is(workplace.claim("a"), undefined, "it has moved");
  t.is(workplace.claim("a"), undefined, "not long ago");
  await wait();
  t.truthy(workplace.claim("a"));
  t.false(existsSync(far));
});

test("an owner that another process took for dead has lost its folder, and does no harm by releasing it", (t) => {
  const root = folder();
  const claim = new Workplace(root).claim("a")!;
  const thief = join(root, "a@elsewhere@1");
  renameSync(claim.folder, thief);
  t.true(claim.lost);
  claim.release();
  t.deepEqual(readdirSync(root), ["a@elsewhere@1"]);
});

/** Claims and releases a folder for a second; says how often, and how often it was not alone. */
const hammer = `
import { closeSync, openSync, rmSync } from "node:fs";
import { Workplace } from ${JSON.stringify(new URL("../../../src/cli/sweep/work.ts", import.meta.url).href)};
const [root, mark] = process.argv.slice(1);
const workplace = new Workplace(root);
let [claims, collisions] = [0, 0];
for (const end = performance.now() + 1000; performance.now() < end; ) {
  const claim = workplace.claim("a");
  if (claim === undefined) continue;
  claims += 1;
  try {
    closeSync(openSync(mark, "wx"));
    rmSync(mark);
  } catch {
    collisions += 1;
  }
  if (claims % 20 === 0) claim.release();
  else claim.remove();
}
console.log(claims, collisions);
`;

test("processes that claim as fast as they can are never two", async (t) => {
  const root = folder();
  const args = ["--import=tsx", "--input-type=module", "-e", hammer, join(root, "work"), join(root, "mark")];
  const outputs = await Promise.all(
    [0, 1, 2].map(() => promisify(execFile)(process.execPath, args).then(({ stdout }) => stdout)),
  );
  let all = 0;
  for (const output of outputs) {
    const [claims, collisions] = output.split(" ").map(Number);
    t.is(collisions, 0);
    all += claims!;
  }
  t.log(`${all} claims`);
  t.true(all > 50);
});

test("clearing removes all folders of the names, and no others", (t) => {
  const root = folder();
  for (const name of ["a", "a@elsewhere@1", `a@${host}@${dead}`, "ab", "b", "c@elsewhere@1"])
    mkdirSync(join(root, name));
  new Workplace(root).clear(new Set(["a", "c"]));
  t.deepEqual(readdirSync(root).sort(), ["ab", "b"]);
});
