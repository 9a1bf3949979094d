import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { UsageError } from "../config.js";

/** Bytes. What Node reads at once, and more than any text that is made for this program. */
const LARGEST_FILE = 0x7fff_ffff;
const LARGEST_TEXT = 0x80_0000;
/** What a string of text can hold: for results, which grow. */
export const LARGEST_STRING = 0x1000_0000;

/** Why the operating system refused, in words. */
export const reason = (error: unknown): string => {
  const { code, message } = error as NodeJS.ErrnoException;
  const words: Record<string, string> = {
    EACCES: "permission is denied",
    EPERM: "permission is denied",
    EROFS: "the file system is read-only",
    ENOSPC: "the disk is full",
    ENOTDIR: "a part of the path is a file",
    ENOENT: "it does not exist",
    EISDIR: "it is a folder",
    ERR_FS_EISDIR: "it is a folder",
    EEXIST: "it is a file",
  };
  return words[code ?? ""] ?? message;
};

/** How the names of files end that are being written, before the writing process's number. */
const PARTIAL = ".partial-";

/**
 * Writes a file so that at every moment, and after a loss of power, either the old content or the new stands at `path`.
 * @throws UsageError when it can't be written; the old content stands then.
 */
export function writeAtomically(path: string, content: string | Uint8Array): void {
  const temporary = `${path}${PARTIAL}${process.pid}`;
  try {
    const there = statSync(path, { throwIfNoEntry: false });
    // a device would be replaced by a file
    if (there?.isFile() === false) throw new Error(there.isDirectory() ? "it is a folder" : "it is no file");
    const file = openSync(temporary, "w");
    try {
      const bytes = typeof content === "string" ? Buffer.from(content) : content;
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
    syncFolder(dirname(path));
  } catch (error) {
    try {
      rmSync(temporary, { force: true });
    } catch {
      // a file system that has become read-only: removeLeftovers will do it
    }
    throw new UsageError(`cannot write ${path}: ${reason(error)}`);
  }
}

/**
 * Removes a file, if it is there.
 * @throws UsageError when it can't be.
 */
export function removeFile(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch (error) {
    throw new UsageError(`cannot remove ${path}: ${reason(error)}`);
  }
}

/** Makes the renames within a folder outlast a loss of power. */
export function syncFolder(path: string): void {
  // Windows can't open folders
  if (process.platform === "win32") return;
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** Whether this host has a process of this number. */
export const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
};

/** Removes what processes that were killed while they wrote left in a folder and those below it. */
export function removeLeftovers(folder: string): void {
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const pid = /\.partial-(\d+)$/.exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid))) removeFile(join(folder, name));
  }
}

/**
 * Reads a file. Nothing but files: a pipe could keep us waiting, a device never ends.
 * @param most The largest file that is read, bytes.
 * @throws UsageError when it can't be read, or is larger.
 */
export function readBytes(path: string, most = LARGEST_FILE): Uint8Array<ArrayBuffer> {
  const fail = (what: string): never => {
    throw new UsageError(`cannot read ${path}: ${what}`);
  };
  try {
    const status = statSync(path);
    if (!(status.isFile() || status.isDirectory())) fail("it is no file; copy what it gives into one");
    if (status.size > most) fail(`it has ${status.size} bytes; the most that are read here are ${most}`);
    return new Uint8Array(readFileSync(path));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    return fail(reason(error));
  }
}

/**
 * Reads a text in UTF-8, with or without a byte order mark.
 * @param most The largest file that is read, bytes.
 * @throws UsageError when it can't be read, is too large, or is no such text.
 */
export function readText(path: string, most = LARGEST_TEXT): string {
  const bytes = readBytes(path, most);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new UsageError(`cannot read ${path}: it is no text in UTF-8`);
  }
}

const noFolder = (option: string, path: string, error: unknown): UsageError =>
  new UsageError(`${option} is ${path}: cannot make this folder, ${reason(error)}; name another`);

/**
 * Makes a folder, unless it is there.
 * @param option What the path is the value of, for messages.
 */
export function makeFolder(option: string, path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw noFolder(option, path, error);
  }
}

/**
 * Makes the folder of a new run.
 * @throws UsageError when it exists with something in it, or can't be made or written.
 */
export function createRunFolder(path: string): void {
  try {
    if (existsSync(path) && statSync(path).isDirectory() && readdirSync(path).some((name) => !name.includes(PARTIAL))) {
      const remedy = existsSync(join(path, "config.json"))
        ? `valuegrad resume ${path} goes on with it`
        : "name another";
      throw new UsageError(`out is ${path}: that folder exists and is not empty; ${remedy}, or remove it`);
    }
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw noFolder("out", path, error);
  }
  makeFolder("out", path);
}

/** The first of `runs/NAME`, `runs/NAME-2`, ... that does not exist. */
export function freeRunFolder(name: string): string {
  for (let n = 1; ; ++n) {
    const path = join("runs", n === 1 ? name : `${name}-${n}`);
    if (!existsSync(path)) return path;
  }
}

/**
 * Makes a folder in one that exists.
 * @throws UsageError when it can't be made.
 */
export function ensureFolder(path: string): void {
  try {
    if (!existsSync(path)) mkdirSync(path);
  } catch (error) {
    throw new UsageError(`cannot make ${path}: ${reason(error)}`);
  }
}

/** Makes the folder that a file is to stand in. */
export function ensureFolderOf(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch (error) {
    throw new UsageError(`cannot make the folder of ${path}: ${reason(error)}`);
  }
}
