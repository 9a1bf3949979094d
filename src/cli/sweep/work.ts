import { mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, statSync, utimesSync } from "node:fs";
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import { isRunning } from "../files.js";

/** Milliseconds between two signs of life of a folder's owner. */
const HEARTBEAT = 10_000;
/** Milliseconds without one after which the owner counts as dead: more than network file systems keep old attributes. */
const STALE = 120_000;

/** The name of folders for what is being written. Names of cells are hexadecimal numbers. */
const SCRATCH = "new";

/** A folder that belongs to this process until it is released or removed. */
export interface Claim {
  readonly folder: string;
  /** Whether it is no longer there: another process took this one for dead. */
  readonly lost: boolean;
  /** Leaves it, with what is in it, to whoever claims it next. */
  release(): void;
  remove(): void;
}

/**
 * Folders of work in progress, each of which at most one process owns, on one host or on several that share the file system.
 *
 * `NAME` has no owner, `NAME@HOST@PID` has one. Owning begins with a rename, which only one of several can do. Whoever loses a folder
 * in spite of being alive, say because it was suspended for long, can no longer write: its path is gone.
 */
export class Workplace {
  readonly #root: string;
  readonly #stale: number;
  readonly #host = hostname().replace(/[^\w.-]/g, "-");
  /** Folders that this process owns. */
  static readonly #held = new Set<string>();
  /** When another host's folder last changed, as far as this process saw it happen: clocks need not agree. */
  readonly #seen = new Map<string, { readonly modified: number; readonly at: number }>();

  constructor(root: string, stale = STALE) {
    this.#root = resolve(root);
    this.#stale = stale;
  }

  /** The folder of this name, for this process; undefined while another process works in it. Folders of dead ones are taken over. */
  claim(name: string): Claim | undefined {
    const own = `${name}@${this.#host}@${process.pid}`;
    const folder = join(this.#root, own);
    if (Workplace.#held.has(folder)) return undefined;
    mkdirSync(this.#root, { recursive: true });
    const entries = this.#entries(name);
    if (entries.some((entry) => this.#isOwned(entry))) return undefined;
    const left = entries.includes(own) ? own : entries[0];
    try {
      if (left === undefined) mkdirSync(folder);
      else if (left !== own) renameSync(join(this.#root, left), folder);
    } catch (error) {
      // another process was faster
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
    if (left === undefined && this.#entries(name).length > 1) {
      // another process makes one at the same moment: both try again later
      rmdirSync(folder);
      return undefined;
    }
    return this.#hold(name, folder);
  }

  /** An empty folder for what this process makes before it renames it. Those of killed processes of this host are removed. */
  scratch(): string {
    const folder = join(this.#root, `${SCRATCH}@${this.#host}@${process.pid}`);
    for (const entry of this.#entries(SCRATCH)) {
      if (!this.#isOwned(entry)) rmSync(join(this.#root, entry), { recursive: true, force: true });
    }
    mkdirSync(folder);
    return folder;
  }

  /** Removes every folder of these names, whoever owns it. */
  clear(names: ReadonlySet<string>): void {
    for (const entry of readdirSync(this.#root)) {
      if (names.has(entry.split("@")[0]!)) rmSync(join(this.#root, entry), { recursive: true, force: true });
    }
  }

  #entries(name: string): string[] {
    return readdirSync(this.#root).filter((entry) => entry.split("@")[0] === name);
  }

  #hold(name: string, folder: string): Claim {
    const { ino } = statSync(folder);
    let lost = false;
    const beat = (): void => {
      try {
        const now = new Date();
        utimesSync(folder, now, now);
        lost ||= statSync(folder).ino !== ino;
      } catch {
        lost = true;
      }
    };
    beat();
    const timer = setInterval(beat, HEARTBEAT).unref();
    Workplace.#held.add(folder);
    const end = (): void => {
      clearInterval(timer);
      Workplace.#held.delete(folder);
    };
    return {
      folder,
      get lost() {
        beat();
        return lost;
      },
      release: () => {
        end();
        try {
          renameSync(folder, join(this.#root, name));
        } catch {
          // lost, or another process released one of its own
          rmSync(folder, { recursive: true, force: true });
        }
      },
      remove: () => {
        end();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  }

  #isOwned(entry: string): boolean {
    const [, host, pid] = entry.split("@");
    // an owner of this very name is a process before this one that had its number, as in a container that started again
    if (host === undefined || (host === this.#host && (Number(pid) === process.pid || !isRunning(Number(pid)))))
      return false;
    let modified: number;
    try {
      modified = statSync(join(this.#root, entry)).mtimeMs;
    } catch {
      return true;
    }
    const seen = this.#seen.get(entry);
    if (seen === undefined || seen.modified !== modified) {
      this.#seen.set(entry, { modified, at: performance.now() });
      return true;
    }
    return performance.now() - seen.at < this.#stale;
  }
}
