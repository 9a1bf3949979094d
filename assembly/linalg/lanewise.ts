// Products of stacks of small matrices, one stack entry per lane: c[m,n,d] = init[m,n,d] + sum_k a[m,k,d] b[k,n,d].
// This is how the per-dimension sub-networks of a model run as one block: index d names the sub-network.
//
// One text serves forward, input adjoint and weight adjoint, because all strides are free. Each c[m,n,d] sums over k in order.

import { mulAdd } from "../core/lanes";

/** Four rows of two columns of c, in one vector of d. All strides in this file but lanewiseGemm's own are in bytes. */
function tile4x2<T, V>(
  c: usize,
  cRow: usize,
  cColumn: usize,
  init: usize,
  initRow: usize,
  initColumn: usize,
  a: usize,
  aRow: usize,
  aStep: usize,
  b: usize,
  bStep: usize,
  bColumn: usize,
  K: i32,
): void {
  let a1 = a + aRow;
  let a2 = a1 + aRow;
  let a3 = a2 + aRow;
  let b1 = b + bColumn;
  let i1 = init + initColumn;
  let c00 = load<V>(init);
  let c01 = load<V>(i1);
  init += initRow;
  i1 += initRow;
  let c10 = load<V>(init);
  let c11 = load<V>(i1);
  init += initRow;
  i1 += initRow;
  let c20 = load<V>(init);
  let c21 = load<V>(i1);
  init += initRow;
  i1 += initRow;
  let c30 = load<V>(init);
  let c31 = load<V>(i1);
  for (let k = 0; k < K; ++k) {
    const w0 = load<V>(b);
    const w1 = load<V>(b1);
    let s = load<V>(a);
    c00 = mulAdd<T, V>(s, w0, c00);
    c01 = mulAdd<T, V>(s, w1, c01);
    s = load<V>(a1);
    c10 = mulAdd<T, V>(s, w0, c10);
    c11 = mulAdd<T, V>(s, w1, c11);
    s = load<V>(a2);
    c20 = mulAdd<T, V>(s, w0, c20);
    c21 = mulAdd<T, V>(s, w1, c21);
    s = load<V>(a3);
    c30 = mulAdd<T, V>(s, w0, c30);
    c31 = mulAdd<T, V>(s, w1, c31);
    a += aStep;
    a1 += aStep;
    a2 += aStep;
    a3 += aStep;
    b += bStep;
    b1 += bStep;
  }
  let c1 = c + cColumn;
  store<V>(c, c00);
  store<V>(c1, c01);
  c += cRow;
  c1 += cRow;
  store<V>(c, c10);
  store<V>(c1, c11);
  c += cRow;
  c1 += cRow;
  store<V>(c, c20);
  store<V>(c1, c21);
  c += cRow;
  c1 += cRow;
  store<V>(c, c30);
  store<V>(c1, c31);
}

/** The same for four rows of one column. */
function tile4x1<T, V>(
  c: usize,
  cRow: usize,
  init: usize,
  initRow: usize,
  a: usize,
  aRow: usize,
  aStep: usize,
  b: usize,
  bStep: usize,
  K: i32,
): void {
  let a1 = a + aRow;
  let a2 = a1 + aRow;
  let a3 = a2 + aRow;
  let c0 = load<V>(init);
  let c1 = load<V>(init + initRow);
  let c2 = load<V>(init + 2 * initRow);
  let c3 = load<V>(init + 3 * initRow);
  for (let k = 0; k < K; ++k) {
    const w = load<V>(b);
    c0 = mulAdd<T, V>(load<V>(a), w, c0);
    c1 = mulAdd<T, V>(load<V>(a1), w, c1);
    c2 = mulAdd<T, V>(load<V>(a2), w, c2);
    c3 = mulAdd<T, V>(load<V>(a3), w, c3);
    a += aStep;
    a1 += aStep;
    a2 += aStep;
    a3 += aStep;
    b += bStep;
  }
  store<V>(c, c0);
  store<V>(c + cRow, c1);
  store<V>(c + 2 * cRow, c2);
  store<V>(c + 3 * cRow, c3);
}

function tile1x1<T, V>(c: usize, init: usize, a: usize, aStep: usize, b: usize, bStep: usize, K: i32): void {
  let sum = load<V>(init);
  for (let k = 0; k < K; ++k) {
    sum = mulAdd<T, V>(load<V>(a), load<V>(b), sum);
    a += aStep;
    b += bStep;
  }
  store<V>(c, sum);
}

function product<T, V>(
  c: usize,
  cRow: usize,
  cColumn: usize,
  init: usize,
  initRow: usize,
  initColumn: usize,
  a: usize,
  aRow: usize,
  aStep: usize,
  b: usize,
  bStep: usize,
  bColumn: usize,
  M: i32,
  K: i32,
  N: i32,
  D: i32,
): void {
  const blocks = (<usize>D) << alignof<T>();
  for (let d: usize = 0; d < blocks; d += sizeof<V>()) {
    for (let m = 0; m < M; ++m) {
      const ca = c + d + <usize>m * cRow;
      const ia = init + d + <usize>m * initRow;
      const aa = a + d + <usize>m * aRow;
      let n = 0;
      if (m + 4 <= M) {
        for (; n + 2 <= N; n += 2) {
          tile4x2<T, V>(
            ca + <usize>n * cColumn,
            cRow,
            cColumn,
            ia + <usize>n * initColumn,
            initRow,
            initColumn,
            aa,
            aRow,
            aStep,
            b + d + <usize>n * bColumn,
            bStep,
            bColumn,
            K,
          );
        }
        for (; n < N; ++n) {
          tile4x1<T, V>(
            ca + <usize>n * cColumn,
            cRow,
            ia + <usize>n * initColumn,
            initRow,
            aa,
            aRow,
            aStep,
            b + d + <usize>n * bColumn,
            bStep,
            K,
          );
        }
        m += 3;
      } else {
        for (; n < N; ++n) {
          tile1x1<T, V>(
            ca + <usize>n * cColumn,
            ia + <usize>n * initColumn,
            aa,
            aStep,
            b + d + <usize>n * bColumn,
            bStep,
            K,
          );
        }
      }
    }
  }
}

/**
 * c[m,n,d] = init[m,n,d] + sum_k a[m,k,d] b[k,n,d] for m < M, n < N, k < K, d < D. D is a multiple of 4. Strides are in
 * numbers; a stride of 0 in init repeats it. init may be c itself.
 */
export function lanewiseGemm<T>(
  c: usize,
  cRow: i32,
  cColumn: i32,
  init: usize,
  initRow: i32,
  initColumn: i32,
  a: usize,
  aRow: i32,
  aStep: i32,
  b: usize,
  bStep: i32,
  bColumn: i32,
  M: i32,
  K: i32,
  N: i32,
  D: i32,
): void {
  const shift = alignof<T>();
  const cr = (<usize>cRow) << shift;
  const cc = (<usize>cColumn) << shift;
  const ir = (<usize>initRow) << shift;
  const ic = (<usize>initColumn) << shift;
  const ar = (<usize>aRow) << shift;
  const at = (<usize>aStep) << shift;
  const bt = (<usize>bStep) << shift;
  const bc = (<usize>bColumn) << shift;
  if (ASC_FEATURE_SIMD) product<T, v128>(c, cr, cc, init, ir, ic, a, ar, at, b, bt, bc, M, K, N, D);
  else product<T, T>(c, cr, cc, init, ir, ic, a, ar, at, b, bt, bc, M, K, N, D);
}
