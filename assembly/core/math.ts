// Elementary functions. sin, cos, exp and log are AssemblyScript's ports of musl, compiled into the module, hence the same
// bits on every host. tanh of an f32 is a rational form of our own, one text for scalar and SIMD.

import { div, greater, lesser, loadSplat, mul, mulAdd, negate } from "./lanes";


@inline
export function sine<T>(x: T): T {
  return sizeof<T>() == 4 ? <T>NativeMathf.sin(<f32>x) : <T>NativeMath.sin(<f64>x);
}


@inline
export function cosine<T>(x: T): T {
  return sizeof<T>() == 4 ? <T>NativeMathf.cos(<f32>x) : <T>NativeMath.cos(<f64>x);
}


@inline
export function exponential<T>(x: T): T {
  return sizeof<T>() == 4 ? <T>NativeMathf.exp(<f32>x) : <T>NativeMath.exp(<f64>x);
}


@inline
export function logarithm<T>(x: T): T {
  return sizeof<T>() == 4 ? <T>NativeMathf.log(<f32>x) : <T>NativeMath.log(<f64>x);
}

/** tanh. f64: musl's. f32: the rational form below. */
@inline
export function hyperbolicTangent<T>(x: T): T {
  return sizeof<T>() == 4 ? <T>rationalTanh<f32>(<f32>x) : <T>NativeMath.tanh(<f64>x);
}

// clamp; numerator from x^13 down to x; denominator from x^6 down to 1
const TANH: usize = memory.data<f32>([4.97, 0, 0, 0, 1.0, 378.0, 17325.0, 135135.0, 28.0, 3150.0, 62370.0, 135135.0]);

/** tanh of f32 lanes. */
@inline
export function rationalTanh<V>(x: V): V {
  const limit = loadSplat<f32, V>(TANH);
  const t = lesser<f32, V>(greater<f32, V>(x, negate<f32, V>(limit)), limit);
  const u = mul<f32, V>(t, t);
  let p = loadSplat<f32, V>(TANH + 4);
  p = mulAdd<f32, V>(p, u, loadSplat<f32, V>(TANH + 8));
  p = mulAdd<f32, V>(p, u, loadSplat<f32, V>(TANH + 12));
  p = mulAdd<f32, V>(p, u, loadSplat<f32, V>(TANH + 16));
  p = mulAdd<f32, V>(p, u, loadSplat<f32, V>(TANH + 20));
  p = mulAdd<f32, V>(p, u, loadSplat<f32, V>(TANH + 24));
  p = mulAdd<f32, V>(p, u, loadSplat<f32, V>(TANH + 28));
  let q = loadSplat<f32, V>(TANH + 32);
  q = mulAdd<f32, V>(q, u, loadSplat<f32, V>(TANH + 36));
  q = mulAdd<f32, V>(q, u, loadSplat<f32, V>(TANH + 40));
  q = mulAdd<f32, V>(q, u, loadSplat<f32, V>(TANH + 44));
  return div<f32, V>(mul<f32, V>(t, p), q);
}
