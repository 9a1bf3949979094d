import type { ExecutionContext } from "ava";
import type { Environments } from "../../src/env/environments.js";
import { derivative, largest } from "../core/numbers.js";

/** Asserts that the exact reward gradient at a transition is its derivative, and returns it: r_s, r_a, r_s'. */
export function assertRewardGradient(
  t: ExecutionContext,
  environments: Environments,
  s: readonly number[],
  a: readonly number[],
  sNext: readonly number[],
): number[] {
  const { row } = environments;
  row.s.set(s);
  row.a.set(a);
  row.sNext.set(sNext);
  environments.rowRewardGradient();
  const exact = [...row.rS, ...row.rA, ...row.rSNext];
  const measured = [row.s, row.a, row.sNext].flatMap((argument) =>
    Array.from(argument, (value, i) => {
      const slope = derivative(
        (x) => {
          argument[i] = x;
          return environments.rowReward();
        },
        value,
        1e-3,
      );
      argument[i] = value;
      return slope;
    }),
  );
  const error = largest(exact.map((x, i) => x - measured[i]!));
  t.true(error <= 1e-8 * Math.max(1, largest(measured)), `reward gradient is off by ${error}`);
  return exact;
}
