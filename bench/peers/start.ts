// From the core's bytes to the first step of an environment, each time in a process that has done nothing before.

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Contest } from "./contest.js";

const PROGRAM = fileURLToPath(new URL("first-step.mjs", import.meta.url));
const LIMIT = 0.01;
const NAME = "limit, 10 ms";

export function starts(): Contest[] {
  const time = async (turns: number): Promise<number> => {
    let seconds = 0;
    for (let i = 0; i < turns; ++i) {
      seconds += Number((await promisify(execFile)(process.execPath, [PROGRAM])).stdout);
    }
    return seconds;
  };
  return [
    {
      work: "from bytes to the first step of half-cheetah",
      ours: [{ name: "release", time }],
      peers: [{ name: NAME, limit: true, time: (turns) => turns * LIMIT }],
      targets: { [NAME]: 1 },
      rounds: 21,
    },
  ];
}
