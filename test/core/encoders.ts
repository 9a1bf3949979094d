// State encoders as test data.

import type { Core } from "./instantiate.js";

/** Terms of a linear form of the state: [state dimension, coefficient]. */
export type Form = readonly (readonly [number, number])[];

/** Kinds as the core numbers them; linear, sine and cosine take one form, rotated takes x, y and the angle. */
export const LINEAR = 0;
export const SIN = 1;
export const COS = 2;
export const ROTATED = 3;

export interface TestSummand {
  readonly kind: number;
  readonly forms: readonly Form[];
  readonly scale: number;
}

/** One summand, or the sum of several over a scale. */
export type TestFeature = TestSummand | { readonly sum: readonly TestSummand[]; readonly scale: number };

/**
 * Every kind with one term and with several, sums, and forms that share dimensions of a state of 5. Dimension 3 is dropped.
 */
export const FEATURES: readonly TestFeature[] = [
  { kind: LINEAR, forms: [[[0, 1]]], scale: 2 },
  {
    kind: LINEAR,
    forms: [
      [
        [1, 0.5],
        [4, -2],
        [1, 0.25],
      ],
    ],
    scale: 0.5,
  },
  { kind: SIN, forms: [[[2, 1]]], scale: 1 },
  {
    kind: SIN,
    forms: [
      [
        [0, 1],
        [2, -0.5],
      ],
    ],
    scale: 1.5,
  },
  { kind: COS, forms: [[[2, 1]]], scale: 1 },
  {
    kind: COS,
    forms: [
      [
        [4, 2],
        [1, 1],
      ],
    ],
    scale: 0.8,
  },
  { kind: ROTATED, forms: [[[0, 1]], [[1, 1]], [[2, 1]]], scale: 1 },
  {
    kind: ROTATED,
    forms: [
      [
        [0, 1],
        [1, -1],
      ],
      [
        [4, 0.5],
        [0, 2],
      ],
      [
        [2, 1],
        [0, 0.5],
      ],
    ],
    scale: 3,
  },
  {
    // a constant, the cosine of nothing, is part of it
    sum: [
      { kind: COS, forms: [[]], scale: 2 },
      { kind: COS, forms: [[[1, 1]]], scale: -1.25 },
      {
        kind: SIN,
        forms: [
          [
            [1, 1],
            [4, 1],
          ],
        ],
        scale: 0.75,
      },
      { kind: ROTATED, forms: [[[0, -1]], [[4, 0.5]], [[2, 1]]], scale: 1 },
      { kind: LINEAR, forms: [[[2, 0.5]]], scale: 0.5 },
    ],
    scale: 1.5,
  },
  { sum: [{ kind: SIN, forms: [[[4, 1]]], scale: 0.5 }], scale: 3 },
];

export const STATES = 5;

export function createEncoder(core: Core, states: number, features: readonly TestFeature[]): number {
  const summands = features.flatMap((feature, output) =>
    "sum" in feature
      ? feature.sum.map((part) => ({ ...part, scale: part.scale * feature.scale, output }))
      : [{ ...feature, output }],
  );
  const starts: number[] = [];
  const terms: (readonly [number, number])[] = [];
  for (const { forms } of summands) {
    for (let j = 0; j < 3; j++) {
      starts.push(terms.length);
      terms.push(...(forms[j] ?? []));
    }
  }
  starts.push(terms.length);
  return core.run(
    "encoderCreate",
    states,
    features.length,
    summands.length,
    core.putIntegers(summands.map(({ output }) => output)),
    core.putIntegers(summands.map(({ kind }) => kind)),
    core.putIntegers(starts),
    core.putIntegers(terms.map(([index]) => index)),
    core.putDoubles(terms.map(([, coefficient]) => coefficient)),
    core.putDoubles(summands.map(({ scale }) => scale)),
  );
}

/** phi = s. */
export function identityFeatures(states: number): TestFeature[] {
  return Array.from({ length: states }, (_, i) => ({ kind: LINEAR, forms: [[[i, 1]]], scale: 1 }));
}

/** phi(s) by its definition. */
export function encode(features: readonly TestFeature[], s: readonly number[]): number[] {
  const value = (form: Form) => form.reduce((sum, [index, coefficient]) => sum + coefficient * s[index]!, 0);
  const evaluate = ({ kind, forms, scale }: TestSummand) => {
    const [x, y, angle] = [value(forms[0]!), value(forms[1] ?? []), value(forms[2] ?? [])];
    if (kind === LINEAR) return x / scale;
    if (kind === SIN) return Math.sin(x) / scale;
    if (kind === COS) return Math.cos(x) / scale;
    return (Math.cos(angle) * x + Math.sin(angle) * y) / scale;
  };
  return features.map((feature) => {
    if (!("sum" in feature)) return evaluate(feature);
    return feature.sum.reduce((sum, part) => sum + evaluate(part), 0) / feature.scale;
  });
}
