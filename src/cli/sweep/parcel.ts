import { createHash } from "node:crypto";
import { CellFailed, type CellFiles, cellFiles } from "./cell.js";

/** A finished cell's files on their way through a queue. */
export type Parcel = { readonly [name: string]: { readonly sha256: string; readonly base64: string } };

/** Bytes of a cell's files that may pass: Redis holds a result in memory, in one string of at most 512 MB. */
const LARGEST = 64e6;

const sha256 = (bytes: Uint8Array | string): string => createHash("sha256").update(bytes).digest("hex");

/** @throws CellFailed when the files are too large. */
export function pack(files: CellFiles): Parcel {
  let size = 0;
  for (const bytes of files.values()) size += bytes.length;
  if (size > LARGEST) {
    throw new CellFailed(
      `its files have ${Math.ceil(size / 1e6)} MB, of which a queue carries at most ${LARGEST / 1e6}: run the sweep without --queue`,
    );
  }
  const entries = Array.from(files, ([name, bytes]) => [
    name,
    { sha256: sha256(bytes), base64: Buffer.from(bytes).toString("base64") },
  ]);
  return Object.fromEntries(entries) as Parcel;
}

/**
 * The files of a parcel, which may come from anywhere.
 * @throws Error when they are not those of a finished cell, or were changed on the way.
 */
export function unpack(parcel: unknown): CellFiles {
  const entries = Object.entries((parcel ?? {}) as Parcel);
  const names = entries.map(([name]) => name).sort();
  if (names.join() !== cellFiles.join()) throw new Error(`it has not exactly the files ${cellFiles.join(", ")}`);
  return new Map(
    entries.map(([name, entry]) => {
      const bytes = new Uint8Array(Buffer.from(String(entry?.base64), "base64"));
      if (sha256(bytes) !== entry?.sha256) throw new Error(`its ${name} has another SHA-256 than at its start`);
      return [name, bytes];
    }),
  );
}

/** One SHA-256 for all files of a cell. */
export function digest(files: CellFiles): string {
  return sha256(cellFiles.map((name) => sha256(files.get(name)!)).join());
}
