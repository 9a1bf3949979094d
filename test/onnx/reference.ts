import type { BasicFeature, LinearForm } from "../../src/env/features.js";
import type { PolicyDescription } from "../../src/onnx/policy.js";

/** Outputs of a policy for one state. */
export interface PolicyOutput {
  readonly mean: number[];
  readonly std: number[];
  readonly action: number[];
}

/** The policy by its definition, in double precision, one state at a time. */
export function evaluatePolicy(
  policy: PolicyDescription,
  state: ArrayLike<number>,
  noise: ArrayLike<number>,
): PolicyOutput {
  let value = policy.features.map((feature) =>
    feature.kind === "sum"
      ? feature.of.reduce((sum, summand) => sum + evaluateFeature(summand, state), 0) / feature.scale
      : evaluateFeature(feature, state),
  );
  policy.layers.forEach(({ outputs, weight, bias }, index) => {
    const hidden = index < policy.layers.length - 1;
    const input = value;
    value = Array.from({ length: outputs }, (_, column) => {
      let sum = bias[column]!;
      input.forEach((x, row) => {
        sum += x * weight[row * outputs + column]!;
      });
      return hidden ? Math.tanh(sum) : sum;
    });
  });

  const size = policy.action.length;
  const mean = value.slice(0, size).map((z) => (policy.squash === "tanh" ? Math.tanh(z) : z));
  const { middle, halfRange } = policy.logSigma;
  const std = value.slice(size).map((z) => Math.exp(middle + halfRange * Math.tanh(z)));
  const action = policy.action.map(({ low, high }, i) =>
    Math.min(high, Math.max(low, mean[i]! + std[i]! * (noise[i] ?? 0))),
  );
  return { mean, std, action };
}

function evaluateFeature(feature: BasicFeature, state: ArrayLike<number>): number {
  if (feature.kind === "linear") return dot(feature.of, state) / feature.scale;
  if (feature.kind === "sin") return Math.sin(dot(feature.of, state)) / feature.scale;
  if (feature.kind === "cos") return Math.cos(dot(feature.of, state)) / feature.scale;
  const angle = dot(feature.angle, state);
  return (Math.cos(angle) * dot(feature.x, state) + Math.sin(angle) * dot(feature.y, state)) / feature.scale;
}

function dot(form: LinearForm, state: ArrayLike<number>): number {
  return form.reduce((sum, [index, coefficient]) => sum + coefficient * state[index]!, 0);
}
