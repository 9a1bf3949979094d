// Matrix products, register-blocked. Lanes run over the columns of b and c, the numbers of a are splatted, and every c[m,n]
// starts at init[m,n] and then sums over k in order: the result does not depend on tile or lane width.
//
// Why the odd loops: V8 moves all loads of a straight unrolled body to its top and spills them. A conditional exit after
// every step keeps the steps apart, and makes a loop for the rest of k unnecessary. Eight accumulators, two vectors of b and
// four splats are as many as the fifteen registers that V8 gives us hold.
//
// All row strides are in bytes inside this file; the two exported functions take them in numbers.

import { loadSplat, mulAdd } from "../core/lanes";

/** c (4, columns) = init + a b, two vectors of columns at a time; a is (4, K), its rows aRow apart. */
function strip4x2<T, V>(
  c: usize,
  cRow: usize,
  init: usize,
  initRow: usize,
  a: usize,
  aRow: usize,
  b: usize,
  bRow: usize,
  K: i32,
  columns: usize,
): void {
  const next = sizeof<V>();
  const one = sizeof<T>();
  for (let n: usize = 0; n + 2 * next <= columns; n += 2 * next) {
    let cN = c + n;
    let initN = init + n;
    let bN = b + n;
    let a0 = a;
    let a1 = a0 + aRow;
    let a2 = a1 + aRow;
    let a3 = a2 + aRow;
    let c00 = load<V>(initN);
    let c01 = load<V>(initN, next);
    initN += initRow;
    let c10 = load<V>(initN);
    let c11 = load<V>(initN, next);
    initN += initRow;
    let c20 = load<V>(initN);
    let c21 = load<V>(initN, next);
    initN += initRow;
    let c30 = load<V>(initN);
    let c31 = load<V>(initN, next);
    let k = K;
    while (true) {
      let b0 = load<V>(bN);
      let b1 = load<V>(bN, next);
      let s = loadSplat<T, V>(a0);
      c00 = mulAdd<T, V>(s, b0, c00);
      c01 = mulAdd<T, V>(s, b1, c01);
      s = loadSplat<T, V>(a1);
      c10 = mulAdd<T, V>(s, b0, c10);
      c11 = mulAdd<T, V>(s, b1, c11);
      s = loadSplat<T, V>(a2);
      c20 = mulAdd<T, V>(s, b0, c20);
      c21 = mulAdd<T, V>(s, b1, c21);
      s = loadSplat<T, V>(a3);
      c30 = mulAdd<T, V>(s, b0, c30);
      c31 = mulAdd<T, V>(s, b1, c31);
      bN += bRow;
      if (--k == 0) break;

      b0 = load<V>(bN);
      b1 = load<V>(bN, next);
      s = loadSplat<T, V>(a0 + one);
      c00 = mulAdd<T, V>(s, b0, c00);
      c01 = mulAdd<T, V>(s, b1, c01);
      s = loadSplat<T, V>(a1 + one);
      c10 = mulAdd<T, V>(s, b0, c10);
      c11 = mulAdd<T, V>(s, b1, c11);
      s = loadSplat<T, V>(a2 + one);
      c20 = mulAdd<T, V>(s, b0, c20);
      c21 = mulAdd<T, V>(s, b1, c21);
      s = loadSplat<T, V>(a3 + one);
      c30 = mulAdd<T, V>(s, b0, c30);
      c31 = mulAdd<T, V>(s, b1, c31);
      bN += bRow;
      if (--k == 0) break;

      b0 = load<V>(bN);
      b1 = load<V>(bN, next);
      s = loadSplat<T, V>(a0 + 2 * one);
      c00 = mulAdd<T, V>(s, b0, c00);
      c01 = mulAdd<T, V>(s, b1, c01);
      s = loadSplat<T, V>(a1 + 2 * one);
      c10 = mulAdd<T, V>(s, b0, c10);
      c11 = mulAdd<T, V>(s, b1, c11);
      s = loadSplat<T, V>(a2 + 2 * one);
      c20 = mulAdd<T, V>(s, b0, c20);
      c21 = mulAdd<T, V>(s, b1, c21);
      s = loadSplat<T, V>(a3 + 2 * one);
      c30 = mulAdd<T, V>(s, b0, c30);
      c31 = mulAdd<T, V>(s, b1, c31);
      bN += bRow;
      if (--k == 0) break;

      b0 = load<V>(bN);
      b1 = load<V>(bN, next);
      s = loadSplat<T, V>(a0 + 3 * one);
      c00 = mulAdd<T, V>(s, b0, c00);
      c01 = mulAdd<T, V>(s, b1, c01);
      s = loadSplat<T, V>(a1 + 3 * one);
      c10 = mulAdd<T, V>(s, b0, c10);
      c11 = mulAdd<T, V>(s, b1, c11);
      s = loadSplat<T, V>(a2 + 3 * one);
      c20 = mulAdd<T, V>(s, b0, c20);
      c21 = mulAdd<T, V>(s, b1, c21);
      s = loadSplat<T, V>(a3 + 3 * one);
      c30 = mulAdd<T, V>(s, b0, c30);
      c31 = mulAdd<T, V>(s, b1, c31);
      bN += bRow;
      if (--k == 0) break;

      a0 += 4 * one;
      a1 += 4 * one;
      a2 += 4 * one;
      a3 += 4 * one;
    }
    store<V>(cN, c00);
    store<V>(cN, c01, next);
    cN += cRow;
    store<V>(cN, c10);
    store<V>(cN, c11, next);
    cN += cRow;
    store<V>(cN, c20);
    store<V>(cN, c21, next);
    cN += cRow;
    store<V>(cN, c30);
    store<V>(cN, c31, next);
  }
}

