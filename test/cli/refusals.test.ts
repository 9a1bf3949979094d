import { spawnSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import { cli, root, valuegrad } from "./command.js";

const folder = (): string => mkdtempSync(join(tmpdir(), "valuegrad-"));

/** The commands, by the number of arguments that each needs and takes, as the help tells them. */
function commands(help: string): [name: string, needs: number, takes: number | undefined][] {
  return [...help.matchAll(/^ {2}([a-z]+)((?: [<[]\S+[>\]])*) {2}/gm)]
    .filter(([, name]) => name !== "help")
    .map(([, name = "", rest = ""]) => {
      const needs = rest.split("<").length - 1;
      const optional = rest.split("[").length - 1 - (rest.includes("[options]") ? 1 : 0);
      return [name, needs, rest.includes("...") ? undefined : needs + optional];
    });
}

test("every command refuses unknown options, and arguments too many or too few", async (t) => {
  const found = commands((await valuegrad(["--help"])).stdout);
  t.true(found.length >= 9, found.join("; "));
  const cwd = folder();
  for (const [command, needs, takes] of found) {
    const list = (length: number): string[] => new Array<string>(length).fill("nothing");
    const wrong = [[...list(needs), "--frobnicate"]];
    if (takes !== undefined) wrong.push(list(takes + 1));
    if (needs > 0) wrong.push(list(needs - 1));
    for (const args of wrong) {
      const { code, stdout, stderr } = await valuegrad([command, ...args], cwd);
      t.is(code, 2, `${command} ${args.join(" ")}: ${stderr}`);
      t.is(stdout, "");
      t.regex(stderr, /^error: [^\n]+\n$/);
    }
  }
  t.deepEqual(readdirSync(cwd), []);
});

const strange = folder();
const at = (name: string): string => join(strange, name);
const write = (name: string, content: string | Uint8Array): void => writeFileSync(at(name), content);
write("text.json", '{"steps": 1}');
write("empty", "");
write("latin1", Buffer.from('<mujoco model="größe"/>', "latin1"));
write("repeated.json", '{"steps": 10,\n "gamma": 0.9,\n "st\\u0065ps": 20}');
write("commented.json", '{"steps": 10,\n // ten of them\n "gamma": 0.9}');
write("proto.json", '{"__proto__": {"steps": 3}}');
write("kebab.json", '{"learning-starts": 3}');
write("beside.json", '{"config": {"steps": 3}, "steps": 4}');
write("deep.json", `{"steps": ${"[".repeat(1e5)}${"]".repeat(1e5)}}`);
write("marked.json", '\ufeff{"steps": 0}');
write("deep-actions.json", `${"[".repeat(1e5)}${"]".repeat(1e5)}`);
write("large", "");
truncateSync(at("large"), 3e9);
mkdirSync(at("folder"));
spawnSync("mkfifo", [at("pipe")]);

const model = join(root, "models/cartpole.xml");

for (const [name, args, message] of [
  ["a folder as a configuration", ["train", "--config", at("folder")], /cannot read .*folder: it is a folder\n$/],
  ["an empty configuration", ["train", "--config", at("empty")], /^error: config is .*: this file is empty\n$/],
  ["a configuration of bytes", ["train", "--config", at("latin1")], /cannot read .*: it is no text in UTF-8\n$/],
  ["a setting given twice", ["train", "--config", at("repeated.json")], /: this file gives "steps" twice\n$/],
  ["a comment", ["train", "--config", at("commented.json")], /: this file holds no JSON \(line 2\)\n$/],
  ["a prototype", ["train", "--config", at("proto.json")], /unknown setting "__proto__": the settings are/],
  ["hyphens in a file", ["train", "--config", at("kebab.json")], /: did you mean learningStarts\? the settings/],
  ["a setting beside the settings", ["train", "--config", at("beside.json")], /it has "steps"; move it into them\n$/],
  ["deep nesting", ["train", "--config", at("deep.json")], /steps is \[a list\]: it must be an integer/],
  ["what follows a byte order mark", ["train", "--config", at("marked.json")], /^error: steps is 0: it must/],
  ["a configuration that never ends", ["train", "--config", "/dev/zero"], /\/dev\/zero: it is no file; copy what/],
  ["a configuration that never begins", ["train", "--config", at("pipe")], /pipe: it is no file; copy what/],
  ["a word nearly right", ["train", "--squash", "tahn"], /squash is "tahn": did you mean tanh\? it must be one of/],
  ["a number of two lines", ["train", "--steps", "1\n2"], /^error: steps is 1 2: it must be an integer/],
  ["a model that never ends", ["check", "/dev/zero"], /it is no file; copy what it gives into one\n$/],
  ["a model that never begins", ["simulate", at("pipe")], /it is no file; copy what it gives into one\n$/],
  ["a large model", ["check", at("large")], /it has 3000000000 bytes; the most that are read here are 8388608\n$/],
  ["a model that is no text", ["check", at("latin1")], /cannot read .*: it is no text in UTF-8\n$/],
  ["an empty model", ["check", at("empty")], /empty:1: the XML is malformed: document must contain a root element/],
  ["a checkpoint that never ends", ["eval", "/dev/zero"], /it is no file; copy what it gives into one\n$/],
  ["a large checkpoint", ["eval", at("large")], /it has 3000000000 bytes; the most that are read/],
  ["a run that never begins", ["export", at("pipe")], /it is no file; copy what it gives into one\n$/],
  ["a task nearly right", ["info", "cartpol"], /cannot read cartpol: it does not exist; did you mean cartpole\?\n$/],
  [
    "a reference nearly right",
    ["render", "hand", "--controller", "randm"],
    /: did you mean random\? it must be one of/,
  ],
  ["a policy that never ends", ["render", "hand", "--policy", "/dev/zero"], /it is no file; copy what it gives/],
  ["actions that never begin", ["render", "hand", "--actions", at("pipe")], /it is no file; copy what it gives/],
  [
    "actions in one list in a list",
    ["render", "hand", "--actions", at("deep-actions.json")],
    /action 0 must be an array/,
  ],
  ["no actions", ["render", "hand", "--actions", at("empty")], /actions is .*empty: this file is empty\n$/],
  [
    "two that act",
    ["render", "hand", "--controller", "random", "--actions", at("text.json")],
    /^error: actions and controller are both given: an episode is acted by one of them\n$/,
  ],
  ["moments of no picture", ["render", "hand", "--times", "1"], /^error: times is 1, but no picture is asked for/],
  ["a layout of no picture", ["render", "hand", "--layout", "scene"], /layout is scene, but no picture is asked for/],
  ["an interval of no pictures", ["simulate", model, "--every", "1"], /every is 1, but no pictures are asked for/],
  [
    "a pipe to write to",
    ["simulate", model, "--seconds", "0.1", "--out", at("pipe")],
    /cannot write .*: it is no file\n$/,
  ],
  [
    "a folder to write to",
    ["simulate", model, "--seconds", "0.1", "--out", strange],
    /cannot write .*: it is a folder\n$/,
  ],
] as const) {
  test.serial(`refused in one sentence, with exit code 2: ${name}`, async (t) => {
    const cwd = folder();
    const { code, stdout, stderr } = await valuegrad([...args], cwd);
    t.is(code, 2, stderr);
    t.is(stdout, "");
    t.regex(stderr, message);
    t.regex(stderr, /^error: [^\n]{1,1500}\n$/);
    t.deepEqual(readdirSync(cwd), []);
  });
}

test.serial("what is no file is still what it was", (t) => {
  t.true(lstatSync(at("pipe")).isFIFO());
});

/** Runs a line of a shell, in which $V is the command. */
const shell = (line: string, cwd: string) =>
  spawnSync("bash", ["-c", line.replaceAll("$V", `"${process.execPath}" "${cli}"`)], { cwd, encoding: "utf8" });

test.serial("an output that takes nothing more is told once, in one sentence", (t) => {
  if (!existsSync("/dev/full")) return t.pass("this host has no such device");
  const cwd = folder();
  for (const command of ["info", `check ${model}`]) {
    const { status, stderr } = shell(`$V ${command} > /dev/full`, cwd);
    t.is(status, 2);
    t.is(stderr, "error: cannot write to standard output: the disk is full\n");
  }
  t.is(shell("$V nonsense 2> /dev/full", cwd).status, 2);
  return t.is(shell("$V envs >&-", cwd).status, 0);
});

test.serial("training whose lines nobody reads any more goes on to its end", (t) => {
  const cwd = folder();
  const { stdout, stderr } = shell(
    `$V train --steps 600 --evaluation-interval 50 --evaluation-episodes 1 --out run | head -1; echo codes \${PIPESTATUS[@]}`,
    cwd,
  );
  t.is(stderr, "");
  t.regex(stdout, /^[^\n]+\ncodes 0 0\n$/);
  t.true(existsSync(join(cwd, "run/policy.onnx")));
  t.is(readFileSync(join(cwd, "run/metrics.jsonl"), "utf8").trim().split("\n").length, 13);
});
