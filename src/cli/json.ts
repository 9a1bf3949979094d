/** JSON from outside. */

import { UsageError } from "../config.js";
import { shorten } from "../wording.js";
import { readText } from "./files.js";

/** Which key an object of valid JSON text gives twice, where one does: a parser keeps the last and says nothing. */
function repeatedKey(json: string): string | undefined {
  const open: Set<string>[] = [];
  let [quoted, from, to] = [false, 0, 0];
  for (const { 0: token, index } of json.matchAll(/\\.|["{}[\]:]/g)) {
    if (token === '"') {
      if (quoted) to = index + 1;
      else from = index;
      quoted = !quoted;
    } else if (quoted) continue;
    else if (token === ":") {
      const key = JSON.parse(json.slice(from, to)) as string;
      const keys = open.at(-1)!;
      if (keys.has(key)) return key;
      keys.add(key);
    } else if (token === "{" || token === "[") open.push(new Set());
    else open.pop();
  }
  return undefined;
}

/**
 * What a JSON file holds.
 * @param name The option that names the file, for messages.
 * @throws UsageError when it can't be read, is no JSON (with the line where that is known), or an object in it gives a key twice.
 */
export function readJson(name: string, path: string): unknown {
  const fail = (what: string): never => {
    throw new UsageError(`${name} is ${path}: this file ${what}`);
  };
  const text = readText(path);
  if (text.trim() === "") fail("is empty");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const at = /at position (\d+)/.exec((error as Error).message)?.[1];
    const line = at === undefined ? "" : ` (line ${text.slice(0, Number(at)).split("\n").length})`;
    fail(`holds no JSON${line}`);
  }
  const key = repeatedKey(text);
  if (key !== undefined) fail(`gives ${JSON.stringify(shorten(key))} twice`);
  return value;
}
