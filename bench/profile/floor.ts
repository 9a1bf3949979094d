// What a training step of SVG(1)-ER does at least: multiply-adds, numbers through tanh, numbers through Adam.

import type { Config } from "../../src/node.js";
import { multiplyAdds } from "../kernels/networks.js";
import { partsOf } from "../kernels/update.js";

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
  const m = multiplyAdds(shapes.model, D);
  const parts = partsOf(p, multiplyAdds(shapes.critic), m);
  const inner = m.all - m.first;
  const units = {
    policy: hiddenUnits(shapes.policy),
    critic: hiddenUnits(shapes.critic),
    model: D * hiddenUnits(shapes.model),
  };
  const rows = (model: number, value: number, policy: number): number =>
    batch * (modelUpdates * model + valueUpdates * value + policyUpdates * policy);
  // from the second layer on the model's sub-networks are lane by lane: forward, gradients of weights and inputs; forward, of inputs
  const lanewise = rows(3 * inner, 0, 2 * inner);
  return {
    products: rows(parts.model, parts.ratios + parts.value, parts.ratios + parts.policy) + p.all - lanewise,
    lanewise,
    tanh: rows(units.model, units.policy + 2 * units.critic, units.policy + units.critic + units.model) + units.policy,
    adam:
      modelUpdates * D * parameters(shapes.model) +
      valueUpdates * parameters(shapes.critic) +
      policyUpdates * parameters(shapes.policy),
  };
}
