// The state encoder phi(s): which features the networks see, with its exact Jacobian. A feature is a sum of summands, mostly
// of one; a summand is a linear form of the state, its sine or its cosine, or a coordinate of a planar vector in a turned
// frame, divided by a fixed scale (src/env/features.ts describes them). What no feature mentions is dropped.

import { allocNumbers, arenaAlloc } from "../core/arena";
import { sinesAndCosines } from "../linalg/angles";
import { at } from "../linalg/vector";
import { equalForms, form, formAtRows, Forms, formsCreate, i32At } from "./forms";

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
  /** i32[P]: whether the summand's angle is that of the last summand before it that has one. */
  sameAngles: usize;
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
  encoder.sameAngles = arenaAlloc((<usize>summands) << 2);
  let last = -1;
  let angle = -1;
  for (let p = 0; p < summands; ++p) {
    const f = i32At(outputs, p);
    if (f != last && f != last + 1) unreachable();
    last = f;
    const kind = i32At(kinds, p);
    if (<u32>kind > <u32>FeatureKind.Rotated) unreachable();
    store<T>(at<T>(encoder.inverseScales, p), <T>(1.0 / load<f64>(at<f64>(scales, p))));
    if (kind == FeatureKind.Linear) continue;
    const own = angleForm(kind, p);
    const same = angle >= 0 && equalForms<T>(encoder.forms, angle, own);
    store<i32>(encoder.sameAngles + ((<usize>p) << 2), <i32>same);
    angle = own;
  }
  if (last != features - 1) unreachable();
  return encoder;
}

/** The form that a summand takes the sine or cosine of. */
@inline
function angleForm(kind: i32, p: i32): i32 {
  return kind == FeatureKind.Rotated ? FORMS * p + 2 : FORMS * p;
}

/** States that are encoded at once, summand by summand. */
const ROWS: i32 = 64;
/** f64[ROWS]: angles, their sines and cosines; T[ROWS]: what a summand brings or the coordinates of a rotated one, and derivatives by its forms. */
const ANGLES: usize = memory.data(8 * 64, 16);
const SINES: usize = memory.data(8 * 64, 16);
const COSINES: usize = memory.data(8 * 64, 16);
const X: usize = memory.data(8 * 64, 16);
const Y: usize = memory.data(8 * 64, 16);
const FACTORS: usize = memory.data(8 * 64, 16);


@inline
function sineOf<T>(b: i32): T {
  return <T>load<f64>(at<f64>(SINES, b));
}


@inline
function cosineOf<T>(b: i32): T {
  return <T>load<f64>(at<f64>(COSINES, b));
}

/** What summand p is made of, at B states: SINES and COSINES of its angle, X and Y of a rotated one, X of a linear one. */
function evaluate<T>(encoder: Encoder, p: i32, s: usize, B: i32): void {
  const kind = i32At(encoder.kinds, p);
  const forms = encoder.forms;
  const S = encoder.states;
  if (kind == FeatureKind.Linear || kind == FeatureKind.Rotated) formAtRows<T, T>(forms, X, FORMS * p, s, S, B);
  if (kind == FeatureKind.Rotated) formAtRows<T, T>(forms, Y, FORMS * p + 1, s, S, B);
  if (kind == FeatureKind.Linear || i32At(encoder.sameAngles, p)) return;
  formAtRows<T, f64>(forms, ANGLES, angleForm(kind, p), s, S, B);
  if (B & 1) store<f64>(at<f64>(ANGLES, B), 0);
  sinesAndCosines<T>(SINES, COSINES, ANGLES, (B + 1) & ~1);
}

