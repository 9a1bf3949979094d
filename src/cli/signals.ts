import { UNFINISHED } from "./exit.js";

/** What asks this process to end. */
export interface Signals {
  /** Aborted by the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
  release(): void;
}

/**
 * Watches for SIGINT and SIGTERM; the second of them ends the process at once. SIGTERM leaves the exit code of unfinished work.
 *
 * A process that tells a parent of its progress takes the parent's end for SIGTERM, and never ends at once: schedulers send signals to
 * parents and children, and parents pass them on.
 */
export function watchSignals(): Signals {
  const controller = new AbortController();
  const { signal } = controller;
  const isChild = process.send !== undefined;
  const interrupt = (): void => {
    if (signal.aborted && !isChild) process.exit(130);
    controller.abort();
  };
  const terminate = (): void => {
    process.exitCode = UNFINISHED;
    interrupt();
  };
  process.on("SIGINT", interrupt).on("SIGTERM", terminate).on("disconnect", terminate);
  process.channel?.unref();
  const release = (): void => {
    process.off("SIGINT", interrupt).off("SIGTERM", terminate).off("disconnect", terminate);
  };
  return { signal, release };
}
