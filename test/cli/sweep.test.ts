import { type ChildProcess, execFile } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { load } from "js-yaml";
import { readSweep } from "../../src/cli/sweep/file.js";
import { cli, contents, type Outcome, root, valuegrad } from "./command.js";

const folder = (): string => mkdtempSync(join(tmpdir(), "valuegrad-"));

const small = `evaluationEpisodes: 1
learningStarts: 50
batch: 8
policyHidden: [8]
valueHidden: [8]
modelHidden: [4]`;
const text = `task: [cartpole, reacher-4target]\nseed: 1..2\nsteps: 120\nevaluationInterval: 60\n${small}`;
const cells = readSweep(text, "sweep.yaml");
const names = cells.map(({ hash }) => hash.slice(0, 16));

/** A new folder with a sweep file in it. */
function place(sweep = text): string {
  const cwd = folder();
  writeFileSync(join(cwd, "sweep.yaml"), sweep);
  return cwd;
}

const run = (cwd: string, args: readonly string[] = [], started?: (child: ChildProcess) => void): Promise<Outcome> =>
  valuegrad(["sweep", "sweep.yaml", "--out", "out", ...args], cwd, started);

const reference = place();
let expected: Map<string, Buffer>;

test.before("run the sweep, one cell after another", async (t) => {
  const { code, stdout, stderr } = await run(reference, ["--jobs", "1"]);
  t.is(stderr, "");
  t.is(code, 0);
  const lines = stdout.trimEnd().split("\n");
  t.is(lines[0], "out: 4 cells, 480 environment steps");
  t.is(lines[1], "to run: 4 cells, 480 environment steps, 1 at once");
  for (const [i, label] of ["cartpole seed=1", "cartpole seed=2", "reacher-4target seed=1"].entries()) {
    t.regex(
      lines[2 + i]!,
      new RegExp(`^cell ${i} task=${label}: return -.*; ${i + 1}/4 cells  ${120 * (i + 1)}/480 steps`),
    );
  }
  t.is(lines.at(-1), "out/results.jsonl: 4 of 4 cells");
  expected = contents(join(reference, "out"));
});

/** The sweep in this folder has ended with the reference's bytes, and left nothing else. */
function isReference(t: ExecutionContext, cwd: string): void {
  const found = contents(join(cwd, "out"));
  t.deepEqual([...found.keys()], [...expected.keys()]);
  for (const [name, bytes] of found) t.true(bytes.equals(expected.get(name)!), name);
}

/** A folder in which the sweep has been run. */
function copy(): string {
  const cwd = folder();
  cpSync(reference, cwd, { recursive: true });
  return cwd;
}

test("a finished sweep is the files of its cells and a line for each, in the file's order", (t) => {
  const files = ["best.onnx", "config.json", "metrics.jsonl", "policy.onnx", "report.html"];
  t.deepEqual(
    [...expected.keys()].sort(),
    [...names.flatMap((name) => files.map((file) => `cells/${name}/${file}`)), "results.jsonl", "sweep.yaml"].sort(),
  );
  t.is(String(expected.get("sweep.yaml")), text);
  const lines = String(expected.get("results.jsonl")).trimEnd().split("\n");
  for (const [i, line] of lines.entries()) {
    const { cell, config, metrics, policy, ...rest } = JSON.parse(line);
    t.deepEqual(rest, {});
    t.is(cell, cells[i]!.hash);
    t.deepEqual(config, cells[i]!.config);
    t.deepEqual(
      metrics.map(({ step }: { step: number }) => step),
      [0, 60, 120],
    );
    t.regex(policy, /^[0-9a-f]{64}$/);
  }
  t.is(lines.length, 4);
});

test("a cell's files are those that train writes with its settings", async (t) => {
  const cwd = place();
  writeFileSync(join(cwd, "config.json"), JSON.stringify(cells[3]!.config));
  t.is((await valuegrad(["train", "--config", "config.json", "--out", "run"], cwd)).code, 0);
  for (const file of readdirSync(join(reference, "out/cells", names[3]!))) {
    t.deepEqual(readFileSync(join(cwd, "run", file)), expected.get(`cells/${names[3]}/${file}`), file);
  }
});

/** Processes begun by another, by what Linux tells. */
function childrenOf(pid: number): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, "utf8");
        return Number(stat.slice(stat.lastIndexOf(")")).split(" ")[2]) === pid;
      } catch {
        return false;
      }
    })
    .map(Number);
}

