// The machine's limit, matrix products and tanh as pieces of work.

import type { Work } from "./measure.js";
import { allocFloats, fill, floatsAt, type Module, uniform } from "./module.js";

const LIMIT_TURNS = 20000;

/** The two forms of the multiply-add limit. */
export function limits(module: Module): Work[] {
  return [12, 14].map((chains) => {
    const run = module.exports[`limit${chains}`]!;
    return {
      name: `limit, ${chains} accumulators`,
      multiplyAdds: 4 * chains * LIMIT_TURNS,
      unit: "GFLOP/s",
      turn: () => {
        run(LIMIT_TURNS);
      },
    };
  });
}

/** Throws when two numbers differ: at all, or in the fma build by more than rounding. */
function compare(module: Module, what: string, actual: number, expected: number, scale: number): void {
  const tolerance = module.build === "fma" ? 1e-6 * scale : 0;
  if (!(Math.abs(actual - expected) <= tolerance)) throw new Error(`${what}: ${actual} instead of ${expected}`);
}

/** c (M, N) = init + a b, or a' b with a stored as (K, M). */
function product(module: Module, transposed: boolean, M: number, K: number, N: number): Work {
  const random = uniform();
  const a = allocFloats(module, M * K, random);
  const b = allocFloats(module, K * N, random);
  const init = allocFloats(module, N, random);
  const c = allocFloats(module, M * N, random);
  const name = transposed ? "gemmTransposed" : "gemm";
  const run = module.exports[name]!;
  const aRow = transposed ? M : K;
  const turn = (): void => {
    run(c, N, init, 0, a, aRow, b, N, M, K, N);
  };
  return {
    name: `${name} ${M}x${K}x${N}`,
    multiplyAdds: M * K * N,
    unit: "GFLOP/s",
    turn,
    check: () => {
      fill(floatsAt(module, c, M * N), random);
      turn();
      const A = floatsAt(module, a, M * K);
      const B = floatsAt(module, b, K * N);
      const C = floatsAt(module, c, M * N);
      const bias = floatsAt(module, init, N);
      for (let m = 0; m < M; m += M > 128 ? 13 : 1) {
        for (let n = 0; n < N; ++n) {
          let sum = bias[n]!;
          for (let k = 0; k < K; ++k) {
            const left = transposed ? A[k * M + m]! : A[m * K + k]!;
            sum = Math.fround(sum + Math.fround(left * B[k * N + n]!));
          }
          compare(module, `${name} ${M}x${K}x${N} at ${m}, ${n}`, C[m * N + n]!, sum, Math.sqrt(K));
        }
      }
    },
  };
}

export function products(module: Module): Work[] {
  return [
    product(module, false, 64, 24, 100),
    product(module, false, 64, 104, 104),
    product(module, false, 64, 100, 100),
    product(module, false, 64, 200, 100),
    product(module, false, 256, 256, 256),
    product(module, false, 512, 512, 512),
    product(module, true, 100, 64, 100),
    product(module, true, 256, 256, 256),
    product(module, true, 512, 512, 512),
  ];
}

export function tanh(module: Module): Work {
  const COUNT = 1536;
  const random = uniform();
  const y = allocFloats(module, COUNT, () => 4 * random());
  const run = module.exports.tanhInPlace!;
  return {
    name: `tanh, per element of ${COUNT}`,
    multiplyAdds: 0,
    unit: "ns",
    parts: COUNT,
    turn: () => {
      run(y, COUNT);
    },
    check: () => {
      const inputs = floatsAt(module, y, COUNT).slice();
      run(y, COUNT);
      const outputs = floatsAt(module, y, COUNT);
      inputs.forEach((x, i) => {
        const error = Math.abs(outputs[i]! - Math.tanh(x));
        if (!(error < 4e-7)) throw new Error(`tanh ${x}: ${outputs[i]} is off by ${error}`);
      });
      outputs.set(inputs);
    },
  };
}
