import { type ChildProcess, spawn } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import test, { type ExecutionContext } from "ava";
import { DelayedError, type Job, UnrecoverableError, Worker } from "bullmq";
import { Redis } from "ioredis";
import type { CellFiles } from "../../src/cli/sweep/cell.js";
import { type Cell, readSweep } from "../../src/cli/sweep/file.js";
import { SweepFolder } from "../../src/cli/sweep/folder.js";
import { digest, pack } from "../../src/cli/sweep/parcel.js";
import { runQueued } from "../../src/cli/sweep/queue.js";
import type { SweepView } from "../../src/cli/sweep/view.js";
import { cli, contents, type Outcome, root, valuegrad } from "./command.js";
import { freePort, queueOf, RedisServer } from "./redis.js";

const folder = (): string => mkdtempSync(join(tmpdir(), "valuegrad-"));

const text = `seed: 1..2
steps: 6000
evaluationInterval: 500
evaluationEpisodes: 1
learningStarts: 50
batch: 16
policyHidden: [8]
valueHidden: [8]
modelHidden: [4]`;
const oneCell = text.replace("1..2", "1");
const cells = readSweep(text, "sweep.yaml");
const nameOf = ({ hash }: Cell): string => hash.slice(0, 16);

/** A new folder with a sweep file in it. */
function place(sweep = text): string {
  const cwd = folder();
  writeFileSync(join(cwd, "sweep.yaml"), sweep);
  return cwd;
}

const reference = place();
let expected: Map<string, Buffer>;

test.before("run the sweep on this machine", async (t) => {
  const { code, stderr } = await valuegrad(["sweep", "sweep.yaml", "--out", "out"], reference);
  t.is(stderr, "");
  t.is(code, 0);
  expected = contents(join(reference, "out"));
});

/** The sweep in this folder has ended with the reference's bytes, and left nothing else. */
function isReference(t: ExecutionContext, cwd: string): void {
  const found = contents(join(cwd, "out"));
  t.deepEqual([...found.keys()], [...expected.keys()]);
  for (const [name, bytes] of found) t.true(bytes.equals(expected.get(name)!), name);
}

/** The sweep of one cell in this folder has ended with the reference's bytes. */
function isFirst(t: ExecutionContext, cwd: string): void {
  const name = `cells/${nameOf(cells[0]!)}`;
  const found = contents(join(cwd, "out", name));
  t.is(found.size, 5);
  for (const [file, bytes] of found) t.true(bytes.equals(expected.get(`${name}/${file}`)!), file);
}

/** A command that is under way. */
interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Outcome>;
  /** Resolves once the command has written this. */
  until(pattern: RegExp): Promise<void>;
}

