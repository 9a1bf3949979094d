/**
 * The state encoder as data: which features phi(s) the networks see. The core evaluates it (assembly/nn/encoder.ts), the ONNX
 * export writes it into the graph; both read this one description.
 */

/** A linear form of the state, sum of coefficient * s[index], as [index, coefficient] pairs. */
export type LinearForm = readonly (readonly [index: number, coefficient: number])[];

/** A number of the state, divided by its `scale` (in the number's unit). */
export type BasicFeature =
  /** of(s) / scale */
  | { readonly kind: "linear"; readonly of: LinearForm; readonly scale: number }
  /** sin(of(s)) / scale, of(s) in rad */
  | { readonly kind: "sin"; readonly of: LinearForm; readonly scale: number }
  /** cos(of(s)) / scale, of(s) in rad; a constant where `of` is empty */
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

/** One number that the networks see. Every feature is divided by its `scale` (> 0, in the feature's unit). */
export type Feature =
  | BasicFeature
  /** The sum of basic features, each over its own scale, which may be negative here, over `scale`. */
  | { readonly kind: "sum"; readonly of: readonly BasicFeature[]; readonly scale: number };

/** The coordinates of a planar vector. */
export type PlanarVector = readonly [x: BasicFeature, y: BasicFeature];

/** What a feature is the sum of: basic features with all that divides them in their scales. */
export function summandsOf(feature: Feature): readonly BasicFeature[] {
  if (feature.kind !== "sum") return [feature];
  return feature.of.map((summand) => ({ ...summand, scale: summand.scale * feature.scale }));
}

/** The linear forms of a basic feature: its argument, or x, y and the angle of a rotated one. */
export function formsOf(feature: BasicFeature): readonly LinearForm[] {
  return feature.kind === "rotated" ? [feature.x, feature.y, feature.angle] : [feature.of];
}

/**
 * What is wrong with features of a state with `stateSize` dimensions, such as "feature 2 has scale 0"; undefined where nothing is.
 */
export function featureProblem(features: readonly Feature[], stateSize: number): string | undefined {
  for (const [index, feature] of features.entries()) {
    if (!(feature.scale > 0 && Number.isFinite(feature.scale))) return `feature ${index} has scale ${feature.scale}`;
    const summands = feature.kind === "sum" ? feature.of : [feature];
    if (summands.length === 0) return `feature ${index} is a sum of nothing`;
    for (const summand of summands) {
      if (summand.scale === 0 || !Number.isFinite(summand.scale)) {
        return `feature ${index} has a summand of scale ${summand.scale}`;
      }
      for (const [dimension, coefficient] of formsOf(summand).flat()) {
        if (!(Number.isInteger(dimension) && dimension >= 0 && dimension < stateSize)) {
          return `feature ${index} reads state dimension ${dimension} of ${stateSize}`;
        }
        if (!Number.isFinite(coefficient)) return `feature ${index} has coefficient ${coefficient}`;
      }
    }
  }
  return undefined;
}

/** The state dimension itself, divided by `scale`. */
export function identity(index: number, scale: number): BasicFeature[] {
  return [{ kind: "linear", of: [[index, 1]], scale }];
}

/** Sine and cosine of an angle: a state dimension, or a linear form such as a relative angle. */
export function angle(of: number | LinearForm, scale = 1): BasicFeature[] {
  const form: LinearForm = typeof of === "number" ? [[of, 1]] : of;
  return [
    { kind: "sin", of: form, scale },
    { kind: "cos", of: form, scale },
  ];
}

/** Both coordinates of the planar vector (x, y) in a frame turned by `turn` rad: a position or velocity seen from a body. */
export function inFrame(x: LinearForm, y: LinearForm, turn: LinearForm, scale: number): [BasicFeature, BasicFeature] {
  const minusX: LinearForm = x.map(([index, coefficient]) => [index, -coefficient] as const);
  return [
    { kind: "rotated", x, y, angle: turn, scale },
    { kind: "rotated", x: y, y: minusX, angle: turn, scale },
  ];
}

/** The planar vector of a length (not 0) at an angle in rad, such as a link's; at angle [] it lies along x. */
export function polar(length: number, turn: LinearForm): PlanarVector {
  return [
    { kind: "cos", of: turn, scale: 1 / length },
    { kind: "sin", of: turn, scale: 1 / length },
  ];
}

/**
 * Both coordinates of a sum of planar vectors, over `scale`. With links of 0.1 m at angles q0 and, relative to it, q1, the way from
 * a target (tx, ty) to the chain's tip, seen in the frame of the first link, is
 * `vectorSum([polar(0.1, []), polar(0.1, [[q1, 1]]), inFrame([[tx, -1]], [[ty, -1]], [[q0, 1]], 1)], 0.1)`.
 */
export function vectorSum(vectors: readonly PlanarVector[], scale: number): Feature[] {
  return [0, 1].map((coordinate) => ({ kind: "sum", of: vectors.map((vector) => vector[coordinate]!), scale }));
}
