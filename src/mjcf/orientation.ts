/**
 * Orientations as MJCF writes them: quaternion, axis and angle, two axes, a z axis, or Euler angles in the compiler's
 * sequence.
 */

import { failValue, readNumbers } from "./attributes.js";
import {
  aboutAxis,
  cross,
  direction,
  dot,
  fromColumns,
  fromQuaternion,
  IDENTITY,
  type Matrix3,
  multiply,
  scale,
  subtract,
  towards,
  type Vector3,
} from "./rotation.js";
import { DEGREE, LARGEST_ANGLE } from "./trigonometry.js";
import { fail, type XmlElement } from "./xml.js";

const ALTERNATIVES = { axisangle: 4, xyaxes: 6, zaxis: 3, euler: 3 } as const;
type Alternative = keyof typeof ALTERNATIVES;

/**
 * An orientation as it was written; an alternative wins over a quaternion, which matters where the two come from
 * different classes.
 */
export interface Orientation {
  quat?: readonly number[];
  alternative?: { readonly kind: Alternative; readonly numbers: readonly number[] };
}

export interface AngleUnits {
  readonly degrees: boolean;
  readonly eulerSequence: string;
}

/** Takes the orientation that an element gives, if any. */
export function readOrientation(element: XmlElement, target: Orientation): void {
  const given = ["quat", ...Object.keys(ALTERNATIVES)].filter((name) => element.attributes.has(name));
  if (given.length > 1) fail(element, `has ${given.join(" and ")}; give one orientation`, given[1]);
  const quat = readNumbers(element, "quat", 4);
  if (quat !== undefined) {
    if (quat.every((value) => value === 0)) failValue(element, "quat", "a quaternion that is not zero");
    target.quat = quat;
  }
  for (const [kind, size] of Object.entries(ALTERNATIVES) as [Alternative, number][]) {
    const numbers = readNumbers(element, kind, size);
    if (numbers !== undefined) target.alternative = { kind, numbers };
  }
}

const triple = (numbers: readonly number[], from: number): Vector3 => [
  numbers[from]!,
  numbers[from + 1]!,
  numbers[from + 2]!,
];

function quaternionMatrix(numbers: readonly number[]): Matrix3 {
  const largest = Math.max(...numbers.map(Math.abs));
  const scaled = numbers.map((value) => value / largest);
  const length = Math.sqrt(scaled.reduce((sum, value) => sum + value * value, 0));
  const [w, x, y, z] = scaled.map((value) => value / length) as [number, number, number, number];
  return fromQuaternion(w, x, y, z);
}

/** The rotation that an element's orientation means. */
export function resolveOrientation(
  element: XmlElement,
  { quat, alternative }: Orientation,
  units: AngleUnits,
): Matrix3 {
  if (alternative === undefined) return quat === undefined ? IDENTITY : quaternionMatrix(quat);
  const { kind, numbers } = alternative;
  const unit = (v: Vector3): Vector3 =>
    direction(v) ?? fail(element, `has ${kind}="${numbers.join(" ")}", whose axis has no length`, kind);
  const radians = (angle: number): number => {
    const value = units.degrees ? angle * DEGREE : angle;
    if (!(Math.abs(value) <= LARGEST_ANGLE))
      fail(element, `has ${kind}="${numbers.join(" ")}"; expected angles of at most ${LARGEST_ANGLE} radians`, kind);
    return value;
  };
  switch (kind) {
    case "axisangle":
      return aboutAxis(unit(triple(numbers, 0)), radians(numbers[3]!));
    case "xyaxes": {
      const x = unit(triple(numbers, 0));
      const given = triple(numbers, 3);
      const y = unit(subtract(given, scale(x, dot(x, given))));
      return fromColumns(x, y, cross(x, y));
    }
    case "zaxis":
      return towards(unit(triple(numbers, 0)));
    case "euler": {
      // lower case turns about the moving axes, upper case about the fixed ones
      return [...units.eulerSequence].reduce((sum, letter, i) => {
        const axis = "xyz".indexOf(letter.toLowerCase());
        const turn = aboutAxis([axis === 0 ? 1 : 0, axis === 1 ? 1 : 0, axis === 2 ? 1 : 0], radians(numbers[i]!));
        return letter === letter.toLowerCase() ? multiply(sum, turn) : multiply(turn, sum);
      }, IDENTITY);
    }
  }
}
