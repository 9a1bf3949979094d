// Planar vectors among the predicted dimensions whose change a model predicts in a turned frame. With (x, y) such a pair and t its
// frame's angle at s, world = R(t) body, R(t) = [cos t, -sin t; sin t, cos t]. Rows of changes hold D numbers, one for each
// predicted dimension; everything else of a row stays as it is.

import { arenaAlloc } from "../core/arena";
import { cosine, sine } from "../core/math";
import { form, Forms, formsCreate, formVjp, i32At } from "../nn/forms";
import { at } from "../linalg/vector";


@unmanaged
@final
export class Frames {
  count: i32;
  /** i32[2 count]: the positions of x and y of each pair in a row. */
  pairs: usize;
  /** Form k is the angle of frame k, rad. */
  angles: Forms;
}

/**
 * Frames from tables: pairs i32[2 count], starts i32[count + 1], indices i32[], coefficients f64[]. The tables of i32 are kept, not
 * copied. Traps on a position outside a row of `dimensions` or in two pairs, and on an index outside the state.
 */
export function framesCreate<T>(
  states: i32,
  dimensions: i32,
  count: i32,
  pairs: usize,
  starts: usize,
  indices: usize,
  coefficients: usize,
): Frames {
  const frames = changetype<Frames>(arenaAlloc(offsetof<Frames>()));
  frames.count = count;
  frames.pairs = pairs;
  for (let k = 0; k < 2 * count; ++k) {
    if (<u32>i32At(pairs, k) >= <u32>dimensions) unreachable();
    for (let j = 0; j < k; ++j) if (i32At(pairs, j) == i32At(pairs, k)) unreachable();
  }
  frames.angles = formsCreate<T>(states, count, starts, indices, coefficients);
  return frames;
}


@inline
function xOf<T>(frames: Frames, row: usize, k: i32): usize {
  return at<T>(row, i32At(frames.pairs, 2 * k));
}


@inline
function yOf<T>(frames: Frames, row: usize, k: i32): usize {
  return at<T>(row, i32At(frames.pairs, 2 * k + 1));
}

/** Turns the pairs of one row at one state: out of their frames with sign 1, into them with sign -1 (which is R's transpose). */
export function framesTurn<T>(frames: Frames, row: usize, s: usize, sign: T): void {
  for (let k = 0; k < frames.count; ++k) {
    const angle = form<T>(frames.angles, k, s);
    const c = cosine<T>(angle);
    const n = sign * sine<T>(angle);
    const x = load<T>(xOf<T>(frames, row, k));
    const y = load<T>(yOf<T>(frames, row, k));
    store<T>(xOf<T>(frames, row, k), c * x - n * y);
    store<T>(yOf<T>(frames, row, k), n * x + c * y);
  }
}

/**
 * Pullback by the angles: ds (S) += q R'(t) body, given q and the body's changes, both rows in the frames. As R' = R [0, -1; 1, 0],
 * a pair gives q_y body_x - q_x body_y.
 */
export function framesAngleVjp<T>(frames: Frames, ds: usize, q: usize, body: usize): void {
  for (let k = 0; k < frames.count; ++k) {
    const along = load<T>(yOf<T>(frames, q, k)) * load<T>(xOf<T>(frames, body, k));
    const across = load<T>(xOf<T>(frames, q, k)) * load<T>(yOf<T>(frames, body, k));
    formVjp<T>(frames.angles, k, ds, along - across);
  }
}

/** Pushforward by the angles, seen in the frames: row (D) += [0, -1; 1, 0] body dt, dt the angles' pushforward of ds (S). */
export function framesAngleJvp<T>(frames: Frames, row: usize, body: usize, ds: usize): void {
  for (let k = 0; k < frames.count; ++k) {
    const turn = form<T>(frames.angles, k, ds);
    const x = xOf<T>(frames, row, k);
    const y = yOf<T>(frames, row, k);
    store<T>(x, load<T>(x) - load<T>(yOf<T>(frames, body, k)) * turn);
    store<T>(y, load<T>(y) + load<T>(xOf<T>(frames, body, k)) * turn);
  }
}
