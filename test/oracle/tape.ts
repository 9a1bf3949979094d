// Reverse-mode automatic differentiation of scalars, the referee of the core's gradients: nothing in it knows of networks, of
// recursions or of the core.

/** A number that may depend on variables of a tape. Plain numbers are constants: what is computed from constants alone is one. */
export type Quantity = number | Scalar;

/** A number on a tape. */
export class Scalar {
  readonly tape: Tape;
  readonly index: number;
  readonly value: number;

  constructor(tape: Tape, index: number, value: number) {
    this.tape = tape;
    this.index = index;
    this.value = value;
  }
}

/** What was computed, in order, with the derivatives of every result by what it was made from. */
export class Tape {
  readonly #records: { readonly from: readonly number[]; readonly slopes: readonly number[] }[] = [];

  variable(value: number): Scalar {
    return this.record(value, [], []);
  }

  variables(values: readonly number[]): Scalar[] {
    return values.map((value) => this.variable(value));
  }

  record(value: number, from: readonly Scalar[], slopes: readonly number[]): Scalar {
    if (from.some(({ tape }) => tape !== this)) throw new Error("scalars of two tapes");
    this.#records.push({ from: from.map(({ index }) => index), slopes });
    return new Scalar(this, this.#records.length - 1, value);
  }

  /** Derivatives of a quantity by scalars, all others held. */
  gradient(of: Quantity, by: readonly Scalar[]): number[] {
    const adjoints = new Float64Array(this.#records.length);
    if (of instanceof Scalar) {
      adjoints[of.index] = 1;
      for (let index = of.index; index >= 0; index--) {
        const { from, slopes } = this.#records[index]!;
        for (const [i, source] of from.entries()) adjoints[source]! += slopes[i]! * adjoints[index]!;
      }
    }
    return by.map(({ index }) => adjoints[index]!);
  }
}

/** The number itself; what is computed from it passes no derivative on. */
export const held = (x: Quantity): number => (x instanceof Scalar ? x.value : x);

/** A result whose value, and whose derivatives by quantities, are known. */
export function given(value: number, from: readonly Quantity[], slopes: readonly number[]): Quantity {
  const scalars: Scalar[] = [];
  const own: number[] = [];
  for (const [i, x] of from.entries()) {
    if (!(x instanceof Scalar)) continue;
    scalars.push(x);
    own.push(slopes[i]!);
  }
  return scalars.length === 0 ? value : scalars[0]!.tape.record(value, scalars, own);
}

export const plus = (x: Quantity, y: Quantity): Quantity => given(held(x) + held(y), [x, y], [1, 1]);
export const minus = (x: Quantity, y: Quantity): Quantity => given(held(x) - held(y), [x, y], [1, -1]);
export const times = (x: Quantity, y: Quantity): Quantity => given(held(x) * held(y), [x, y], [held(y), held(x)]);
export const over = (x: Quantity, y: Quantity): Quantity =>
  given(held(x) / held(y), [x, y], [1 / held(y), -held(x) / held(y) ** 2]);
export const sin = (x: Quantity): Quantity => given(Math.sin(held(x)), [x], [Math.cos(held(x))]);
export const cos = (x: Quantity): Quantity => given(Math.cos(held(x)), [x], [-Math.sin(held(x))]);
export const exp = (x: Quantity): Quantity => given(Math.exp(held(x)), [x], [Math.exp(held(x))]);
export const tanh = (x: Quantity): Quantity => given(Math.tanh(held(x)), [x], [1 - Math.tanh(held(x)) ** 2]);
export const clip = (x: Quantity, limit: number): Quantity =>
  Math.abs(held(x)) > limit ? Math.sign(held(x)) * limit : given(held(x), [x], [1]);

export function dot(xs: readonly Quantity[], ys: readonly Quantity[]): Quantity {
  if (xs.length !== ys.length) throw new Error(`lengths ${xs.length} and ${ys.length}`);
  const [x, y] = [xs.map(held), ys.map(held)];
  const value = x.reduce((sum, number, i) => sum + number * y[i]!, 0);
  return given(value, [...xs, ...ys], [...y, ...x]);
}