/** c (4, columns) = init + a' b, two vectors of columns at a time; a is (K, 4), its rows aStep apart. */
function strip4x2Transposed<T, V>(
  c: usize,
  cRow: usize,
  init: usize,
  initRow: usize,
  a: usize,
  aStep: usize,
  b: usize,
  bRow: usize,
  K: i32,
  columns: usize,
): void {
  const next = sizeof<V>();
  const one = sizeof<T>();
  for (let n: usize = 0; n + 2 * next <= columns; n += 2 * next) {
    let cN = c + n;
    let initN = init + n;
    let aK = a;
    let bN = b + n;
    let c00 = load<V>(initN);
    let c01 = load<V>(initN, next);
    initN += initRow;
    let c10 = load<V>(initN);
    let c11 = load<V>(initN, next);
    initN += initRow;
    let c20 = load<V>(initN);
    let c21 = load<V>(initN, next);
    initN += initRow;
    let c30 = load<V>(initN);
    let c31 = load<V>(initN, next);
    let k = K;
    while (true) {
      let b0 = load<V>(bN);
      let b1 = load<V>(bN, next);
      let s = loadSplat<T, V>(aK);
      c00 = mulAdd<T, V>(s, b0, c00);
      c01 = mulAdd<T, V>(s, b1, c01);
      s = loadSplat<T, V>(aK + one);
      c10 = mulAdd<T, V>(s, b0, c10);
      c11 = mulAdd<T, V>(s, b1, c11);
      s = loadSplat<T, V>(aK + 2 * one);
      c20 = mulAdd<T, V>(s, b0, c20);
      c21 = mulAdd<T, V>(s, b1, c21);
      s = loadSplat<T, V>(aK + 3 * one);
      c30 = mulAdd<T, V>(s, b0, c30);
      c31 = mulAdd<T, V>(s, b1, c31);
      if (--k == 0) break;
      aK += aStep;
      bN += bRow;

      b0 = load<V>(bN);
      b1 = load<V>(bN, next);
      s = loadSplat<T, V>(aK);
      c00 = mulAdd<T, V>(s, b0, c00);
      c01 = mulAdd<T, V>(s, b1, c01);
      s = loadSplat<T, V>(aK + one);
      c10 = mulAdd<T, V>(s, b0, c10);
      c11 = mulAdd<T, V>(s, b1, c11);
      s = loadSplat<T, V>(aK + 2 * one);
      c20 = mulAdd<T, V>(s, b0, c20);
      c21 = mulAdd<T, V>(s, b1, c21);
      s = loadSplat<T, V>(aK + 3 * one);
      c30 = mulAdd<T, V>(s, b0, c30);
      c31 = mulAdd<T, V>(s, b1, c31);
      if (--k == 0) break;
      aK += aStep;
      bN += bRow;
    }
    store<V>(cN, c00);
    store<V>(cN, c01, next);
    cN += cRow;
    store<V>(cN, c10);
    store<V>(cN, c11, next);
    cN += cRow;
    store<V>(cN, c20);
    store<V>(cN, c21, next);
    cN += cRow;
    store<V>(cN, c30);
    store<V>(cN, c31, next);
  }
}

