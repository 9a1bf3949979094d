import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import type { Redis } from "ioredis";
import { UsageError } from "../../config.js";
import { version } from "../../version.js";
import { readBytes } from "../files.js";

/** What stands before every key on the server. */
export const prefix = "valuegrad";
/** A set of the names of queues that have ever had cells. */
const queues = `${prefix}:queues`;
/** Milliseconds in which a server has to answer at the start. */
const PATIENCE = 10_000;
/** Milliseconds between two attempts to reach a server that was lost. */
const RETRY = 1_000;

/** A Redis server that holds cells. */
export interface Server {
  readonly redis: Redis;
  readonly bullmq: typeof import("bullmq");
  /** Its address without a password, for messages. */
  readonly name: string;
  /** The name of this release's queue: cells of other releases have other bytes, so each has a queue of its own. */
  readonly queue: string;
}

function queueName(): string {
  const core = readBytes(fileURLToPath(new URL("../build/core.wasm", import.meta.url)));
  return `${version}-${createHash("sha256").update(core).digest("hex")}`;
}

/** The release that a queue is for, in words. */
export function releaseOf(queue: string): string {
  const dash = queue.lastIndexOf("-");
  return `valuegrad ${queue.slice(0, dash)} (core ${queue.slice(dash + 1, dash + 13)})`;
}

/** Lets workers of every release know of this one's queue. */
export async function announceQueue({ redis, queue }: Server): Promise<void> {
  await redis.sadd(queues, queue);
}

/** The queues, of those that were announced, in which cells wait. */
export async function waitingQueues({ redis }: Server): Promise<string[]> {
  const names = await redis.smembers(queues);
  const lengths = await Promise.all(names.map((name) => redis.llen(`${prefix}:${name}:wait`)));
  return names.filter((_, index) => lengths[index]! > 0);
}

/** What may be shown of an address, which need not be one: passwords stand before the last @, and may stand in the query. */
export const shownAddress = (url: string): string => url.replace(/\?.*$/s, "").replace(/^(\w+:\/*)?.*@/s, "$1***@");

async function loadPackages() {
  try {
    const [bullmq, { Redis }] = await Promise.all([import("bullmq"), import("ioredis")]);
    return { bullmq, Redis };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new UsageError("a queue needs the packages bullmq and ioredis: npm install bullmq ioredis");
  }
}

/** What a server has against what it was asked, in words. */
export function reason({ message }: Error): string {
  if (message.includes("ECONNREFUSED")) return "nothing listens there";
  if (message.includes("ENOTFOUND")) return "no host has this name";
  if (/ETIMEDOUT|is closed/.test(message)) return "nothing answers";
  if (/WRONGPASS|NOAUTH/.test(message)) return "it refuses this name or password";
  if (message.includes("ECONNRESET")) return "it ended the connection";
  if (message.startsWith("OOM")) return "its memory is full, by its maxmemory";
  if (/RESP|Protocol error/.test(message)) return "what answers is no Redis server";
  return message;
}

/** What stands in the way of using a server, by what INFO says; undefined when nothing does. */
export function objection(info: string): string | undefined {
  const field = (name: string): string => new RegExp(`^${name}:(.*)$`, "m").exec(info)?.[1]?.trim() ?? "";
  const [major = 0, minor = 0] = field("redis_version").split(".").map(Number);
  if (major < 6 || (major === 6 && minor < 2)) {
    return `it is Redis ${field("redis_version")}: a queue needs 6.2 or later`;
  }
  if (Number(field("maxmemory")) > 0 && field("maxmemory_policy").startsWith("allkeys")) {
    return `it may drop cells when its memory is full: set its maxmemory-policy to noeviction, it is ${field("maxmemory_policy")}`;
  }
  return undefined;
}

/**
 * Connects to a Redis server. A connection that is lost later is made anew, for as long as it takes; what is asked meanwhile waits.
 * @param url redis://[[name]:password@]host[:port][/database], or rediss:// for TLS.
 * @param say Takes a sentence about a connection that was lost, or is back.
 * @throws UsageError when the address is wrong, nothing suitable answers there, or a package is missing.
 */
export async function connect(url: string, say: (sentence: string) => void): Promise<Server> {
  const name = shownAddress(url);
  const fail = (what: string): never => {
    throw new UsageError(`queue is ${name}: ${what}`);
  };
  if (!URL.canParse(url) || !/^rediss?:\/\/[^/]/.test(url)) {
    fail("it must be the address of a Redis server, such as redis://host:6379");
  }
  const { bullmq, Redis } = await loadPackages();
  const queue = queueName();
  let ready = false;
  let error: Error | undefined;
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: PATIENCE,
    maxRetriesPerRequest: null,
    retryStrategy: () => (ready ? RETRY : null),
  });
  redis.on("error", (cause: Error) => {
    error = cause;
  });
  const deadline = setTimeout(() => redis.disconnect(), PATIENCE);
  const info = await redis
    .connect()
    .then(() => redis.info())
    .catch((cause: Error) => fail(reason(error ?? cause)));
  clearTimeout(deadline);
  const problem = error === undefined ? objection(info) : reason(error);
  if (problem !== undefined) {
    redis.disconnect();
    fail(problem);
  }
  ready = true;
  let lost = false;
  redis.on("close", () => {
    if (!lost && redis.status !== "end") say(`lost ${name}: everything goes on meanwhile, trying to reach it again`);
    lost = true;
  });
  redis.on("ready", () => {
    if (lost) say(`${name} is back`);
    lost = false;
  });
  return { redis, bullmq, name, queue };
}
