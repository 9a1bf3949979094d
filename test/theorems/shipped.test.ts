// The shipped algorithms, in f32 and with all that lies between replay and policy: the gradients that training follows are the tape's.

import test from "ava";
import type { AgentBatch } from "../../src/batch.js";
import { type Config, resolveConfig } from "../../src/config.js";
import { type CoreTask, tasks } from "../../src/env/task.js";
import type { Phase } from "../../src/learning.js";
import { init } from "../../src/node.js";
import { Trainer } from "../../src/train.js";
import { ensembleSlots, mlpSlots } from "../core/blocks.js";
import { assertClose } from "../core/numbers.js";
import {
  additive,
  criticEquation,
  inferNoise,
  ModelEquations,
  type Observed,
  PolicyEquations,
  type Problem,
  pieceValue,
  type Row,
} from "../oracle/equations.js";
import { plus, type Quantity, Tape, times } from "../oracle/tape.js";
import { featuresOf, Simulator } from "./simulator.js";

const HIDDEN = { policyHidden: [6], valueHidden: [5], modelHidden: [4] };

/** What a policy's step was made of. */
interface Update {
  readonly theta: number[];
  readonly model: number[];
  readonly scale: number[];
  readonly value: number[];
  readonly batch: Pick<AgentBatch, "rows" | "s" | "a" | "sNext" | "terminated" | "behaviourLogProb" | "ends">;
  readonly gradient: number[];
}

/** The last policy step of a training run. */
async function lastUpdate(config: Config): Promise<Update> {
  const trainer = new Trainer(await init(), config);
  const { agent, learning } = trainer;
  let before: Omit<Update, "gradient"> | undefined;
  let update: Update | undefined;
  learning.watch = (phase: Phase) => {
    if (phase === "batch") {
      const { rows, s, a, sNext, terminated, behaviourLogProb, ends } = learning.batch;
      const numbers = { s: s.slice(), a: a.slice(), sNext: sNext.slice(), terminated: terminated.slice() };
      before = {
        theta: [...agent.policy.values],
        model: [...agent.model.values],
        scale: [...agent.modelScale],
        value: [...agent.value.values],
        batch: { rows, ...numbers, behaviourLogProb: behaviourLogProb.slice(), ends: ends.slice() },
      };
    }
    if (phase === "policy") update = { ...before!, gradient: [...agent.policy.gradient].map((g) => -g) };
  };
  while (!trainer.done) trainer.step();
  return update!;
}

/** The same networks as equations. */
function equations(config: Config, task: CoreTask, { model, scale, value }: Update) {
  const features = featuresOf(task.features);
  const actions = task.action.length;
  const { squash, deviation, sigmaMin, sigmaMax, etaLimit, modelNoise, modelActions } = config;
  const valued = config.algorithm.startsWith("svg0") ? actions : 0;
  const modelSizes = [features.length + actions, ...config.modelHidden, modelNoise === "learned" ? 2 : 1];
  const description = {
    features,
    slots: mlpSlots([features.length, ...config.policyHidden, 2 * actions]),
    actions,
    squash,
    deviation: deviation === "state" ? ("state-dependent" as const) : deviation,
    sigma: [sigmaMin, sigmaMax] as const,
    etaLimit,
  };
  return {
    policy: (theta: Row) => new PolicyEquations(description, theta),
    model: new ModelEquations(
      {
        features,
        slots: ensembleSlots(modelSizes, task.predicted.length),
        predicted: task.predicted,
        scales: scale,
        frames: (task.frames ?? []).map(({ x, y, angle }) => ({
          pair: [task.predicted.indexOf(x), task.predicted.indexOf(y)],
          angle,
        })),
        noise: modelNoise,
        actionBound: modelActions === "clipped" ? 1 : Number.POSITIVE_INFINITY,
      },
      model,
    ),
    critic: criticEquation({ features, slots: mlpSlots([features.length + valued, ...config.valueHidden, 1]) }, value),
  };
}

for (const [task, algorithm, settings] of [
  ["hand", "svg-inf", { steps: 1000 }],
  ["cartpole", "svg-inf", { steps: 250, model: "exact" }],
  ["cartpole", "svg-k", { steps: 260, horizon: 3, policyData: "fresh", deviation: "state" }],
  ["cartpole", "svg-k", { steps: 300, horizon: 12, batch: 24, modelNoise: "learned" }],
  ["cartpole", "svg1", { steps: 100, deviation: "learned", squash: "none" }],
  ["swimmer3", "svg1-er", { steps: 250, modelNoise: "learned", deviation: "learned", modelActions: "clipped" }],
  ["cartpole", "svg0", { steps: 100, deviation: "learned" }],
  ["swimmer3", "svg0-er", { steps: 250, deviation: "state" }],
] as const) {
  test(`${algorithm} on ${task}, ${JSON.stringify(settings)}: training follows the tape's gradient`, async (t) => {
    const limits = { gradientLimit: 1e9, weightLimit: 1e6, learningStarts: 64, batch: 16, evaluationEpisodes: 1 };
    const config = resolveConfig({ task, algorithm, ...HIDDEN, ...limits, ...settings });
    const update = await lastUpdate(config);
    const known = tasks[task]!;
    const simulator = await Simulator.of(task, 0);
    const { policy: policyOf, model, critic } = equations(config, known, update);
    const policy = policyOf(update.theta);
    const { terminated, behaviourLogProb, ends, rows, ...states } = update.batch;
    const row = (b: number): Observed => {
      const part = (all: Float32Array, width: number) => [...all.slice(b * width, (b + 1) * width)];
      const [state, action] = [part(states.s, known.state.length), part(states.a, known.action.length)];
      return {
        s: state,
        a: action,
        sNext: part(states.sNext, known.state.length),
        ratio: Math.exp(policy.logDensity(state, action) - behaviourLogProb[b]!),
        terminated: terminated[b] === 1,
      };
    };
    const steps = { "svg-inf": known.episodeSteps, "svg-k": config.horizon }[algorithm as string] ?? 1;
    const P = rows / Math.min(steps, rows);
    const pieces = Array.from({ length: P }, (_, p) => {
      const length = rows > P ? ends[p]! + 1 : 1;
      return Array.from({ length }, (_, time) => row(time * P + p));
    });

    const tape = new Tape();
    const theta = tape.variables(update.theta);
    const learned = policyOf(theta);
    const problem: Problem = {
      f: config.model === "exact" ? additive(simulator.f) : model,
      reward: (s, a, sNext) => times(config.rewardScale, simulator.reward(s, a, sNext)),
      gamma: config.gamma,
      ...(config.bootstrap === "critic" && { critic }),
    };
    const value = (piece: readonly Observed[]): Quantity => {
      const noises = inferNoise(policy, problem.f, piece);
      if (algorithm.startsWith("svg0")) return critic(piece[0]!.s, learned.act(piece[0]!.s, noises[0]!.eta));
      return pieceValue(learned, problem, piece, noises);
    };
    const reference = tape.gradient(times(1 / P, pieces.map(value).reduce(plus)), theta);
    assertClose(t, update.gradient, reference, 1e-3, "theta");
    const ratios = pieces.flat().map(({ ratio }) => ratio);
    t.log(
      `${P} pieces of ${pieces.map(({ length }) => length)}, ratios from ${Math.min(...ratios)} to ${Math.max(...ratios)}`,
    );
  });
}
