import { type Agent, PROBE_ROWS } from "./agent.js";
import type { Config } from "./config.js";
import type { VectorEnvironment } from "./env/vector.js";
import { type MetricsRecord, toFourDigits } from "./metrics.js";
import type { Replay } from "./replay.js";

/** How many of the newest transitions the model is examined at a few of. */
const RECENT = 1024;
/** The largest part of a return that the critic itself may complete. */
const LARGEST_TAIL = 0.1;

/** Exact on every host, unlike a power. */
const square = (x: number): number => x * x;

const finiteOrNull = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** The model's errors at recent transitions. Draws no random number. */
export function examineModel(
  agent: Agent,
  replay: Replay,
  environment: VectorEnvironment,
): Pick<MetricsRecord, "modelErrors" | "stateJacobianError" | "actionJacobianError"> {
  const rows = Math.min(PROBE_ROWS, replay.size);
  if (agent.model.steps === 0 || rows === 0) {
    return { modelErrors: null, stateJacobianError: null, actionJacobianError: null };
  }
  const probe = agent.probe(rows);
  replay.gather(replay.spread(rows, Math.min(RECENT, replay.size)), rows, probe);
  const modelErrors = Array.from(agent.modelErrors(), (squares) => toFourDigits(Math.sqrt(squares)));
  if (environment.transitionJacobian === undefined) {
    return { modelErrors, stateJacobianError: null, actionJacobianError: null };
  }
  environment.transitionJacobian(probe);
  const learned = agent.modelJacobian();
  const states = agent.task.state.length;
  const units = deviations(probe.s, states);
  const ones = agent.task.action.map(() => 1);
  return {
    modelErrors,
    stateJacobianError: finiteOrNull(relativeError(agent, learned.fS, probe.fS, units, true)),
    actionJacobianError: finiteOrNull(relativeError(agent, learned.fA, probe.fA, ones, false)),
  };
}

/** Standard deviation of every column of s (B, S). */
function deviations(s: Float32Array, states: number): number[] {
  const rows = s.length / states;
  return Array.from({ length: states }, (_, i) => {
    let [sum, squares] = [0, 0];
    for (let at = i; at < s.length; at += states) {
      sum += s[at]!;
      squares += s[at]! * s[at]!;
    }
    return Math.sqrt(Math.max(0, squares / rows - square(sum / rows)));
  });
}

/**
 * sqrt(sum |learned - exact|^2 / sum |exact|^2) over the predicted rows of Jacobians (B, S, N), those by the states less the identity.
 * @param units What one unit of each input is, (N).
 */
function relativeError(
  agent: Agent,
  learned: Float32Array,
  exact: Float32Array,
  units: readonly number[],
  byState: boolean,
): number {
  const scale = agent.modelScale;
  const S = agent.task.state.length;
  const N = units.length;
  let [errors, squares] = [0, 0];
  for (let first = 0; first < exact.length; first += S * N) {
    agent.task.predicted.forEach((i, d) => {
      for (let j = 0; j < N; ++j) {
        const at = first + i * N + j;
        const unit = units[j]! / scale[d]!;
        errors += square((learned[at]! - exact[at]!) * unit);
        squares += square((exact[at]! - (byState && i === j ? 1 : 0)) * unit);
      }
    });
  }
  return Math.sqrt(errors / squares);
}

/** The critic against an episode of the stochastic policy in every copy. Training's generators are left as they are. */
export function examineCritic(
  agent: Agent,
  environments: VectorEnvironment,
  config: Config,
): Pick<MetricsRecord, "criticBias" | "criticError" | "returnDeviation"> {
  if (agent.value.steps === 0) return { criticBias: null, criticError: null, returnDeviation: null };
  const [value, G] = valuesAndReturns(agent, environments, config);
  const mean = (of: (i: number) => number): number => G.reduce((sum, _, i) => sum + of(i), 0) / G.length;
  const average = mean((i) => G[i]!);
  return {
    criticBias: finiteOrNull(mean((i) => value[i]! - G[i]!)),
    criticError: finiteOrNull(Math.sqrt(mean((i) => square(value[i]! - G[i]!)))),
    returnDeviation: finiteOrNull(Math.sqrt(mean((i) => square(G[i]! - average)))),
  };
}

/** V(s_t) and G_t of the states whose return is known well enough. */
function valuesAndReturns(
  agent: Agent,
  environments: VectorEnvironment,
  { seed, gamma, rewardScale, earlyTermination }: Config,
): [values: number[], returns: number[]] {
  const { count, task, states, actions } = environments;
  const T = task.episodeSteps;
  const values = new Float64Array((T + 1) * count);
  const rewards = new Float64Array(T * count);
  const lengths = new Int32Array(count).fill(T);
  const ended = new Array<boolean>(count).fill(false);
  const running = new Set(ended.keys());
  environments.seed(seed);
  agent.beginRehearsal();
  for (let i = 0; i < count; ++i) environments.reset(i);
  values.set(agent.valueOf(states, count));
  for (let t = 0; t < T && running.size > 0; ++t) {
    actions.set(agent.rehearse(states, count).subarray(0, actions.length));
    environments.step();
    rewards.set(environments.rewards, t * count);
    values.set(agent.valueOf(states, count), (t + 1) * count);
    for (const i of running) {
      // as in training, where a failure ends the process
      const failed = earlyTermination === "on" && environments.failed[i] === 1;
      ended[i] = failed || environments.terminated[i] === 1;
      if (!ended[i] && environments.truncated[i] === 0) continue;
      lengths[i] = t + 1;
      running.delete(i);
    }
  }
  const known: [number[], number[]] = [[], []];
  for (let i = 0; i < count; ++i) {
    let G = ended[i] ? 0 : values[lengths[i]! * count + i]!;
    let tail = ended[i] ? 0 : 1;
    for (let t = lengths[i]! - 1; t >= 0; --t) {
      G = rewardScale * rewards[t * count + i]! + gamma * G;
      tail *= gamma;
      if (tail > LARGEST_TAIL) continue;
      known[0].push(values[t * count + i]!);
      known[1].push(G);
    }
  }
  return known;
}