/** Column f of phi = values over the summand's scale; a later summand of the same feature is added. */
function put<T>(encoder: Encoder, phi: usize, phiRow: i32, p: i32, values: usize, B: i32): void {
  const f = i32At(encoder.outputs, p);
  const later = p > 0 && i32At(encoder.outputs, p - 1) == f;
  const inverse = load<T>(at<T>(encoder.inverseScales, p));
  for (let b = 0; b < B; ++b) {
    const slot = at<T>(phi, b * phiRow + f);
    const value = inverse * load<T>(at<T>(values, b));
    store<T>(slot, later ? value + load<T>(slot) : value);
  }
}

/** phi (B, F), rows phiRow apart, of s (B, S). */
export function encoderForward<T>(encoder: Encoder, phi: usize, phiRow: i32, s: usize, B: i32): void {
  for (let b = 0; b < B; b += ROWS) {
    forwardRows<T>(encoder, at<T>(phi, b * phiRow), phiRow, at<T>(s, b * encoder.states), min(B - b, ROWS));
  }
}

function forwardRows<T>(encoder: Encoder, phi: usize, phiRow: i32, s: usize, B: i32): void {
  for (let p = 0; p < encoder.summands; ++p) {
    const kind = i32At(encoder.kinds, p);
    evaluate<T>(encoder, p, s, B);
    if (kind == FeatureKind.Sin) for (let b = 0; b < B; ++b) store<T>(at<T>(X, b), sineOf<T>(b));
    else if (kind == FeatureKind.Cos) for (let b = 0; b < B; ++b) store<T>(at<T>(X, b), cosineOf<T>(b));
    else if (kind == FeatureKind.Rotated) {
      for (let b = 0; b < B; ++b) {
        const slot = at<T>(X, b);
        store<T>(slot, cosineOf<T>(b) * load<T>(slot) + sineOf<T>(b) * load<T>(at<T>(Y, b)));
      }
    }
    put<T>(encoder, phi, phiRow, p, X, B);
  }
}

/** Pullback: ds (B, S) += dphi times the Jacobian at s. */
export function encoderVjp<T>(encoder: Encoder, ds: usize, dphi: usize, phiRow: i32, s: usize, B: i32): void {
  const S = encoder.states;
  for (let b = 0; b < B; b += ROWS) {
    const rows = min(B - b, ROWS);
    vjpRows<T>(encoder, at<T>(ds, b * S), S, at<T>(dphi, b * phiRow), phiRow, 0, 1, 1, at<T>(s, b * S), rows);
  }
}

/**
 * Pullback of D adjoints of every state: row targets[d] (i32) of ds (B, S, S) += dphi[., ., d] times the Jacobian at s, dphi (B, F, width),
 * phiRow from state to state.
 */
export function encoderVjpOfEach<T>(
  encoder: Encoder,
  ds: usize,
  targets: usize,
  dphi: usize,
  phiRow: i32,
  D: i32,
  width: i32,
  s: usize,
  B: i32,
): void {
  const S = encoder.states;
  for (let b = 0; b < B; b += ROWS) {
    const rows = min(B - b, ROWS);
    const from = at<T>(dphi, b * phiRow);
    vjpRows<T>(encoder, at<T>(ds, b * S * S), S * S, from, phiRow, targets, D, width, at<T>(s, b * S), rows);
  }
}