async function until(t: ExecutionContext, condition: () => boolean, what: string): Promise<void> {
  for (let i = 0; i < 1200; ++i) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  t.fail(`in vain: ${what}`);
}

/** Calls once when the first cell is finished. */
const onFirstCell = (child: ChildProcess, call: () => void): void => {
  let seen = false;
  child.stdout!.on("data", (data) => {
    if (seen || !/^cell \d/m.test(String(data))) return;
    seen = true;
    call();
  });
};

// alone, so that signals come in time
test.serial(
  "after kill -9 in the middle the same command ends with the same bytes, and runs no finished cell again",
  async (t) => {
    const cwd = place();
    let children: number[] = [];
    const parentOnly = await run(cwd, ["--jobs", "2"], (child) =>
      onFirstCell(child, () => {
        children = childrenOf(child.pid!);
        child.kill("SIGKILL");
      }),
    );
    t.is(parentOnly.code, null);
    t.true(children.length > 0);
    await until(t, () => children.every((pid) => !existsSync(`/proc/${pid}`)), "children end with their parent");

    const everybody = await run(cwd, ["--jobs", "1"], (child) =>
      onFirstCell(child, () => {
        for (const pid of [child.pid!, ...childrenOf(child.pid!)]) process.kill(pid, "SIGKILL");
      }),
    );
    t.is(everybody.code, null);
    const finished = readdirSync(join(cwd, "out/cells"));
    t.true(finished.length >= 2 && finished.length < 4, `${finished.length} finished`);
    const inodes = (): number[] => finished.map((name) => statSync(join(cwd, "out/cells", name, "policy.onnx")).ino);
    const before = inodes();

    const last = await run(cwd, ["--jobs", "2"]);
    t.is(last.code, 0, last.stderr);
    t.regex(last.stdout, new RegExp(`^to run: ${4 - finished.length} cells?, `, "m"));
    t.deepEqual(inodes(), before);
    isReference(t, cwd);
  },
);

test("SIGTERM, also when sent to parent and children twice, lets running cells save themselves; the same command goes on", async (t) => {
  const sweep = `steps: 1000000000\nevaluationInterval: 500\n${small}`;
  const cwd = place(sweep);
  const name = readSweep(sweep, "sweep.yaml")[0]!.hash.slice(0, 16);
  const work = join(cwd, "out/work");
  /** The last step that is saved, -1 before there is one. */
  const saved = (): number => {
    const claimed = existsSync(work) ? readdirSync(work).find((entry) => entry.startsWith(name)) : undefined;
    const path = join(work, claimed ?? "", "run/checkpoints");
    const files = existsSync(path) ? readdirSync(path).filter((file) => file.endsWith(".safetensors")) : [];
    return Math.max(-1, ...files.map((file) => Number.parseInt(file, 10)));
  };
  const stopped = await run(cwd, [], async (child) => {
    await until(t, () => saved() >= 0, "a first checkpoint");
    const children = childrenOf(child.pid!);
    for (const pid of [...children, child.pid!, ...children]) process.kill(pid, "SIGTERM");
  });
  t.is(stopped.code, 75, stopped.stderr);
  t.is(stopped.stderr, "");
  t.regex(stopped.stdout, /\nstopping: .*\nout\/results\.jsonl: 0 of 1 cell\nstopped; the same command goes on\n$/);
  t.deepEqual(readdirSync(work), [name]);
  const step = saved();
  t.true(step > 0, "also what came after the last evaluation");

  const interrupted = await run(cwd, ["--cell", "0"], async (child) => {
    await until(t, () => saved() > step, "a later checkpoint");
    child.kill("SIGINT");
  });
  t.is(interrupted.code, 0, interrupted.stderr);
  t.regex(interrupted.stdout, /\nstopping: .*\nstopped; the same command goes on\n$/);
  t.deepEqual(readdirSync(work), [name]);

  // something is in the way, and the sentence says where it can be found
  const metrics = join(work, name, "run/metrics.jsonl");
  rmSync(metrics);
  mkdirSync(metrics);
  const failed = await run(cwd);
  t.is(failed.code, 1);
  t.is(
    failed.stderr,
    `warning: cell 0: cannot write ${metrics}: it is a folder; put it right, then valuegrad resume ${join(work, name, "run")} goes on\nerror: 1 cell failed, which the same command tries again\n`,
  );
});

