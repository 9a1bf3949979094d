import type { Agent } from "./agent.js";
import { exportPolicy } from "./onnx/export.js";
import type { Golden } from "./onnx/metadata.js";
import type { VerificationCases } from "./onnx/verify.js";

/** Golden input and output rows stored in a policy file. */
const GOLDEN_ROWS = 8;
/** Spread of verification states in a dimension without bounds. */
const UNBOUNDED_SPREAD = 3;

/**
 * What the core answers at `count` random states: normal numbers, as wide as a dimension's bounds, or 3 where it has none. The same
 * for every call on equal agents.
 */
export function verificationCases(agent: Agent, count: number): VerificationCases {
  const { state, action } = agent.task;
  const obs = agent.verificationNoise(count * state.length);
  for (let i = 0; i < obs.length; ++i) {
    const { low, high } = state[i % state.length]!;
    obs[i]! *= Number.isFinite(high - low) ? (high - low) / 2 : UNBOUNDED_SPREAD;
  }
  const cases = {
    obs,
    mean: new Float32Array(count * action.length),
    std: new Float32Array(count * action.length),
    action: new Float32Array(count * action.length),
    count,
  };
  for (let row = 0; row < count; ++row) {
    agent.actDeterministically(obs.subarray(row * state.length, (row + 1) * state.length));
    const { mean, deviation } = agent.moments;
    for (let k = 0; k < action.length; ++k) {
      const at = row * action.length + k;
      cases.mean[at] = mean[k]!;
      cases.std[at] = deviation[k]!;
      cases.action[at] = Math.max(action[k]!.low, Math.min(action[k]!.high, mean[k]!));
    }
  }
  return cases;
}

/**
 * An agent's policy as an ONNX file that holds golden rows computed by the core.
 * @param options stochastic: with a `noise` input; metadata: the caller's own entries.
 */
export function deployPolicy(
  agent: Agent,
  options: { readonly stochastic?: boolean; readonly metadata?: Record<string, string> } = {},
): Uint8Array {
  const { obs, action, count } = verificationCases(agent, GOLDEN_ROWS);
  const golden: Golden = { obs, action, count };
  return exportPolicy(agent.describePolicy(), { ...options, golden });
}
