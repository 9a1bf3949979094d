import { type BasicFeature, type Feature, type LinearForm, summandsOf } from "../env/features.js";
import type { GraphBuilder } from "./graph.js";

/** The encoded state in a graph. */
export interface EncodedState {
  /** Name of the value, (batch, columns). */
  readonly value: string;
  /** What each column holds: a feature, or a summand of it, not yet divided by its scale. */
  readonly columns: readonly { readonly feature: number; readonly scale: number }[];
}

/**
 * Adds the state encoder to a graph, grouped by kind of feature: linear, sin, cos, rotated. The summands of a sum are columns among
 * them, which the layer that follows adds up.
 *
 * @param obs name of the state, (batch, stateSize).
 */
export function addEncoder(
  graph: GraphBuilder,
  obs: string,
  stateSize: number,
  features: readonly Feature[],
): EncodedState {
  const columns: { feature: number; scale: number }[] = [];
  const groups: string[] = [];
  const forms = (name: string, list: readonly LinearForm[]): string => {
    const matrix = graph.constant(`${name}.form`, [stateSize, list.length], coefficients(stateSize, list));
    return graph.node("MatMul", [obs, matrix], name);
  };
  const select = <K extends BasicFeature["kind"]>(kind: K): Extract<BasicFeature, { kind: K }>[] => {
    const chosen: Extract<BasicFeature, { kind: K }>[] = [];
    features.forEach((feature, index) => {
      for (const summand of summandsOf(feature)) {
        if (summand.kind !== kind) continue;
        chosen.push(summand as Extract<BasicFeature, { kind: K }>);
        columns.push({ feature: index, scale: summand.scale });
      }
    });
    return chosen;
  };

  const linear = select("linear").map((feature) => feature.of);
  if (linear.length > 0) groups.push(forms("linear", linear));
  const sin = select("sin").map((feature) => feature.of);
  if (sin.length > 0) groups.push(graph.node("Sin", [forms("sin_angle", sin)], "sin"));
  const cos = select("cos").map((feature) => feature.of);
  if (cos.length > 0) groups.push(graph.node("Cos", [forms("cos_angle", cos)], "cos"));

  const rotated = select("rotated");
  if (rotated.length > 0) {
    const part = (name: "x" | "y" | "angle"): string =>
      forms(
        `rotated_${name}`,
        rotated.map((feature) => feature[name]),
      );
    const [x, y, angle] = [part("x"), part("y"), part("angle")];
    const alongX = graph.node("Mul", [graph.node("Cos", [angle], "rotated_cos"), x], "rotated_cos_x");
    const alongY = graph.node("Mul", [graph.node("Sin", [angle], "rotated_sin"), y], "rotated_sin_y");
    groups.push(graph.node("Add", [alongX, alongY], "rotated"));
  }

  const only = groups.length === 1 ? groups[0]! : undefined;
  const value = only ?? graph.node("Concat", groups, "features", [{ name: "axis", int: 1 }]);
  return { value, columns };
}

function coefficients(stateSize: number, forms: readonly LinearForm[]): Float32Array {
  const matrix = new Float64Array(stateSize * forms.length);
  forms.forEach((form, column) => {
    for (const [index, coefficient] of form) matrix[index * forms.length + column]! += coefficient;
  });
  return Float32Array.from(matrix);
}
