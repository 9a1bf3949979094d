// One text for any width. A kernel is written over the number type T and the lane type V: v128 in a SIMD build, T itself
// in the scalar build. Every lane is computed by the same operations in the same order, so both builds give the same bits.

@inline
export function splat<T, V>(x: T): V {
  if (isVector<V>()) return v128.splat<T>(x);
  else return x;
}

/** V with the number at `address` in every lane: how kernels read constants (literal vectors are rebuilt at every use). */
@inline
export function loadSplat<T, V>(address: usize): V {
  if (isVector<V>()) return v128.load_splat<T>(address);
  else return load<T>(address);
}


@inline
export function add<T, V>(a: V, b: V): V {
  if (isVector<V>()) return v128.add<T>(a, b);
  else return a + b;
}


@inline
export function sub<T, V>(a: V, b: V): V {
  if (isVector<V>()) return v128.sub<T>(a, b);
  else return a - b;
}


@inline
export function mul<T, V>(a: V, b: V): V {
  if (isVector<V>()) return v128.mul<T>(a, b);
  else return a * b;
}


@inline
export function div<T, V>(a: V, b: V): V {
  if (isVector<V>()) return v128.div<T>(a, b);
  else return a / b;
}


@inline
export function squareRoot<T, V>(a: V): V {
  if (isVector<V>()) return v128.sqrt<T>(a);
  else return sqrt<T>(a);
}


@inline
export function negate<T, V>(a: V): V {
  if (isVector<V>()) return v128.neg<T>(a);
  else return -a;
}


@inline
export function magnitude<T, V>(a: V): V {
  if (isVector<V>()) return v128.abs<T>(a);
  else return abs<T>(a);
}

/** The nearest integer, the even one of two. */
@inline
export function roundNearest<T, V>(a: V): V {
  if (isVector<V>()) return v128.nearest<T>(a);
  else return nearest<T>(a);
}

/** The largest integer that is not above a. */
@inline
export function roundDown<T, V>(a: V): V {
  if (isVector<V>()) return v128.floor<T>(a);
  else return floor<T>(a);
}

/** c + a b, rounded twice; once (fused) in the fma build. */
@inline
export function mulAdd<T, V>(a: V, b: V, c: V): V {
  if (isVector<V>()) {
    if (ASC_FEATURE_RELAXED_SIMD) return v128.relaxed_madd<T>(a, b, c);
    else return v128.add<T>(c, v128.mul<T>(a, b));
  } else return c + a * b;
}

/** b < a ? b : a, so a NaN in a stays. */
@inline
export function lesser<T, V>(a: V, b: V): V {
  if (isVector<V>()) return v128.pmin<T>(a, b);
  else return select<T>(b, a, b < a);
}

/** a < b ? b : a, so a NaN in a stays. */
@inline
export function greater<T, V>(a: V, b: V): V {
  if (isVector<V>()) return v128.pmax<T>(a, b);
  else return select<T>(b, a, a < b);
}