/** c (8, V) = init + a b, any strides of a: four sums alone would wait for themselves. */
function tile8x1<T, V>(
  c: usize,
  cRow: usize,
  init: usize,
  initRow: usize,
  a: usize,
  aRow: usize,
  aStep: usize,
  b: usize,
  bRow: usize,
  K: i32,
): void {
  const a1 = a + aRow;
  const a2 = a1 + aRow;
  const a3 = a2 + aRow;
  const a4 = a3 + aRow;
  const a5 = a4 + aRow;
  const a6 = a5 + aRow;
  const a7 = a6 + aRow;
  let c0 = load<V>(init);
  init += initRow;
  let c1 = load<V>(init);
  init += initRow;
  let c2 = load<V>(init);
  init += initRow;
  let c3 = load<V>(init);
  init += initRow;
  let c4 = load<V>(init);
  init += initRow;
  let c5 = load<V>(init);
  init += initRow;
  let c6 = load<V>(init);
  init += initRow;
  let c7 = load<V>(init);
  let k: usize = 0;
  for (const end = b + <usize>K * bRow; b < end; b += bRow) {
    const bk = load<V>(b);
    c0 = mulAdd<T, V>(loadSplat<T, V>(a + k), bk, c0);
    c1 = mulAdd<T, V>(loadSplat<T, V>(a1 + k), bk, c1);
    c2 = mulAdd<T, V>(loadSplat<T, V>(a2 + k), bk, c2);
    c3 = mulAdd<T, V>(loadSplat<T, V>(a3 + k), bk, c3);
    c4 = mulAdd<T, V>(loadSplat<T, V>(a4 + k), bk, c4);
    c5 = mulAdd<T, V>(loadSplat<T, V>(a5 + k), bk, c5);
    c6 = mulAdd<T, V>(loadSplat<T, V>(a6 + k), bk, c6);
    c7 = mulAdd<T, V>(loadSplat<T, V>(a7 + k), bk, c7);
    k += aStep;
  }
  store<V>(c, c0);
  c += cRow;
  store<V>(c, c1);
  c += cRow;
  store<V>(c, c2);
  c += cRow;
  store<V>(c, c3);
  c += cRow;
  store<V>(c, c4);
  c += cRow;
  store<V>(c, c5);
  c += cRow;
  store<V>(c, c6);
  c += cRow;
  store<V>(c, c7);
}

/** c (4, V) = init + a b, any strides of a. */
function tile4x1<T, V>(
  c: usize,
  cRow: usize,
  init: usize,
  initRow: usize,
  a: usize,
  aRow: usize,
  aStep: usize,
  b: usize,
  bRow: usize,
  K: i32,
): void {
  let a1 = a + aRow;
  let a2 = a1 + aRow;
  let a3 = a2 + aRow;
  let c0 = load<V>(init);
  init += initRow;
  let c1 = load<V>(init);
  init += initRow;
  let c2 = load<V>(init);
  init += initRow;
  let c3 = load<V>(init);
  for (let k = 0; k < K; ++k) {
    const bk = load<V>(b);
    c0 = mulAdd<T, V>(loadSplat<T, V>(a), bk, c0);
    c1 = mulAdd<T, V>(loadSplat<T, V>(a1), bk, c1);
    c2 = mulAdd<T, V>(loadSplat<T, V>(a2), bk, c2);
    c3 = mulAdd<T, V>(loadSplat<T, V>(a3), bk, c3);
    a += aStep;
    a1 += aStep;
    a2 += aStep;
    a3 += aStep;
    b += bRow;
  }
  store<V>(c, c0);
  c += cRow;
  store<V>(c, c1);
  c += cRow;
  store<V>(c, c2);
  c += cRow;
  store<V>(c, c3);
}

