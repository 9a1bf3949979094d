import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";

const root = join(import.meta.dirname, "..");
const readme = readFileSync(join(root, "README.md"), "utf8");
const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: Record<string, string> };

interface Block {
  readonly language: string;
  readonly code: string;
}

const blocks: Block[] = [...readme.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language, code]) => ({
  language: language!,
  code: code!,
}));

/** Runs Node in a folder; throws what it printed when it fails. */
function node(args: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, encoding: "utf8" });
  if (status !== 0) throw new Error(`node ${args.join(" ")} exited with ${status}: ${stderr}`);
  return stdout;
}

/** A line of a shell block, run as far as it concerns the command line; the others name scripts that exist. */
function runLine(line: string, cwd: string): void {
  const command = /^npx valuegrad (.*)$/.exec(line)?.[1] ?? /^npm run (train) -- (.*)$/.exec(line)?.slice(1).join(" ");
  if (command !== undefined) node([join(root, "build/cli.js"), ...command.split(" ")], cwd);
  else {
    for (const part of line.split(" && ")) {
      const name = /^npm (?:run )?([\w:]+)/.exec(part)?.[1];
      if (name === undefined || (name !== "ci" && scripts[name] === undefined))
        throw new Error(`no script for: ${part}`);
    }
  }
}

test("every block of the README runs, in order, in one empty folder", (t) => {
  t.deepEqual([...new Set(blocks.map(({ language }) => language))].sort(), ["console", "js", "sh", "yaml"]);
  const cwd = mkdtempSync(join(tmpdir(), "valuegrad-readme-"));
  blocks.forEach(({ language, code }, i) => {
    if (language === "sh") {
      for (const line of code.trim().split("\n")) t.notThrows(() => runLine(line, cwd), line);
      return;
    }
    if (language === "yaml") {
      writeFileSync(join(cwd, /^# (\S+)\n/.exec(code)![1]!), code);
      return;
    }
    // needs a server
    if (language === "console") return;
    // within the package, so that its name and its peers resolve
    const file = join(root, `build/readme-${i}.mjs`);
    writeFileSync(file, code);
    try {
      t.true(node([file], cwd).length > 0);
    } finally {
      rmSync(file);
    }
  });
});

test("a block that is wrong would be noticed", (t) => {
  t.throws(() => runLine("npm run trian", "."), { message: /no script for/ });
  t.throws(() => runLine("npx valuegrad infoo", "."), { message: /unknown command/ });
});

test("every file and script that the README names exists", (t) => {
  for (const [, target] of readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g))
    t.true(existsSync(join(root, target!)), target);
  for (const [, name] of readme.matchAll(/`npm run ([\w:]+)/g)) t.truthy(scripts[name!], name);
});
