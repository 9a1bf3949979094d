import test from "ava";
import { objection, shownAddress } from "../../../src/cli/sweep/redis.js";

test("no part of a password is shown, whatever it consists of and however wrong the address is", (t) => {
  for (const [url, shown] of [
    ["redis://host:6379/2", "redis://host:6379/2"],
    ["redis://:secret@host", "redis://***@host"],
    ["rediss://me:secret@host:1/2", "rediss://***@host:1/2"],
    ["redis://:sec:ret@host", "redis://***@host"],
    ["redis://:sec@ret@host", "redis://***@host"],
    ["redis://:sec/ret@host", "redis://***@host"],
    ["redis://:sec\nret@host", "redis://***@host"],
    ["redis//:secret@host", "***@host"],
    ["me:secret@host", "me:***@host"],
    ["redis://host?password=secret&db=1", "redis://host"],
    ["redis://host?password=se@cret", "redis://host"],
  ] as const) {
    t.is(shownAddress(url), shown);
  }
});

const info = (version: string, memory: number, policy: string): string =>
  `# Server\r\nredis_version:${version}\r\nredis_mode:standalone\r\n# Memory\r\nmaxmemory:${memory}\r\nmaxmemory_policy:${policy}\r\n`;

for (const [name, text, expected] of [
  ["a server as Debian sets it up", info("7.0.15", 0, "noeviction"), undefined],
  ["a server that evicts, but never has to", info("6.2.0", 0, "allkeys-lru"), undefined],
  ["a server that evicts only what expires: locks", info("10.0.0", 1e8, "volatile-lru"), undefined],
  ["a full server that keeps everything", info("7.2.4", 1e8, "noeviction"), undefined],
  ["a server that evicts anything", info("7.0.15", 1e8, "allkeys-random"), /to noeviction, it is allkeys-random$/],
  ["an old server", info("6.0.16", 0, "noeviction"), /^it is Redis 6\.0\.16: a queue needs 6\.2 or later$/],
  ["a very old server", info("2.8.4", 0, "noeviction"), /^it is Redis 2\.8\.4: /],
] as const) {
  test(`${name} is ${expected === undefined ? "taken" : "refused"}`, (t) => {
    const found = objection(text);
    if (expected === undefined) t.is(found, undefined);
    else t.regex(found ?? "", expected);
  });
}
