import type { Plant } from "./plant.js";

/** Whether a symmetric matrix (n, n) has a Cholesky factor, in the arithmetic at hand. */
function isPositiveDefinite(matrix: Float64Array, n: number): boolean {
  const factor = matrix.slice();
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = factor[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= factor[i * n + k]! * factor[j * n + k]!;
      if (i === j && !(sum > 0)) return false;
      factor[i * n + j] = i === j ? Math.sqrt(sum) : sum / factor[j * n + j]!;
    }
  }
  return true;
}

/**
 * The first quantity that keeps copy `index` of a plant from being stepped (`Trouble.notFinite`): of what it was given, then of what a
 * step computes, in order. For a copy that can be stepped the answer means nothing. Evaluates the copy.
 */
export function firstBad(plant: Plant, index = 0): string {
  const given = plant.firstNotFinite(index);
  if (given !== undefined) return given;
  const { dofs, option } = plant.model;
  const first = (what: string, values: Float64Array): string | undefined => {
    const at = values.findIndex((value) => !Number.isFinite(value));
    return at < 0 ? undefined : `${what} of ${dofs[at % dofs.length]!.name} is ${values[at]}`;
  };
  plant.forward(index);
  return (
    first("mass", plant.massMatrix) ??
    (isPositiveDefinite(plant.massMatrix, dofs.length) ? undefined : "the mass matrix is not positive definite") ??
    first("bias force", plant.biasForce) ??
    first("passive force", plant.passiveForce) ??
    first("actuator force", plant.actuatorForce) ??
    first("constraint force", plant.constraintForce) ??
    first("acceleration", plant.acceleration) ??
    (option.integrator === "RK4" ? "a later stage of the step" : "the state after the step")
  );
}
