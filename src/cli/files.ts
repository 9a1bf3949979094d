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

const reason = (error: unknown): string => {
  const { code, message } = error as NodeJS.ErrnoException;
  const words: Record<string, string> = {
    EACCES: "permission is denied",
    EPERM: "permission is denied",
    EROFS: "the file system is read-only",
    ENOSPC: "the disk is full",
    ENOTDIR: "a part of the path is a file",
    ENOENT: "it does not exist",
    EISDIR: "it is a folder",
    EEXIST: "it is a file",
  };
  return words[code ?? ""] ?? message;
};

/** Writes a file so that at every moment either the old content or the new stands at `path`. */
export function writeAtomically(path: string, content: string | Uint8Array): void {
  const temporary = `${path}.partial`;
  try {
    const file = openSync(temporary, "w");
    try {
      const bytes = typeof content === "string" ? Buffer.from(content) : content;
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new UsageError(`cannot write ${path}: ${reason(error)}`);
  }
}

/** @throws UsageError when the file can't be read. */
export function readBytes(path: string): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(readFileSync(path));
  } catch (error) {
    throw new UsageError(`cannot read ${path}: ${reason(error)}`);
  }
}

/**
 * Makes the folder of a new run.
 * @throws UsageError when it exists with something in it, or can't be made or written.
 */
export function createRunFolder(path: string): void {
  try {
    if (existsSync(path) && statSync(path).isDirectory() && readdirSync(path).length > 0) {
      throw new UsageError(`out is ${path}: that folder exists and is not empty; name another, or remove it`);
    }
    mkdirSync(path, { recursive: true });
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`out is ${path}: cannot make this folder, ${reason(error)}; name another`);
  }
}

/** The first of `runs/NAME`, `runs/NAME-2`, ... that does not exist. */
export function freeRunFolder(name: string): string {
  for (let n = 1; ; ++n) {
    const path = join("runs", n === 1 ? name : `${name}-${n}`);
    if (!existsSync(path)) return path;
  }
}

/** A checkpoint's path for the path of a run folder or of the checkpoint itself. */
export function checkpointPath(run: string): string {
  return existsSync(run) && statSync(run).isDirectory() ? join(run, "checkpoint.safetensors") : run;
}

/** Makes the folder that a file is to stand in. */
export function ensureFolderOf(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch (error) {
    throw new UsageError(`cannot make the folder of ${path}: ${reason(error)}`);
  }
}
