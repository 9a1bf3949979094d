// A time step of the simulator and its derivatives as contests with MuJoCo's official WebAssembly build.

import loadMujoco from "@mujoco/mujoco";
import { timerOf } from "../kernels/measure.js";
import type { Build } from "../kernels/module.js";
import { Body, MujocoBody, STEPS } from "../mujoco/bodies.js";
import type { Contest } from "./contest.js";
import { openCore } from "./core.js";

const MODELS = { cheetah: "half-cheetah", walker: "walker", swimmer7: "swimmer7" };
/** How well forward differences do where bodies touch. */
const FORWARD_DIFFERENCES = 1e-3;

export async function simulators(builds: readonly Build[]): Promise<Contest[]> {
  const mujoco = await loadMujoco();
  const version = `MuJoCo ${mujoco.mj_versionString()} (wasm)`;
  const contests: Contest[] = [];
  for (const [file, name] of Object.entries(MODELS)) {
    const bodies = await Promise.all(
      builds.map(async (build) => ({ build, body: new Body(await openCore(build), file) })),
    );
    const other = new MujocoBody(mujoco, file);
    contests.push({
      work: `${name}, time step`,
      ours: bodies.map(({ build, body }) => ({
        name: build,
        time: timerOf(() => body.run()),
        // where the run has ended
        results: () => {
          body.run();
          return { q: body.plant.q };
        },
      })),
      peers: [
        {
          name: "MuJoCo wasm",
          version,
          time: timerOf(() => other.run()),
          results: () => {
            other.run();
            return { q: other.q };
          },
        },
      ],
      parts: STEPS,
    });
    contests.push({
      work: `${name}, Jacobian of a time step`,
      ours: bodies.map(({ build, body }) => ({
        name: build,
        time: timerOf(() => body.differentiate()),
        results: () => {
          body.run();
          return { jacobian: body.differentiate() };
        },
      })),
      peers: [
        {
          name: "MuJoCo wasm",
          version,
          time: timerOf(() => other.differentiate()),
          results: () => {
            other.run();
            other.differentiate();
            return { jacobian: other.derivatives };
          },
        },
      ],
      tolerance: FORWARD_DIFFERENCES,
    });
  }
  return contests;
}
