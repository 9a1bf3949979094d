/** Exit code of what was asked to end before it was done and can go on: schedulers take it as "run me again". */
export const UNFINISHED = 75;

/** What the first SIGINT or SIGTERM aborts. */
export interface Signals {
  readonly signal: AbortSignal;
  release(): void;
}

/**
 * Notes the first SIGINT or SIGTERM; the second ends the process at once. SIGTERM leaves the exit code of unfinished work.
 *
 * A child process that talks to its parent takes the parent's end for SIGTERM, and further signals as nothing new: schedulers send them
 * to parents and children alike.
 */
export function watchSignals(): Signals {
  const controller = new AbortController();
  const isChild = process.send !== undefined;
  const stop = (signal: NodeJS.Signals): void => {
    if (controller.signal.aborted && !isChild) process.exit(130);
    if (signal === "SIGTERM") process.exitCode = UNFINISHED;
    controller.abort();
  };
  const orphaned = (): void => stop("SIGTERM");
  process.on("SIGINT", stop).on("SIGTERM", stop).on("disconnect", orphaned);
  return {
    signal: controller.signal,
    release: () => process.off("SIGINT", stop).off("SIGTERM", stop).off("disconnect", orphaned),
  };
}
