// Elementary functions. sin, cos, exp and log are AssemblyScript's ports of musl, compiled into the module, hence the same
// bits on every host. tanh of an f32 is a rational form of our own, one text for scalar and SIMD.

import { add, div, greater, lesser, loadSplat, magnitude, mul, mulAdd, negate, sub } from "./lanes";


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

// clamp; p2, p1, p0; q2, q1, q0 (scripts/fit-tanh.ts finds and checks them)
const TANH: usize = memory.data<f32>([
  9.125, 46.54859924316406, 12146.7236328125, 408093.40625, 984.0015258789062, 92308.953125, 816186.8125,
]);

/**
 * tanh of f32 lanes, through half the argument: tanh(x / 2) ~ a / b with a = x p(x^2), b = q(x^2), so that tanh x =
 * 2 a b / (2 a b + (b - a)^2) for x >= 0. Largest error 1.7e-7 absolute, 3.5e-7 relative, over all f32; never beyond 1; NaN stays.
 */
@inline
export function rationalTanh<V>(x: V): V {
  const limit = loadSplat<f32, V>(TANH);
  const t = greater<f32, V>(lesser<f32, V>(x, limit), negate<f32, V>(limit));
  const u = mul<f32, V>(t, t);
  let a = mulAdd<f32, V>(loadSplat<f32, V>(TANH + 4), u, loadSplat<f32, V>(TANH + 8));
  a = mul<f32, V>(mulAdd<f32, V>(a, u, loadSplat<f32, V>(TANH + 12)), t);
  let b = add<f32, V>(u, loadSplat<f32, V>(TANH + 16));
  b = mulAdd<f32, V>(b, u, loadSplat<f32, V>(TANH + 20));
  b = mulAdd<f32, V>(b, u, loadSplat<f32, V>(TANH + 24));
  const d = sub<f32, V>(b, magnitude<f32, V>(a));
  const z = mul<f32, V>(a, add<f32, V>(b, b));
  return div<f32, V>(z, mulAdd<f32, V>(d, d, magnitude<f32, V>(z)));
}
