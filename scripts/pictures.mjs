// Draws bench/results/tasks/TASK.svg, a picture of every task's planned episode (bench/results/control): `npm run pictures`, after a
// build. The README shows them.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** The moments to be seen, s. */
const times = {
  hand: "0,5,10",
  cartpole: "0,0.8,1.6,2.4",
  "cartpole-balance": "0,1,5",
  swimmer3: "0,6,12,19.9",
  swimmer5: "0,3,6,9",
  swimmer7: "0,3,6,9",
  "reacher-4target": "0,0.4,5",
  "reacher-moving": "0,2,4",
  gripper: "0,1,2,7",
  monoped: "0,0.2,0.6,8",
  cheetah: "3,3.2,3.4,3.6,3.8",
  "cheetah-springs": "3,3.15,3.3,3.45,3.6",
  walker: "3,3.5,4,4.5,5",
};

const rows = readFileSync("bench/results/control.csv", "utf8").trim().split("\n");
for (const [task, moments] of Object.entries(times)) {
  const planned = rows.map((row) => row.split(",")).find(([name, kind]) => name === task && kind === "planner");
  const actions = `bench/results/control/${task}.json`;
  const picture = `bench/results/tasks/${task}.svg`;
  const run = ["--actions", actions, "--seed", planned.at(-1), "--disturbance", "0", "--times", moments];
  process.stdout.write(execFileSync(process.execPath, ["build/cli.js", "render", task, ...run, "--picture", picture]));
}
