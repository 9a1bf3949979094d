// One action of a policy as a contest with the ONNX runtimes, on the file that our own exporter writes.

import { deployPolicy } from "../../src/deploy.js";
import { Agent, resolveConfig, tasks } from "../../src/node.js";
import { timerOf } from "../kernels/measure.js";
import { type Build, uniform } from "../kernels/module.js";
import type { Contest } from "./contest.js";
import { openCore } from "./core.js";

export async function acting(builds: readonly Build[]): Promise<Contest[]> {
  const task = tasks.cheetah!;
  const config = resolveConfig({ task: task.name });
  const random = uniform();
  const state = Float32Array.from(task.state, random);
  const ours = await Promise.all(
    builds.map(async (build) => {
      const agent = new Agent(await openCore(build), task, config);
      const chosen = agent.act(state).slice();
      const mean = agent.moments.mean.slice();
      const std = agent.moments.deviation.slice();
      const action = chosen.map((value, k) => Math.max(task.action[k]!.low, Math.min(task.action[k]!.high, value)));
      const noise = chosen.map((value, k) => (value - mean[k]!) / std[k]!);
      const time = timerOf(() => {
        agent.act(state);
      });
      return { agent, noise, side: { name: build, time, results: () => ({ action, mean, std }) } };
    }),
  );
  const { agent, noise } = ours[0]!;
  return [
    {
      work: "half-cheetah, one action",
      ours: ours.map(({ side }) => side),
      task: {
        work: "acting",
        numbers: [
          { name: "obs", shape: [1, state.length], data: state },
          { name: "noise", shape: [1, noise.length], data: noise },
        ],
        settings: {},
        model: deployPolicy(agent, { stochastic: true }),
      },
      targets: { "onnxruntime-node": 5 },
    },
  ];
}