function vjpRows<T>(
  encoder: Encoder,
  ds: usize,
  dsRow: i32,
  dphi: usize,
  phiRow: i32,
  targets: usize,
  D: i32,
  width: i32,
  s: usize,
  B: i32,
): void {
  for (let p = 0; p < encoder.summands; ++p) {
    const kind = i32At(encoder.kinds, p);
    const first = FORMS * p;
    const inverse = load<T>(at<T>(encoder.inverseScales, p));
    const adjoints = at<T>(dphi, i32At(encoder.outputs, p) * width);
    if (kind != FeatureKind.Linear) evaluate<T>(encoder, p, s, B);
    // the derivatives by the summand's forms
    for (let b = 0; b < B; ++b) {
      let factor = inverse;
      if (kind == FeatureKind.Sin) factor *= cosineOf<T>(b);
      else if (kind == FeatureKind.Cos) factor *= -sineOf<T>(b);
      else if (kind == FeatureKind.Rotated) {
        // phi = cos(t) x + sin(t) y
        const across = cosineOf<T>(b) * load<T>(at<T>(Y, b)) - sineOf<T>(b) * load<T>(at<T>(X, b));
        store<T>(at<T>(X, b), inverse * across);
        store<T>(at<T>(Y, b), inverse * sineOf<T>(b));
        factor *= cosineOf<T>(b);
      }
      store<T>(at<T>(FACTORS, b), factor);
    }
    pullBack<T>(encoder, first, FACTORS, ds, dsRow, adjoints, phiRow, targets, D, B);
    if (kind != FeatureKind.Rotated) continue;
    pullBack<T>(encoder, first + 1, Y, ds, dsRow, adjoints, phiRow, targets, D, B);
    pullBack<T>(encoder, first + 2, X, ds, dsRow, adjoints, phiRow, targets, D, B);
  }
}

/** Adds the adjoints times a feature's derivative by form j, factors (B), times the form's by the state. */
function pullBack<T>(
  encoder: Encoder,
  j: i32,
  factors: usize,
  ds: usize,
  dsRow: i32,
  adjoints: usize,
  phiRow: i32,
  targets: usize,
  D: i32,
  B: i32,
): void {
  const forms = encoder.forms;
  const end = i32At(forms.starts, j + 1);
  for (let k = i32At(forms.starts, j); k < end; ++k) {
    const coefficient = load<T>(at<T>(forms.coefficients, k));
    let column = at<T>(ds, i32At(forms.indices, k));
    let adjoint = adjoints;
    for (let b = 0; b < B; ++b) {
      const factor = coefficient * load<T>(at<T>(factors, b));
      for (let d = 0; d < D; ++d) {
        const slot = targets ? at<T>(column, i32At(targets, d) * encoder.states) : column;
        store<T>(slot, load<T>(slot) + factor * load<T>(at<T>(adjoint, d)));
      }
      column = at<T>(column, dsRow);
      adjoint = at<T>(adjoint, phiRow);
    }
  }
}

/** Pushforward: dphi (B, F) = the Jacobian at s times ds (B, S). */
export function encoderJvp<T>(encoder: Encoder, dphi: usize, phiRow: i32, ds: usize, s: usize, B: i32): void {
  const S = encoder.states;
  for (let b = 0; b < B; b += ROWS) {
    const rows = min(B - b, ROWS);
    jvpRows<T>(encoder, at<T>(dphi, b * phiRow), phiRow, at<T>(ds, b * S), at<T>(s, b * S), rows);
  }
}

function jvpRows<T>(encoder: Encoder, dphi: usize, phiRow: i32, ds: usize, s: usize, B: i32): void {
  const forms = encoder.forms;
  const S = encoder.states;
  for (let p = 0; p < encoder.summands; ++p) {
    const kind = i32At(encoder.kinds, p);
    const first = FORMS * p;
    evaluate<T>(encoder, p, s, B);
    for (let b = 0; b < B; ++b) {
      const tangent = at<T>(ds, b * S);
      const slot = at<T>(X, b);
      let d = form<T>(forms, first, tangent);
      if (kind == FeatureKind.Sin) d *= cosineOf<T>(b);
      else if (kind == FeatureKind.Cos) d *= -sineOf<T>(b);
      else if (kind == FeatureKind.Rotated) {
        const c = cosineOf<T>(b);
        const n = sineOf<T>(b);
        const across = c * load<T>(at<T>(Y, b)) - n * load<T>(slot);
        d = c * d + n * form<T>(forms, first + 1, tangent) + across * form<T>(forms, first + 2, tangent);
      }
      store<T>(slot, d);
    }
    put<T>(encoder, dphi, phiRow, p, X, B);
  }
}