test("a process that is taken for dead while it runs a cell can no longer write, and starts over when nobody else does it", async (t) => {
  const sweep = `steps: 2000\nevaluationInterval: 250\n${small}`;
  const cwd = place(sweep);
  const name = readSweep(sweep, "sweep.yaml")[0]!.hash.slice(0, 16);
  const work = join(cwd, "out/work");
  const thief = join(work, `${name}@elsewhere@1`);
  const own = (): string | undefined => readdirSync(work).find((entry) => entry.startsWith(`${name}@`));
  const { code, stdout, stderr } = await run(cwd, ["--cell", "0"], async (child) => {
    const begun = (): boolean => existsSync(work) && existsSync(join(work, own() ?? "", "run/checkpoints"));
    await until(t, begun, "a first checkpoint");
    renameSync(join(work, own()!), thief);
    await until(t, () => childrenOf(child.pid!).length === 0, "the end of the cell's process");
    t.deepEqual(readdirSync(work), [`${name}@elsewhere@1`]);
    rmSync(thief, { recursive: true });
  });
  t.is(stderr, "");
  t.is(code, 0);
  t.regex(stdout, /\ncell 0: return /);
  t.deepEqual(readdirSync(work), []);
});

test("two processes work on one sweep at the same time and leave the same bytes", async (t) => {
  const cwd = place();
  const both = await Promise.all([run(cwd, ["--jobs", "1"]), run(cwd, ["--jobs", "1"])]);
  for (const { code, stdout, stderr } of both) {
    t.is(stderr, "");
    t.is(code, 0);
    t.regex(stdout, /\nout\/results\.jsonl: 4 of 4 cells\n$/);
  }
  isReference(t, cwd);
});

/** Has valuegrad installed in a folder, as npm would. */
function install(cwd: string): void {
  mkdirSync(join(cwd, "node_modules/.bin"), { recursive: true });
  symlinkSync(cli, join(cwd, "node_modules/.bin/valuegrad"));
}

function shell(cwd: string, command: readonly string[], env: NodeJS.ProcessEnv): Promise<Outcome> {
  const [program = "", ...args] = command;
  return new Promise((resolve) => {
    const child = execFile(program, args, { cwd, env: { ...process.env, ...env } }, (_, stdout, stderr) => {
      resolve({ code: child.exitCode, stdout, stderr });
    });
  });
}

/** A folder of programs that stand for Slurm's. */
function fakeSlurm(cwd: string, srun: string): NodeJS.ProcessEnv {
  const bin = join(cwd, "bin");
  mkdirSync(bin);
  writeFileSync(join(bin, "srun"), `#!/bin/sh\n${srun}\n`, { mode: 0o755 });
  writeFileSync(join(bin, "scontrol"), '#!/bin/sh\necho "scontrol $*"\n', { mode: 0o755 });
  return { PATH: `${bin}:${process.env.PATH}`, SLURM_ARRAY_JOB_ID: "77" };
}

test("cell by cell, as the tasks of a Slurm array and the pods of a Kubernetes job, then merged: the same bytes", async (t) => {
  const cwd = place();
  install(cwd);
  const env = fakeSlurm(cwd, 'exec "$@"');
  t.is((await valuegrad(["sweep", "sweep.yaml", "--count"], cwd)).stdout, "4\n");
  const slurm = ["bash", join(root, "examples/slurm.sh"), "sweep.yaml", "runs/sweep"];
  const job = load(readFileSync(join(root, "examples/kubernetes.yaml"), "utf8")) as {
    spec: { template: { spec: { containers: { command: string[] }[] } } };
  };
  const { command } = job.spec.template.spec.containers[0]!;
  const outcomes = await Promise.all([
    shell(cwd, slurm, { ...env, SLURM_ARRAY_TASK_ID: "0" }),
    shell(cwd, slurm, { ...env, SLURM_ARRAY_TASK_ID: "3" }),
    shell(cwd, command, { JOB_COMPLETION_INDEX: "1" }),
    shell(cwd, command, { JOB_COMPLETION_INDEX: "2" }),
  ]);
  for (const { code, stdout, stderr } of outcomes) {
    t.is(stderr, "");
    t.is(code, 0);
    t.regex(stdout, /\ncell \d task=\S+ seed=\d is finished; without --cell the same command merges the results\n$/);
    t.notRegex(stdout, /scontrol/);
  }
  const again = await shell(cwd, slurm, { ...env, SLURM_ARRAY_TASK_ID: "3" });
  t.is(again.code, 0);
  t.notRegex(again.stdout, /to run/);
  const merged = await valuegrad(["sweep", "sweep.yaml", "--out", "runs/sweep"], cwd);
  t.is(merged.stdout, "runs/sweep: 4 cells, 480 environment steps\nruns/sweep/results.jsonl: 4 of 4 cells\n");
  cpSync(join(cwd, "runs/sweep"), join(cwd, "out"), { recursive: true });
  isReference(t, cwd);
});