function start(t: ExecutionContext, args: readonly string[], cwd: string, program = cli): Running {
  const child = spawn(process.execPath, [program, ...args], { cwd });
  t.teardown(() => child.kill("SIGKILL"));
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (data) => {
    stdout += data;
  });
  child.stderr.on("data", (data) => {
    stderr += data;
  });
  const ended = new Promise<Outcome>((resolve) => child.on("close", (code) => resolve({ code, stdout, stderr })));
  const until = async (pattern: RegExp): Promise<void> => {
    while (!pattern.test(stdout + stderr)) {
      if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}: ${stdout}${stderr}`);
      await sleep(20);
    }
  };
  return { child, ended, until };
}

const coordinate = (t: ExecutionContext, server: RedisServer, cwd: string): Running =>
  start(t, ["sweep", "sweep.yaml", "--out", "out", "--queue", server.url], cwd);

const work = (t: ExecutionContext, server: RedisServer, cwd: string, ...options: string[]): Running =>
  start(t, ["worker", "--queue", server.url, "--jobs", "1", "--work", "work", ...options], cwd);

/** Waits for something that polling tells. */
async function eventually<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await sleep(50);
  }
}

/** A cell's files, from the reference. */
const filesOf = (cell: Cell): CellFiles =>
  new Map(
    ["best.onnx", "config.json", "metrics.jsonl", "policy.onnx", "report.html"].map((name) => [
      name,
      new Uint8Array(expected.get(`cells/${nameOf(cell)}/${name}`)!),
    ]),
  );

/** A worker that need not compute: it answers each cell with what `answer` gives. */
function pretend(t: ExecutionContext, server: RedisServer, answer: (cell: Cell, job: Job) => unknown): Worker {
  const { name, options } = server.connection;
  const process = async (job: Job): Promise<unknown> => answer(cells.find(({ hash }) => hash === job.id)!, job);
  const worker = new Worker(name, process, { ...options, name: "pretender" });
  worker.on("error", () => {});
  t.teardown(() => worker.close(true));
  return worker;
}

const ending = /(\d+ environment steps, by workers at redis:\/\/127\.0\.0\.1:\d+)\n/;

test("a worker that is killed loses nothing: cells go to others and back, and end with the same bytes", async (t) => {
  const server = await RedisServer.start(t);
  const cwd = place();
  const other = folder();
  const killed = work(t, server, cwd, "--lock", "1");
  await killed.until(/takes cells/);
  const coordinator = coordinate(t, server, cwd);
  const queue = server.queue(t);
  const { id, progress } = await eventually(async () =>
    (await queue.getActive()).find((job) => (job?.progress as { step?: number })?.step),
  );
  const { step, steps, lastReturn, ...rest } = progress as Record<string, number>;
  t.deepEqual(rest, {});
  t.true(step! > 0 && step! < 6000 && steps === 6000 && Number.isFinite(lastReturn));
  killed.child.kill("SIGKILL");
  await killed.ended;

  const again = work(t, server, cwd, "--lock", "1");
  await again.until(new RegExp(`cell ${id!.slice(0, 16)} .* goes on`));
  const second = work(t, server, other, "--lock", "1");
  const { code, stdout, stderr } = await coordinator.ended;
  t.is(stderr, "");
  t.is(code, 0);
  t.regex(stdout, ending);
  isReference(t, cwd);
  for (const worker of [again, second]) {
    worker.child.kill("SIGINT");
    t.is((await worker.ended).code, 0);
    t.is((await worker.ended).stderr, "");
  }
  t.deepEqual(readdirSync(join(cwd, "work")), [], "finished cells leave no work");
  t.deepEqual(await queue.getJobCounts("wait", "active", "completed", "failed"), {
    wait: 0,
    active: 0,
    completed: 0,
    failed: 0,
  });
});

test("SIGTERM hands a cell back at once, saved; the next worker there goes on with it", async (t) => {
  const server = await RedisServer.start(t);
  const cwd = place(oneCell);
  const coordinator = coordinate(t, server, cwd);
  await coordinator.until(/no worker of valuegrad .* is there yet: valuegrad worker --queue redis:/);
  const first = work(t, server, cwd);
  const queue = server.queue(t);
  const { id } = await eventually(async () =>
    (await queue.getActive()).find((job) => (job?.progress as { step?: number })?.step),
  );
  first.child.kill("SIGTERM");
  const { code, stdout, stderr } = await first.ended;
  t.is(code, 75);
  t.is(stderr, "");
  const name = id!.slice(0, 16);
  t.regex(stdout, new RegExp(`cell ${name} \\(cartpole, seed \\d\\) ends at step \\d+: it was stopped\\n$`));
  t.is(await queue.getJobState(id!), "waiting");
  t.deepEqual(readdirSync(join(cwd, "work")), [name]);

  const next = work(t, server, cwd);
  await next.until(new RegExp(`cell ${name} .* goes on[\\s\\S]*cell ${name} .* is done`));
  t.is((await coordinator.ended).code, 0);
  isFirst(t, cwd);
});

test("a coordinator that was killed goes on: what finished meanwhile is collected, nothing is run again", async (t) => {
  const server = await RedisServer.start(t);
  const cwd = place();
  let release = (): void => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let runs = 0;
  const worker = pretend(t, server, async (cell) => {
    if (++runs === 2) await held;
    return pack(filesOf(cell));
  });
  const killed = coordinate(t, server, cwd);
  await killed.until(/1\/2 cells/);
  killed.child.kill("SIGKILL");
  await killed.ended;
  release();
  await new Promise((resolve) => worker.once("drained", () => resolve(undefined)));
  await worker.close();

  const { code, stdout, stderr } = await coordinate(t, server, cwd).ended;
  t.is(code, 0);
  t.regex(stderr, /^warning: no worker/);
  t.regex(stdout, /to run: 1 cell, /);
  t.is(runs, 2);
  isReference(t, cwd);
  const { code: third, stdout: done, stderr: none } = await coordinate(t, server, cwd).ended;
  t.deepEqual([third, none], [0, ""]);
  t.notRegex(done, /to run/);
});

/** A copy of this build, elsewhere. */
function copyBuild(): string {
  const copy = folder();
  mkdirSync(join(copy, "build"));
  for (const file of readdirSync(join(root, "build"))) {
    if (/\.js$|^core(\.\w+)?\.wasm$/.test(file)) cpSync(join(root, "build", file), join(copy, "build", file));
  }
  return copy;
}

test("a worker of another build leaves the cells alone and says so", async (t) => {
  const server = await RedisServer.start(t);
  const cwd = place();
  const copy = copyBuild();
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  // an empty custom section: still WebAssembly
  const core = join(copy, "build/core.wasm");
  appendFileSync(core, Uint8Array.of(0, 2, 1, 120));
  const coordinator = coordinate(t, server, cwd);
  await coordinator.until(/no worker/);
  const queue = server.queue(t);
  await eventually(async () => ((await queue.getWaitingCount()) === 2 ? true : undefined));

  const other = start(t, ["worker", "--queue", server.url], cwd, join(copy, "build/cli.js"));
  await other.until(/leaves them alone/);
  const [ours, theirs] = [queue.name, queueOf(readFileSync(core))].map((name) => {
    const [version, hash] = name.split("-");
    return `valuegrad ${version} (core ${hash!.slice(0, 12)})`;
  });
  pretend(t, server, (cell) => pack(filesOf(cell)));
  t.is((await coordinator.ended).code, 0);
  isReference(t, cwd);
  other.child.kill("SIGINT");
  const { code, stdout, stderr } = await other.ended;
  t.is(code, 0);
  t.is(stdout, `${theirs} takes cells from ${server.url}, ${stdout.match(/(\d+) at a time/)?.[1]} at a time\n`);
  t.is(
    stderr,
    `warning: cells for ${ours} wait at ${server.url}: this is ${theirs}, which leaves them alone; install that release\n`,
  );
});

test("a Redis server that is lost in the middle is found again; training goes on meanwhile", async (t) => {
  const server = await RedisServer.start(t, "--appendonly", "yes", "--appendfsync", "always");
  const cwd = place(oneCell);
  const coordinator = coordinate(t, server, cwd);
  const impatient = coordinate(t, server, place(oneCell));
  await Promise.all([coordinator.until(/no worker/), impatient.until(/no worker/)]);
  // last, so that the server is lost long before the cell is done
  const worker = work(t, server, cwd, "--lock", "1");
  await worker.until(/ starts\n/);
  await server.stop();
  await impatient.until(/lost/);
  // by now it waits for an answer
  await sleep(1000);
  impatient.child.kill("SIGINT");
  const { code: interrupted, stdout } = await impatient.ended;
  t.is(interrupted, 0);
  t.regex(
    stdout,
    /\nstopping: workers go on with what is in the queue; .*\n(.*\n)*stopped; the same command goes on\n$/,
  );
  await Promise.all([worker.until(/ is done\n/), coordinator.until(/lost/)]);
  await server.start();
  const { code, stderr } = await coordinator.ended;
  t.is(code, 0);
  const lost = `warning: lost ${server.url}: everything goes on meanwhile, trying to reach it again\n`;
  const back = `warning: ${server.url} is back\n`;
  t.true(stderr.endsWith(lost + back), stderr);
  isFirst(t, cwd);

  await server.stop();
  await worker.until(/lost[\s\S]*lost/);
  worker.child.kill("SIGTERM");
  const end = await worker.ended;
  t.is(end.code, 75, "a server that is away does not hold a worker up");
  const lines = new Set(end.stderr.split(/(?<=\n)/));
  lines.delete(
    `warning: the queue heard nothing of cell ${nameOf(cells[0]!)} for longer than --lock and gives it to whoever is free\n`,
  );
  t.deepEqual([...lines], [lost, back]);
});

test("a result that is not this cell's is refused, a failure is told; the same command tries again", async (t) => {
  const server = await RedisServer.start(t);
  const cwd = place(text.replace("1..2", "1..9"));
  const all = readSweep(readFileSync(join(cwd, "sweep.yaml"), "utf8"), "sweep.yaml");
  const runs = new Map<number, number>();
  const answer = async (job: Job): Promise<unknown> => {
    const { seed } = job.data.config as { seed: number };
    runs.set(seed, (runs.get(seed) ?? 0) + 1);
    const files = filesOf(cells[seed === 2 ? 1 : 0]!);
    const parcel = pack(files);
    await job.log(seed === 2 ? digest(filesOf(cells[0]!)) : digest(files));
    switch (seed) {
      case 3:
        return { ...parcel, "report.html": { ...parcel["report.html"], base64: "PGh0bWw+" } };
      case 4:
        return { ...parcel, "../../../evil": parcel["report.html"] };
      case 6:
        return null;
      case 7:
        throw new UnrecoverableError("training has blown up");
      case 8:
        return { ...parcel, "policy.onnx": "ONNX" };
      default:
        return parcel;
    }
  };
  const { name, options } = server.connection;
  const worker = new Worker(name, answer, { ...options, name: "pretender" });
  t.teardown(() => worker.close(true));
  const { code, stderr } = await coordinate(t, server, cwd).ended;
  t.is(code, 1);
  const refused = "the result from pretender is refused: ";
  const hashes = [1, 0].map((i) => digest(filesOf(cells[i]!))).join(", ");
  const lines = stderr.trimEnd().split("\n").slice(-9);
  t.deepEqual(lines, [
    `warning: cell 1 seed=2: ${refused}it was computed more than once, to different bytes: ${hashes}`,
    `warning: cell 2 seed=3: ${refused}its report.html has another SHA-256 than at its start`,
    `warning: cell 3 seed=4: ${refused}it has not exactly the files best.onnx, config.json, metrics.jsonl, policy.onnx, report.html`,
    `warning: cell 4 seed=5: ${refused}its config.json is another cell's`,
    `warning: cell 5 seed=6: ${refused}it has not exactly the files best.onnx, config.json, metrics.jsonl, policy.onnx, report.html`,
    "warning: cell 6 seed=7: training has blown up (on pretender)",
    `warning: cell 7 seed=8: ${refused}its policy.onnx has another SHA-256 than at its start`,
    `warning: cell 8 seed=9: ${refused}its config.json is another cell's`,
    "error: 8 cells failed, which the same command tries again",
  ]);
  t.deepEqual(readdirSync(join(cwd, "out/cells")), [nameOf(all[0]!)]);
  t.deepEqual(readdirSync(cwd).sort(), ["out", "sweep.yaml"]);
  t.is((await coordinate(t, server, cwd).ended).code, 1);
  t.deepEqual(
    [...runs].sort(([a], [b]) => a - b).map(([, count]) => count),
    [1, 2, 2, 2, 2, 2, 2, 2, 2],
  );
});

