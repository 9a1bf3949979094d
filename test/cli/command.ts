import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

export const root = join(import.meta.dirname, "../..");
export const cli = join(root, "build/cli.js");

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built command line as a user would. */
export function valuegrad(
  args: readonly string[],
  cwd: string = root,
  started?: (child: ChildProcess) => void,
): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [cli, ...args], { cwd });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (data) => {
      stdout += data;
    });
    child.stderr.on("data", (data) => {
      stderr += data;
    });
    child.on("close", (code) => resolve({ code, stdout, stderr }));
    started?.(child);
  });
}

/** What a run's files hold that are a function of its configuration, by their names. */
export function contents(run: string): Map<string, Buffer> {
  const names = readdirSync(run, { recursive: true, encoding: "utf8" }).sort();
  const files = names.filter((name) => name !== "timing.jsonl" && statSync(join(run, name)).isFile());
  return new Map(files.map((name) => [name, readFileSync(join(run, name))]));
}
