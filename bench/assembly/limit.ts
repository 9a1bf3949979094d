// How many multiply-adds this engine on this machine can do at all: c = b + a c on four f32 lanes, every operand in a register and
// none known to the compiler. Twelve or more chains hide the latency of a multiplication and an addition. Which of the two forms is
// the faster depends on the engine and the processor; the better one is the limit. The exits keep V8 from reordering the steps.

import { loadSplat, mulAdd } from "../../assembly/core/lanes";

// a, b and the first c
const OPERANDS: usize = memory.data<f32>([0.4990234375, 0.0009765625, 1.5]);

/** Twelve accumulators. Each turn is twelve multiply-adds of four lanes. */
export function limit12(turns: i32): f32 {
  const a = loadSplat<f32, v128>(OPERANDS);
  const b = loadSplat<f32, v128>(OPERANDS + 4);
  let c0 = loadSplat<f32, v128>(OPERANDS + 8);
  let c1 = loadSplat<f32, v128>(OPERANDS + 8);
  let c2 = loadSplat<f32, v128>(OPERANDS + 8);
  let c3 = loadSplat<f32, v128>(OPERANDS + 8);
  let c4 = loadSplat<f32, v128>(OPERANDS + 8);
  let c5 = loadSplat<f32, v128>(OPERANDS + 8);
  let c6 = loadSplat<f32, v128>(OPERANDS + 8);
  let c7 = loadSplat<f32, v128>(OPERANDS + 8);
  let c8 = loadSplat<f32, v128>(OPERANDS + 8);
  let c9 = loadSplat<f32, v128>(OPERANDS + 8);
  let c10 = loadSplat<f32, v128>(OPERANDS + 8);
  let c11 = loadSplat<f32, v128>(OPERANDS + 8);
  while (true) {
    c0 = mulAdd<f32, v128>(a, c0, b);
    c1 = mulAdd<f32, v128>(a, c1, b);
    c2 = mulAdd<f32, v128>(a, c2, b);
    c3 = mulAdd<f32, v128>(a, c3, b);
    c4 = mulAdd<f32, v128>(a, c4, b);
    c5 = mulAdd<f32, v128>(a, c5, b);
    c6 = mulAdd<f32, v128>(a, c6, b);
    c7 = mulAdd<f32, v128>(a, c7, b);
    c8 = mulAdd<f32, v128>(a, c8, b);
    c9 = mulAdd<f32, v128>(a, c9, b);
    c10 = mulAdd<f32, v128>(a, c10, b);
    c11 = mulAdd<f32, v128>(a, c11, b);
    if (--turns == 0) break;

    c0 = mulAdd<f32, v128>(a, c0, b);
    c1 = mulAdd<f32, v128>(a, c1, b);
    c2 = mulAdd<f32, v128>(a, c2, b);
    c3 = mulAdd<f32, v128>(a, c3, b);
    c4 = mulAdd<f32, v128>(a, c4, b);
    c5 = mulAdd<f32, v128>(a, c5, b);
    c6 = mulAdd<f32, v128>(a, c6, b);
    c7 = mulAdd<f32, v128>(a, c7, b);
    c8 = mulAdd<f32, v128>(a, c8, b);
    c9 = mulAdd<f32, v128>(a, c9, b);
    c10 = mulAdd<f32, v128>(a, c10, b);
    c11 = mulAdd<f32, v128>(a, c11, b);
    if (--turns == 0) break;

    c0 = mulAdd<f32, v128>(a, c0, b);
    c1 = mulAdd<f32, v128>(a, c1, b);
    c2 = mulAdd<f32, v128>(a, c2, b);
    c3 = mulAdd<f32, v128>(a, c3, b);
    c4 = mulAdd<f32, v128>(a, c4, b);
    c5 = mulAdd<f32, v128>(a, c5, b);
    c6 = mulAdd<f32, v128>(a, c6, b);
    c7 = mulAdd<f32, v128>(a, c7, b);
    c8 = mulAdd<f32, v128>(a, c8, b);
    c9 = mulAdd<f32, v128>(a, c9, b);
    c10 = mulAdd<f32, v128>(a, c10, b);
    c11 = mulAdd<f32, v128>(a, c11, b);
    if (--turns == 0) break;

    c0 = mulAdd<f32, v128>(a, c0, b);
    c1 = mulAdd<f32, v128>(a, c1, b);
    c2 = mulAdd<f32, v128>(a, c2, b);
    c3 = mulAdd<f32, v128>(a, c3, b);
    c4 = mulAdd<f32, v128>(a, c4, b);
    c5 = mulAdd<f32, v128>(a, c5, b);
    c6 = mulAdd<f32, v128>(a, c6, b);
    c7 = mulAdd<f32, v128>(a, c7, b);
    c8 = mulAdd<f32, v128>(a, c8, b);
    c9 = mulAdd<f32, v128>(a, c9, b);
    c10 = mulAdd<f32, v128>(a, c10, b);
    c11 = mulAdd<f32, v128>(a, c11, b);
    if (--turns == 0) break;
  }
  c0 = f32x4.add(c0, c1);
  c0 = f32x4.add(c0, c2);
  c0 = f32x4.add(c0, c3);
  c0 = f32x4.add(c0, c4);
  c0 = f32x4.add(c0, c5);
  c0 = f32x4.add(c0, c6);
  c0 = f32x4.add(c0, c7);
  c0 = f32x4.add(c0, c8);
  c0 = f32x4.add(c0, c9);
  c0 = f32x4.add(c0, c10);
  c0 = f32x4.add(c0, c11);
  return f32x4.extract_lane(c0, 0);
}