test("a cell is tried again whose process was ended, or that a machine can't run: that worker ends", async (t) => {
  const server = await RedisServer.start(t);
  const cwd = place(oneCell);
  const [name, queue] = [nameOf(cells[0]!), server.queue(t)];
  const again = async (): Promise<void> => {
    const job = await eventually(async () => (await queue.getDelayed())[0]);
    await job.promote();
  };
  const coordinator = coordinate(t, server, cwd);
  const first = work(t, server, cwd);
  const children = `/proc/${first.child.pid}/task/${first.child.pid}/children`;
  const child = await eventually(async () => Number(readFileSync(children, "utf8").trim()) || undefined);
  process.kill(child, "SIGKILL");
  await first.until(/: its process was ended by SIGKILL\n/);
  first.child.kill("SIGINT");
  t.is((await first.ended).code, 0);

  const obstacle = join(cwd, "work", name, "settings.json");
  rmSync(join(cwd, "work", name), { recursive: true });
  mkdirSync(obstacle, { recursive: true });
  await again();
  const second = await work(t, server, cwd).ended;
  t.is(second.code, 2);
  t.regex(second.stderr, /^error: cannot write \S*settings\.json: it is a folder\n$/);

  rmSync(obstacle, { recursive: true });
  await again();
  const third = work(t, server, cwd);
  t.is((await coordinator.ended).code, 0);
  isFirst(t, cwd);
  third.child.kill("SIGINT");
  t.is((await third.ended).code, 0);

  const hopeless = place(oneCell);
  let attempts = 0;
  pretend(t, server, () => {
    attempts += 1;
    throw new Error("the machine is on fire");
  });
  const { ended } = coordinate(t, server, hopeless);
  await again();
  await again();
  t.regex((await ended).stderr, /^warning: cell 0: the machine is on fire \(on pretender\)\nerror: 1 cell failed/);
  t.is((await ended).code, 1);
  t.is(attempts, 3);
});

