import { Stream } from "./abi.js";
import { Agent } from "./agent.js";
import type { Algorithm } from "./algorithms/algorithm.js";
import { algorithms } from "./algorithms/algorithms.js";
import { BestPolicy } from "./best.js";
import { type Config, UsageError } from "./config.js";
import { examineCritic, examineModel } from "./diagnostics.js";
import type { Environment } from "./env/environment.js";
import { Environments } from "./env/environments.js";
import { type Task, tasks } from "./env/task.js";
import type { VectorEnvironment } from "./env/vector.js";
import { WrappedEnvironments } from "./env/wrapped.js";
import { type Evaluation, evaluate } from "./evaluate.js";
import { Learning } from "./learning.js";
import type { MetricsRecord } from "./metrics.js";
import { Trouble } from "./plant.js";
import { Replay } from "./replay.js";
import type { Core } from "./wasm.js";

/**
 * Makes what takes memory.
 * @throws UsageError when there is not enough of it.
 */
function allocate<T>(remedy: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    // the core traps at its largest memory, arrays are refused at the machine's
    const full = error instanceof WebAssembly.RuntimeError || /allocation failed/.test((error as Error).message);
    if (full) throw new UsageError(`these settings take more memory than there is: ${remedy}`);
    throw error;
  }
}

/** Transitions that the replay of a run has room for. */
export const capacityOf = ({ replayCapacity, steps }: Config): number => Math.min(replayCapacity, steps);

/** Trains one agent on one task by one algorithm. Training is a function of the configuration alone. */
export class Trainer {
  readonly config: Config;
  readonly task: Task;
  readonly best: BestPolicy;
  readonly agent: Agent;
  readonly replay: Replay;
  /** The training environment, one copy. */
  readonly environment: VectorEnvironment;
  readonly learning: Learning;
  readonly #evaluations: VectorEnvironment;
  readonly #previous: Float64Array;
  readonly #algorithm: Algorithm;
  /** Finished episodes so far, and the current one's return. */
  episodes = 0;
  episodeReturn = 0;