/** Fourteen accumulators, which leave one register: b is a. Each turn is fourteen multiply-adds of four lanes. */
export function limit14(turns: i32): f32 {
  const a = loadSplat<f32, v128>(OPERANDS);
  let c0 = loadSplat<f32, v128>(OPERANDS + 8);
  let c1 = loadSplat<f32, v128>(OPERANDS + 8);
  let c2 = loadSplat<f32, v128>(OPERANDS + 8);
  let c3 = loadSplat<f32, v128>(OPERANDS + 8);
  let c4 = loadSplat<f32, v128>(OPERANDS + 8);
  let c5 = loadSplat<f32, v128>(OPERANDS + 8);
  let c6 = loadSplat<f32, v128>(OPERANDS + 8);
  let c7 = loadSplat<f32, v128>(OPERANDS + 8);
  let c8 = loadSplat<f32, v128>(OPERANDS + 8);
  let c9 = loadSplat<f32, v128>(OPERANDS + 8);
  let c10 = loadSplat<f32, v128>(OPERANDS + 8);
  let c11 = loadSplat<f32, v128>(OPERANDS + 8);
  let c12 = loadSplat<f32, v128>(OPERANDS + 8);
  let c13 = loadSplat<f32, v128>(OPERANDS + 8);
  while (true) {
    c0 = mulAdd<f32, v128>(a, c0, a);
    c1 = mulAdd<f32, v128>(a, c1, a);
    c2 = mulAdd<f32, v128>(a, c2, a);
    c3 = mulAdd<f32, v128>(a, c3, a);
    c4 = mulAdd<f32, v128>(a, c4, a);
    c5 = mulAdd<f32, v128>(a, c5, a);
    c6 = mulAdd<f32, v128>(a, c6, a);
    c7 = mulAdd<f32, v128>(a, c7, a);
    c8 = mulAdd<f32, v128>(a, c8, a);
    c9 = mulAdd<f32, v128>(a, c9, a);
    c10 = mulAdd<f32, v128>(a, c10, a);
    c11 = mulAdd<f32, v128>(a, c11, a);
    c12 = mulAdd<f32, v128>(a, c12, a);
    c13 = mulAdd<f32, v128>(a, c13, a);
    if (--turns == 0) break;

    c0 = mulAdd<f32, v128>(a, c0, a);
    c1 = mulAdd<f32, v128>(a, c1, a);
    c2 = mulAdd<f32, v128>(a, c2, a);
    c3 = mulAdd<f32, v128>(a, c3, a);
    c4 = mulAdd<f32, v128>(a, c4, a);
    c5 = mulAdd<f32, v128>(a, c5, a);
    c6 = mulAdd<f32, v128>(a, c6, a);
    c7 = mulAdd<f32, v128>(a, c7, a);
    c8 = mulAdd<f32, v128>(a, c8, a);
    c9 = mulAdd<f32, v128>(a, c9, a);
    c10 = mulAdd<f32, v128>(a, c10, a);
    c11 = mulAdd<f32, v128>(a, c11, a);
    c12 = mulAdd<f32, v128>(a, c12, a);
    c13 = mulAdd<f32, v128>(a, c13, a);
    if (--turns == 0) break;
  }
  c0 = f32x4.add(c0, c1);
  c0 = f32x4.add(c0, c2);
  c0 = f32x4.add(c0, c3);
  c0 = f32x4.add(c0, c4);
  c0 = f32x4.add(c0, c5);
  c0 = f32x4.add(c0, c6);
  c0 = f32x4.add(c0, c7);
  c0 = f32x4.add(c0, c8);
  c0 = f32x4.add(c0, c9);
  c0 = f32x4.add(c0, c10);
  c0 = f32x4.add(c0, c11);
  c0 = f32x4.add(c0, c12);
  c0 = f32x4.add(c0, c13);
  return f32x4.extract_lane(c0, 0);
}
