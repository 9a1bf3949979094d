import { spawnSync } from "node:child_process";

/** Keeps this process, its threads and what it starts to the last core that it may use. False where taskset cannot do it. */
export function pin(): boolean {
  const tell = spawnSync("taskset", ["-cp", String(process.pid)], { encoding: "utf8" });
  const core = /(\d+)\s*$/.exec(tell.stdout ?? "")?.[1];
  if (core === undefined) return false;
  return spawnSync("taskset", ["-acp", core, String(process.pid)]).status === 0;
}
