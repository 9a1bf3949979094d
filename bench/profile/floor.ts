// What a training step of SVG(1)-ER does at least: multiply-adds, numbers through tanh, numbers through Adam.

import type { Config } from "../../src/node.js";
import { multiplyAdds } from "../kernels/networks.js";

/** Layers of the three networks, and how many sub-networks the model has. */
export interface Shapes {
  readonly policy: readonly number[];
  readonly critic: readonly number[];
  readonly model: readonly number[];
  readonly dimensions: number;
}

export interface Work {
  /** Multiply-adds of whole matrices, and of sub-networks lane by lane. */
  readonly products: number;
  readonly lanewise: number;
  readonly tanh: number;
  readonly adam: number;
}

const hiddenUnits = (layers: readonly number[]): number => layers.slice(1, -1).reduce((sum, units) => sum + units, 0);
const parameters = (layers: readonly number[]): number =>
  layers.slice(1).reduce((sum, units, l) => sum + units * (layers[l]! + 1), 0);

/** Of a step with all its updates, without padding; acting counts as one more row of the policy. */
export function workOf(shapes: Shapes, config: Config): Work {
  const { batch, modelUpdates, valueUpdates, policyUpdates } = config;
  const D = shapes.dimensions;
  const p = multiplyAdds(shapes.policy);
  const v = multiplyAdds(shapes.critic);
  const m = multiplyAdds(shapes.model, D);
  const inner = m.all - m.first;
  // forward, gradient of the weights; from the second layer on also of the inputs
  const modelUpdate = { products: 2 * m.first, lanewise: 3 * inner, tanh: D * hiddenUnits(shapes.model) };
  // importance ratios; the target's forward, forward, both gradients
  const valueUpdate = {
    products: p.all + 4 * v.all - v.first,
    tanh: hiddenUnits(shapes.policy) + 2 * hiddenUnits(shapes.critic),
  };
  // ratios; critic and model forward and back to their inputs; the policy back to its weights
  const policyUpdate = {
    products: p.all + 2 * v.all + 2 * m.first + 2 * p.all - p.first,
    lanewise: 2 * inner,
    tanh: hiddenUnits(shapes.policy) + hiddenUnits(shapes.critic) + D * hiddenUnits(shapes.model),
  };
  const rows = (model: number, value: number, policy: number): number =>
    batch * (modelUpdates * model + valueUpdates * value + policyUpdates * policy);
  return {
    products: rows(modelUpdate.products, valueUpdate.products, policyUpdate.products) + p.all,
    lanewise: rows(modelUpdate.lanewise, 0, policyUpdate.lanewise),
    tanh: rows(modelUpdate.tanh, valueUpdate.tanh, policyUpdate.tanh) + hiddenUnits(shapes.policy),
    adam:
      modelUpdates * D * parameters(shapes.model) +
      valueUpdates * parameters(shapes.critic) +
      policyUpdates * parameters(shapes.policy),
  };
}
