// Elementwise passes over flat blocks whose length is a multiple of 4, and copies of rows of any length.

import { hyperbolicTangent, rationalTanh } from "../core/math";
import { add, mul, splat, sub } from "../core/lanes";

/** The padded length of a row of n numbers: the next multiple of 4, for any number type. */
@inline
export function padded(n: i32): i32 {
  return (n + 3) & ~3;
}


@inline
export function at<T>(block: usize, index: i32): usize {
  return block + ((<usize>index) << alignof<T>());
}

function tanhLanes<T, V>(y: usize, count: i32): void {
  const end = at<T>(y, count);
  for (; y + 2 * sizeof<V>() <= end; y += 2 * sizeof<V>()) {
    const x0 = load<V>(y);
    const x1 = load<V>(y, sizeof<V>());
    const y0 = rationalTanh<V>(x0);
    const y1 = rationalTanh<V>(x1);
    store<V>(y, y0);
    store<V>(y, y1, sizeof<V>());
  }
  if (y < end) store<V>(y, rationalTanh<V>(load<V>(y)));
}

/** y = tanh(y). */
export function tanhInPlace<T>(y: usize, count: i32): void {
  if (sizeof<T>() == 4) {
    if (ASC_FEATURE_SIMD) tanhLanes<T, v128>(y, count);
    else tanhLanes<T, T>(y, count);
  } else {
    for (let i = 0; i < count; ++i) store<T>(at<T>(y, i), hyperbolicTangent<T>(load<T>(at<T>(y, i))));
  }
}

function tanhPullbackLanes<T, V>(dy: usize, y: usize, count: i32): void {
  const one = splat<T, V>(<T>1);
  const end = at<T>(y, count);
  for (; y < end; y += sizeof<V>()) {
    const value = load<V>(y);
    store<V>(dy, mul<T, V>(load<V>(dy), sub<T, V>(one, mul<T, V>(value, value))));
    dy += sizeof<V>();
  }
}

/** dy *= 1 - y y, y = tanh(x): pullback and pushforward of tanh alike, its Jacobian being diagonal. */
export function tanhDerivativeInPlace<T>(dy: usize, y: usize, count: i32): void {
  if (ASC_FEATURE_SIMD) tanhPullbackLanes<T, v128>(dy, y, count);
  else tanhPullbackLanes<T, T>(dy, y, count);
}

/** Four vectors of columns at a time, as one sum would wait for itself; then the columns left over. */
function columnSumsLanes<T, V>(sums: usize, a: usize, aRow: usize, rows: i32, columns: i32): void {
  const next = sizeof<V>();
  const end = at<T>(sums, columns);
  for (; sums + 4 * next <= end; sums += 4 * next) {
    let sum0 = load<V>(sums);
    let sum1 = load<V>(sums, next);
    let sum2 = load<V>(sums, 2 * next);
    let sum3 = load<V>(sums, 3 * next);
    let from = a;
    for (let m = 0; m < rows; ++m) {
      sum0 = add<T, V>(sum0, load<V>(from));
      sum1 = add<T, V>(sum1, load<V>(from, next));
      sum2 = add<T, V>(sum2, load<V>(from, 2 * next));
      sum3 = add<T, V>(sum3, load<V>(from, 3 * next));
      from += aRow;
    }
    store<V>(sums, sum0);
    store<V>(sums, sum1, next);
    store<V>(sums, sum2, 2 * next);
    store<V>(sums, sum3, 3 * next);
    a += 4 * next;
  }
  for (; sums < end; sums += next) {
    let sum = load<V>(sums);
    let from = a;
    for (let m = 0; m < rows; ++m) {
      sum = add<T, V>(sum, load<V>(from));
      from += aRow;
    }
    store<V>(sums, sum);
    a += next;
  }
}

/** sums[j] += sum over rows of a[row, j]. */
export function addColumnSums<T>(sums: usize, a: usize, aRow: i32, rows: i32, columns: i32): void {
  const stride = (<usize>aRow) << alignof<T>();
  if (ASC_FEATURE_SIMD) columnSumsLanes<T, v128>(sums, a, stride, rows, columns);
  else columnSumsLanes<T, T>(sums, a, stride, rows, columns);
}

/** block = 0. */
@inline
export function clear<T>(block: usize, count: i32): void {
  memory.fill(block, 0, (<usize>count) << alignof<T>());
}

/** to (rows, columns) = from, each with its own distance between rows. */
@inline
export function copyRows<T>(to: usize, toRow: i32, from: usize, fromRow: i32, rows: i32, columns: i32): void {
  for (let m = 0; m < rows; ++m) {
    for (let j = 0; j < columns; ++j) store<T>(at<T>(to, m * toRow + j), load<T>(at<T>(from, m * fromRow + j)));
  }
}

/** to (rows, columns) += from. */
@inline
export function addRows<T>(to: usize, toRow: i32, from: usize, fromRow: i32, rows: i32, columns: i32): void {
  for (let m = 0; m < rows; ++m) {
    for (let j = 0; j < columns; ++j) {
      const slot = at<T>(to, m * toRow + j);
      store<T>(slot, load<T>(slot) + load<T>(at<T>(from, m * fromRow + j)));
    }
  }
}

/** The sum of squares of a block, in f64: four partial sums, added (0 + 1) + (2 + 3). */
export function sumOfSquares<T>(block: usize, count: i32): f64 {
  const end = at<T>(block, count);
  if (ASC_FEATURE_SIMD) {
    let even = f64x2.splat(0);
    let odd = f64x2.splat(0);
    for (; block < end; block += 4 * sizeof<T>()) {
      let low: v128;
      let high: v128;
      if (sizeof<T>() == 4) {
        const four = v128.load(block);
        low = f64x2.promote_low_f32x4(four);
        high = f64x2.promote_low_f32x4(v128.shuffle<f32>(four, four, 2, 3, 2, 3));
      } else {
        low = v128.load(block);
        high = v128.load(block, 16);
      }
      even = f64x2.add(even, f64x2.mul(low, low));
      odd = f64x2.add(odd, f64x2.mul(high, high));
    }
    return (
      f64x2.extract_lane(even, 0) +
      f64x2.extract_lane(even, 1) +
      (f64x2.extract_lane(odd, 0) + f64x2.extract_lane(odd, 1))
    );
  } else {
    let sum0: f64 = 0;
    let sum1: f64 = 0;
    let sum2: f64 = 0;
    let sum3: f64 = 0;
    for (; block < end; block += 4 * sizeof<T>()) {
      const x0 = <f64>load<T>(block);
      const x1 = <f64>load<T>(block, sizeof<T>());
      const x2 = <f64>load<T>(block, 2 * sizeof<T>());
      const x3 = <f64>load<T>(block, 3 * sizeof<T>());
      sum0 += x0 * x0;
      sum1 += x1 * x1;
      sum2 += x2 * x2;
      sum3 += x3 * x3;
    }
    return sum0 + sum1 + (sum2 + sum3);
  }
}
