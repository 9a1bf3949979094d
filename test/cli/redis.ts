import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import { Queue, type QueueOptions } from "bullmq";
import { version } from "../../src/version.js";
import { root } from "./command.js";

/** A TCP port that nothing listens at. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

/** The name of a release's queue, by the bytes of its core. */
export const queueOf = (core: Uint8Array): string => `${version}-${createHash("sha256").update(core).digest("hex")}`;

/** A Redis server of a test's own. */
export class RedisServer {
  readonly port: number;
  readonly #folder = mkdtempSync(join(tmpdir(), "valuegrad-redis-"));
  readonly #options: readonly string[];
  #process: ChildProcess | undefined;

  private constructor(port: number, options: readonly string[]) {
    this.port = port;
    this.#options = options;
  }

  static async start(t: ExecutionContext, ...options: string[]): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), options);
    t.teardown(() => server.#process?.kill("SIGKILL"));
    await server.start();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** How BullMQ finds this release's queue here. */
  get connection(): { name: string; options: QueueOptions } {
    return {
      name: queueOf(readFileSync(join(root, "build/core.wasm"))),
      options: { connection: { port: this.port }, prefix: "valuegrad" },
    };
  }

  queue(t: ExecutionContext): Queue {
    const { name, options } = this.connection;
    const queue = new Queue(name, { ...options, skipMetasUpdate: true });
    queue.on("error", () => {});
    t.teardown(() => queue.disconnect());
    return queue;
  }

  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      const args = ["--port", String(this.port), "--bind", "127.0.0.1", "--save", "", ...this.#options];
      const child = spawn("redis-server", args, { cwd: this.#folder });
      this.#process = child;
      child.once("error", () => reject(new Error("this test needs redis-server: scripts/install-tools.sh redis")));
      child.once("exit", (code) => reject(new Error(`redis-server ended with ${code}`)));
      child.stdout.on("data", (data) => {
        if (String(data).includes("Ready to accept connections")) resolve();
      });
    });
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#process!.once("exit", () => resolve());
      this.#process!.kill("SIGTERM");
    });
  }
}