test("a Slurm task that was stopped asks to be queued again, one that failed does not", async (t) => {
  const cwd = place();
  const slurm = ["bash", join(root, "examples/slurm.sh"), "sweep.yaml", "out"];
  const stopped = await shell(cwd, slurm, { ...fakeSlurm(cwd, "exit 75"), SLURM_ARRAY_TASK_ID: "3" });
  t.deepEqual(stopped, { code: 75, stdout: "scontrol requeue 77_3\n", stderr: "" });
  rmSync(join(cwd, "bin"), { recursive: true });
  const failed = await shell(cwd, slurm, { ...fakeSlurm(cwd, "exit 1"), SLURM_ARRAY_TASK_ID: "3" });
  t.deepEqual(failed, { code: 1, stdout: "", stderr: "" });
});

test("a cell that fails does not stop the others, and is named at the end with its own sentence", async (t) => {
  const large = Array(8).fill(4096);
  const cwd = place(`valueHidden: [[${large}], [8]]\nsteps: 60\n${small}`.replace("valueHidden: [8]\n", ""));
  for (let i = 0; i < 2; ++i) {
    const { code, stdout, stderr } = await run(cwd, ["--jobs", "1"]);
    t.is(code, 1);
    t.regex(stderr, new RegExp(`^warning: cell 0 valueHidden=${large}: \\S.*\nerror: 1 cell failed, .*\n$`));
    t.notRegex(stderr, /\n\s+at /);
    t.regex(stdout, i === 0 ? /\ncell 1 valueHidden=8: return/ : /\nto run: 1 cell, 60 environment steps, 1 at once\n/);
    t.regex(stdout, /\nout\/results\.jsonl: 1 of 2 cells\n$/);
  }
});

test("finished cells that are damaged are reported and run again", async (t) => {
  const cwd = copy();
  const path = (cell: number, file: string): string => join(cwd, "out/cells", names[cell]!, file);
  truncateSync(path(0, "policy.onnx"), 2000);
  const lines = readFileSync(path(1, "metrics.jsonl"), "utf8").split("\n");
  writeFileSync(path(1, "metrics.jsonl"), `${lines.slice(0, 2).join("\n")}\n`);
  writeFileSync(path(2, "config.json"), readFileSync(path(3, "config.json")));
  const { code, stdout, stderr } = await run(cwd);
  t.is(code, 0);
  const [policy, metrics, config, ...rest] = stderr.split("\n");
  const place = (cell: number): string => `warning: out/cells/${names[cell]}:`;
  t.true(policy!.startsWith(`${place(0)} it can't be read: Not an ONNX model, or only a part of one`), policy);
  t.is(metrics, `${place(1)} its metrics.jsonl ends at step 60 of 120; it is run again`);
  t.is(config, `${place(2)} its config.json is another cell's; it is run again`);
  t.deepEqual(rest, [""]);
  t.regex(stdout, /^to run: 3 cells, /m);
  isReference(t, cwd);
});

test("work that another run left, or that is damaged, is begun anew", async (t) => {
  const cwd = copy();
  const work = join(cwd, "out/work", names[0]!);
  rmSync(join(cwd, "out/cells", names[0]!), { recursive: true });
  mkdirSync(join(work, "run/checkpoints"), { recursive: true });
  // kill -9 between two files
  writeFileSync(join(work, "run/config.json"), expected.get(`cells/${names[0]}/config.json`)!);
  writeFileSync(join(work, "run/checkpoints/0000000060.safetensors"), "half");
  writeFileSync(join(work, "settings.json.partial-1"), "{");
  const { code, stderr } = await run(cwd);
  t.is(stderr, "");
  t.is(code, 0);
  isReference(t, cwd);
});