test("progress of cells reaches the coordinator's view, until they are finished or handed back", async (t) => {
  const redisServer = await RedisServer.start(t);
  const { name, options } = redisServer.connection;
  const redis = new Redis(redisServer.port, { maxRetriesPerRequest: null });
  t.teardown(() => redis.disconnect());
  const seen: string[] = [];
  const view: SweepView = {
    progress: ({ config }, { step, lastReturn }) => void seen.push(`${config.seed} at ${step}: ${lastReturn}`),
    finished: ({ config }) => void seen.push(`${config.seed} finished`),
    ended: ({ config }) => void seen.push(`${config.seed} ended`),
    log() {},
    stop() {},
  };
  let handedBack = false;
  const worker = new Worker(
    name,
    async (job, token) => {
      await job.updateProgress({ step: 3, steps: 6000, lastReturn: -1.5 });
      await eventually(async () => seen.at(-1) === `${job.data.config.seed} at 3: -1.5` || undefined);
      if (handedBack || job.data.config.seed === 2) return pack(filesOf(cells[job.data.config.seed - 1]!));
      handedBack = true;
      await job.moveToDelayed(Date.now() + 1500, token);
      throw new DelayedError();
    },
    options,
  );
  t.teardown(() => worker.close(true));
  const folder = new SweepFolder(join(place(), "out"), text, cells);
  const server = { redis, bullmq: await import("bullmq"), name: "here", queue: name };
  const failures = await runQueued(cells, folder, server, { signal: new AbortController().signal, view });
  t.is(failures.size, 0);
  const order = seen.filter((line, i) => line !== seen[i - 1]);
  t.deepEqual(order.slice(-1), ["1 finished"]);
  t.deepEqual(
    order.filter((line) => line.startsWith("1")),
    ["1 at 3: -1.5", "1 ended", "1 at 3: -1.5", "1 finished"],
  );
  t.deepEqual(
    order.filter((line) => line.startsWith("2")),
    ["2 at 3: -1.5", "2 finished"],
  );
});

