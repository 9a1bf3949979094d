import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { UsageError } from "../../config.js";
import { readBytes, reason, syncFolder } from "../files.js";
import { type CellFiles, cellFiles } from "./cell.js";
import { flawOf, refuseOtherVersions, resultLine } from "./cell-files.js";
import { type Cell, cellName, readSweep } from "./file.js";
import { Workplace } from "./work.js";

const SWEEP = "sweep.yaml";
const RESULTS = "results.jsonl";
const CELLS = "cells";
const WORK = "work";

/** A sweep on disk. Several processes, on several hosts, may work on it at the same time: all that they leave is put in place by renames. */
export class SweepFolder {
  readonly path: string;
  readonly workplace: Workplace;

  /**
   * Opens a sweep's folder, and makes it where there is none.
   * @param text The sweep file's, which is kept there.
   * @throws UsageError when the folder holds something else, or a sweep with cells that this one does not have.
   */
  constructor(path: string, text: string, cells: readonly Cell[]) {
    this.path = path;
    this.workplace = new Workplace(join(path, WORK));
    const before = this.#keptSweep(cells);
    try {
      for (const name of [CELLS, WORK]) mkdirSync(join(path, name), { recursive: true });
    } catch (error) {
      throw new UsageError(`out is ${path}: cannot make this folder, ${(error as Error).message}; name another`);
    }
    if (before !== text) this.#publish(SWEEP, (temporary) => write(temporary, [text]));
  }

  /** The text of the sweep that is there already, all of whose cells must be among these. */
  #keptSweep(cells: readonly Cell[]): string | undefined {
    const kept = join(this.path, SWEEP);
    if (existsSync(kept)) {
      const text = Buffer.from(readBytes(kept)).toString();
      const hashes = new Set(cells.map(({ hash }) => hash));
      const lost = readSweep(text, kept).filter(({ hash }) => !hashes.has(hash)).length;
      if (lost === 0) return text;
      throw new UsageError(
        `out is ${this.path}: it holds another sweep, ${lost} of whose cells this one does not have; name another folder`,
      );
    }
    if (!existsSync(this.path)) return undefined;
    if (!statSync(this.path).isDirectory()) throw new UsageError(`out is ${this.path}: it is a file; name a folder`);
    // another process may just be making these
    if (readdirSync(this.path).every((name) => [CELLS, WORK, SWEEP].includes(name))) return undefined;
    throw new UsageError(`out is ${this.path}: that folder is not empty and holds no sweep; name another`);
  }

  /**
   * The files of a finished cell, undefined when there are none or they are not whole.
   * @param report Is told what is wrong with them.
   * @throws UsageError when another version of this package made them.
   */
  read(cell: Cell, report: (flaw: string) => void = () => {}): CellFiles | undefined {
    const folder = join(this.path, CELLS, cellName(cell));
    if (!existsSync(folder)) return undefined;
    const present = cellFiles.filter((name) => existsSync(join(folder, name)));
    const files = new Map(present.map((name) => [name, readBytes(join(folder, name))]));
    refuseOtherVersions(folder, files);
    const flaw = flawOf(cell, files);
    if (flaw === undefined) return files;
    report(`${folder}: ${flaw}`);
    return undefined;
  }

  /** Puts a finished cell's files in place, all at once, and removes all work on it. */
  store(cell: Cell, files: CellFiles): void {
    const name = join(CELLS, cellName(cell));
    refuseOtherVersions(name, files);
    const flaw = flawOf(cell, files);
    if (flaw !== undefined) throw new Error(`${name}: ${flaw}`);
    const discard = (): void => rmSync(join(this.path, name), { recursive: true, force: true });
    if (this.read(cell, discard) === undefined) {
      this.#publish(name, (temporary) => {
        mkdirSync(temporary);
        for (const file of cellFiles) write(join(temporary, file), [files.get(file)!]);
        syncFolder(temporary);
      });
    }
    this.workplace.clear(new Set([cellName(cell)]));
  }

  /**
   * Writes results.jsonl: a line for every finished cell, in the sweep's order. Removes what processes that were killed left of those.
   * @returns the number of lines.
   */
  merge(cells: readonly Cell[]): number {
    const merged = new Set<string>();
    const lines = function* (folder: SweepFolder): Generator<string> {
      for (const cell of cells) {
        const files = folder.read(cell);
        if (files === undefined) continue;
        merged.add(cellName(cell));
        yield resultLine(cell, files);
      }
    };
    this.#publish(RESULTS, (temporary) => write(temporary, lines(this)));
    this.workplace.clear(merged);
    return merged.size;
  }

  /** Makes something where no other process does, then renames it to its name in this folder. */
  #publish(name: string, make: (temporary: string) => void): void {
    const folder = this.workplace.scratch();
    const temporary = join(folder, "it");
    const path = join(this.path, name);
    try {
      make(temporary);
      renameSync(temporary, path);
      syncFolder(dirname(path));
    } catch (error) {
      const { code = "" } = error as NodeJS.ErrnoException;
      // another process stored the same cell at the same moment
      if (code === "ENOTEMPTY" || code === "EEXIST") return;
      throw error instanceof UsageError ? error : new UsageError(`cannot write ${path}: ${reason(error)}`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

function write(path: string, parts: Iterable<string | Uint8Array>): void {
  const file = openSync(path, "w");
  try {
    for (const part of parts) writeFileSync(file, part);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
