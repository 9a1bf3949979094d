// The state encoder phi(s): which features the networks see, with its exact Jacobian. A feature is a sum of summands, mostly
// of one; a summand is a linear form of the state, its sine or its cosine, or a coordinate of a planar vector in a turned
// frame, divided by a fixed scale (src/env/features.ts describes them). What no feature mentions is dropped.

import { allocNumbers, arenaAlloc } from "../core/arena";
import { cosine, sine } from "../core/math";
import { at } from "../linalg/vector";
import { form, Forms, formsCreate, formVjp, i32At } from "./forms";

export enum FeatureKind {
  Linear,
  Sin,
  Cos,
  Rotated,
}

/** Forms of a summand: its argument, or x, y and the angle of a rotated one. */
const FORMS: i32 = 3;


@unmanaged
@final
export class Encoder {
  /** S and F. */
  states: i32;
  features: i32;
  /** P, at least F. */
  summands: i32;
  /** i32[P]: the feature that a summand is part of, in ascending order. */
  outputs: usize;
  /** FeatureKind[P], i32. */
  kinds: usize;
  /** Form j of summand p is the one at 3 p + j. */
  forms: Forms;
  /** T[P]: 1 / scale. */
  inverseScales: usize;
}

/**
 * An encoder from tables: outputs i32[P], kinds i32[P], starts i32[3 P + 1], indices i32[], coefficients f64[], scales f64[P]. The
 * tables of i32 are kept, not copied. Traps on a feature without summands, on features out of order, on an unknown kind, and on
 * an index outside the state.
 */
export function encoderCreate<T>(
  states: i32,
  features: i32,
  summands: i32,
  outputs: usize,
  kinds: usize,
  starts: usize,
  indices: usize,
  coefficients: usize,
  scales: usize,
): Encoder {
  const encoder = changetype<Encoder>(arenaAlloc(offsetof<Encoder>()));
  encoder.states = states;
  encoder.features = features;
  encoder.summands = summands;
  encoder.outputs = outputs;
  encoder.kinds = kinds;
  encoder.forms = formsCreate<T>(states, FORMS * summands, starts, indices, coefficients);
  encoder.inverseScales = allocNumbers<T>(summands);
  let last = -1;
  for (let p = 0; p < summands; ++p) {
    const f = i32At(outputs, p);
    if (f != last && f != last + 1) unreachable();
    last = f;
    if (<u32>i32At(kinds, p) > <u32>FeatureKind.Rotated) unreachable();
    store<T>(at<T>(encoder.inverseScales, p), <T>(1.0 / load<f64>(at<f64>(scales, p))));
  }
  if (last != features - 1) unreachable();
  return encoder;
}

/** phi (B, F), rows phiRow apart, of s (B, S). */
export function encoderForward<T>(encoder: Encoder, phi: usize, phiRow: i32, s: usize, B: i32): void {
  const P = encoder.summands;
  const forms = encoder.forms;
  for (let b = 0; b < B; ++b) {
    let last = -1;
    for (let p = 0; p < P; ++p) {
      const kind = i32At(encoder.kinds, p);
      let value = form<T>(forms, FORMS * p, s);
      if (kind == FeatureKind.Sin) value = sine<T>(value);
      else if (kind == FeatureKind.Cos) value = cosine<T>(value);
      else if (kind == FeatureKind.Rotated) {
        const turn = form<T>(forms, FORMS * p + 2, s);
        value = cosine<T>(turn) * value + sine<T>(turn) * form<T>(forms, FORMS * p + 1, s);
      }
      value *= load<T>(at<T>(encoder.inverseScales, p));
      last = put<T>(phi, i32At(encoder.outputs, p), last, value);
    }
    phi = at<T>(phi, phiRow);
    s = at<T>(s, encoder.states);
  }
}

/** Puts the first summand of feature f into phi, adds a later one. `last` is the feature of the summand before. Returns f. */
@inline
function put<T>(phi: usize, f: i32, last: i32, value: T): i32 {
  const slot = at<T>(phi, f);
  if (f == last) value += load<T>(slot);
  store<T>(slot, value);
  return f;
}

/** Pullback: ds (B, S) += dphi times the Jacobian at s. */
export function encoderVjp<T>(encoder: Encoder, ds: usize, dphi: usize, phiRow: i32, s: usize, B: i32): void {
  const P = encoder.summands;
  const forms = encoder.forms;
  for (let b = 0; b < B; ++b) {
    for (let p = 0; p < P; ++p) {
      const kind = i32At(encoder.kinds, p);
      const first = FORMS * p;
      const g = load<T>(at<T>(dphi, i32At(encoder.outputs, p))) * load<T>(at<T>(encoder.inverseScales, p));
      if (kind == FeatureKind.Linear) formVjp<T>(forms, first, ds, g);
      else if (kind == FeatureKind.Sin) formVjp<T>(forms, first, ds, cosine<T>(form<T>(forms, first, s)) * g);
      else if (kind == FeatureKind.Cos) formVjp<T>(forms, first, ds, -sine<T>(form<T>(forms, first, s)) * g);
      else {
        // phi = cos(t) x + sin(t) y
        const x = form<T>(forms, first, s);
        const y = form<T>(forms, first + 1, s);
        const turn = form<T>(forms, first + 2, s);
        const c = cosine<T>(turn);
        const n = sine<T>(turn);
        formVjp<T>(forms, first, ds, c * g);
        formVjp<T>(forms, first + 1, ds, n * g);
        formVjp<T>(forms, first + 2, ds, (c * y - n * x) * g);
      }
    }
    dphi = at<T>(dphi, phiRow);
    ds = at<T>(ds, encoder.states);
    s = at<T>(s, encoder.states);
  }
}

/** Pushforward: dphi (B, F) = the Jacobian at s times ds (B, S). */
export function encoderJvp<T>(encoder: Encoder, dphi: usize, phiRow: i32, ds: usize, s: usize, B: i32): void {
  const P = encoder.summands;
  const forms = encoder.forms;
  for (let b = 0; b < B; ++b) {
    let last = -1;
    for (let p = 0; p < P; ++p) {
      const kind = i32At(encoder.kinds, p);
      const first = FORMS * p;
      let d = form<T>(forms, first, ds);
      if (kind == FeatureKind.Sin) d *= cosine<T>(form<T>(forms, first, s));
      else if (kind == FeatureKind.Cos) d *= -sine<T>(form<T>(forms, first, s));
      else if (kind == FeatureKind.Rotated) {
        const x = form<T>(forms, first, s);
        const y = form<T>(forms, first + 1, s);
        const turn = form<T>(forms, first + 2, s);
        const c = cosine<T>(turn);
        const n = sine<T>(turn);
        d = c * d + n * form<T>(forms, first + 1, ds) + (c * y - n * x) * form<T>(forms, first + 2, ds);
      }
      d *= load<T>(at<T>(encoder.inverseScales, p));
      last = put<T>(dphi, i32At(encoder.outputs, p), last, d);
    }
    dphi = at<T>(dphi, phiRow);
    ds = at<T>(ds, encoder.states);
    s = at<T>(s, encoder.states);
  }
}
