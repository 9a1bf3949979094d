import { createHash } from "node:crypto";
import { existsSync, readdirSync, statSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { UsageError } from "../config.js";
import { show } from "../wording.js";
import { readBytes, readText, writeAtomically } from "./files.js";

/** The checksums of a folder's files, in the format that sha256sum writes and checks. */
const SUMS = "SHA256SUMS";

const sumOf = (path: string): string => createHash("sha256").update(readBytes(path)).digest("hex");

/** Writes the checksums of the files of a folder, and of the folders in it, that have these names. */
export function writeSums(folder: string, names: readonly string[]): void {
  const files = names.flatMap((name) =>
    statSync(join(folder, name)).isFile() ? name : readdirSync(join(folder, name)).map((file) => `${name}/${file}`),
  );
  const lines = files.sort().map((name) => `${sumOf(join(folder, name))}  ${name}\n`);
  writeAtomically(join(folder, SUMS), lines.join(""));
}

/**
 * The names of listed files that are missing or no longer what they were; none where nothing is listed.
 * @throws UsageError when the list is damaged, or names a file outside the folder.
 */
export function alteredFiles(folder: string): string[] {
  const path = join(folder, SUMS);
  if (!existsSync(path)) return [];
  const lines = readText(path).split("\n");
  return lines.slice(0, -1).flatMap((line) => {
    const [, sum, name] = /^([0-9a-f]{64}) {2}(.+)$/.exec(line) ?? [];
    if (sum === undefined || name === undefined || isAbsolute(name) || name.split("/").includes(".."))
      throw new UsageError(`cannot use ${path}: a line is ${show(line)}`);
    const file = join(folder, name);
    return existsSync(file) && sumOf(file) === sum ? [] : [name];
  });
}