  /**
   * @param core An unused core: the trainer fills it.
   * @param make Makes a user's own environment, whose task `config.task` names; without it that is a built-in one.
   * @throws Error when `config.model` is "exact" and the environment does not know its Jacobians; UsageError when
   * `config.reward` is "given" and it does not know its reward's gradient, or the settings take more memory than the core's 1 GB, or the machine's.
   */
  constructor(core: Core, config: Config, make?: () => Environment) {
    const { seed, evaluationEpisodes } = config;
    const copies = (count: number, stream: number, earlyTermination: boolean): VectorEnvironment =>
      make === undefined
        ? new Environments(core, tasks[config.task]!, count, seed, stream, {
            disturbance: config.disturbance,
            earlyTermination,
          })
        : new WrappedEnvironments(make, count, seed, stream);
    this.environment = copies(1, Stream.Environment, config.earlyTermination === "on");
    // an evaluation goes on after a failure, which costs the rest of its episode
    this.#evaluations = allocate("lower evaluationEpisodes", () =>
      copies(evaluationEpisodes, Stream.Evaluation, false),
    );
    const { task } = this.environment;
    if (config.model === "exact" && this.environment.transitionJacobian === undefined) {
      throw new Error(`model is "exact": ${task.name} does not know its transitionJacobian; use "learned"`);
    }
    const algorithm: Algorithm = algorithms[config.algorithm];
    const differentiates = algorithm.policyGradient === "value" && config.reward === "given";
    if (differentiates && this.environment.rewardGradient === undefined) {
      throw new UsageError(`reward is "given": ${task.name} does not know its rewardGradient; use "learned"`);
    }
    this.config = config;
    this.task = task;
    this.#algorithm = algorithm;
    const pieces = algorithm.pieces?.(task, config);
    this.agent = allocate(
      "the core has 1 GB for networks and batches; lower policyHidden, valueHidden, modelHidden, rewardHidden or batch",
      () => new Agent(core, task, config, evaluationEpisodes, pieces),
    );
    const capacity = capacityOf(config);
    this.replay = allocate("lower replayCapacity", () => new Replay(capacity, task.state.length, task.action.length));
    const newest = pieces === undefined || pieces.replayed ? 0 : pieces.count * pieces.steps;
    if (capacity < newest) {
      throw new UsageError(
        `replayCapacity and steps allow for ${capacity} transitions: ${config.algorithm} learns from ${newest} at once`,
      );
    }
    this.#previous = new Float64Array(task.state.length);
    core.seal();
    this.best = new BestPolicy(this.agent.policy);
    this.learning = new Learning(config, this.agent, this.replay, this.environment);
    this.environment.reset(0);
  }

  /** Environment steps so far. */
  get steps(): number {
    return this.learning.steps;
  }

  set steps(count: number) {
    this.learning.steps = count;
  }

  /** Policy updates so far. */
  get updates(): number {
    return this.learning.policyUpdates;
  }

  set updates(count: number) {
    this.learning.policyUpdates = count;
  }

  get done(): boolean {
    return this.steps >= this.config.steps;
  }

  /**
   * One environment step, then the updates that follow it.
   * @throws BlowUp at the first number that is not finite. The trainer is of no use then.
   */
  step(): void {
    const { agent, environment, learning, replay } = this;
    const { states, actions } = environment;
    this.#previous.set(states);
    const action = agent.act(states);
    learning.watch?.("action");
    learning.expectFinite("log p(a | s)", agent.logProbs[0]!);
    let clipped = 0;
    for (let k = 0; k < actions.length; ++k) {
      const u = action[k]!;
      actions[k] = u;
      if (u > 1 || u < -1) clipped += 1 / actions.length;
    }
    learning.statistics.clippedActions.add(clipped);
    environment.step();
    learning.watch?.("environment");
    const terminated = environment.terminated[0] === 1;
    const truncated = environment.truncated[0] === 1;
    const ended = terminated || truncated;
    const reward = environment.rewards[0]!;
    this.episodeReturn += reward;
    learning.expectFinite("the return so far", this.episodeReturn);
    if (((environment.trouble?.[0] ?? 0) & Trouble.notFinite) !== 0)
      learning.expectFinite("the simulated motion", Number.NaN);
    replay.add(this.#previous, action, reward, states, agent.logProbs[0]!, terminated, truncated);
    if (ended) {
      learning.statistics.trainingReturn.add(this.episodeReturn);
      this.episodeReturn = 0;
      this.episodes += 1;
      environment.reset(0);
    }
    this.steps += 1;
    learning.episodeSteps += 1;
    if (this.steps === this.config.learningStarts) this.#measureScale();
    if (this.steps >= this.config.learningStarts) {
      this.#algorithm.afterStep(learning);
      if (ended) this.#algorithm.afterEpisode?.(learning, learning.episodeSteps);
    }
    if (ended) learning.episodeSteps = 0;
  }

  /** Lets the model predict in units of the state changes seen so far; the units stay. */
  #measureScale(): void {
    const { agent, replay, task } = this;
    agent.modelScale.set(replay.changeDeviations(task.predicted, task.frames));
  }

  /** @throws BlowUp when a weight or an optimiser's moment is not finite. */
  expectFiniteNetworks(): void {
    for (const [network] of this.agent.networks) {
      for (const { name, data } of network.state()) {
        for (const number of data) this.learning.expectFinite(name, number);
      }
    }
  }

  /**
   * Evaluates the policy; the record also holds what happened since the record before.
   * @throws BlowUp when a weight, an optimiser's moment or a return is not finite.
   */
  evaluate(): MetricsRecord {
    const { statistics } = this.learning;
    this.expectFiniteNetworks();
    const evaluation = this.evaluateEpisodes(this.config.evaluationEpisodes, this.config.seed);
    let sum = 0;
    for (const value of evaluation.returns) sum += value;
    this.learning.expectFinite("the evaluation's return", sum);
    const record = {
      step: this.steps,
      episodes: this.episodes,
      updates: this.updates,
      evaluationReturn: sum / evaluation.returns.length,
      evaluationReturnLow: Math.min(...evaluation.returns),
      evaluationReturnHigh: Math.max(...evaluation.returns),
      score: evaluation.score,
      successes: evaluation.successes,
      solved: evaluation.solved,
      trainingReturn: statistics.trainingReturn.take(),
      modelError: statistics.modelError.take(),
      rewardError: statistics.rewardError.take(),
      valueError: statistics.valueError.take(),
      policyGradientNorm: statistics.policyGradientNorm.take(),
      valueGradient: statistics.valueGradient.take(),
      meanWeight: statistics.meanWeight.take(),
      effectiveSampleSize: statistics.effectiveSampleSize.take(),
      klToBehaviour: statistics.klToBehaviour.take(),
      sigma: evaluation.sigma,
      clippedActions: statistics.clippedActions.take(),
      ...examineModel(this.agent, this.replay, this.environment),
      ...examineCritic(this.agent, this.#evaluations, this.config),
    };
    this.best.consider(record);
    return record;
  }

  /** What the deterministic policy achieves in `episodes` episodes whose start states depend on `seed` only. */
  evaluateEpisodes(episodes: number, seed: number): Evaluation {
    return evaluate(this.agent, this.#evaluations, episodes, seed);
  }

  /** Whether an evaluation is due: at the start, every evaluationInterval steps, and at the end. */
  get evaluationDue(): boolean {
    return this.steps % this.config.evaluationInterval === 0 || this.done;
  }

  /**
   * Trains to the end. Yields a record at the start, every `evaluationInterval` steps and at the end; stop iterating to stop.
   */
  *run(): Generator<MetricsRecord, void, void> {
    yield this.evaluate();
    while (!this.done) {
      this.step();
      if (this.evaluationDue) yield this.evaluate();
    }
  }
}
