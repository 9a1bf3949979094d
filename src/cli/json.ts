/** JSON from outside. */

import { shorten } from "../wording.js";

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
 * What a JSON text holds.
 * @throws SyntaxError, part of a sentence about a file, when it is none, with the line where that is known, or when an object gives a key twice.
 */
export function parseJson(text: string): unknown {
  if (text.trim() === "") throw new SyntaxError("this file is empty");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const at = /at position (\d+)/.exec((error as Error).message)?.[1];
    const line = at === undefined ? "" : ` (line ${text.slice(0, Number(at)).split("\n").length})`;
    throw new SyntaxError(`this file holds no JSON${line}`);
  }
  const key = repeatedKey(text);
  if (key !== undefined) throw new SyntaxError(`this file gives ${JSON.stringify(shorten(key))} twice`);
  return value;
}
