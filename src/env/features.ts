/**
 * The state encoder as data: which features phi(s) the networks see. The core evaluates it (assembly/nn/encoder.ts), the ONNX
 * export writes it into the graph; both read this one description.
 */

/** A linear form of the state, sum of coefficient * s[index], as [index, coefficient] pairs. */
export type LinearForm = readonly (readonly [index: number, coefficient: number])[];

/** One number that the networks see. Every feature is divided by its `scale` (> 0, in the feature's unit). */
export type Feature =
  /** of(s) / scale */
  | { readonly kind: "linear"; readonly of: LinearForm; readonly scale: number }
  /** sin(of(s)) / scale, of(s) in rad */
  | { readonly kind: "sin"; readonly of: LinearForm; readonly scale: number }
  /** cos(of(s)) / scale, of(s) in rad */
  | { readonly kind: "cos"; readonly of: LinearForm; readonly scale: number }
  /**
   * First coordinate of the vector (x(s), y(s)) seen in a frame turned by angle(s) rad: (cos(angle) x + sin(angle) y) / scale.
   * The second coordinate is the first coordinate of (y, -x), so one kind serves both.
   */
  | {
      readonly kind: "rotated";
      readonly x: LinearForm;
      readonly y: LinearForm;
      readonly angle: LinearForm;
      readonly scale: number;
    };

/** The state dimension itself, divided by `scale`. */
export function identity(index: number, scale: number): Feature[] {
  return [{ kind: "linear", of: [[index, 1]], scale }];
}

/** Sine and cosine of an angle: a state dimension, or a linear form such as a relative angle. */
export function angle(of: number | LinearForm, scale = 1): Feature[] {
  const form: LinearForm = typeof of === "number" ? [[of, 1]] : of;
  return [
    { kind: "sin", of: form, scale },
    { kind: "cos", of: form, scale },
  ];
}

/** Both coordinates of the planar vector (x, y) in a frame turned by `turn` rad: a position or velocity seen from a body. */
export function inFrame(x: LinearForm, y: LinearForm, turn: LinearForm, scale: number): Feature[] {
  const minusX: LinearForm = x.map(([index, coefficient]) => [index, -coefficient] as const);
  return [
    { kind: "rotated", x, y, angle: turn, scale },
    { kind: "rotated", x: y, y: minusX, angle: turn, scale },
  ];
}