/** c (1, 4 V) = init + a b: the acting path, and rows left over by the tiles of four. */
function tile1x4<T, V>(c: usize, init: usize, a: usize, aStep: usize, b: usize, bRow: usize, K: i32): void {
  const next = sizeof<V>();
  let c0 = load<V>(init);
  let c1 = load<V>(init, next);
  let c2 = load<V>(init, 2 * next);
  let c3 = load<V>(init, 3 * next);
  for (let k = 0; k < K; ++k) {
    const s = loadSplat<T, V>(a);
    c0 = mulAdd<T, V>(s, load<V>(b), c0);
    c1 = mulAdd<T, V>(s, load<V>(b, next), c1);
    c2 = mulAdd<T, V>(s, load<V>(b, 2 * next), c2);
    c3 = mulAdd<T, V>(s, load<V>(b, 3 * next), c3);
    a += aStep;
    b += bRow;
  }
  store<V>(c, c0);
  store<V>(c, c1, next);
  store<V>(c, c2, 2 * next);
  store<V>(c, c3, 3 * next);
}

/** c (1, V) = init + a b. */
function tile1x1<T, V>(c: usize, init: usize, a: usize, aStep: usize, b: usize, bRow: usize, K: i32): void {
  let sum = load<V>(init);
  for (let k = 0; k < K; ++k) {
    sum = mulAdd<T, V>(loadSplat<T, V>(a), load<V>(b), sum);
    a += aStep;
    b += bRow;
  }
  store<V>(c, sum);
}

/** Most steps of k at a time: longer sums stop at c and go on from there, which changes no bit. */
const BLOCK: i32 = 256;
/**
 * A strip of BLOCK rows: four columns of a transposed a, of at most 8 bytes a number, or two vectors of b. In a large matrix the rows
 * of such a strip lie a power of two apart and push each other out of the cache, so it is copied together when this many columns, or
 * rows, of c use it.
 */
const STRIP: usize = memory.data(8192, 16);
const COPY_FROM: i32 = 128;

/** STRIP = two vectors of each of b's K rows. */
function copyPanel<V>(b: usize, bRow: usize, K: i32): void {
  const row = 2 * sizeof<V>();
  const end = STRIP + <usize>K * row;
  for (let to = STRIP; to < end; to += row) {
    store<V>(to, load<V>(b));
    store<V>(to, load<V>(b, sizeof<V>()), sizeof<V>());
    b += bRow;
  }
}

/** The part of a tall product that tiles of four rows and two vectors cover, panel by panel of b. */
function tallTiles<T, V>(
  c: usize,
  cRow: usize,
  init: usize,
  initRow: usize,
  a: usize,
  aRow: usize,
  b: usize,
  bRow: usize,
  M: i32,
  K: i32,
  columns: usize,
): void {
  const panel = 2 * sizeof<V>();
  for (let n: usize = 0; n + panel <= columns; n += panel) {
    copyPanel<V>(b + n, bRow, K);
    let ci = c + n;
    let ii = init + n;
    let ai = a;
    for (let m = 0; m + 4 <= M; m += 4) {
      strip4x2<T, V>(ci, cRow, ii, initRow, ai, aRow, STRIP, panel, K, panel);
      ci += 4 * cRow;
      ii += 4 * initRow;
      ai += 4 * aRow;
    }
  }
}

/** STRIP = a (K, 4), whose rows lie aStep apart. */
function copyStrip<T, V>(a: usize, aStep: usize, K: i32): void {
  const row: usize = 4 * sizeof<T>();
  const end = STRIP + <usize>K * row;
  for (let to = STRIP; to < end; to += row) {
    for (let j: usize = 0; j < row; j += sizeof<V>()) store<V>(to + j, load<V>(a + j));
    a += aStep;
  }
}

