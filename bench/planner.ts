// Why a planner could fall behind SVG(inf) on the hand: how the model's error grows along simulated episodes, and what is left of the
// policy gradient there. `npx tsx bench/planner.ts` trains SVG(inf) with the settings of each variant and looks, after some numbers of
// episodes, at the model and the policy of that moment. Writes under bench/results: planner-error.csv, distances to noiseless episodes of
// the true hand by control step, under the same actions (open loop) and under the same policy (closed loop), beside what the force on
// the ball does; planner-gradient.csv, cosines of mean policy gradients with that of the exact derivatives; and planner-error.svg.

import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { AgentBatch } from "../src/batch.js";
import { readCheckpoint, restoreTrainer, saveTrainer } from "../src/checkpoint.js";
import { csv } from "../src/cli/csv.js";
import { lineChart } from "../src/cli/plot.js";
import { median } from "../src/cli/statistics.js";
import { hand } from "../src/env/hand.js";
import { cosine, dot } from "../src/gradcheck/estimate.js";
import { type Config, Environments, init, resolveConfig, Trainer } from "../src/node.js";

const { values: options } = parseArgs({
  options: {
    seeds: { type: "string", default: "1" },
    out: { type: "string", default: fileURLToPath(new URL("results/", import.meta.url)) },
  },
});

const variants: readonly (readonly [name: string, settings: Partial<Config>])[] = [
  ["default", {}],
  ["modelHidden 5,5", { modelHidden: [5, 5] }],
  ["modelLearningRate 0.0003", { modelLearningRate: 3e-4 }],
  ["modelLearningRate 0.00003", { modelLearningRate: 3e-5 }],
];
/** Episodes after which a training run is looked at, and those that are simulated then. */
const MOMENTS = [2, 10, 50, 200];
const EPISODES = 20;
/** Trajectories of a mean gradient. */
const TRAJECTORIES = 60;
const SEED = 1000;

const S = hand.state.length;
const A = hand.action.length;
const T = hand.episodeSteps;
const BALL = [2, 3];

/** Root mean squares over episodes of a planar distance, by control step. */
function distances(paths: readonly Float64Array[], others: readonly Float64Array[]): number[] {
  return paths.map((path, t) => {
    let squares = 0;
    for (let i = 0; i < EPISODES; ++i) {
      for (const k of BALL) squares += (path[i * S + k]! - others[t]![i * S + k]!) ** 2;
    }
    return Math.sqrt(squares / EPISODES);
  });
}

/** How far the ball is from where it would be, of every kind of simulation. */
async function errors({ agent, config }: Trainer) {
  const truth = async (disturbance: number) => new Environments(await init(), hand, EPISODES, SEED, 4, { disturbance });
  const [quiet, pushed] = [await truth(0), await truth(config.disturbance)];
  for (let i = 0; i < EPISODES; ++i) {
    quiet.reset(i);
    pushed.reset(i);
  }
  pushed.states.set(quiet.states);
  const start = quiet.states.slice();
  let [open, closed] = [start, start];
  const paths = { real: [start], pushed: [start], open: [start], closed: [start] };
  for (let t = 0; t < T; ++t) {
    const own = agent.actDeterministically(closed, EPISODES).slice();
    closed = Float64Array.from(agent.predict(closed, own, EPISODES));
    const actions = Float64Array.from(agent.actDeterministically(quiet.states, EPISODES));
    open = Float64Array.from(agent.predict(open, actions, EPISODES));
    for (const environment of [quiet, pushed]) {
      environment.actions.set(actions);
      environment.step();
    }
    paths.real.push(quiet.states.slice());
    paths.pushed.push(pushed.states.slice());
    paths.open.push(open);
    paths.closed.push(closed);
  }
  return {
    open: distances(paths.open, paths.real),
    closed: distances(paths.closed, paths.real),
    force: distances(paths.pushed, paths.real),
  };
}

const mean = (rows: readonly (readonly number[])[]): number[] =>
  rows[0]!.map((_, i) => rows.reduce((sum, row) => sum + row[i]!, 0) / rows.length);

/** An episode of the stochastic policy on the true hand. */
function record({ agent, environment, task }: Trainer): AgentBatch {
  const batch = agent.pieces(T);
  batch.ends[0] = T - 1;
  environment.reset(0);
  for (let t = 0; t < task.episodeSteps; ++t) {
    batch.s.set(environment.states, t * S);
    const action = agent.act(environment.states);
    batch.a.set(action.subarray(0, A), t * A);
    batch.behaviourLogProb[t] = agent.logProbs[0]!;
    environment.actions.set(action.subarray(0, A));
    environment.step();
    batch.sNext.set(environment.states, t * S);
    batch.terminated[t] = environment.terminated[0]!;
  }
  return batch;
}

