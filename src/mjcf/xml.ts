/**
 * XML text as a tree of elements that know their place in the file. Only what a model needs: elements and attributes. A
 * document type, an entity of its own, text between elements, a repeated attribute and very deep nesting are faults.
 */

import { SaxesParser } from "saxes";
import { shorten } from "../wording.js";
import { MjcfError } from "./error.js";

export interface XmlAttribute {
  readonly value: string;
  /** The line on which its value ends. */
  readonly line: number;
}

export interface XmlElement {
  readonly file: string;
  readonly name: string;
  readonly line: number;
  readonly column: number;
  readonly attributes: ReadonlyMap<string, XmlAttribute>;
  readonly children: readonly XmlElement[];
}

const MAX_DEPTH = 100;
const MAX_ELEMENTS = 5_000;

interface OpenElement extends XmlElement {
  readonly attributes: Map<string, XmlAttribute>;
  readonly children: OpenElement[];
}

/** How an element is named in messages: its tag with its name, if it has one. */
export function tagOf(element: XmlElement): string {
  const name = element.attributes.get("name")?.value;
  const tag = shorten(element.name);
  return name === undefined ? `<${tag}>` : `<${tag} name="${shorten(name)}">`;
}

/** @throws MjcfError about this element. */
export function fail(element: XmlElement, reason: string, attribute?: string): never {
  const line = (attribute === undefined ? undefined : element.attributes.get(attribute)?.line) ?? element.line;
  throw new MjcfError(element.file, line, tagOf(element), reason);
}

/** The parser's complaint without its own prefix of line and column. */
const complaint = (error: Error): string => error.message.replace(/^(?:[^\s]*:)?\d+:\d+: /, "").replace(/\.$/, "");

/** @throws MjcfError for text that is not one well-formed element. */
export function parseXml(text: string, file: string): XmlElement {
  const parser = new SaxesParser({ xmlns: false, position: true });
  const open: OpenElement[] = [];
  let root: OpenElement | undefined;
  let count = 0;
  const refuse = (reason: string): never => {
    throw new MjcfError(file, parser.line, "", reason);
  };
  const refuseText = (content: string): void => {
    if (content.trim() !== "" && open.length > 0)
      refuse(`text between elements ("${content.trim().slice(0, 20)}") is not part of MJCF; remove it`);
  };

  parser.on("error", (error) => refuse(`the XML is malformed: ${complaint(error)}`));
  parser.on("doctype", () => refuse("a document type (<!DOCTYPE>) is not supported; remove it"));
  parser.on("text", refuseText);
  parser.on("cdata", refuseText);
  parser.on("opentagstart", (tag) => {
    if (open.length === MAX_DEPTH) refuse(`elements are nested more than ${MAX_DEPTH} deep`);
    if (++count > MAX_ELEMENTS) refuse(`the file has more than ${MAX_ELEMENTS} elements`);
    const element: OpenElement = {
      file,
      name: tag.name,
      line: parser.line,
      column: Math.max(1, parser.column - tag.name.length - 1),
      attributes: new Map(),
      children: [],
    };
    open.at(-1)?.children.push(element);
    root ??= element;
    open.push(element);
  });
  parser.on("attribute", ({ name, value }) => {
    const element = open.at(-1);
    if (element?.attributes.has(name))
      refuse(`attribute '${shorten(name)}' of <${shorten(element.name)}> is given twice`);
    element?.attributes.set(name, { value, line: parser.line });
  });
  parser.on("closetag", () => {
    open.pop();
  });
  parser.write(text).close();
  return root ?? refuse("the file holds no element; expected <mujoco>");
}