/** c (M, N) = init + a b for K up to BLOCK, with a's strides (aRow, aStep); one of the two is the size of a number. */
function product<T, V>(
  c: usize,
  cRow: usize,
  init: usize,
  initRow: usize,
  a: usize,
  aRow: usize,
  aStep: usize,
  b: usize,
  bRow: usize,
  M: i32,
  K: i32,
  N: i32,
): void {
  const width = sizeof<V>();
  const columns = (<usize>N) << alignof<T>();
  const tall = aStep == sizeof<T>() && M >= COPY_FROM;
  if (tall) tallTiles<T, V>(c, cRow, init, initRow, a, aRow, b, bRow, M, K, columns);
  const pairs = columns - (columns % (2 * width));
  const fours = M & ~3;
  for (let m = 0; m < fours && !tall; m += 4) {
    const ci = c + <usize>m * cRow;
    const ii = init + <usize>m * initRow;
    const ai = a + <usize>m * aRow;
    if (aStep == sizeof<T>()) strip4x2<T, V>(ci, cRow, ii, initRow, ai, aRow, b, bRow, K, pairs);
    else if (N < COPY_FROM) strip4x2Transposed<T, V>(ci, cRow, ii, initRow, ai, aStep, b, bRow, K, pairs);
    else {
      copyStrip<T, V>(ai, aStep, K);
      strip4x2Transposed<T, V>(ci, cRow, ii, initRow, STRIP, 4 * sizeof<T>(), b, bRow, K, pairs);
    }
  }
  if (pairs < columns) {
    // one vector is left over
    let m = 0;
    for (; m + 8 <= fours; m += 8) {
      const ci = c + pairs + <usize>m * cRow;
      const ii = init + pairs + <usize>m * initRow;
      tile8x1<T, V>(ci, cRow, ii, initRow, a + <usize>m * aRow, aRow, aStep, b + pairs, bRow, K);
    }
    if (m < fours) {
      const ci = c + pairs + <usize>m * cRow;
      const ii = init + pairs + <usize>m * initRow;
      tile4x1<T, V>(ci, cRow, ii, initRow, a + <usize>m * aRow, aRow, aStep, b + pairs, bRow, K);
    }
  }
  for (let m = fours; m < M; ++m) {
    const ci = c + <usize>m * cRow;
    const ii = init + <usize>m * initRow;
    const ai = a + <usize>m * aRow;
    let n: usize = 0;
    for (; n + 4 * width <= columns; n += 4 * width) tile1x4<T, V>(ci + n, ii + n, ai, aStep, b + n, bRow, K);
    for (; n < columns; n += width) tile1x1<T, V>(ci + n, ii + n, ai, aStep, b + n, bRow, K);
  }
}

/** The same for any K, block by block. */
function blocks<T, V>(
  c: usize,
  cRow: usize,
  init: usize,
  initRow: usize,
  a: usize,
  aRow: usize,
  aStep: usize,
  b: usize,
  bRow: usize,
  M: i32,
  K: i32,
  N: i32,
): void {
  for (let k = K; k > 0; k -= BLOCK) {
    product<T, V>(c, cRow, init, initRow, a, aRow, aStep, b, bRow, M, min(k, BLOCK), N);
    init = c;
    initRow = cRow;
    a += <usize>BLOCK * aStep;
    b += <usize>BLOCK * bRow;
  }
}

/**
 * c (M, N) = init (M, N) + a (M, K) b (K, N). N is a multiple of 4, K at least 1; strides are in numbers, initRow 0 repeats one
 * row (a bias). init may be c itself.
 */
export function gemm<T>(
  c: usize,
  cRow: i32,
  init: usize,
  initRow: i32,
  a: usize,
  aRow: i32,
  b: usize,
  bRow: i32,
  M: i32,
  K: i32,
  N: i32,
): void {
  const shift = alignof<T>();
  const cBytes = (<usize>cRow) << shift;
  const initBytes = (<usize>initRow) << shift;
  const aBytes = (<usize>aRow) << shift;
  const bBytes = (<usize>bRow) << shift;
  const one = sizeof<T>();
  if (ASC_FEATURE_SIMD) blocks<T, v128>(c, cBytes, init, initBytes, a, aBytes, one, b, bBytes, M, K, N);
  else blocks<T, T>(c, cBytes, init, initBytes, a, aBytes, one, b, bBytes, M, K, N);
}

