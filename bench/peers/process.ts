// Peers in processes of their own, which are told what to do in lines of JSON and time themselves.

import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { Results, Side, Task } from "./contest.js";

/** What a peer says at its start. */
interface Greeting {
  readonly version: string;
  /** Names of its programs for each work. */
  readonly programs: Readonly<Record<string, readonly string[]>>;
  /** A library that makes it no match, if it has loaded one. */
  readonly slow: string | null;
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** Every library on one thread, and nothing written beside the sources. */
const environment = {
  ...process.env,
  OMP_NUM_THREADS: "1",
  OPENBLAS_NUM_THREADS: "1",
  MKL_NUM_THREADS: "1",
  PYTHONDONTWRITEBYTECODE: "1",
};

export class PeerProcess {
  readonly version: string;
  /** The library that makes it no match; such a peer is not to be timed. */
  readonly slow: string | undefined;
  readonly #child: Child;
  readonly #lines: AsyncIterator<string>;
  readonly #programs: Greeting["programs"];
  readonly #closed: Promise<unknown>;
  #complaint = "";
  #prepared = 0;

  private constructor(child: Child, lines: AsyncIterator<string>, { version, programs, slow }: Greeting) {
    this.#child = child;
    this.#closed = once(child, "close");
    // that it has ended is known from its silence
    child.stdin.on("error", () => undefined);
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#complaint += text;
    });
    this.#lines = lines;
    this.#programs = programs;
    this.version = version;
    this.slow = slow ?? undefined;
  }

  /** Runs the first of some commands that gives a peer; undefined where none does. */
  static async start(commands: readonly string[], args: readonly string[]): Promise<PeerProcess | undefined> {
    for (const command of commands) {
      const child = spawn(command, args, { env: environment, stdio: ["pipe", "pipe", "pipe"] });
      const failed = once(child, "error");
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      const greeting = await Promise.race([lines.next(), failed]);
      if (!Array.isArray(greeting) && !greeting.done) {
        return new PeerProcess(child, lines, JSON.parse(greeting.value) as Greeting);
      }
    }
    return undefined;
  }

  async #ask(request: object): Promise<unknown> {
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await this.#lines.next();
    if (done) {
      await this.#closed;
      throw new Error(`${this.version} has ended: ${this.#complaint}`);
    }
    return JSON.parse(value);
  }

  /** Its programs for a task, ready to run. */
  async sides({ work, numbers, settings, model }: Task): Promise<Side[]> {
    const told = Object.fromEntries(numbers.map(({ name, shape, data }) => [name, { shape, data: Array.from(data) }]));
    const file = model === undefined ? undefined : Buffer.from(model).toString("base64");
    const sides: Side[] = [];
    for (const program of this.#programs[work] ?? []) {
      const id = ++this.#prepared;
      await this.#ask({ do: "prepare", id, work, program, numbers: told, settings, model: file });
      sides.push({
        name: program,
        version: this.version,
        time: async (turns) => (await this.#ask({ do: "time", id, turns })) as number,
        results: async () => (await this.#ask({ do: "results", id })) as Results,
        release: async () => {
          await this.#ask({ do: "release", id });
        },
      });
    }
    return sides;
  }

  stop(): void {
    this.#child.stdin.end();
  }
}

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** A library that can be compared with: how its process is started, and what installs it. */
export interface Library {
  readonly name: string;
  readonly installation: string;
  readonly start: () => Promise<PeerProcess | undefined>;
}

/** Those in Python, by the first of some interpreters that has them, and in JavaScript. */
export function libraries(interpreters: readonly string[]): Library[] {
  const python = (name: string, module: string): Library => ({
    name,
    installation: `apt-get install python3-${module} libopenblas0-pthread`,
    start: () => PeerProcess.start(interpreters, [here("python/peer.py"), module]),
  });
  const script = (name: string, installation: string, ...args: [file: string, ...rest: string[]]): Library => {
    const [file, ...rest] = args;
    return { name, installation, start: () => PeerProcess.start([process.execPath], [here(file), ...rest]) };
  };
  return [
    python("PyTorch", "torch"),
    python("numpy", "numpy"),
    script("tfjs-wasm", "npm ci --prefix bench/peers", "tensorflow.mjs"),
    script("onnxruntime-node", "npm ci", "onnx.mjs", "onnxruntime-node"),
    script("onnxruntime-web", "npm ci", "onnx.mjs", "onnxruntime-web"),
  ];
}
