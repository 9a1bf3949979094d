// Sines and cosines of many angles at once: one after the other, those of a batch's features cost as much as a layer of a network.

import { add, loadSplat, magnitude, mul, roundDown, roundNearest, sub } from "../core/lanes";
import { cosine, sine } from "../core/math";
import { at } from "./vector";

/** Beyond it, multiples of pi / 2 are not exact any more. */
const LIMIT: f64 = 1e6;
// 2 / pi; pi / 2 as a number of 24 bits and the rest; 1/2, 1/4, 1, 2, 4; -1/3!, 1/5!, -1/7!, 1/9!; -1/2!, 1/4!, -1/6!, 1/8!, -1/10!
const CONSTANTS: usize = memory.data<f64>([
  0.6366197723675814, 1.5707963705062866, -4.3711390001862426e-8, 0.5, 0.25, 1, 2, 4, -0.16666666666666666,
  8.333333333333333e-3, -1.984126984126984e-4, 2.7557319223985893e-6, -0.5, 4.1666666666666664e-2,
  -1.388888888888889e-3, 2.48015873015873e-5, -2.755731922398589e-7,
]);


@inline
function constant<V>(index: i32): V {
  return loadSplat<f64, V>(at<f64>(CONSTANTS, index));
}

/** sum + u product: the fma build rounds like the others here. */
@inline
function step<V>(sum: V, u: V, product: V): V {
  return add<f64, V>(sum, mul<f64, V>(u, product));
}

function lanes<V>(sines: usize, cosines: usize, angles: usize, count: i32): void {
  const one = constant<V>(5);
  for (let i = 0; i < count; i += sizeof<V>() / 8) {
    const x = load<V>(at<f64>(angles, i));
    const turns = roundNearest<f64, V>(mul<f64, V>(x, constant<V>(0)));
    const r = sub<f64, V>(sub<f64, V>(x, mul<f64, V>(turns, constant<V>(1))), mul<f64, V>(turns, constant<V>(2)));
    const u = mul<f64, V>(r, r);
    let s = step<V>(constant<V>(10), u, constant<V>(11));
    s = step<V>(constant<V>(9), u, s);
    s = step<V>(constant<V>(8), u, s);
    s = step<V>(r, mul<f64, V>(r, u), s);
    let c = step<V>(constant<V>(15), u, constant<V>(16));
    c = step<V>(constant<V>(14), u, c);
    c = step<V>(constant<V>(13), u, c);
    c = step<V>(constant<V>(12), u, c);
    c = step<V>(one, u, c);
    // of the quarter turn 0, 1, 2 or 3: whether it is odd, whether it is one of the last two
    const quarter = sub<f64, V>(
      turns,
      mul<f64, V>(constant<V>(7), roundDown<f64, V>(mul<f64, V>(turns, constant<V>(4)))),
    );
    const late = roundDown<f64, V>(mul<f64, V>(quarter, constant<V>(3)));
    const odd = sub<f64, V>(quarter, mul<f64, V>(constant<V>(6), late));
    const even = sub<f64, V>(one, odd);
    const signOfSine = sub<f64, V>(one, mul<f64, V>(constant<V>(6), late));
    const unlike = magnitude<f64, V>(sub<f64, V>(odd, late));
    const signOfCosine = sub<f64, V>(one, mul<f64, V>(constant<V>(6), unlike));
    const sineOrCosine = add<f64, V>(mul<f64, V>(even, s), mul<f64, V>(odd, c));
    const cosineOrSine = add<f64, V>(mul<f64, V>(even, c), mul<f64, V>(odd, s));
    store<V>(at<f64>(sines, i), mul<f64, V>(signOfSine, sineOrCosine));
    store<V>(at<f64>(cosines, i), mul<f64, V>(signOfCosine, cosineOrSine));
  }
}

/**
 * Sines and cosines of `count` f64 angles in rad, a multiple of 2. For numbers of type T: of an f32 precisely enough (2e-9) to round to
 * it or its neighbour, of an f64 musl's.
 */
export function sinesAndCosines<T>(sines: usize, cosines: usize, angles: usize, count: i32): void {
  if (sizeof<T>() == 4) {
    if (ASC_FEATURE_SIMD) lanes<v128>(sines, cosines, angles, count);
    else lanes<f64>(sines, cosines, angles, count);
  }
  for (let i = 0; i < count; ++i) {
    const x = load<f64>(at<f64>(angles, i));
    if (sizeof<T>() == 4 && abs(x) <= LIMIT) continue;
    store<f64>(at<f64>(sines, i), sine<f64>(x));
    store<f64>(at<f64>(cosines, i), cosine<f64>(x));
  }
}
