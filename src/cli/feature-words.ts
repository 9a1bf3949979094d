import { type BasicFeature, type Feature, type LinearForm, summandsOf } from "../env/features.js";

const number = (value: number): string => String(Number(value.toPrecision(4)));

/** "x - 0.5 y", of the names of what a form adds up. */
function formInWords(form: LinearForm, names: readonly string[]): string {
  const terms = form.map(([index, coefficient], i) => {
    const size = Math.abs(coefficient) === 1 ? names[index]! : `${number(Math.abs(coefficient))} ${names[index]}`;
    if (i === 0) return coefficient < 0 ? `-${size}` : size;
    return `${coefficient < 0 ? "-" : "+"} ${size}`;
  });
  return terms.length === 0 ? "0" : terms.join(" ");
}

function basicInWords(feature: BasicFeature, names: readonly string[]): string {
  const { kind, scale } = feature;
  if (kind !== "linear" && kind !== "rotated" && feature.of.length === 0)
    return kind === "cos" ? number(1 / scale) : "0";
  const over = scale === 1 ? "" : ` / ${number(scale)}`;
  if (kind === "rotated") {
    const [x, y, angle] = [feature.x, feature.y, feature.angle].map((form) => formInWords(form, names));
    return `first of (${x}, ${y}) seen in a frame turned by ${angle}${over}`;
  }
  const argument = formInWords(feature.of, names);
  if (kind !== "linear") return `${kind}(${argument})${over}`;
  return feature.of.length > 1 && over !== "" ? `(${argument})${over}` : `${argument}${over}`;
}

/** A feature as a formula over the names of the state's dimensions. */
export function featureInWords(feature: Feature, names: readonly string[]): string {
  return summandsOf(feature)
    .map((summand) => basicInWords(summand, names))
    .join(" + ");
}
