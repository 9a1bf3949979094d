// Linear forms of a state s (S): form j is the sum over its terms of coefficient * s[index]. Being linear, a form is its own
// pushforward.

import { allocNumbers, arenaAlloc } from "../core/arena";
import { at } from "../linalg/vector";


@unmanaged
@final
export class Forms {
  /** i32[forms + 1]: where the terms of form j begin. */
  starts: usize;
  /** i32: the state dimension of a term. */
  indices: usize;
  /** T: the coefficient of a term. */
  coefficients: usize;
}


@inline
export function i32At(table: usize, index: i32): i32 {
  return load<i32>(table + ((<usize>index) << 2));
}

/**
 * Forms from tables: starts i32[forms + 1], indices i32[], coefficients f64[]. The tables of i32 are kept, not copied. Traps on an
 * index outside the state.
 */
export function formsCreate<T>(states: i32, forms: i32, starts: usize, indices: usize, coefficients: usize): Forms {
  const made = changetype<Forms>(arenaAlloc(offsetof<Forms>()));
  made.starts = starts;
  made.indices = indices;
  const terms = i32At(starts, forms);
  made.coefficients = allocNumbers<T>(terms);
  for (let k = 0; k < terms; ++k) {
    if (<u32>i32At(indices, k) >= <u32>states) unreachable();
    store<T>(at<T>(made.coefficients, k), <T>load<f64>(at<f64>(coefficients, k)));
  }
  return made;
}

/** The value of form j at one state, or its pushforward of one tangent. */
@inline
export function form<T>(forms: Forms, j: i32, s: usize): T {
  const end = i32At(forms.starts, j + 1);
  let sum: T = 0;
  for (let k = i32At(forms.starts, j); k < end; ++k) {
    sum += load<T>(at<T>(forms.coefficients, k)) * load<T>(at<T>(s, i32At(forms.indices, k)));
  }
  return sum;
}

/** values U[B] = form j at B states, S numbers apart. */
export function formAtRows<T, U>(forms: Forms, values: usize, j: i32, s: usize, S: i32, B: i32): void {
  const first = i32At(forms.starts, j);
  if (i32At(forms.starts, j + 1) == first + 1) {
    // nearly all forms are a multiple of one number
    const coefficient = load<T>(at<T>(forms.coefficients, first));
    s = at<T>(s, i32At(forms.indices, first));
    for (let b = 0; b < B; ++b) {
      store<U>(at<U>(values, b), <U>(coefficient * load<T>(s)));
      s = at<T>(s, S);
    }
  } else {
    for (let b = 0; b < B; ++b) store<U>(at<U>(values, b), <U>form<T>(forms, j, at<T>(s, b * S)));
  }
}

/** Whether forms i and j have the same terms. */
export function equalForms<T>(forms: Forms, i: i32, j: i32): bool {
  const a = i32At(forms.starts, i);
  const b = i32At(forms.starts, j);
  const terms = i32At(forms.starts, i + 1) - a;
  if (i32At(forms.starts, j + 1) - b != terms) return false;
  for (let k = 0; k < terms; ++k) {
    if (i32At(forms.indices, a + k) != i32At(forms.indices, b + k)) return false;
    const coefficient = load<T>(at<T>(forms.coefficients, a + k));
    if (coefficient != load<T>(at<T>(forms.coefficients, b + k))) return false;
  }
  return true;
}

/** ds += the pullback of g through form j. */
@inline
export function formVjp<T>(forms: Forms, j: i32, ds: usize, g: T): void {
  const end = i32At(forms.starts, j + 1);
  for (let k = i32At(forms.starts, j); k < end; ++k) {
    const slot = at<T>(ds, i32At(forms.indices, k));
    store<T>(slot, load<T>(slot) + load<T>(at<T>(forms.coefficients, k)) * g);
  }
}