/** Checks that a command ends with exit code 2 and one sentence. */
async function refuses(t: ExecutionContext, args: readonly string[], message: RegExp, program = cli): Promise<void> {
  const { code, stdout, stderr } = await start(t, args, place(), program).ended;
  t.is(code, 2, stderr);
  t.is(stdout, "");
  t.regex(stderr, message);
}

const sweepArgs = (url: string): string[] => ["sweep", "sweep.yaml", "--out", "out", "--queue", url];

test("an address that is none, or where no Redis answers, is refused; passwords are not shown", async (t) => {
  const free = await freePort();
  const listen = async (answer?: string): Promise<number> => {
    const server = createServer((socket) => {
      socket.on("error", () => {});
      if (answer !== undefined) socket.on("data", () => socket.end(answer));
    });
    t.teardown(() => server.close());
    const port = await freePort();
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    return port;
  };
  const [silent, web] = [await listen(), await listen("HTTP/1.1 400 Bad Request\r\n\r\n")];
  const none = /: it must be the address of a Redis server, such as redis:\/\/host:6379\n$/;
  const refused = new RegExp(`^error: queue is redis://\\*\\*\\*@127\\.0\\.0\\.1:${free}: nothing listens there\n$`);
  await Promise.all([
    refuses(t, ["worker", "--queue", "127.0.0.1:6379"], none),
    refuses(t, ["worker", "--queue", "http://:secret@127.0.0.1"], /^error: queue is http:\/\/\*\*\*@127/),
    refuses(t, ["worker", "--queue", `redis://:secret@127.0.0.1:${free}`], refused),
    refuses(t, sweepArgs(`redis://:secret@127.0.0.1:${free}`), refused),
    refuses(t, sweepArgs(`redis://127.0.0.1:${silent}`), /: nothing answers\n$/),
    refuses(t, sweepArgs(`redis://127.0.0.1:${web}`), /: what answers is no Redis server\n$/),
    refuses(
      t,
      [...sweepArgs("redis://127.0.0.1"), "--jobs", "2"],
      /^error: option '--queue <url>' cannot be used with option '--jobs <n>'\n$/,
    ),
    refuses(t, ["worker"], /^error: required option '--queue <url>' not specified\n$/),
    refuses(t, ["worker", "--queue", "redis://x", "--lock", "0"], /^error: lock is 0: it must be an integer from 1 to/),
    refuses(
      t,
      ["worker", "--queue", "redis://x", "--work", "sweep.yaml"],
      /^error: work is sweep.yaml: .* it is a file/,
    ),
  ]);
});

