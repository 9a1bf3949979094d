// The state encoder phi(s): which features the networks see, with its exact Jacobian. A feature is a linear form of the state,
// its sine or its cosine, or a coordinate of a planar vector in a turned frame, divided by a fixed scale (src/env/features.ts
// describes them). What no feature mentions is dropped.

import { allocNumbers, arenaAlloc } from "../core/arena";
import { cosine, sine } from "../core/math";
import { at } from "../linalg/vector";

export enum FeatureKind {
  Linear,
  Sin,
  Cos,
  Rotated,
}

/** Forms of a feature: its argument, or x, y and the angle of a rotated one. */
const FORMS: i32 = 3;


@unmanaged
@final
export class Encoder {
  /** S and F. */
  states: i32;
  features: i32;
  /** FeatureKind[F], i32. */
  kinds: usize;
  /** i32[3 F + 1]: where the terms of form j of feature f begin, at 3 f + j. */
  starts: usize;
  /** i32: the state dimension of a term. */
  indices: usize;
  /** T: the coefficient of a term. */
  coefficients: usize;
  /** T[F]: 1 / scale. */
  inverseScales: usize;
}


@inline
function i32At(table: usize, index: i32): i32 {
  return load<i32>(table + ((<usize>index) << 2));
}

/**
 * An encoder from tables: kinds i32[F], starts i32[3 F + 1], indices i32[], coefficients f64[], scales f64[F]. The tables of
 * indices and kinds are kept, not copied. Traps on an index outside the state.
 */
export function encoderCreate<T>(
  states: i32,
  features: i32,
  kinds: usize,
  starts: usize,
  indices: usize,
  coefficients: usize,
  scales: usize,
): Encoder {
  const encoder = changetype<Encoder>(arenaAlloc(offsetof<Encoder>()));
  encoder.states = states;
  encoder.features = features;
  encoder.kinds = kinds;
  encoder.starts = starts;
  encoder.indices = indices;
  const terms = i32At(starts, FORMS * features);
  encoder.coefficients = allocNumbers<T>(terms);
  for (let k = 0; k < terms; ++k) {
    if (<u32>i32At(indices, k) >= <u32>states) unreachable();
    store<T>(at<T>(encoder.coefficients, k), <T>load<f64>(at<f64>(coefficients, k)));
  }
  encoder.inverseScales = allocNumbers<T>(features);
  for (let f = 0; f < features; ++f) {
    store<T>(at<T>(encoder.inverseScales, f), <T>(1.0 / load<f64>(at<f64>(scales, f))));
  }
  return encoder;
}

/** The value of form j of feature f at one state (or, the form being linear, its pushforward of one tangent). */
@inline
function form<T>(encoder: Encoder, f: i32, j: i32, s: usize): T {
  const end = i32At(encoder.starts, FORMS * f + j + 1);
  let sum: T = 0;
  for (let k = i32At(encoder.starts, FORMS * f + j); k < end; ++k) {
    sum += load<T>(at<T>(encoder.coefficients, k)) * load<T>(at<T>(s, i32At(encoder.indices, k)));
  }
  return sum;
}

/** ds += the pullback of g through form j of feature f. */
@inline
function formVjp<T>(encoder: Encoder, f: i32, j: i32, ds: usize, g: T): void {
  const end = i32At(encoder.starts, FORMS * f + j + 1);
  for (let k = i32At(encoder.starts, FORMS * f + j); k < end; ++k) {
    const slot = at<T>(ds, i32At(encoder.indices, k));
    store<T>(slot, load<T>(slot) + load<T>(at<T>(encoder.coefficients, k)) * g);
  }
}

/** phi (B, F), rows phiRow apart, of s (B, S). */
export function encoderForward<T>(encoder: Encoder, phi: usize, phiRow: i32, s: usize, B: i32): void {
  const F = encoder.features;
  for (let b = 0; b < B; ++b) {
    for (let f = 0; f < F; ++f) {
      const kind = i32At(encoder.kinds, f);
      let value = form<T>(encoder, f, 0, s);
      if (kind == FeatureKind.Sin) value = sine<T>(value);
      else if (kind == FeatureKind.Cos) value = cosine<T>(value);
      else if (kind == FeatureKind.Rotated) {
        const turn = form<T>(encoder, f, 2, s);
        value = cosine<T>(turn) * value + sine<T>(turn) * form<T>(encoder, f, 1, s);
      }
      store<T>(at<T>(phi, f), value * load<T>(at<T>(encoder.inverseScales, f)));
    }
    phi = at<T>(phi, phiRow);
    s = at<T>(s, encoder.states);
  }
}

/** Pullback: ds (B, S) += dphi times the Jacobian at s. */
export function encoderVjp<T>(encoder: Encoder, ds: usize, dphi: usize, phiRow: i32, s: usize, B: i32): void {
  const F = encoder.features;
  for (let b = 0; b < B; ++b) {
    for (let f = 0; f < F; ++f) {
      const kind = i32At(encoder.kinds, f);
      const g = load<T>(at<T>(dphi, f)) * load<T>(at<T>(encoder.inverseScales, f));
      if (kind == FeatureKind.Linear) formVjp<T>(encoder, f, 0, ds, g);
      else if (kind == FeatureKind.Sin) formVjp<T>(encoder, f, 0, ds, cosine<T>(form<T>(encoder, f, 0, s)) * g);
      else if (kind == FeatureKind.Cos) formVjp<T>(encoder, f, 0, ds, -sine<T>(form<T>(encoder, f, 0, s)) * g);
      else {
        // phi = cos(t) x + sin(t) y
        const x = form<T>(encoder, f, 0, s);
        const y = form<T>(encoder, f, 1, s);
        const turn = form<T>(encoder, f, 2, s);
        const c = cosine<T>(turn);
        const n = sine<T>(turn);
        formVjp<T>(encoder, f, 0, ds, c * g);
        formVjp<T>(encoder, f, 1, ds, n * g);
        formVjp<T>(encoder, f, 2, ds, (c * y - n * x) * g);
      }
    }
    dphi = at<T>(dphi, phiRow);
    ds = at<T>(ds, encoder.states);
    s = at<T>(s, encoder.states);
  }
}

/** Pushforward: dphi (B, F) = the Jacobian at s times ds (B, S). */
export function encoderJvp<T>(encoder: Encoder, dphi: usize, phiRow: i32, ds: usize, s: usize, B: i32): void {
  const F = encoder.features;
  for (let b = 0; b < B; ++b) {
    for (let f = 0; f < F; ++f) {
      const kind = i32At(encoder.kinds, f);
      let d = form<T>(encoder, f, 0, ds);
      if (kind == FeatureKind.Sin) d *= cosine<T>(form<T>(encoder, f, 0, s));
      else if (kind == FeatureKind.Cos) d *= -sine<T>(form<T>(encoder, f, 0, s));
      else if (kind == FeatureKind.Rotated) {
        const x = form<T>(encoder, f, 0, s);
        const y = form<T>(encoder, f, 1, s);
        const turn = form<T>(encoder, f, 2, s);
        const c = cosine<T>(turn);
        const n = sine<T>(turn);
        d = c * d + n * form<T>(encoder, f, 1, ds) + (c * y - n * x) * form<T>(encoder, f, 2, ds);
      }
      store<T>(at<T>(dphi, f), d * load<T>(at<T>(encoder.inverseScales, f)));
    }
    dphi = at<T>(dphi, phiRow);
    ds = at<T>(ds, encoder.states);
    s = at<T>(s, encoder.states);
  }
}
