/** Values from outside, checked field by field: by schemas whose messages say what a value must be. */

import * as v from "valibot";
import { shorten, show } from "./wording.js";

export const object = <const Entries extends v.ObjectEntries>(entries: Entries) => v.object(entries, "an object");
export const record = <const Value extends v.GenericSchema>(value: Value) => v.record(v.string(), value, "an object");
export const array = <const Item extends v.GenericSchema>(item: Item) => v.array(item, "an array");
export const list = <const Item extends v.GenericSchema>(item: Item) =>
  v.pipe(array(item), v.minLength(1, "an array that is not empty"));
export const text = v.pipe(v.string("a text that is not empty"), v.nonEmpty("a text that is not empty"));
export const number = v.number("a number");
export const finite = v.pipe(v.number("a finite number"), v.finite("a finite number"));
export const count = v.pipe(
  v.number("an integer from 0"),
  v.safeInteger("an integer from 0"),
  v.minValue(0, "an integer from 0"),
);

/** "state[1].low". */
const pathOf = (root: string, keys: readonly unknown[]): string =>
  keys.reduce<string>(
    (path, key) => (typeof key === "number" ? `${path}[${key}]` : path === "" ? String(key) : `${path}.${key}`),
    root,
  );

/** Such as "state[1].low is missing". */
function problem({ path, input, message }: v.BaseIssue<unknown>, root: string, shown = show): string {
  const keys = (path ?? []).map(({ key }) => key);
  const place = shorten(pathOf(root, keys));
  if (input === undefined && keys.length > 0) return `${place} is missing`;
  return `${place} is ${shown(input)}: it must be ${message}`;
}

/**
 * What is wrong with a value's fields, a sentence each.
 * @param root What the value is called, "" where its fields stand for themselves.
 * @param shown How a sentence shows a wrong value.
 */
export function wrongFields(
  value: unknown,
  schema: v.GenericSchema,
  root: string,
  shown: (value: unknown) => string,
): string[] {
  const { issues = [] } = v.safeParse(schema, value);
  return issues.map((issue) => problem(issue, root, shown));
}

/**
 * The value, which fits the schema, without fields that the schema does not know.
 * @throws Error with the first sentence of `wrongFields`.
 */
export function conform<T>(root: string, value: unknown, schema: v.GenericSchema<unknown, T>): T {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  throw new Error(problem(result.issues[0], root));
}
