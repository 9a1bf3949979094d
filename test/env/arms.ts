import type { ExecutionContext } from "ava";
import type { Environments } from "../../src/env/environments.js";
import type { BasicFeature, Feature, LinearForm } from "../../src/env/features.js";
import { assertGradient, derivative, largest } from "../core/numbers.js";

/** The end of a chain of links in the plane whose joints' angles are relative, and its distance from a point. */
export function endOf(lengths: readonly number[], angles: readonly number[]): [x: number, y: number] {
  let heading = 0;
  let [x, y] = [0, 0];
  lengths.forEach((length, i) => {
    heading += angles[i]!;
    x += length * Math.cos(heading);
    y += length * Math.sin(heading);
  });
  return [x, y];
}

export function rewardAt(
  environments: Environments,
  s: readonly number[],
  a: readonly number[],
  sNext: readonly number[],
): number {
  const { row } = environments;
  row.s.set(s);
  row.a.set(a);
  row.sNext.set(sNext);
  return environments.rowReward();
}

/** Asserts that the reward's derivatives at a transition are central differences of the reward, and none of the three vanishes. */
export function assertRewardGradient(
  t: ExecutionContext,
  environments: Environments,
  s: readonly number[],
  a: readonly number[],
  sNext: readonly number[],
): void {
  const { row } = environments;
  rewardAt(environments, s, a, sNext);
  environments.rowRewardGradient();
  for (const [input, output, what] of [
    [row.s, row.rS, "by s"],
    [row.a, row.rA, "by a"],
    [row.sNext, row.rSNext, "by s'"],
  ] as const) {
    const numeric = Array.from(input, (x, i) => {
      const along = (moved: number) => {
        input[i] = moved;
        return environments.rowReward();
      };
      const slope = derivative(along, x, 1e-3);
      input[i] = x;
      return slope;
    });
    t.true(largest(numeric) > 1e-3, what);
    assertGradient(t, Array.from(output), numeric, what, 1e-8);
  }
}

/** A feature's value at a state. */
export function featureAt(feature: Feature, s: readonly number[]): number {
  const at = (form: LinearForm) => form.reduce((sum, [index, coefficient]) => sum + coefficient * s[index]!, 0);
  const basic = (part: BasicFeature): number => {
    if (part.kind === "linear") return at(part.of) / part.scale;
    if (part.kind === "sin") return Math.sin(at(part.of)) / part.scale;
    if (part.kind === "cos") return Math.cos(at(part.of)) / part.scale;
    const turn = at(part.angle);
    return (Math.cos(turn) * at(part.x) + Math.sin(turn) * at(part.y)) / part.scale;
  };
  return feature.kind === "sum"
    ? feature.of.reduce((sum, part) => sum + basic(part), 0) / feature.scale
    : basic(feature);
}
