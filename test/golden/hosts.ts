import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type BrowserName, browserNames, launchBrowser, openPage } from "../browser/browsers.js";
import { serve } from "../browser/server.js";
import { findCommand } from "../path.js";
import type { Outcome } from "./program.js";

/** Where the golden table is computed: Node of several versions and two architectures, and browsers. */

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../", import.meta.url));

/** Builds of the core that agree bit by bit. */
export type Build = "core" | "core.scalar";
export const builds: readonly Build[] = ["core", "core.scalar"];

/** A JavaScript engine that is ready to train. */
export interface Host {
  /** What it says it is. */
  readonly version: string;
  /** Trains rows of golden.json, by name. */
  train(build: Build, names: readonly string[]): Promise<ReadonlyMap<string, Outcome>>;
  close(): Promise<void>;
}

/** A kind of host. */
export interface Runtime {
  readonly name: string;
  /** @throws Error that says why this machine does not have it. */
  open(): Promise<Host>;
}

/** The executable of a Node from the npm packages that hold one each, kept under build/. */
async function installNode(major: number, arch: string): Promise<string> {
  const name = `node-${process.platform}-${arch}`;
  const folder = join(root, `build/node-${arch}-${major}`);
  const executable = join(folder, "node_modules", name, "bin/node");
  if (!existsSync(executable)) {
    const quiet = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel", "error"];
    // --force: npm refuses packages for another architecture without it
    const foreign = arch === process.arch ? [] : ["--cpu", arch, "--os", process.platform, "--force"];
    try {
      await run("npm", ["install", "--prefix", folder, ...quiet, ...foreign, `${name}@${major}`]);
    } catch (error) {
      const code = /npm error code (\w+)/.exec((error as Error).message)?.[1];
      throw new Error(`npm could not install ${name}@${major}: ${code ?? (error as Error).message}`);
    }
  }
  return executable;
}

/** A Node, given as the command that starts it; `suffix` follows its version. */
async function nodeHost([command = "", ...first]: readonly string[], suffix = ""): Promise<Host> {
  const print = '["Node", process.versions.node, process.platform, process.arch].join(" ")';
  const { stdout } = await run(command, [...first, "-p", print]);
  return {
    version: stdout.trim() + suffix,
    train: async (build, names) => {
      const program = join(root, "test/golden/node.js");
      const args = [...first, program, "--build", build, ...names];
      // the program's exit code 1 says that a row differs, which is for the caller to find
      const lines = await run(command, args).then(
        ({ stdout }) => stdout,
        (error) => {
          if (error.code === 1 && /DIFFERS$/m.test(error.stdout)) return error.stdout as string;
          throw new Error(error.stderr || error.message);
        },
      );
      const rows = lines.trim().split("\n").slice(1);
      return new Map(
        rows.map((line) => {
          const [, name = "", updates, weights = "", metrics = ""] = line.split(" ");
          return [name, { updates: Number(updates), weights, metrics }];
        }),
      );
    },
    close: async () => {},
  };
}

const ownMajor = Number.parseInt(process.versions.node, 10);

function node(major: number): Runtime {
  return {
    name: `node${major}`,
    open: async () => await nodeHost([major === ownMajor ? process.execPath : await installNode(major, process.arch)]),
  };
}

/** Why Node for 64-bit ARM can't be emulated here; undefined where it can. */
export function emulationLacks(): string | undefined {
  if (process.arch === "arm64") return "this machine is a 64-bit ARM itself";
  if (process.platform !== "linux") return "qemu emulates programs on Linux only";
  if (findCommand("qemu-aarch64") === undefined || !existsSync("/lib/ld-linux-aarch64.so.1")) {
    return "qemu-aarch64 or the ARM libraries are missing: run scripts/install-tools.sh arm64";
  }
  return undefined;
}

/** Node for 64-bit ARM, emulated. */
function arm(major: number): Runtime {
  return {
    name: `arm64-${major}`,
    open: async () => {
      const lacks = emulationLacks();
      if (lacks !== undefined) throw new Error(lacks);
      const { stdout } = await run("qemu-aarch64", ["--version"]);
      const suffix = `, qemu ${/\d+(\.\d+)+/.exec(stdout)?.[0]}`;
      return await nodeHost(["qemu-aarch64", await installNode(major, "arm64")], suffix);
    },
  };
}

/** How long a browser may take for all rows it is given. */
const BROWSER_TIMEOUT = 600_000;

function browser(name: BrowserName): Runtime {
  return {
    name,
    open: async () => {
      const window = await launchBrowser(name);
      const server = await serve();
      return {
        version: await window.version(),
        train: async (build, names) => {
          const query = new URLSearchParams({ core: `/build/${build}.wasm`, rows: JSON.stringify(names) });
          const { page, errors } = await openPage(window, `${server.origin}/test/golden/page.html?${query}`);
          try {
            await page.waitForSelector("body[data-outcomes], body[data-failure]", { timeout: BROWSER_TIMEOUT });
            const { outcomes, failure } = await page.$eval("body", (body) => ({ ...body.dataset }));
            if (outcomes === undefined) throw new Error([failure, ...errors].join("; "));
            return new Map(Object.entries(JSON.parse(outcomes) as Record<string, Outcome>));
          } finally {
            await page.close();
          }
        },
        close: async () => {
          await window.close();
          server.close();
        },
      };
    },
  };
}

const majors = [20, 22, 24, 26];
/** Emulation is slow, hence two. */
const armMajors = [22, 26];
const ownRuntime = node(ownMajor);

/** The Node that runs this, by its name. */
export const thisNode = ownRuntime.name;

/** Every runtime of the table, by its name. */
export const runtimes: ReadonlyMap<string, Runtime> = new Map(
  [ownRuntime, ...majors.map(node), ...browserNames.map(browser), ...armMajors.map(arm)].map((runtime) => [
    runtime.name,
    runtime,
  ]),
);