test("a Redis server that refuses, may drop cells or is full is named with the reason", async (t) => {
  const closed = await RedisServer.start(t, "--requirepass", "right");
  const { port } = closed;
  const dropping = await RedisServer.start(t, "--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru");
  const full = await RedisServer.start(t, "--maxmemory", "1mb");
  const good = await RedisServer.start(t);
  await Promise.all([
    refuses(t, ["worker", "--queue", `redis://127.0.0.1:${port}`], /: it refuses this name or password\n$/),
    refuses(
      t,
      ["worker", "--queue", `redis://:wrong@127.0.0.1:${port}`],
      /\/\*\*\*@127.*: it refuses this name or password\n$/,
    ),
    refuses(t, ["worker", "--queue", `redis://:right@127.0.0.1:${port}/99`], /: .*DB index is out of range\n$/),
    refuses(t, [...sweepArgs(good.url), "--cell", "2"], /^error: cell is 2: it must be an integer from 0 to 1\n$/),
    refuses(t, ["worker", "--queue", dropping.url], /set its maxmemory-policy to noeviction, it is allkeys-lru\n$/),
  ]);
  const { code, stderr } = await coordinate(t, full, place()).ended;
  t.is(code, 1);
  t.regex(stderr, /^error: queue is redis:\/\/127\.0\.0\.1:\d+: its memory is full, by its maxmemory\n$/m);
});

test("without the packages of the queue, one sentence says which", async (t) => {
  const program = join(copyBuild(), "build/cli.js");
  const message = /^error: a queue needs the packages bullmq and ioredis: npm install bullmq ioredis\n$/;
  await refuses(t, sweepArgs("redis://127.0.0.1"), message, program);
});