/** The policy gradient along what a trainer's trajectories hold; the policy stays as it is. */
function gradient({ agent, environment, config }: Trainer): number[] {
  const batch = agent.pieces(T);
  environment.rewardGradient!(batch);
  if (config.model === "exact") environment.transitionJacobian!(batch);
  agent.importanceRatios(batch);
  agent.updatePolicy(batch, 1, false);
  return [...agent.policy.gradient];
}

/** Cosines of mean gradients with the exact one, over half of the trajectories that were recorded. */
async function cosines(checkpoint: Uint8Array) {
  const learned = restoreTrainer(await init(), readCheckpoint(checkpoint));
  const exact = new Trainer(await init(), { ...learned.config, model: "exact" });
  exact.agent.policy.values.set(learned.agent.policy.values);
  for (const { agent } of [learned, exact]) agent.policy.configure(0, 1e9);
  const gradients = { exact: [] as number[][], inferred: [] as number[][], planned: [] as number[][] };
  for (let n = 0; n < TRAJECTORIES; ++n) {
    const real = record(exact);
    const batch = learned.agent.pieces(T);
    for (const name of ["s", "a", "sNext", "behaviourLogProb", "terminated", "ends"] as const)
      batch[name].set(real[name]);
    gradients.exact.push(gradient(exact));
    gradients.inferred.push(gradient(learned));
    learned.agent.imaginePieces(1);
    gradients.planned.push(gradient(learned));
  }
  const [first, second] = [0, 1].map((part) => (rows: number[][]) => mean(rows.filter((_, n) => n % 2 === part)));
  const reference = first!(gradients.exact);
  return {
    exact: cosine(second!(gradients.exact), reference),
    inferred: cosine(second!(gradients.inferred), reference),
    planned: cosine(second!(gradients.planned), reference),
    ratio: Math.sqrt(
      dot(mean(gradients.planned), mean(gradients.planned)) / dot(mean(gradients.exact), mean(gradients.exact)),
    ),
  };
}

const errorRows: (string | number)[][] = [["variant", "seed", "episodes", "step", "open_loop", "closed_loop", "force"]];
const gradientRows: (string | number)[][] = [
  ["variant", "seed", "episodes", "exact", "inferred", "planned", "planned_length"],
];

for (const [name, settings] of variants) {
  for (let seed = 1; seed <= Number(options.seeds); ++seed) {
    const config = resolveConfig({
      task: "hand",
      algorithm: "svg-inf",
      evaluationEpisodes: EPISODES,
      seed,
      ...settings,
    });
    const trainer = new Trainer(await init(), config);
    for (const episodes of MOMENTS) {
      while (trainer.episodes < episodes) trainer.step();
      const { open, closed, force } = await errors(trainer);
      for (let t = 1; t <= T; t += 1) {
        if (t % 20 !== 0 && ![1, 2, 5, 10].includes(t)) continue;
        errorRows.push([name, seed, episodes, t, ...[open, closed, force].map((all) => all[t]!.toPrecision(4))]);
      }
      const found = await cosines(saveTrainer(trainer));
      gradientRows.push([
        name,
        seed,
        episodes,
        ...[found.exact, found.inferred, found.planned, found.ratio].map((x) => x.toFixed(4)),
      ]);
      console.log(
        `${name}, seed ${seed}, ${episodes} episodes: ball off after 10 s by ${open[T]!.toFixed(3)} m under the same actions, ` +
          `${closed[T]!.toFixed(3)} m under the same policy, ${force[T]!.toFixed(3)} m by the force; cosines with the exact gradient: ` +
          `exact again ${found.exact.toFixed(3)}, SVG(inf) ${found.inferred.toFixed(3)}, planner ${found.planned.toFixed(3)} ` +
          `(length ${found.ratio.toFixed(2)})`,
      );
    }
  }
}

mkdirSync(options.out, { recursive: true });
const path = (file: string): string => `${options.out.replace(/\/$/, "")}/${file}`;
/** A column of the errors against the step, medians over seeds. */
function points(variant: string, episodes: number, column: 4 | 5 | 6): (readonly [number, number])[] {
  const rows = errorRows.filter((row) => row[0] === variant && row[2] === episodes);
  const steps = [...new Set(rows.map((row) => row[3] as number))];
  return steps.map((t) => [t, median(rows.filter((row) => row[3] === t).map((row) => Number(row[column])))] as const);
}
const early = 2;
const picture = await lineChart({
  xTitle: "control steps after the start of the simulation",
  yTitle: "distance to the true ball, m",
  width: 720,
  height: 360,
  log: true,
  series: [
    ...[early, 10, 200].map((episodes) => ({ name: `${episodes} episodes`, points: points("default", episodes, 4) })),
    { name: "hardly trained", points: points("modelLearningRate 0.00003", early, 4) },
    { name: "the force", points: points("default", early, 6) },
  ],
});
writeFileSync(path("planner-error.svg"), picture);
writeFileSync(path("planner-error.csv"), csv(errorRows));
writeFileSync(path("planner-gradient.csv"), csv(gradientRows));