/** c (M, N) = init (M, N) + a' b, a stored as (K, M): how weights' gradients are summed over the batch. Otherwise like gemm. */
export function gemmTransposed<T>(
  c: usize,
  cRow: i32,
  init: usize,
  initRow: i32,
  a: usize,
  aRow: i32,
  b: usize,
  bRow: i32,
  M: i32,
  K: i32,
  N: i32,
): void {
  const shift = alignof<T>();
  const cBytes = (<usize>cRow) << shift;
  const initBytes = (<usize>initRow) << shift;
  const aBytes = (<usize>aRow) << shift;
  const bBytes = (<usize>bRow) << shift;
  const one = sizeof<T>();
  if (ASC_FEATURE_SIMD) blocks<T, v128>(c, cBytes, init, initBytes, a, one, aBytes, b, bBytes, M, K, N);
  else blocks<T, T>(c, cBytes, init, initBytes, a, one, aBytes, b, bBytes, M, K, N);
}

/** Four columns of inp, from its row `rows` on taken as zero, to `count` rows of out: a block of the transpose. */
@inline
function transposeBlock(out: usize, outRow: usize, inp: usize, inpRow: usize, rows: i32, count: i32): void {
  const zero = f32x4.splat(0);
  const r0 = v128.load(inp);
  const r1 = rows > 1 ? v128.load(inp + inpRow) : zero;
  const r2 = rows > 2 ? v128.load(inp + 2 * inpRow) : zero;
  const r3 = rows > 3 ? v128.load(inp + 3 * inpRow) : zero;
  const low02 = v128.shuffle<f32>(r0, r2, 0, 4, 1, 5);
  const low13 = v128.shuffle<f32>(r1, r3, 0, 4, 1, 5);
  const high02 = v128.shuffle<f32>(r0, r2, 2, 6, 3, 7);
  const high13 = v128.shuffle<f32>(r1, r3, 2, 6, 3, 7);
  v128.store(out, v128.shuffle<f32>(low02, low13, 0, 4, 1, 5));
  if (count > 1) v128.store(out + outRow, v128.shuffle<f32>(low02, low13, 2, 6, 3, 7));
  if (count > 2) v128.store(out + 2 * outRow, v128.shuffle<f32>(high02, high13, 0, 4, 1, 5));
  if (count > 3) v128.store(out + 3 * outRow, v128.shuffle<f32>(high02, high13, 2, 6, 3, 7));
}

/**
 * out (columns, outRow) = the transpose of inp (rows, columns); out's columns beyond `rows` become zero. outRow is `rows` padded
 * to a multiple of 4, and inp's rows are padded too.
 */
export function transpose<T>(out: usize, outRow: i32, inp: usize, inpRow: i32, rows: i32, columns: i32): void {
  const shift = alignof<T>();
  const inpBytes = (<usize>inpRow) << shift;
  const outBytes = (<usize>outRow) << shift;
  if (ASC_FEATURE_SIMD && sizeof<T>() == 4) {
    for (let i = 0; i < rows; i += 4) {
      for (let j = 0; j < columns; j += 4) {
        const block = inp + ((<usize>j) << 2);
        transposeBlock(out + <usize>j * outBytes, outBytes, block, inpBytes, rows - i, columns - j);
      }
      inp += 4 * inpBytes;
      out += 16;
    }
  } else {
    for (let j = 0; j < columns; ++j) {
      let from = inp + ((<usize>j) << shift);
      for (let i = 0; i < rows; ++i) {
        store<T>(out + ((<usize>i) << shift), load<T>(from));
        from += inpBytes;
      }
      for (let i = rows; i < outRow; ++i) store<T>(out + ((<usize>i) << shift), 0);
      out += outBytes;
    }
  }
}
