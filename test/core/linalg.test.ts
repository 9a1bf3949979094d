import test from "ava";
import { type Bits, BOTH, Core, padded } from "./instantiate.js";
import { Source } from "./numbers.js";

const rounding = (bits: Bits) => (bits === 32 ? Math.fround : (x: number) => x);

/** Where a product may begin: another block, one row for all, its own output. */
const STARTS = ["block", "row", "itself"] as const;
type Start = (typeof STARTS)[number];

/** Positions where two blocks differ in any bit (a zero's sign included). */
function differences(actual: readonly number[], expected: readonly number[]): number {
  return expected.filter((x, i) => !Object.is(x, actual[i])).length;
}

for (const bits of BOTH) {
  const round = rounding(bits);

  for (const transposed of [false, true]) {
    const name = transposed ? "gemmTransposed" : "gemm";

    /** Random blocks of a shape, through the core and through plain loops; whether they differ in any bit. */
    const differs = (core: Core, source: Source, M: number, K: number, N: number, start: Start): boolean => {
      const [cRow, bRow] = [N + 4, N + 8];
      const aRow = (transposed ? M : K) + 3;
      const initRow = { block: N + 2, row: 0, itself: cRow }[start];
      const numbers = {
        c: source.singles(M * cRow),
        init: source.singles(M * (N + 2)),
        a: source.singles((transposed ? K : M) * aRow),
        b: source.singles(K * bRow),
      };
      const [c, init, a, b] = [core.put(numbers.c), core.put(numbers.init), core.put(numbers.a), core.put(numbers.b)];
      core.run(name, c, cRow, start === "itself" ? c : init, initRow, a, aRow, b, bRow, M, K, N);
      const expected = numbers.c.slice();
      for (let m = 0; m < M; m++) {
        for (let n = 0; n < N; n++) {
          let sum = (start === "itself" ? numbers.c : numbers.init)[m * initRow + n]!;
          for (let k = 0; k < K; k++) {
            const left = numbers.a[transposed ? k * aRow + m : m * aRow + k]!;
            sum = round(sum + round(left * numbers.b[k * bRow + n]!));
          }
          expected[m * cRow + n] = sum;
        }
      }
      return differences(core.get(c, M * cRow), expected) > 0;
    };

    test(`${name} f${bits}: starts at init and sums over k in order, for all small shapes, to the last bit`, (t) => {
      const core = new Core(bits);
      const source = new Source(1);
      const wrong: string[] = [];
      for (let M = 1; M <= 9; M++) {
        for (let K = 1; K <= 9; K++) {
          for (let N = 4; N <= 36; N += 4) {
            for (const start of STARTS) {
              if (differs(core, source, M, K, N, start)) wrong.push(`${M} x ${K} x ${N}, init ${start}`);
            }
          }
        }
      }
      t.deepEqual(wrong, []);
    });

    test(`${name} f${bits}: sums in order over long and wide products too, to the last bit`, (t) => {
      const core = new Core(bits);
      const source = new Source(6);
      const wrong: string[] = [];
      for (const M of [1, 6]) {
        for (const K of [5, 255, 256, 257, 513]) {
          for (const N of [20, 124, 128, 140]) {
            for (const start of ["row", "itself"] as const) {
              if (differs(core, source, M, K, N, start)) wrong.push(`${M} x ${K} x ${N}, init ${start}`);
            }
          }
        }
      }
      t.deepEqual(wrong, []);
    });

    test(`${name} f${bits}: sums in order over tall products too, to the last bit`, (t) => {
      const core = new Core(bits);
      const source = new Source(7);
      const wrong: string[] = [];
      for (const M of [127, 128, 131]) {
        for (const K of [5, 257]) {
          for (const N of [4, 20, 36]) {
            for (const start of STARTS) {
              if (differs(core, source, M, K, N, start)) wrong.push(`${M} x ${K} x ${N}, init ${start}`);
            }
          }
        }
      }
      t.deepEqual(wrong, []);
    });
  }

  test(`lanewiseGemm f${bits}: multiplies every lane's matrices, for all shapes and strides, to the last bit`, (t) => {
    const core = new Core(bits);
    const source = new Source(2);
    const room = 12 * 12 * 16;
    const [c, init, a, b] = [core.alloc(room), core.alloc(room), core.alloc(room), core.alloc(room)];
    const wrong: string[] = [];
    for (let M = 1; M <= 9; M++) {
      for (let K = 1; K <= 4; K++) {
        for (let N = 1; N <= 5; N++) {
          for (const D of [4, 12]) {
            for (const layout of ["rows", "columns", "itself", "repeated"] as const) {
              // either index may be the outer one
              const turned = layout === "columns";
              const strides = (outer: number, inner: number) =>
                turned ? ([D, outer * D] as const) : ([inner * D, D] as const);
              const [cRow, cColumn] = strides(M, N);
              const [aRow, aStep] = strides(M, K);
              const [bStep, bColumn] = strides(K, N);
              const [initRow, initColumn] = layout === "repeated" ? [0, 0] : [cRow, cColumn];
              const numbers = {
                c: source.singles(M * N * D),
                init: source.singles(M * N * D),
                a: source.singles(M * K * D),
                b: source.singles(K * N * D),
              };
              core.set(c, numbers.c);
              core.set(init, numbers.init);
              core.set(a, numbers.a);
              core.set(b, numbers.b);
              const from = layout === "itself" ? c : init;
              const last = [a, aRow, aStep, b, bStep, bColumn, M, K, N, D] as const;
              core.run("lanewiseGemm", c, cRow, cColumn, from, initRow, initColumn, ...last);
              const expected = numbers.c.slice();
              const begin = layout === "itself" ? numbers.c : numbers.init;
              for (let m = 0; m < M; m++) {
                for (let n = 0; n < N; n++) {
                  for (let d = 0; d < D; d++) {
                    let sum = begin[m * initRow + n * initColumn + d]!;
                    for (let k = 0; k < K; k++) {
                      const left = numbers.a[m * aRow + k * aStep + d]!;
                      sum = round(sum + round(left * numbers.b[k * bStep + n * bColumn + d]!));
                    }
                    expected[m * cRow + n * cColumn + d] = sum;
                  }
                }
              }
              if (differences(core.get(c, M * N * D), expected) > 0) wrong.push(`${M} x ${K} x ${N}, ${D} ${layout}`);
            }
          }
        }
      }
    }
    t.deepEqual(wrong, []);
  });

  test(`transpose f${bits}: turns rows into columns and clears what lies behind them`, (t) => {
    const core = new Core(bits);
    const source = new Source(3);
    const wrong: string[] = [];
    for (let rows = 1; rows <= 9; rows++) {
      for (let columns = 1; columns <= 9; columns++) {
        const [inpRow, outRow] = [padded(columns) + 4, padded(rows)];
        // rows behind the last one must not enter
        const numbers = source.singles((rows + 4) * inpRow);
        const out = core.put(new Array<number>(columns * outRow + 1).fill(9));
        core.run("transpose", out, outRow, core.put(numbers), inpRow, rows, columns);
        const expected = Array.from({ length: columns * outRow }, (_, at) => {
          const [j, i] = [Math.floor(at / outRow), at % outRow];
          return i < rows ? numbers[i * inpRow + j]! : 0;
        });
        if (differences(core.get(out, columns * outRow + 1), [...expected, 9]) > 0) wrong.push(`${rows} x ${columns}`);
      }
    }
    t.deepEqual(wrong, []);
  });

  test(`addColumnSums f${bits}: adds the rows in order to what is there`, (t) => {
    const core = new Core(bits);
    const source = new Source(4);
    for (const [rows, columns, row] of [
      [1, 4, 4],
      [5, 8, 12],
      [9, 20, 20],
      [3, 44, 48],
    ] as const) {
      const [sums, numbers] = [source.singles(columns), source.singles(rows * row)];
      const address = core.put(sums);
      core.run("addColumnSums", address, core.put(numbers), row, rows, columns);
      const expected = sums.map((sum, j) => {
        let total = sum;
        for (let m = 0; m < rows; m++) total = round(total + numbers[m * row + j]!);
        return total;
      });
      t.deepEqual(core.get(address, columns), expected);
    }
  });

  test(`sumOfSquares f${bits}: four partial sums in f64, added pairwise`, (t) => {
    const core = new Core(bits);
    for (const count of [4, 8, 28, 1000]) {
      const numbers = new Source(count).singles(count);
      const sums = [0, 0, 0, 0];
      for (const [i, x] of numbers.entries()) sums[i % 4]! += x * x;
      t.is(core.run("sumOfSquares", core.put(numbers), count), sums[0]! + sums[1]! + (sums[2]! + sums[3]!));
    }
  });

  test(`tanhDerivativeInPlace f${bits}: multiplies by 1 - y y and touches nothing behind the block`, (t) => {
    const core = new Core(bits);
    const source = new Source(5);
    const [dy, y] = [source.singles(16), source.singles(12)];
    const address = core.put(dy);
    core.run("tanhDerivativeInPlace", address, core.put(y), 12);
    const expected = dy.map((g, i) => (i < 12 ? round(g * round(1 - round(y[i]! * y[i]!))) : g));
    t.deepEqual(core.get(address, 16), expected);
  });
}