test("a sweep may grow: what is finished is taken over; lines of results come and go with the file's cells", async (t) => {
  const cwd = copy();
  writeFileSync(join(cwd, "out/sweep.yaml"), text.replace("1..2", "[2]"));
  rmSync(join(cwd, "out/cells", names[0]!), { recursive: true });
  t.is((await run(cwd)).code, 0);
  isReference(t, cwd);
});

for (const [name, prepare, args, message] of [
  ["no file", (cwd) => rmSync(join(cwd, "sweep.yaml")), [], /^cannot read sweep\.yaml: it does not exist$/],
  [
    "a mistake in the file",
    (cwd) => appendFileSync(join(cwd, "sweep.yaml"), "\nsede: 3"),
    ["--count"],
    /^sweep is sweep\.yaml: unknown setting "sede": /,
  ],
  ["no such cell", () => {}, ["--cell", "4"], /^cell is 4: it must be an integer from 0 to 3$/],
  ["an empty index", () => {}, ["--cell", ""], /^cell is : it must be an integer from 0 to 3$/],
  ["no jobs", () => {}, ["--jobs", "0"], /^jobs is 0: it must be an integer from 1 to 1024$/],
  [
    "both one cell and several",
    () => {},
    ["--cell", "1", "--jobs", "2"],
    /^option '--cell <i>' cannot be used with option '--jobs <n>'$/,
  ],
  [
    "another sweep's folder",
    (cwd) => writeFileSync(join(cwd, "out/sweep.yaml"), text.replace("1..2", "1..3")),
    [],
    /^out is out: it holds another sweep, 2 of whose cells this one does not have; name another folder$/,
  ],
  [
    "a folder that is no sweep",
    (cwd) => rmSync(join(cwd, "out/sweep.yaml")),
    [],
    /^out is out: that folder is not empty and holds no sweep; name another$/,
  ],
  ["a file as folder", () => {}, ["--out", "sweep.yaml"], /^out is sweep\.yaml: it is a file; name a folder$/],
  ["a folder under a file", () => {}, ["--out", "sweep.yaml/out"], /^out is sweep\.yaml\/out: .*; name another$/],
  [
    "cells of another version",
    (cwd) => {
      const path = join(cwd, "out/cells", names[0]!, "config.json");
      writeFileSync(path, readFileSync(path, "utf8").replace(/"version": "[^"]*"/, '"version": "0.0.9"'));
    },
    [],
    /^out\/cells\/\w{16} was made by version 0\.0\.9 of valuegrad, this is .*, which may compute other bytes; name another folder$/,
  ],
] as readonly [string, (cwd: string) => void, string[], RegExp][]) {
  test(`bad input, one sentence and exit code 2: ${name}`, async (t) => {
    const cwd = copy();
    prepare(cwd);
    const before = contents(cwd);
    const { code, stdout, stderr } = await run(cwd, args);
    t.is(code, 2);
    t.is(stdout, "");
    t.true(stderr.startsWith("error: ") && stderr.endsWith("\n"), stderr);
    t.regex(stderr.slice(7, -1), message);
    t.deepEqual(contents(cwd), before, "nothing is lost");
  });
}

test("the Kubernetes job counts stops as no failures", (t) => {
  const { spec } = load(readFileSync(join(root, "examples/kubernetes.yaml"), "utf8")) as {
    spec: {
      completionMode: string;
      podFailurePolicy: { rules: { action: string; onExitCodes?: { containerName: string; values: number[] } }[] };
      template: { spec: { restartPolicy: string; containers: { name: string }[] } };
    };
  };
  t.is(spec.completionMode, "Indexed");
  t.is(spec.template.spec.restartPolicy, "Never");
  const actions = new Map(
    spec.podFailurePolicy.rules.map(({ action, onExitCodes }) => [onExitCodes?.values[0], action]),
  );
  t.deepEqual([actions.get(75), actions.get(2)], ["Ignore", "FailJob"]);
  const { containers } = spec.template.spec;
  for (const { onExitCodes } of spec.podFailurePolicy.rules) {
    if (onExitCodes !== undefined) t.is(onExitCodes.containerName, containers[0]!.name);
  }
});
